/**
 * Reader of the geometry file that `geo/asset.py` writes. Coordinates come out in grid cells
 * counted from the province's north-west corner: small numbers survive Path2D's single precision.
 */

/** Grid cells of one world pixel at zoom 0: 2^24 cells, 256 pixels. */
export const CELLS_PER_PIXEL = 65536;

class Varints {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.x = 0;
    this.y = 0;
  }

  next() {
    const { bytes } = this;
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = bytes[this.at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte > 0x7f);
    return value >>> 0;
  }

  /** Read `points`, then zigzag deltas that run on from the previous point of the file. */
  points() {
    const size = this.next();
    const out = new Int32Array(size * 2);
    for (let i = 0; i < size * 2; i += 2) {
      const dx = this.next();
      const dy = this.next();
      this.x += (dx >>> 1) ^ -(dx & 1);
      this.y += (dy >>> 1) ^ -(dy & 1);
      out[i] = this.x;
      out[i + 1] = this.y;
    }
    return out;
  }
}

function trace(path, points, close) {
  path.moveTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) path.lineTo(points[i], points[i + 1]);
  if (close) path.closePath();
}

function readUnit(source) {
  const path = new Path2D();
  const rings = [];
  let parts = source.next();
  while (parts--) {
    let left = source.next();
    while (left--) {
      const ring = source.points();
      rings.push(ring);
      trace(path, ring, true);
    }
  }
  return { rings, path };
}

function readLine(source, head) {
  const path = new Path2D();
  let parts = source.next();
  while (parts--) trace(path, source.points(), false);
  return { kind: head.kind, key: head.key, path };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {{origin: number[], size: number[], units: Array, lines: Array, outlines: Path2D}}
 */
export function decodeGeometry(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const source = new Varints(new Uint8Array(buffer, 4 + length));
  const [x0, y0, x1, y1] = header.bounds;
  const units = Array.from({ length: header.units }, () => readUnit(source));
  const lines = header.lines.map((head) => readLine(source, head));
  const outlines = new Path2D();
  for (const unit of units) outlines.addPath(unit.path);
  return { version: header.version, origin: [x0, y0], size: [x1 - x0, y1 - y0], units, lines, outlines };
}

function crosses(ring, x, y) {
  let inside = false;
  const size = ring.length;
  for (let i = 0, j = size - 2; i < size; j = i, i += 2) {
    const yi = ring[i + 1];
    const yj = ring[j + 1];
    if (yi > y !== yj > y && x < ((ring[j] - ring[i]) * (y - yi)) / (yj - yi) + ring[i]) inside = !inside;
  }
  return inside;
}

/**
 * @param {{rings: Int32Array[]}} unit
 * @param {number} x grid cells from the origin
 * @param {number} y
 * @returns {boolean} whether the point lies in the unit (even-odd, so holes are outside)
 */
export function contains(unit, x, y) {
  let inside = false;
  for (const ring of unit.rings) if (crosses(ring, x, y)) inside = !inside;
  return inside;
}
