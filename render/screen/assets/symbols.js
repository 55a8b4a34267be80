/**
 * Patterns and marks. One set of drawing functions serves the map, the inset and (as data URLs)
 * the legend and the lists, so a swatch can never differ from the polygon it explains.
 */

const INK = '#1B2A30';
const tiles = new Map();

function newCanvas(width, height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function drawDiagonals(ctx, size, width, color) {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.beginPath();
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift - 1, size + 1);
    ctx.lineTo(shift + size + 1, -1);
  }
  ctx.stroke();
}

const TILES = {
  cross: (ctx, s) => {
    drawDiagonals(ctx, s, s / 9, '#8A9499');
    ctx.translate(s, 0);
    ctx.scale(-1, 1);
    drawDiagonals(ctx, s, s / 9, '#8A9499');
  },
  hatch: (ctx, s) => drawDiagonals(ctx, s, s / 6, '#8A9499'),
  carried: (ctx, s) => drawDiagonals(ctx, s, s / 6, 'rgba(20,35,60,.8)'),
  dense: (ctx, s) => drawDiagonals(ctx, s, s / 10, 'rgba(27,42,48,.6)'),
  dots: (ctx, s) => {
    ctx.fillStyle = 'rgba(27,42,48,.62)';
    ctx.beginPath();
    ctx.arc(s / 2, s / 2, s / 6.4, 0, 7);
    ctx.fill();
  },
};
const TILE_SIZE = { cross: 9, hatch: 7, dots: 7, carried: 10, dense: 10 };

/**
 * A repeating tile in device pixels.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} name hatch, cross, dots, carried or dense
 * @param {number} dpr device pixels per CSS pixel
 * @param {number} scale what the context multiplies coordinates by, in device pixels
 * @returns {?CanvasPattern}
 */
export function tilePattern(ctx, name, dpr, scale = 1) {
  if (!TILES[name]) return null;
  const key = `${name}@${dpr}`;
  if (!tiles.has(key)) {
    const size = Math.round(TILE_SIZE[name] * dpr);
    const canvas = newCanvas(size, size);
    TILES[name](canvas.getContext('2d'), size);
    tiles.set(key, canvas);
  }
  const pattern = ctx.createPattern(tiles.get(key), 'repeat');
  pattern.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
  return pattern;
}

/** Which marks are drawn over the fill instead of as a symbol. */
export const FILL_MARKS = { carried: 'carried', 'at-least': 'dense' };

/**
 * A five-pointed star.
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x centre
 * @param {number} y centre
 * @param {number} radius
 */
export function drawStar(ctx, x, y, radius) {
  ctx.beginPath();
  for (let i = 0; i < 10; i += 1) {
    const r = i % 2 ? radius * 0.42 : radius;
    const angle = (i * Math.PI) / 5 - Math.PI / 2;
    ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  ctx.closePath();
  ctx.lineJoin = 'round';
  ctx.lineWidth = 1.6;
  ctx.strokeStyle = 'rgba(0,30,20,.55)';
  ctx.stroke();
  ctx.fillStyle = '#FFFFFF';
  ctx.fill();
}

function triangle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.moveTo(x, y - r);
  ctx.lineTo(x + r * 1.08, y + r * 0.82);
  ctx.lineTo(x - r * 1.08, y + r * 0.82);
  ctx.closePath();
  ctx.lineJoin = 'round';
  ctx.lineWidth = r * 0.55;
  ctx.strokeStyle = '#FFFFFF';
  ctx.stroke();
  ctx.lineWidth = r * 0.22;
  ctx.strokeStyle = '#5A3A00';
  ctx.stroke();
  ctx.fillStyle = '#FFB000';
  ctx.fill();
  ctx.fillStyle = INK;
  ctx.fillRect(x - r * 0.11, y - r * 0.38, r * 0.22, r * 0.62);
  ctx.fillRect(x - r * 0.11, y + r * 0.38, r * 0.22, r * 0.24);
}

function disc(ctx, x, y, r, ring = INK) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = '#FFFFFF';
  ctx.fill();
  ctx.lineWidth = Math.max(1, r * 0.16);
  ctx.strokeStyle = ring;
  ctx.stroke();
}

function strokeIn(ctx, color, width, ...lines) {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  ctx.beginPath();
  for (const [start, ...rest] of lines) {
    ctx.moveTo(...start);
    for (const point of rest) ctx.lineTo(...point);
  }
  ctx.stroke();
  ctx.lineCap = 'butt';
}

function letter(ctx, x, y, r, text) {
  disc(ctx, x, y, r);
  ctx.fillStyle = INK;
  ctx.font = `700 ${Math.round(r * 13) / 10}px "Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, x, y + r * 0.06);
}

const MARKS = {
  'at-risk': triangle,
  attained(ctx, x, y, r) {
    disc(ctx, x, y, r, '#0B5D3B');
    strokeIn(ctx, '#0B5D3B', r * 0.28, [[x - r * 0.48, y + r * 0.02], [x - r * 0.12, y + r * 0.4], [x + r * 0.5, y - r * 0.4]]);
  },
  'not-attained'(ctx, x, y, r) {
    disc(ctx, x, y, r, '#A3201B');
    const d = r * 0.4;
    strokeIn(ctx, '#A3201B', r * 0.28, [[x - d, y - d], [x + d, y + d]], [[x + d, y - d], [x - d, y + d]]);
  },
  second(ctx, x, y, r) {
    ctx.fillStyle = INK;
    ctx.strokeStyle = '#FFFFFF';
    ctx.lineWidth = r * 0.4;
    ctx.strokeRect(x - r * 0.55, y - r * 0.55, r * 1.1, r * 1.1);
    ctx.fillRect(x - r * 0.55, y - r * 0.55, r * 1.1, r * 1.1);
  },
  target(ctx, x, y, r) {
    disc(ctx, x, y, r, '#08519C');
    ctx.beginPath();
    ctx.arc(x, y, r * 0.42, 0, 7);
    ctx.fillStyle = '#08519C';
    ctx.fill();
  },
};

/**
 * Draw a mark as a symbol; ids without a drawing of their own show their letter in a disc.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{id: string, symbol: string}} mark
 * @param {number} x centre
 * @param {number} y centre
 * @param {number} radius
 */
export function drawMark(ctx, mark, x, y, radius) {
  const own = MARKS[mark.id];
  if (own) own(ctx, x, y, radius);
  else letter(ctx, x, y, radius, mark.symbol);
}

/** Signs in a symbol that is large enough, so that its colour is never alone. */
const SIGNS = {
  star: (ctx, x, y, r) => drawStar(ctx, x, y, r * 0.78),
  dots(ctx, x, y, r, ink) {
    ctx.beginPath();
    ctx.arc(x, y, r * 0.3, 0, 7);
    ctx.fillStyle = ink;
    ctx.fill();
  },
  hatch: (ctx, x, y, r, ink) => strokeIn(ctx, ink, r * 0.2, [[x - r * 0.45, y + r * 0.45], [x + r * 0.45, y - r * 0.45]]),
  cross: (ctx, x, y, r, ink) =>
    strokeIn(ctx, ink, r * 0.2, [[x - r * 0.42, y + r * 0.42], [x + r * 0.42, y - r * 0.42]], [[x - r * 0.42, y - r * 0.42], [x + r * 0.42, y + r * 0.42]]),
};

/** @returns {boolean} whether dark ink is hard to see on a colour `#RRGGBB` */
function isDark(color) {
  const [red, green, blue] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));
  return 0.3 * red + 0.59 * green + 0.11 * blue < 120;
}

/**
 * A settlement: filled where it is, hollow where it is to be.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{color: string, pattern: string}} cls
 * @param {number} x centre
 * @param {number} y centre
 * @param {number} radius
 * @param {boolean} hollow
 */
export function drawPlace(ctx, cls, x, y, radius, hollow) {
  const ring = hollow ? Math.max(2, radius * 0.34) : Math.max(1, radius * 0.13);
  ctx.beginPath();
  ctx.arc(x, y, radius - ring / 2, 0, 7);
  ctx.fillStyle = hollow ? '#FFFFFF' : cls.color;
  ctx.fill();
  if (hollow) {
    // A dark edge on both sides of the ring: light colours must stand out from the map and from white.
    ctx.lineWidth = ring + 1.6;
    ctx.strokeStyle = INK;
    ctx.stroke();
  }
  ctx.lineWidth = ring;
  ctx.strokeStyle = hollow ? cls.color : INK;
  ctx.stroke();
  const inside = hollow ? radius - ring : radius;
  if (inside >= 4) SIGNS[cls.pattern]?.(ctx, x, y, inside, !hollow && isDark(cls.color) ? '#FFFFFF' : INK);
}

const urls = new Map();
const SHARP = 3;

function picture(key, width, height, draw) {
  if (!urls.has(key)) {
    const canvas = newCanvas(width * SHARP, height * SHARP);
    const ctx = canvas.getContext('2d');
    ctx.scale(SHARP, SHARP);
    draw(ctx);
    urls.set(key, `url(${canvas.toDataURL()})`);
  }
  return urls.get(key);
}

/**
 * CSS image of a class's swatch.
 * @param {{color: string, pattern: string}} cls
 * @returns {string}
 */
export function swatch(cls) {
  return picture(`c|${cls.color}|${cls.pattern}`, 26, 18, (ctx) => {
    ctx.fillStyle = cls.color;
    ctx.fillRect(0, 0, 26, 18);
    const pattern = tilePattern(ctx, cls.pattern, SHARP, SHARP);
    if (pattern) {
      ctx.fillStyle = pattern;
      ctx.fillRect(0, 0, 26, 18);
    }
    if (cls.pattern === 'star') drawStar(ctx, 13, 9.4, 6.6);
  });
}

/**
 * CSS image of a settlement.
 * @param {{color: string, pattern: string}} cls
 * @param {boolean} hollow
 * @returns {string}
 */
export function placeImage(cls, hollow = false) {
  return picture(`p|${cls.color}|${cls.pattern}|${hollow}`, 20, 20, (ctx) => drawPlace(ctx, cls, 10, 10, 7.4, hollow));
}

/**
 * CSS image of a mark.
 * @param {{id: string, symbol: string}} mark
 * @returns {string}
 */
export function markImage(mark) {
  return picture(`m|${mark.id}|${mark.symbol}`, 20, 20, (ctx) => {
    const tile = FILL_MARKS[mark.id];
    if (!tile) return drawMark(ctx, mark, 10, 10.3, 7.6);
    ctx.fillStyle = '#FFFFFF';
    ctx.fillRect(1, 2, 18, 16);
    ctx.fillStyle = tilePattern(ctx, tile, SHARP, SHARP);
    ctx.fillRect(1, 2, 18, 16);
    ctx.strokeStyle = '#5C6B70';
    ctx.lineWidth = 0.8;
    return ctx.strokeRect(1, 2, 18, 16);
  });
}
