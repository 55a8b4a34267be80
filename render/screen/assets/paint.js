/**
 * The painter: fills by class in batches, patterns, outlines, marks and names, on any canvas and
 * at any scale. The province map and the inset are two views of the same painter.
 *
 * A *view* is `{scale, x, y, width, height, dpr}`: CSS pixels per grid cell, the grid position of
 * the canvas's top left corner, its size in CSS pixels, device pixels per CSS pixel.
 */

import { drawFeatures, writeFeatures } from './features_paint.js';
import { contains } from './geometry.js';
import { Labels } from './labels.js';
import { numbers } from './scene.js';
import { drawMark, drawStar, FILL_MARKS, tilePattern } from './symbols.js';

const FADED = -1;
const DIM = 0.14;
/** Lines drawn as the territory's outline. */
const OUTLINES = new Set(['province', 'archipelago']);
const COLORS = {
  faded: '#F6F8F7',
  fadedLine: '#C9D0CE',
  unitLine: 'rgba(52,64,62,.62)',
  districtLine: '#3B4A4C',
  provinceLine: '#263437',
  border: '#1F2528',
};

export class Painter {
  /**
   * @param {Object} geometry decoded geometry
   * @param {Object} setup
   */
  constructor(geometry, setup) {
    const [ox, oy] = geometry.origin;
    this.geometry = geometry;
    this.size = geometry.size;
    this.units = setup.units.map((unit, index) => ({
      ...unit,
      index,
      x: unit.label[0] - ox,
      y: unit.label[1] - oy,
      r: unit.label[2],
      box: [unit.box[0] - ox, unit.box[1] - oy, unit.box[2] - ox, unit.box[3] - oy],
    }));
    this.districts = (setup.districts ?? []).map((district) => ({
      ...district,
      x: district.label[0] - ox,
      y: district.label[1] - oy,
      r: district.label[2],
      box: district.box && [district.box[0] - ox, district.box[1] - oy, district.box[2] - ox, district.box[3] - oy],
    }));
    this.byCode = new Map(this.units.map((unit) => [unit.code, unit]));
    this.districtLines = new Map();
    for (const line of geometry.lines) if (line.kind === 'district') this.districtLines.set(line.key, line.path);
    this.labels = new Labels(this);
    this.batches = new Map();
    this.sheets = new Map();
    this.features = null;
  }

  /** Take the classes and marks of a scene; nothing is drawn yet. */
  setScene(scene, legend) {
    this.scene = scene;
    this.legend = legend;
    const size = this.units.length;
    this.classes = numbers(scene.classes, size, FADED);
    this.marks = numbers(scene.marks, size, 0);
    for (let i = 0; i < size; i += 1) if (this.marks[i] < 0) this.marks[i] = 0;
    this.anyFaded = this.classes.includes(FADED);
    this.fadedKey = this.anyFaded ? scene.classes.replace(/[^-]/g, '+') : '';
    this.batches.clear();
  }

  /** Take what stands at places, null when there is nothing or not yet. */
  setFeatures(features) {
    this.features = features;
  }

  /** @returns {?Object} the unit under a grid position */
  hit(x, y, only = null) {
    for (const unit of only ?? this.units) {
      const [x0, y0, x1, y1] = unit.box;
      if (x < x0 || x > x1 || y < y0 || y > y1) continue;
      if (contains(this.geometry.units[unit.index], x, y)) return unit;
    }
    return null;
  }

  /** @returns {boolean} whether the unit belongs to what the legend isolates */
  isIsolated(index, isolate) {
    if (!isolate) return true;
    if (isolate.kind === 'class') return this.classes[index] === isolate.index;
    return this.classes[index] !== FADED && Boolean(this.marks[index] & (1 << isolate.index));
  }

  /** One path per fill: 3,321 separate fills would cost ten times as much. */
  batchesFor(isolate, only) {
    const key = `${isolate ? isolate.kind + isolate.index : ''}|${only ? only[0]?.district : ''}`;
    if (this.batches.has(key)) return this.batches.get(key);
    const fills = new Map();
    const overlays = new Map();
    const collect = (map, id, value, path) => {
      if (!map.has(id)) map.set(id, { ...value, path: new Path2D() });
      map.get(id).path.addPath(path);
    };
    const outlines = only ? new Path2D() : this.geometry.outlines;
    for (const { index } of only ?? this.units) {
      const { path } = this.geometry.units[index];
      const cls = this.classes[index];
      const dim = cls !== FADED && !this.isIsolated(index, isolate);
      collect(fills, `${cls}${dim}`, { cls, dim }, path);
      if (only) outlines.addPath(path);
      this.legend.marks.forEach((mark, bit) => {
        const tile = FILL_MARKS[mark.id];
        if (tile && cls !== FADED && this.marks[index] & (1 << bit)) collect(overlays, `${tile}${dim}`, { tile, dim }, path);
      });
    }
    const made = { fills: [...fills.values()], overlays: [...overlays.values()], outlines };
    this.batches.set(key, made);
    return made;
  }

  /**
   * Draw everything.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Object} view
   * @param {{isolate: ?Object, only: ?Array, skip: ?Set, avoid: ?Array, outside: ?Array, frame: ?Array}} options
   *   `avoid` boxes over the map, `outside` boxes of the names around the territory
   * @returns {Object[]} boxes of district names
   */
  paint(ctx, view, options = {}) {
    const k = view.scale * view.dpr;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    ctx.setTransform(k, 0, 0, k, -view.x * k, -view.y * k);
    // A class of features dims other features and no area.
    const isolate = options.isolate?.kind === 'feature' ? null : options.isolate;
    const batches = this.batchesFor(isolate, options.only);
    const slot = options.only?.[0]?.district ?? '';
    const where = [slot, view.x, view.y, view.scale, view.home, view.dpr, this.scene.area, this.fadedKey].join();
    this.paintFills(ctx, batches, k, view.dpr);
    this.lay(ctx, `lines${slot}`, where, (sheet) => {
      sheet.setTransform(k, 0, 0, k, -view.x * k, -view.y * k);
      this.paintLines(sheet, batches, view, options);
    });
    const features = options.only ? null : this.features;
    const alone = options.isolate?.kind === 'feature' ? options.isolate.index : null;
    if (features) {
      this.lay(ctx, 'features', [where, features.mask, alone].join(), (sheet) => {
        sheet.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
        drawFeatures(sheet, view, features, alone);
      }, features);
    }
    ctx.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
    const icons = this.labels.icons(view, { ...options, isolate });
    for (const item of icons) this.paintIcon(ctx, item);
    const around = [...icons.map((icon) => [icon.x, icon.y, icon.size]), ...(options.avoid ?? []), options.frame].join();
    const names = [where, around, options.selected, ...(options.skip ?? []), JSON.stringify(this.scene.labels)].join();
    const { hits, taken } = this.lay(ctx, `names${slot}`, names, (sheet) => {
      sheet.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
      return this.labels.draw(sheet, view, icons, options);
    });
    if (features) this.paintTexts(ctx, view, [names, features.mask].join(), taken, options);
    return hits;
  }

  /** What is written beside features, where the names leave room. */
  paintTexts(ctx, view, key, names, { frame, outside }) {
    const { features } = this;
    this.lay(ctx, 'texts', key, (sheet) => {
      sheet.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
      const onLand = (x, y) => Boolean(this.hit(x / view.scale + view.x, y / view.scale + view.y));
      writeFeatures(sheet, view, features, { names, outside, frame, onLand });
    }, features);
  }

  /**
   * Lay a sheet over the picture. Lines and names are most of the work and mostly the same from one
   * scene to the next: each sheet is drawn again only when its key changes.
   * @param {CanvasRenderingContext2D} ctx
   * @param {string} slot which sheet
   * @param {string} key everything the sheet depends on
   * @param {(sheet: CanvasRenderingContext2D) => *} draw
   * @param {?Object} of what it shows, where a key cannot tell one from another
   * @returns {*} what `draw` returned when the sheet was made
   */
  lay(ctx, slot, key, draw, of = null) {
    const { width, height } = ctx.canvas;
    let sheet = this.sheets.get(slot);
    if (sheet?.key !== key || sheet.of !== of || sheet.canvas.width !== width || sheet.canvas.height !== height) {
      const canvas = sheet?.canvas ?? document.createElement('canvas');
      canvas.width = width; // also clears it
      canvas.height = height;
      sheet = { key, of, canvas, result: draw(canvas.getContext('2d')) };
      this.sheets.set(slot, sheet);
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    if (width && height) ctx.drawImage(sheet.canvas, 0, 0);
    return sheet.result;
  }

  paintFills(ctx, { fills, overlays }, k, dpr) {
    for (const { cls, dim, path } of fills) {
      const entry = this.legend.classes[cls];
      ctx.globalAlpha = 1;
      ctx.fillStyle = entry && !dim ? entry.color : COLORS.faded;
      ctx.fill(path, 'evenodd');
      if (!entry) continue;
      if (dim) {
        ctx.globalAlpha = DIM;
        ctx.fillStyle = entry.color;
        ctx.fill(path, 'evenodd');
      }
      const pattern = tilePattern(ctx, entry.pattern, dpr, k);
      if (!pattern) continue;
      ctx.fillStyle = pattern;
      ctx.fill(path, 'evenodd');
    }
    for (const { tile, dim, path } of overlays) {
      ctx.globalAlpha = dim ? DIM : 1;
      ctx.fillStyle = tilePattern(ctx, tile, dpr, k);
      ctx.fill(path, 'evenodd');
    }
    ctx.globalAlpha = 1;
  }

  paintLines(ctx, { outlines }, view, { only }) {
    const px = 1 / view.scale;
    const near = Math.min(1.6, Math.max(1, view.scale / (view.home ?? view.scale)) ** 0.5);
    ctx.lineJoin = 'round';
    ctx.lineWidth = (this.scene.area === 'district' ? 0.35 : 0.7) * near * px;
    ctx.strokeStyle = this.anyFaded ? COLORS.fadedLine : COLORS.unitLine;
    ctx.stroke(outlines);
    if (this.anyFaded) this.paintKeptOutlines(ctx, only, near * px);
    ctx.strokeStyle = COLORS.districtLine;
    ctx.lineWidth = 1.7 * near * px;
    for (const path of only ? [this.districtLines.get(only[0]?.district)] : this.districtLines.values()) {
      if (path) ctx.stroke(path);
    }
    if (only) return;
    ctx.strokeStyle = COLORS.provinceLine;
    ctx.lineWidth = 2.8 * near * px;
    for (const line of this.geometry.lines) if (OUTLINES.has(line.kind)) ctx.stroke(line.path);
    for (const line of this.geometry.lines) if (line.kind === 'border') this.paintBorder(ctx, line.path, near * px);
  }

  paintKeptOutlines(ctx, only, px) {
    const path = new Path2D();
    for (const { index } of only ?? this.units) {
      if (this.classes[index] !== FADED) path.addPath(this.geometry.units[index].path);
    }
    ctx.lineWidth = 0.8 * px;
    ctx.strokeStyle = COLORS.unitLine;
    ctx.stroke(path);
  }

  /** National border: white casing, then the dash-dot of Vietnamese topographic sheets. */
  paintBorder(ctx, path, px) {
    ctx.lineCap = 'butt';
    ctx.strokeStyle = '#FFFFFF';
    ctx.lineWidth = 6.4 * px;
    ctx.stroke(path);
    ctx.strokeStyle = COLORS.border;
    ctx.lineWidth = 3.2 * px;
    ctx.setLineDash([11 * px, 3.5 * px, 3.2 * px, 3.5 * px]);
    ctx.stroke(path);
    ctx.setLineDash([]);
  }

  paintIcon(ctx, { kind, mark, x, y, size, dim }) {
    ctx.globalAlpha = dim ? DIM : 1;
    if (kind === 'star') drawStar(ctx, x, y, size / 2);
    else drawMark(ctx, mark, x, y, size / 2);
    ctx.globalAlpha = 1;
  }

  /**
   * Hover and selection, on a canvas of their own: moving the pointer never redraws the map.
   * @param {CanvasRenderingContext2D} ctx
   * @param {Object} view
   * @param {Array<{path: Path2D, kind: string}>} outlines
   */
  paintOutlines(ctx, view, outlines) {
    const k = view.scale * view.dpr;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    ctx.setTransform(k, 0, 0, k, -view.x * k, -view.y * k);
    ctx.lineJoin = 'round';
    for (const { path, kind } of outlines) {
      const widths = kind === 'selected' ? [7, 3.6] : [5, 2.4];
      const colors = kind === 'selected' ? ['#FFFFFF', '#C8102E'] : ['rgba(255,255,255,.95)', '#101C22'];
      widths.forEach((width, i) => {
        ctx.lineWidth = width / view.scale;
        ctx.strokeStyle = colors[i];
        ctx.stroke(path);
      });
    }
  }

  /** @returns {?Path2D} outline of a unit or, where districts are drawn, of a district */
  outlineOf({ unit, district }) {
    if (unit) return this.geometry.units[unit.index].path;
    return district ? this.districtLines.get(district) : null;
  }
}
