/** The tab "Tổng quan": the card of a chosen unit, the key figures, the blocks. */

import { fill, h, icon } from './dom.js';
import { gridNode } from './grid.js';
import { markImage, swatch } from './symbols.js';

function chip(image, kind) {
  return image && h('span', { class: `ntm-swatch is-${kind}`, style: `background-image:${image}` });
}

/** A figure that needs words is set smaller, so that it stays a figure and not a paragraph. */
function sizeOf(text) {
  const { length } = String(text ?? '');
  if (length > 24) return 'is-long';
  return length > 8 ? 'is-medium' : '';
}

export class Overview {
  /** @param {{t: Function, onPick: (patch: Object) => void, onHover: Function}} options */
  constructor({ t, onPick, onHover }) {
    Object.assign(this, { t, onPick, onHover });
    this.card = h('div', { class: 'ntm-card-place' });
    this.figures = h('dl', { class: 'ntm-figures', 'data-testid': 'figures' });
    this.blocks = h('div', { class: 'ntm-blocks' });
    this.element = h('div', { class: 'ntm-overview' }, this.card, this.figures, this.blocks);
    this.seen = {};
  }

  /** Rebuild only the parts whose data differ; a period change seldom touches all of them. */
  update(scene, legend) {
    this.legend = legend;
    const parts = { card: scene.card, figures: scene.figures, blocks: scene.blocks };
    for (const [name, data] of Object.entries(parts)) {
      const key = JSON.stringify([data ?? null, scene.legend]);
      if (this.seen[name] === key) continue;
      this.seen[name] = key;
      this[`${name}Nodes`](data);
    }
  }

  cardNodes(card) {
    if (!card) {
      fill(this.card);
      return;
    }
    const cls = this.legend.classes.find(({ id }) => id === card.class_id);
    fill(this.card, h('article', { class: 'ntm-card', 'data-testid': 'card', 'aria-labelledby': 'ntm-card-title' },
      h('header', {},
        h('div', {},
          h('h2', { id: 'ntm-card-title' }, card.title),
          card.subtitle && h('p', { class: 'ntm-card-sub' }, card.subtitle),
          cls && h('p', { class: 'ntm-card-class' }, chip(swatch(cls), 'class'), cls.label)),
        h('button', {
          type: 'button', class: 'ntm-icon-button', 'aria-label': this.t('close_card'), title: this.t('close_card'), 'data-testid': 'card-close',
          onclick: () => this.onPick({ commune: null }),
        }, icon('close'))),
      card.sections.slice(0, card.criteria_at).map((section) => this.section(section)),
      gridNode(card.criteria, this.t),
      card.sections.slice(card.criteria_at).map((section) => this.section(section))));
  }

  section(section) {
    return h('section', {}, h('h3', {}, section.title),
      h('dl', {}, section.rows.map((row) => h('div', {},
        h('dt', {}, row.label),
        h('dd', {}, row.value, row.source && h('small', {}, row.source))))));
  }

  figuresNodes(figures) {
    fill(this.figures, (figures ?? []).map((figure) => h('div', { class: 'ntm-figure', 'data-figure': figure.id },
      h('dt', {}, figure.label),
      h('dd', {},
        h('span', { class: `ntm-figure-number ${sizeOf(figure.text)}` }, figure.text),
        figure.change && h('span', { class: 'ntm-figure-change' }, figure.change),
        figure.note && h('span', { class: 'ntm-figure-note' }, figure.note)))));
  }

  blocksNodes(blocks) {
    fill(this.blocks, (blocks ?? []).map((block) => this.block(block)));
  }

  block(block) {
    const heading = block.title && h('h2', {}, block.kind === 'alert' && chip(markImage({ id: 'at-risk', symbol: '⚠' }), 'mark'), block.title);
    const note = block.note && h('p', { class: 'ntm-block-note' }, block.note);
    const items = block.items ?? [];
    const shape = { class: `ntm-block is-${block.kind}`, 'data-block': block.kind };
    if (block.kind === 'quote') {
      return h('section', shape, heading,
        items.map((item) => h('blockquote', {}, h('p', {}, item.text), item.detail && h('footer', {}, item.detail))), note);
    }
    if (block.kind === 'alert') return h('section', shape, heading, note, h('ul', { class: 'ntm-items' }, items.map((item) => this.item(item, block))));
    return h('section', shape, heading, items.length > 0 && h('ul', { class: 'ntm-items' }, items.map((item) => this.item(item, block))), note);
  }

  item(item, block) {
    const cls = this.legend.classes.find(({ id }) => id === item.class_id);
    const mark = this.legend.marks.find(({ id }) => id === item.mark);
    const bars = block.kind === 'bars';
    const inside = [
      !bars && chip(cls && swatch(cls), 'class'),
      !bars && block.kind !== 'alert' && chip(mark && markImage(mark), 'mark'),
      h('span', { class: 'ntm-item-text' }, item.text),
      item.detail && h('span', { class: 'ntm-item-detail' }, item.detail),
      bars && h('span', { class: 'ntm-bar', 'aria-hidden': 'true' },
        h('span', { style: `width:${(Math.max(0, Math.min(1, item.share ?? 0)) * 100).toFixed(1)}%;${cls ? `background-color:${cls.color};` : ''}` })),
    ];
    const target = item.unit ? { commune: item.unit } : item.district ? { district: item.district } : null;
    if (!target) return h('li', {}, h('span', { class: 'ntm-item' }, inside));
    const beside = this.beside?.(item);
    return h('li', { class: beside ? 'has-beside' : null }, h('button', {
      type: 'button', class: 'ntm-item is-link', 'data-code': item.unit ?? item.district, onclick: () => this.onPick(target),
      onpointerenter: () => this.onHover(item.unit ?? null), onpointerleave: () => this.onHover(null),
    }, inside), beside);
  }
}
