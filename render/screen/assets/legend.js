/**
 * The legend in the map's frame: swatches with pattern, counts, marks. Pointing at a row shows its
 * class alone; a click keeps it so (the only way on a touch screen). Under the areas: what stands at places.
 */

import { fill, h, icon, setText } from './dom.js';
import { markImage, placeImage, swatch } from './symbols.js';

/** Layers whose symbols tell filled from hollow, and have a size. */
const SETTLED = new Set(['border-replanning']);

export class Legend {
  /**
   * @param {{t: Function, lang: string, onIsolate: (isolate: ?{kind: string, index: number}) => void,
   *   onToggle: Function}} options
   */
  constructor({ t, lang, onIsolate, onToggle }) {
    this.t = t;
    this.number = new Intl.NumberFormat(lang);
    this.onIsolate = onIsolate;
    this.kept = null;
    this.rows = [];
    this.title = h('span', { class: 'ntm-legend-title' });
    this.button = h(
      'button',
      {
        type: 'button',
        class: 'ntm-legend-head',
        'aria-expanded': 'true',
        'aria-controls': 'ntm-legend-body',
        onclick: () => {
          this.open(this.element.classList.contains('is-closed'));
          onToggle();
        },
      },
      icon('legend'),
      this.title,
      h('span', { class: 'ntm-legend-short' }, t('legend')),
      h('span', { class: 'ntm-legend-arrow' }, icon('down')),
    );
    this.body = h('div', { class: 'ntm-legend-body', id: 'ntm-legend-body' });
    this.element = h('section', { class: 'ntm-legend', 'data-testid': 'legend', 'aria-label': t('legend') }, this.button, this.body);
  }

  open(open) {
    this.element.classList.toggle('is-closed', !open);
    this.button.setAttribute('aria-expanded', String(open));
  }

  row(kind, index, entry, image) {
    const me = { kind, index };
    const count = h('span', { class: 'ntm-legend-count' });
    const button = h(
      'button',
      {
        type: 'button',
        class: 'ntm-legend-row',
        [`data-${kind}`]: entry.id,
        'aria-pressed': 'false',
        onpointerenter: (event) => event.pointerType !== 'touch' && this.onIsolate(me),
        onpointerleave: (event) => event.pointerType !== 'touch' && this.onIsolate(this.kept),
        onfocus: () => button.matches(':focus-visible') && this.onIsolate(me),
        onblur: () => this.onIsolate(this.kept),
        onclick: () => this.keep(me),
      },
      h('span', { class: `ntm-swatch is-${kind}`, style: `background-image:${image}` }),
      h('span', { class: 'ntm-legend-label' }, entry.label),
      count,
    );
    const item = h('li', {}, button);
    this.rows.push({ me, button, count, item });
    return item;
  }

  keep(me) {
    const same = this.kept && this.kept.kind === me.kind && this.kept.index === me.index;
    this.kept = same ? null : me;
    this.paintKept();
    this.onIsolate(this.kept);
  }

  paintKept() {
    for (const { me, button } of this.rows) {
      const on = Boolean(this.kept && this.kept.kind === me.kind && this.kept.index === me.index);
      button.setAttribute('aria-pressed', String(on));
    }
  }

  /** What stands at places: classes, and how to read their symbols. */
  placeRows(legend, key) {
    const sample = { color: '#8FA3AB', pattern: 'solid' };
    const sign = (hollow) => h('span', { class: 'ntm-swatch is-feature', style: `background-image:${placeImage(sample, hollow)}` });
    this.schematic = h('p', { class: 'ntm-legend-note', 'data-testid': 'legend-schematic' }, this.t('places_schematic'));
    this.places = legend.features?.length > 0 && h('section', { class: 'ntm-legend-places', 'data-testid': 'legend-places' },
      h('h3', {}, legend.featuresTitle),
      h('ul', { class: 'ntm-legend-list' }, legend.features.map((cls, i) => this.row('feature', i, cls, placeImage(cls)))),
      SETTLED.has(key) && h('p', { class: 'ntm-legend-note' }, sign(false), this.t('place_now'), sign(true), this.t('place_planned')),
      SETTLED.has(key) && h('p', { class: 'ntm-legend-note' }, this.t('place_size')),
      this.schematic);
    return this.places;
  }

  /** A class that nothing is of takes no line; where nothing at all is drawn, neither does the rest. */
  countPlaces(scene, features) {
    const placed = features?.placed ?? scene.points?.placed ?? false;
    const counts = placed ? scene.points.counts : [];
    for (const { me, count, item } of this.rows) {
      if (me.kind !== 'feature') continue;
      setText(count, this.number.format(counts[me.index] ?? 0));
      item.hidden = !counts[me.index];
    }
    this.places.hidden = !counts.some(Boolean);
    this.element.classList.toggle('has-places', !this.places.hidden);
    this.schematic.hidden = features?.exact ?? false;
  }

  /**
   * Show a layer's classes; rebuilt only when the layer changes.
   * @param {Object} legend
   * @param {Object} scene
   * @param {?Object} features what stands at places, null when it is not here yet
   */
  show(legend, scene, features) {
    if (this.legend !== legend) {
      this.legend = legend;
      this.kept = null;
      this.rows = [];
      this.element.classList.remove('has-places');
      setText(this.title, legend.title || this.t('legend'));
      fill(
        this.body,
        h('ul', { class: 'ntm-legend-list' }, legend.classes.map((cls, i) => this.row('class', i, cls, swatch(cls)))),
        legend.marks.length && h('ul', { class: 'ntm-legend-list is-marks' }, legend.marks.map((mark, i) => this.row('mark', i, mark, markImage(mark)))),
        this.placeRows(legend, scene.legend),
      );
    }
    if (this.places) this.countPlaces(scene, features);
    for (const { me, button, count } of this.rows) {
      if (me.kind === 'feature') continue;
      const value = (me.kind === 'class' ? scene.counts : scene.markCounts)?.[me.index] ?? 0;
      setText(count, this.number.format(value));
      button.classList.toggle('is-empty', !value);
    }
  }
}
