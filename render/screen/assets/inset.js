/** The inset: one district drawn larger, by the same painter, with the same hover and click. */

import { h, setText } from './dom.js';

export class Inset {
  /**
   * @param {{painter: Object, district: Object, t: Function, onHover: Function, onPick: Function, picker: Object}} options
   */
  constructor({ painter, district, t, onHover, onPick, picker }) {
    this.painter = painter;
    this.district = district;
    this.units = painter.units.filter((unit) => unit.district === district.code);
    // A district of one unit is an island far out at sea: it stands here under its own name, not enlarged.
    const lone = this.units.length === 1;
    const place = { district: lone ? this.units[0].name : district.name };
    const box = [0, 1, 2, 3].map((i) => (i < 2 ? Math.min : Math.max)(...this.units.map((unit) => unit.box[i])));
    this.box = box;
    this.base = h('canvas', { class: 'ntm-inset-canvas', role: 'img', 'aria-label': t(lone ? 'inset_far_label' : 'inset_label', place) });
    this.over = h('canvas', { class: 'ntm-inset-canvas ntm-inset-over', 'aria-hidden': 'true' });
    this.title = h('figcaption', { class: 'ntm-inset-title' });
    setText(this.title, t(lone ? 'inset_far' : 'inset_title', place));
    this.plot = h('div', { class: 'ntm-inset-plot' }, this.base, this.over);
    this.element = h('figure', { class: 'ntm-inset', 'data-testid': 'inset' }, this.title, this.plot);
    this.plot.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'touch') onHover(this.unitAt(event), event);
    });
    this.plot.addEventListener('pointerleave', () => onHover(null));
    this.plot.addEventListener('click', (event) => {
      const unit = this.unitAt(event);
      if (unit && !picker.active) onPick(unit);
    });
  }

  unitAt(event) {
    if (!this.view) return null;
    const box = this.plot.getBoundingClientRect();
    const x = (event.clientX - box.left) / this.view.scale + this.view.x;
    const y = (event.clientY - box.top) / this.view.scale + this.view.y;
    return this.painter.hit(x, y, this.units);
  }

  /** Choose the size for a frame. @returns {number[]} width and height of the whole inset */
  measure(frameWidth, frameHeight) {
    const [x0, y0, x1, y1] = this.box;
    const side = Math.max(140, Math.min(300, frameWidth * 0.25, frameHeight * 0.3));
    const ratio = (y1 - y0) / (x1 - x0);
    const width = Math.round(ratio > 1 ? side / ratio : side);
    const height = Math.round(width * ratio);
    this.plot.style.width = `${width}px`;
    this.plot.style.height = `${height}px`;
    const dpr = Math.min(3, window.devicePixelRatio || 1);
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(width * dpr);
      canvas.height = Math.round(height * dpr);
    }
    const scale = (width - 10) / (x1 - x0);
    this.view = { scale, home: scale, x: x0 - 5 / scale, y: y0 - 5 / scale, width, height, dpr };
    return [this.element.offsetWidth, this.element.offsetHeight];
  }

  /** @returns {boolean} whether it is on the screen */
  get shown() {
    return this.element.offsetWidth > 0 && !this.element.classList.contains('is-away');
  }

  draw({ isolate, selected }) {
    if (!this.view || !this.painter.scene) return;
    this.painter.paint(this.base.getContext('2d'), this.view, { isolate, only: this.units, selected });
  }

  outline(hovered, selected) {
    if (!this.view) return;
    const outlines = [];
    const chosen = this.units.find((unit) => unit.code === selected);
    if (hovered && hovered.district === this.district.code) outlines.push({ path: this.painter.outlineOf({ unit: hovered }), kind: 'hover' });
    if (chosen) outlines.push({ path: this.painter.outlineOf({ unit: chosen }), kind: 'selected' });
    this.painter.paintOutlines(this.over.getContext('2d'), this.view, outlines);
  }
}
