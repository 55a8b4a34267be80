/**
 * Names outside the province: LÀO, CAMPUCHIA and the neighbouring provinces. They stand at their
 * place as long as it is in the frame and are drawn in from the edge otherwise, never over land
 * that the map colours and never under the legend.
 */

const FAMILY = '"Inter","Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif';
const STYLE = {
  country: { weight: 700, size: 21, spacing: 0.22, color: '#66747A' },
  archipelago: { weight: 600, size: 14.5, spacing: 0.01, color: '#14304F' },
  province: { weight: 500, size: 13.5, spacing: 0.04, color: '#5F6D73' },
};

function overlaps(box, others) {
  return others.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
}

function overLand(box, view, painter) {
  // The border is drawn wider than the land: keep its width away from the letters.
  for (let i = 0; i <= 14; i += 1) {
    for (let j = 0; j <= 4; j += 1) {
      const x = box[0] - 5 + ((box[2] - box[0] + 10) * i) / 14;
      const y = box[1] - 8 + ((box[3] - box[1] + 16) * j) / 4;
      if (painter.hit(x / view.scale + view.x, y / view.scale + view.y)) return true;
    }
  }
  return false;
}

/** Size, and how many steps of 12 pixels a name may stand from its place. */
const TRIES = [[1, 9], [0.85, 15], [0.7, 26]];
/** Beyond this the reader looks at a part of the province, and far names would only mislead. */
const WHOLE = 1.25;
const BESIDE = 60;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** The archipelagos of Viet Nam are named wherever national territory is drawn, also on a crowded map. */
function sovereign({ kind }, [x, y], [width, height], part) {
  if (kind !== 'archipelago' || part > TRIES.at(-1)[0]) return null;
  return { x, y, box: [x - width / 2, y - height / 2, x + width / 2, y + height / 2] };
}

/** Search outward from the wished place. */
function placeName(wish, [width, height], { frame, taken, view, painter, reach }) {
  const [x0, y0, x1, y1] = frame;
  const start = [clamp(wish[0], x0 + width / 2, x1 - width / 2), clamp(wish[1], y0 + height / 2, y1 - height / 2)];
  for (let ring = 0; ring <= reach; ring += 1) {
    const turns = ring ? 16 : 1;
    for (let turn = 0; turn < turns; turn += 1) {
      const angle = (turn / turns) * 2 * Math.PI;
      const x = clamp(start[0] + ring * 12 * Math.cos(angle), x0 + width / 2, x1 - width / 2);
      const y = clamp(start[1] + ring * 12 * Math.sin(angle), y0 + height / 2, y1 - height / 2);
      const box = [x - width / 2 - 3, y - height / 2 - 2, x + width / 2 + 3, y + height / 2 + 2];
      if (!overlaps(box, taken) && !overLand(box, view, painter)) return { x, y, box };
    }
  }
  return null;
}

/** The last plan of each painter: places depend on the view, not on the scene, and cost more than the fills. */
const plans = new WeakMap();

/**
 * Find places for the margin names.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Object} view
 * @param {Object} painter
 * @param {Array<{text: string, point: number[], kind: string}>} names points from the origin
 * @param {number[]} frame visible part of the canvas in CSS pixels: x0, y0, x1, y1
 * @param {number[][]} avoid boxes that cover the map (legend, inset, buttons)
 * @returns {Array<{text: string, box: number[]}>} what {@link drawMargins} draws
 */
export function planMargins(ctx, view, painter, names, frame, avoid) {
  const key = [view.x, view.y, view.scale, frame, ...avoid].join();
  const known = plans.get(painter);
  if (known?.key === key && known.names === names) return known.spots;
  const spots = plan(ctx, view, painter, names, frame, avoid);
  ctx.letterSpacing = '0px';
  plans.set(painter, { key, names, spots });
  return spots;
}

function plan(ctx, view, painter, names, frame, avoid) {
  const taken = [...avoid];
  const narrow = frame[2] - frame[0] < 520;
  const whole = view.scale < (view.home ?? view.scale) * WHOLE;
  const near = ([x, y]) => x > frame[0] - BESIDE && x < frame[2] + BESIDE && y > frame[1] - BESIDE && y < frame[3] + BESIDE;
  const wishOf = ({ point }) => [(point[0] - view.x) * view.scale, (point[1] - view.y) * view.scale];
  const rank = { archipelago: 0, country: 1, province: 2 };
  const spots = [];
  for (const name of names.filter((one) => whole || near(wishOf(one))).sort((a, b) => rank[a.kind] - rank[b.kind])) {
    const style = STYLE[name.kind] ?? STYLE.province;
    // A name that finds no room near its place is tried smaller before it moves far away.
    for (const [part, reach] of TRIES) {
      const size = style.size * (narrow ? 0.76 : 1) * part;
      write(ctx, style, size);
      const width = ctx.measureText(name.text).width;
      const box = [width, size * 1.1];
      const spot = placeName(wishOf(name), box, { frame, taken, view, painter, reach }) ?? sovereign(name, wishOf(name), box, part);
      if (!spot) continue;
      taken.push(spot.box);
      spots.push({ text: name.text, style, size, x: spot.x + (style.spacing * size) / 2, y: spot.y, box: spot.box });
      break;
    }
  }
  return spots;
}

function write(ctx, { weight, spacing }, size) {
  ctx.font = `${weight} ${size}px ${FAMILY}`;
  ctx.letterSpacing = `${spacing * size}px`;
}

/**
 * Draw the margin names.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Object[]} spots from {@link planMargins}
 */
export function drawMargins(ctx, spots) {
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.strokeStyle = '#EAF0EF';
  ctx.lineWidth = 3;
  for (const { text, style, size, x, y } of spots) {
    write(ctx, style, size);
    ctx.fillStyle = style.color;
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  }
  ctx.letterSpacing = '0px';
}
