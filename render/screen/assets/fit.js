/**
 * Where the province, the legend and the inset go inside the map's frame: the largest province for
 * which no corner box covers it; and the same for one district among boxes that stay where they are.
 * Works for any province, because it looks at the shape itself.
 */

const COLUMNS = 96;

/** Summed-area table of a shape: how much land any rectangle holds, in four reads. */
export class Shape {
  /**
   * @param {Object} geometry decoded geometry
   * @param {Object[]} units its units that make the shape
   * @param {number[]} box of the shape, in the geometry's cells
   */
  constructor(geometry, units = geometry.units, box = [0, 0, ...geometry.size]) {
    const [x0, y0] = box;
    const width = box[2] - x0;
    const height = box[3] - y0;
    this.box = box;
    this.width = width;
    this.height = height;
    this.columns = COLUMNS;
    this.rows = Math.max(8, Math.round((COLUMNS * height) / width));
    const canvas = document.createElement('canvas');
    canvas.width = this.columns;
    canvas.height = this.rows;
    const ctx = canvas.getContext('2d', { willReadFrequently: true });
    ctx.scale(this.columns / width, this.rows / height);
    ctx.translate(-x0, -y0);
    ctx.lineWidth = width / COLUMNS;
    for (const unit of units) {
      ctx.fill(unit.path, 'evenodd');
      ctx.stroke(unit.path); // narrow tips count too
    }
    const { data } = ctx.getImageData(0, 0, this.columns, this.rows);
    const stride = this.columns + 1;
    this.sums = new Int32Array(stride * (this.rows + 1));
    for (let y = 1; y <= this.rows; y += 1) {
      for (let x = 1; x <= this.columns; x += 1) {
        const land = data[((y - 1) * this.columns + x - 1) * 4 + 3] > 20 ? 1 : 0;
        this.sums[y * stride + x] =
          land + this.sums[y * stride + x - 1] + this.sums[(y - 1) * stride + x] - this.sums[(y - 1) * stride + x - 1];
      }
    }
  }

  /** @returns {number} land cells in a rectangle given as fractions of the shape's box */
  land(x0, y0, x1, y1) {
    const cut = (value, size) => Math.max(0, Math.min(size, value));
    const a = cut(Math.floor(x0 * this.columns), this.columns);
    const b = cut(Math.floor(y0 * this.rows), this.rows);
    const c = cut(Math.ceil(x1 * this.columns), this.columns);
    const d = cut(Math.ceil(y1 * this.rows), this.rows);
    if (c <= a || d <= b) return 0;
    const s = this.sums;
    const stride = this.columns + 1;
    return s[d * stride + c] - s[b * stride + c] - s[d * stride + a] + s[b * stride + a];
  }
}

function cornerBox(corner, [width, height], [frameWidth, frameHeight], gap) {
  const x = corner[1] === 'l' ? gap : frameWidth - gap - width;
  const y = corner[0] === 't' ? gap : frameHeight - gap - height;
  return [x - 4, y - 4, x + width + 4, y + height + 4];
}

const clash = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

function arrangements(boxes, frame, fixed, gap) {
  let out = [{ corners: [], boxes: [] }];
  for (const { size, corners } of boxes) {
    out = out.flatMap((made) =>
      corners
        .map((corner) => ({ corner, box: cornerBox(corner, size, frame, gap) }))
        .filter(({ box }) => ![...made.boxes, ...fixed].some((other) => clash(box, other)))
        .map(({ corner, box }) => ({ corners: [...made.corners, corner], boxes: [...made.boxes, box] })),
    );
  }
  return out.length ? out : [{ corners: boxes.map(({ corners }) => corners[0]), boxes: [] }];
}

/**
 * @param {Shape} shape
 * @param {number[]} frame width and height in CSS pixels
 * @param {Array<{size: number[], corners: string[]}>} boxes things that want a corner (tl tr bl br)
 * @param {number[][]} fixed boxes that are there anyway
 * @param {{pad: number, gap: number}} spacing
 * @returns {{scale: number, x: number, y: number, corners: string[]}} scale in pixels per cell, x
 *   and y of the province's top left corner in the frame, a corner for each box
 */
export function arrange(shape, frame, boxes, fixed, { pad, gap }) {
  const [width, height] = frame;
  const most = Math.min((width - 2 * pad) / shape.width, (height - 2 * pad) / shape.height);
  const ways = arrangements(boxes, frame, fixed, gap);
  let best = null;
  for (let part = 1; part > 0.62; part -= 0.02) {
    const scale = most * part;
    const w = shape.width * scale;
    const h = shape.height * scale;
    for (let i = 0; i <= 16; i += 1) {
      // From the middle outwards: a centred province is preferred among equals.
      const fx = 0.5 + (i % 2 ? 1 : -1) * Math.ceil(i / 2) / 16;
      const x = pad + (width - 2 * pad - w) * fx;
      for (const fy of [0.5, 0.25, 0.75, 0, 1]) {
        const y = pad + (height - 2 * pad - h) * fy;
        for (const { corners, boxes: placed } of ways) {
          let land = 0;
          for (const b of [...placed, ...fixed]) land += shape.land((b[0] - x) / w, (b[1] - y) / h, (b[2] - x) / w, (b[3] - y) / h);
          const cost = land + (1 - part) * 12;
          if (!best || cost < best.cost - 1e-9) best = { cost, land, scale, x, y, corners };
        }
      }
    }
    if (best && best.land === 0) break;
  }
  return best;
}
