/** The tab "Danh sách": every selected unit, grouped by district, straight from the class string. */

import { fill, h } from './dom.js';
import { markImage, swatch } from './symbols.js';

export class UnitList {
  /** @param {{t: Function, onPick: Function, onHover: Function}} options */
  constructor({ t, onPick, onHover }) {
    this.t = t;
    this.element = h('div', { class: 'ntm-unitlist', 'data-testid': 'unit-list' });
    // One listener each for thousands of rows.
    this.element.addEventListener('click', (event) => {
      const row = event.target.closest('[data-code]');
      if (row) onPick({ commune: row.dataset.code });
    });
    this.element.addEventListener('pointerover', (event) => onHover(event.target.closest('[data-code]')?.dataset.code ?? null));
    this.element.addEventListener('pointerleave', () => onHover(null));
  }

  /** Built when the tab is looked at, not with every scene. */
  update(scene, painter) {
    const key = `${scene.classes}|${scene.marks}|${scene.legend}`;
    if (this.key !== key) {
      this.key = key;
      const groups = painter.districts.map((district) => this.group(district, painter)).filter(Boolean);
      fill(this.element, groups.length ? groups : h('p', { class: 'ntm-empty' }, this.t('list_empty')));
    }
    const current = this.element.querySelector('[aria-current]');
    if (current?.dataset.code !== scene.state?.commune) {
      current?.removeAttribute('aria-current');
      if (scene.state?.commune) this.element.querySelector(`[data-code="${CSS.escape(scene.state.commune)}"]`)?.setAttribute('aria-current', 'true');
    }
  }

  group(district, painter) {
    const { legend, classes, marks } = painter;
    const units = painter.units.filter((unit) => unit.district === district.code && classes[unit.index] >= 0);
    if (!units.length) return null;
    units.sort((a, b) => classes[a.index] - classes[b.index] || a.short.localeCompare(b.short, 'vi'));
    return h('section', {}, h('h2', {}, district.name), h('ul', {}, units.map((unit) => {
      const cls = legend.classes[classes[unit.index]];
      return h('li', {}, h('button', { type: 'button', class: 'ntm-unit', 'data-code': unit.code },
        h('span', { class: 'ntm-swatch is-class', style: `background-image:${cls ? swatch(cls) : 'none'}` }),
        h('span', { class: 'ntm-unit-name' }, unit.name),
        legend.marks.filter((mark, bit) => marks[unit.index] & (1 << bit)).map((mark) => h('span', {
          class: 'ntm-swatch is-mark', style: `background-image:${markImage(mark)}`, role: 'img', 'aria-label': mark.label, title: mark.label,
        })),
        h('span', { class: 'ntm-unit-class' }, cls?.label ?? '')));
    })));
  }
}
