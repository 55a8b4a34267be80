/** Points of a one-row form: two fields each, which may be typed in any system or taken from the map. */

import { h } from './dom.js';

export class Places {
  /**
   * @param {{t: Function, lang: string, points: {pairs: string[][], system: string, degrees: string}, fields: Map<string, Object>, pickPoint: Function}} options
   *   `points` names the pairs of fields, the field that says which system they are in, and its choice for what the map gives
   */
  constructor({ t, lang, points, fields, pickPoint }) {
    Object.assign(this, { t, lang, points, fields, pickPoint });
    this.pairs = points.pairs.map(([x, y]) => this.pair(fields.get(x), fields.get(y)));
    const { input } = fields.get(points.system);
    for (const event of ['input', 'change']) input.addEventListener(event, () => this.warn(null));
  }

  pair(x, y) {
    const { t } = this;
    const warning = h('p', { class: 'ntm-desk-warn', role: 'status' });
    const button = h('button', { type: 'button', class: 'ntm-button ntm-desk-pick', 'data-testid': `desk-pick-${x.key}` }, t('desk_pick'));
    const node = h('div', { class: 'ntm-desk-pair is-wide' }, h('div', { class: 'ntm-desk-fields' }, x.node, y.node), button, warning);
    const pair = { x, y, node, button, warning };
    button.addEventListener('click', () => this.pick(pair));
    for (const one of [x, y]) one.input.addEventListener('input', () => { warning.textContent = ''; });
    return pair;
  }

  /** @param {Object} field @returns {boolean} whether it stands in a pair */
  has(field) {
    return this.pairs.some(({ x, y }) => x === field || y === field);
  }

  /** @param {Object} field @returns {?HTMLElement} the pair that it begins */
  pairAt(field) {
    return this.pairs.find(({ x }) => x === field)?.node ?? null;
  }

  async pick(pair) {
    pair.button.disabled = true;
    const point = await this.pickPoint();
    pair.button.disabled = false;
    if (point) {
      const format = new Intl.NumberFormat(this.lang, { minimumFractionDigits: 6, maximumFractionDigits: 6, useGrouping: false });
      const system = this.fields.get(this.points.system).input;
      const other = this.pairs.find((one) => one !== pair);
      const shared = other && [other.x, other.y].some(({ input }) => input.value.trim());
      const before = system.value;
      // Left open, the system is told from each point by itself: then there is nothing to change.
      if (before || !shared) this.put(system, this.points.degrees);
      this.put(pair.x.input, format.format(point[0]));
      this.put(pair.y.input, format.format(point[1]));
      if (shared && before && before !== this.points.degrees) this.warn(other, before);
    }
    pair.button.focus({ preventScroll: true });
    pair.button.scrollIntoView({ block: 'nearest' });
  }

  put(input, value) {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** Both points of a row are in one system: one that was typed in another is no longer what it was. */
  warn(wrong, before) {
    for (const pair of this.pairs) pair.warning.textContent = pair === wrong ? this.t('desk_other_system', { system: before, degrees: this.points.degrees }) : '';
  }
}
