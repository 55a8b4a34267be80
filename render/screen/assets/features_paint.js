/** Drawing features: lines and symbols under the names of the map, then texts where the names leave room. */

import { around, FAMILY, Taken, widthOf, within } from './labels.js';
import { drawPlace } from './symbols.js';

const DIM = 0.12;
const UNCLASSED = { color: '#7C8A90', pattern: 'solid' };
const LINK = '#2A3338';
/** Names of settlements come when the reader looks at a part of the province. */
const NAMED_FROM = 1.7;

const at = ([x, y], view) => [(x - view.x) * view.scale, (y - view.y) * view.scale];

/**
 * Draw lines and symbols.
 * @param {CanvasRenderingContext2D} ctx scaled to CSS pixels
 * @param {Object} view
 * @param {Object} features
 * @param {?number} alone class that stays strong, null for all
 */
export function drawFeatures(ctx, view, features, alone) {
  ctx.lineJoin = 'round';
  for (const buffer of features.buffers) drawBuffer(ctx, view, buffer);
  const inSight = features.settlements.filter((one) => [one.filled, one.hollow].some((place) => place && visible(at(place, view), view)));
  for (const one of inSight) {
    if (one.filled && one.hollow) drawLink(ctx, at(one.filled, view), at(one.hollow, view), features.radius(one, view), dimmed(one, alone));
  }
  for (const one of inSight) {
    const radius = features.radius(one, view);
    const cls = features.classOf(one) ?? UNCLASSED;
    ctx.globalAlpha = dimmed(one, alone) ? DIM : 1;
    for (const [place, hollow] of [[one.filled, false], [one.hollow, true]]) {
      if (place) drawPlace(ctx, cls, ...at(place, view), radius, hollow);
    }
  }
  ctx.globalAlpha = 1;
}

const dimmed = (one, alone) => alone !== null && one.at !== alone;

const visible = ([x, y], { width, height }) => x > -20 && y > -20 && x < width + 20 && y < height + 20;

function drawBuffer(ctx, view, { lines }) {
  ctx.beginPath();
  for (const line of lines) line.forEach((point, i) => ctx[i ? 'lineTo' : 'moveTo'](...at(point, view)));
  ctx.setLineDash([6, 4]);
  for (const [color, width] of [['rgba(255,255,255,.65)', 3], ['#7A1FA2', 1.8]]) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** A thin arrow from where people live to where they are to live. */
function drawLink(ctx, [x0, y0], [x1, y1], radius, dim) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < radius * 2 + 4) return;
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [tx, ty] = [x1 - dx * (radius + 1.5), y1 - dy * (radius + 1.5)];
  const head = Math.min(8, length * 0.3);
  ctx.globalAlpha = dim ? DIM : 1;
  ctx.beginPath();
  ctx.moveTo(x0 + dx * radius, y0 + dy * radius);
  ctx.lineTo(tx, ty);
  for (const side of [-1, 1]) {
    ctx.moveTo(tx, ty);
    ctx.lineTo(tx - dx * head + side * dy * head * 0.45, ty - dy * head - side * dx * head * 0.45);
  }
  for (const [color, width] of [['rgba(255,255,255,.85)', 3.8], [LINK, 1.8]]) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

const STYLES = {
  'border-km': { weight: '700', size: 11.5, color: '#1F2528' },
  sketch: { weight: 'italic 500', size: 11.5, color: '#5A2A00' },
  buffer: { weight: '600', size: 11, color: '#6A1B8F' },
  cluster: { weight: '600', size: 11, color: '#14222B' },
  village: { weight: '500', size: 10.5, color: '#14222B' },
};

/**
 * Write what fits between names, symbols and the boxes over the map; the rest comes when the reader zooms in.
 * @param {CanvasRenderingContext2D} ctx scaled to CSS pixels
 * @param {Object} view
 * @param {Object} features
 * @param {{names: Taken, outside: number[][], frame: ?number[], onLand: (x: number, y: number) => boolean}} place boxes
 *   of the names on the map and around it, visible part of the canvas, whether a point of it lies in a unit
 */
export function writeFeatures(ctx, view, features, { names, outside, frame, onLand }) {
  const taken = new Taken(names);
  for (const box of outside ?? []) taken.add(box);
  const zoom = view.scale / (view.home ?? view.scale);
  // Also those that a filter leaves out: what is written along the border must not jump with every filter.
  for (const one of features.everywhere) {
    const side = features.radius(one, view) * 2;
    for (const place of [one.filled, one.hollow]) if (place) taken.add(around(...at(place, view), side, side, 0));
  }
  ctx.lineJoin = 'round';
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.strokeStyle = 'rgba(255,255,255,.94)';
  const free = (box) => within(box, frame) && taken.free(box);
  const abroad = (box) => free(box) && !corners(box).some(([x, y]) => onLand(x, y));
  const keep = (box) => box && taken.add(box);
  for (const text of features.texts) {
    if (!text.filled) continue;
    const place = at(text.filled, view);
    // A length stands in the neighbouring country, close to its stretch, or nowhere.
    if (text.kind === 'border-km') keep(write(ctx, text, beside(place, [10, 18]), abroad));
    else keep(write(ctx, text, beside(place, [9, 23, 39]), free, place));
  }
  for (const buffer of features.buffers) keep(write(ctx, buffer, along(buffer.lines, view, frame), free));
  if (zoom < NAMED_FROM) return;
  for (const one of features.settlements) {
    const place = one.filled ?? one.hollow;
    if (!one.text || !place || !visible(at(place, view), view)) continue;
    const gap = features.radius(one, view) + 3;
    keep(write(ctx, one, beside(at(place, view), [gap, gap + 12]), free));
  }
}

const corners = ([x0, y0, x1, y1]) => [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [y0, (y0 + y1) / 2, y1].map((y) => [x0 + (x1 - x0) * part, y]));

/**
 * Draw a text at the first spot that is good, with a leader from a place if it needs one.
 * @returns {?number[]} the box that it takes now, null when it is not drawn
 */
function write(ctx, { kind, text }, spots, good, place = null) {
  const { weight, size, color } = STYLES[kind];
  const font = `${weight} ${size}px ${FAMILY}`;
  const width = widthOf(ctx, font, text);
  for (const { x, y, away } of spots) {
    const [cx, cy] = [x + away[0] * (width / 2), y + away[1] * (size / 2)];
    const box = around(cx, cy, width, size * 1.1, 1.5);
    if (!good(box)) continue;
    if (place) drawLeader(ctx, place, box, color);
    ctx.font = font;
    ctx.lineWidth = 3.4;
    ctx.fillStyle = color;
    ctx.strokeText(text, cx, cy);
    ctx.fillText(text, cx, cy);
    return box;
  }
  return null;
}

function drawLeader(ctx, [x0, y0], box, color) {
  const end = [Math.max(box[0], Math.min(box[2], x0)), Math.max(box[1], Math.min(box[3], y0))];
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(...end);
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(x0, y0, 2.2, 0, 7);
  ctx.fill();
  ctx.restore();
}

const SIDES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]];

/** Spots around a place, by their distances from it. */
function* beside([x, y], distances) {
  for (const reach of distances) {
    for (const [dx, dy] of SIDES) yield { x: x + dx * reach, y: y + dy * reach, away: [dx, dy] };
  }
}

/** Spots along a line, those in the middle of the longest stretch in sight first. */
function* along(lines, view, frame) {
  for (const line of [...lines].sort((a, b) => b.length - a.length)) {
    const seen = line.map((point) => at(point, view)).filter(([x, y]) => !frame || (x > frame[0] && x < frame[2] && y > frame[1] && y < frame[3]));
    for (const part of [0.5, 0.25, 0.75, 0.1, 0.9]) {
      const point = seen[Math.floor(seen.length * part)];
      if (point) yield { x: point[0], y: point[1], away: [0, 0] };
    }
  }
}

/**
 * A ring around the settlement under the pointer.
 * @param {CanvasRenderingContext2D} ctx of the outlines
 * @param {Object} view
 * @param {Object} features
 * @param {Object} one
 */
export function ringFeature(ctx, view, features, one) {
  ctx.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  for (const place of [one.filled, one.hollow]) {
    if (!place) continue;
    for (const [color, width] of [['#FFFFFF', 5], ['#C8102E', 2.4]]) {
      ctx.beginPath();
      ctx.arc(...at(place, view), features.radius(one, view) + 3, 0, 7);
      ctx.strokeStyle = color;
      ctx.lineWidth = width;
      ctx.stroke();
    }
  }
}
