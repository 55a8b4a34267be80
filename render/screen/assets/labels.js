/**
 * Where names and symbols stand. Greedy by priority: symbols first (they are data), then district
 * names, then commune names from the roomiest unit to the smallest; what would overlap is left out
 * and comes back when the reader zooms in.
 */

import { FILL_MARKS } from './symbols.js';

export const FAMILY = '"Inter","Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif';
/** Characters of what stands under a district's name when it is a number: “100 %”. */
const LONGEST_NUMBER = 6;
const widths = new Map();

export function widthOf(ctx, font, text, spacing = 0) {
  const key = `${font}|${text}`;
  if (!widths.has(key)) {
    ctx.font = font;
    widths.set(key, ctx.measureText(text).width);
  }
  return widths.get(key) + spacing * text.length;
}

/** Boxes already taken; a coarse grid keeps 3,321 names linear. */
export class Taken {
  /** @param {?Taken} others whose boxes are taken too, and stay as they are */
  constructor(others = null) {
    this.others = others;
    this.cells = new Map();
  }

  * near([x0, y0, x1, y1]) {
    for (let cx = Math.floor(x0 / 96); cx <= Math.floor(x1 / 96); cx += 1) {
      for (let cy = Math.floor(y0 / 96); cy <= Math.floor(y1 / 96); cy += 1) yield `${cx},${cy}`;
    }
  }

  free(box) {
    for (const key of this.near(box)) {
      for (const other of this.cells.get(key) ?? []) {
        if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) return false;
      }
    }
    return this.others?.free(box) ?? true;
  }

  add(box) {
    for (const key of this.near(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }
}

export const around = (x, y, width, height, pad = 1) => [x - width / 2 - pad, y - height / 2 - pad, x + width / 2 + pad, y + height / 2 + pad];

export const within = (box, frame) => !frame || (box[0] >= frame[0] && box[1] >= frame[1] && box[2] <= frame[2] && box[3] <= frame[3]);

/** Two balanced lines for a name of several words. */
function split(name) {
  const words = name.split(' ');
  if (words.length < 2 || name.length < 7) return null;
  let best = null;
  for (let i = 1; i < words.length; i += 1) {
    const lines = [words.slice(0, i).join(' '), words.slice(i).join(' ')];
    const longest = Math.max(lines[0].length, lines[1].length);
    if (!best || longest < best.longest) best = { lines, longest };
  }
  return best.lines;
}

export class Labels {
  /** @param {Object} painter */
  constructor(painter) {
    this.painter = painter;
  }

  /** Symbols of all units in view, side by side around the label point. */
  icons(view, { isolate, only, skip }) {
    const { painter } = this;
    const out = [];
    const district = painter.scene.area === 'district';
    for (const place of district ? this.districtPlaces(only) : only ?? painter.units) {
      const { index } = place;
      const cls = painter.classes[index];
      if (cls < 0 || (skip?.has(place.district) && place.r * view.scale < 14)) continue;
      const kinds = [];
      if (painter.legend.classes[cls]?.pattern === 'star') kinds.push({ kind: 'star' });
      painter.legend.marks.forEach((mark, bit) => {
        if (painter.marks[index] & (1 << bit) && !FILL_MARKS[mark.id]) kinds.push({ kind: 'mark', mark });
      });
      if (!kinds.length) continue;
      const room = place.r * view.scale;
      const size = Math.max(11, Math.min(district ? 22 : 17, room * 0.9));
      const x = (place.x - view.x) * view.scale - ((kinds.length - 1) * (size + 2)) / 2;
      const y = (place.y - view.y) * view.scale - (district ? size * 1.5 : 0);
      const dim = !painter.isIsolated(index, isolate);
      kinds.forEach((kind, i) => out.push({ ...kind, x: x + i * (size + 2), y, size, dim, place }));
    }
    return out;
  }

  /** In a district layer every unit carries its district's class and marks: any one unit will do. */
  districtPlaces(only) {
    const first = new Map();
    for (const unit of only ?? this.painter.units) {
      if (!first.has(unit.district)) first.set(unit.district, unit.index);
    }
    return this.painter.districts
      .filter((district) => first.has(district.code))
      .map((district) => ({ ...district, district: district.code, index: first.get(district.code) }));
  }

  /**
   * Place and draw all names.
   * @returns {{hits: Array<{box: number[], district: string}>, taken: Taken}} boxes of district names, for clicks; all boxes
   */
  draw(ctx, view, icons, options) {
    const taken = new Taken();
    for (const icon of icons) taken.add(around(icon.x, icon.y, icon.size, icon.size, 1.5));
    for (const box of options.avoid ?? []) taken.add(box);
    ctx.lineJoin = 'round';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.strokeStyle = 'rgba(255,255,255,.92)';
    const zoom = Math.max(1, view.scale / (view.home ?? view.scale));
    const hits = options.only ? [] : this.drawDistricts(ctx, view, taken, zoom, options.frame);
    if (this.painter.scene.area !== 'district' || zoom > 1.6) this.drawUnits(ctx, view, taken, zoom, icons, options);
    return { hits, taken };
  }

  /** What a scene prints on districts, where districts are what it draws. */
  get districtValues() {
    const { scene } = this.painter;
    return scene.area === 'district' ? scene.labels : null;
  }

  drawDistricts(ctx, view, taken, zoom, frame) {
    const { districts } = this.painter;
    const values = this.districtValues;
    const small = view.width < 520;
    const start = (small ? 10 : 12.5) + (values && !small ? 2.5 : 0);
    const size = Math.min(17, start + (zoom - 1) * 1.5);
    const font = `700 ${size}px ${FAMILY}`;
    const spacing = size * 0.09;
    const hits = [];
    for (const district of districts) {
      const name = district.short.toLocaleUpperCase('vi');
      const value = values?.[district.code];
      // A number is to be seen from afar; words as large as that would run into the next district.
      const below = size * (value?.length > LONGEST_NUMBER ? 1.12 : 1.45);
      const valueFont = `700 ${value?.length > LONGEST_NUMBER ? size : below}px ${FAMILY}`;
      const nameWidth = widthOf(ctx, font, name, spacing);
      const width = Math.max(nameWidth, value ? widthOf(ctx, valueFont, value) : 0);
      const height = size * 1.15 + (value ? below * 1.1 : 0);
      const spot = this.districtSpot(district, view, taken, width, height);
      if (!spot || !within(spot.box, frame)) continue; // half a name at the edge says nothing
      taken.add(spot.box);
      hits.push({ box: spot.box, district: district.code });
      const y = spot.y - (value ? below * 0.52 : 0);
      ctx.font = font;
      ctx.letterSpacing = `${spacing}px`;
      ctx.lineWidth = 3.6;
      ctx.fillStyle = '#15324A';
      ctx.strokeText(name, spot.x + spacing / 2, y);
      ctx.fillText(name, spot.x + spacing / 2, y);
      ctx.letterSpacing = '0px';
      if (!value) continue;
      ctx.font = valueFont;
      ctx.lineWidth = 4;
      ctx.fillStyle = '#10191D';
      ctx.strokeText(value, spot.x, y + below);
      ctx.fillText(value, spot.x, y + below);
    }
    return hits;
  }

  /** Nearest free place to the label point, still inside the district. */
  districtSpot(district, view, taken, width, height) {
    const cx = (district.x - view.x) * view.scale;
    const cy = (district.y - view.y) * view.scale;
    const step = Math.max(6, Math.min(14, height * 0.6));
    for (let ring = 0; ring < 7; ring += 1) {
      for (const [dx, dy] of ring ? RING : [[0, 0]]) {
        const x = cx + dx * ring * step;
        const y = cy + dy * ring * step;
        const box = around(x, y, width, height, 2);
        if (!taken.free(box)) continue;
        const unit = this.painter.hit(x / view.scale + view.x, y / view.scale + view.y);
        if (unit?.district === district.code) return { x, y, box };
      }
    }
    const box = around(cx, cy, width, height, 1);
    return taken.free(box) || this.districtValues ? { x: cx, y: cy, box } : null;
  }

  drawUnits(ctx, view, taken, zoom, icons, { only, selected, frame }) {
    const small = view.width < 520;
    const size = only ? 10.5 : Math.min(15, (small ? 10 : 11.2) + (zoom - 1) * 1.3);
    const font = `500 ${size}px ${FAMILY}`;
    const strong = `700 ${size + 0.8}px ${FAMILY}`;
    const stacks = new Map(icons.map((icon) => [icon.place.index, icon.size]));
    const values = this.painter.scene.area === 'district' ? {} : this.painter.scene.labels ?? {};
    const units = (only ?? this.painter.units)
      .filter((unit) => unit.r * view.scale > size * 0.55 && this.painter.classes[unit.index] >= 0)
      .filter((unit) => this.inView(unit, view))
      .sort((a, b) => (b.code === selected) - (a.code === selected) || Boolean(values[b.code]) - Boolean(values[a.code]) || b.r - a.r);
    ctx.lineWidth = 2.8;
    ctx.fillStyle = '#16211F';
    for (const unit of units) {
      const room = unit.r * view.scale;
      const value = values[unit.code];
      const found = this.unitSpot(ctx, { font, strong, size, value }, unit, view, taken, room, stacks.get(unit.index) ?? 0);
      if (!found || !within(found.box, frame)) continue;
      taken.add(found.box);
      found.lines.forEach((line, i) => {
        ctx.font = line === value ? strong : font;
        const y = found.y + (i - (found.lines.length - 1) / 2) * size * 1.08;
        ctx.strokeText(line, found.x, y);
        ctx.fillText(line, found.x, y);
      });
    }
  }

  inView({ box }, view) {
    const x1 = view.x + view.width / view.scale;
    const y1 = view.y + view.height / view.scale;
    return box[0] < x1 && box[2] > view.x && box[1] < y1 && box[3] > view.y;
  }

  /** Room for a name, with the value of its unit under it where it has one; for the value alone where the name is too long. */
  unitSpot(ctx, { font, strong, size, value }, unit, view, taken, room, icon) {
    const x = (unit.x - view.x) * view.scale;
    const y = (unit.y - view.y) * view.scale;
    const two = split(unit.short);
    const named = two ? [[unit.short], two] : [[unit.short]];
    for (const lines of value ? [...named.map((name) => [...name, value]), [value]] : named) {
      const width = Math.max(...lines.map((line) => widthOf(ctx, line === value ? strong : font, line)));
      if (width > room * 2.7) continue;
      const height = lines.length * size * 1.08;
      const below = icon ? icon / 2 + height / 2 + 3 : 0;
      for (const shift of icon ? [below, -below] : [0, room * 0.45, -room * 0.45, room * 0.8, -room * 0.8]) {
        const box = around(x, y + shift, width + 2, height, 0.5);
        if (taken.free(box)) return { x, y: y + shift, box, lines };
      }
    }
    return null;
  }
}

const RING = [[0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1], [0.5, 1], [-0.5, 1], [0.5, -1], [-0.5, -1]];
