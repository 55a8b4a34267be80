/**
 * The legend in the map's frame: swatches with pattern, counts, marks. Pointing at a row shows its
 * class alone; a click keeps it so (the only way on a touch screen).
 */

import { fill, h, icon, setText } from './dom.js';
import { markImage, swatch } from './symbols.js';

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
    this.rows.push({ me, button, count });
    return h('li', {}, button);
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

  /** Show a layer's classes; rebuilt only when the layer changes. */
  show(legend, scene) {
    if (this.legend !== legend) {
      this.legend = legend;
      this.kept = null;
      this.rows = [];
      setText(this.title, legend.title || this.t('legend'));
      fill(
        this.body,
        h('ul', { class: 'ntm-legend-list' }, legend.classes.map((cls, i) => this.row('class', i, cls, swatch(cls)))),
        legend.marks.length && h('ul', { class: 'ntm-legend-list is-marks' }, legend.marks.map((mark, i) => this.row('mark', i, mark, markImage(mark)))),
      );
    }
    for (const { me, button, count } of this.rows) {
      const value = (me.kind === 'class' ? scene.counts : scene.markCounts)?.[me.index] ?? 0;
      setText(count, this.number.format(value));
      button.classList.toggle('is-empty', !value);
    }
  }
}
