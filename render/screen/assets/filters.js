/** The filter row: native selects, then what is in use as chips. On a phone it folds behind a button. */

import { fill, h, icon } from './dom.js';

const two = (month) => String(month).padStart(2, '0');

export class Filters {
  /** @param {{setup: Object, t: Function, onChange: Function}} options */
  constructor({ setup, t, onChange }) {
    Object.assign(this, { setup, t, onChange });
    this.selects = new Map();
    this.row = h('div', { class: 'ntm-selects', id: 'ntm-selects' });
    this.chips = h('ul', { class: 'ntm-chips', 'aria-label': t('in_use'), 'data-testid': 'chips' });
    this.count = h('span', { class: 'ntm-badge', hidden: true });
    this.toggle = h('button', {
      type: 'button', class: 'ntm-button ntm-filter-toggle', 'aria-expanded': 'false', 'aria-controls': 'ntm-selects',
      onclick: () => this.open(!this.element.classList.contains('is-open')),
    }, icon('filter'), t('filters'), this.count);
    this.element = h('section', { class: 'ntm-filters', 'aria-label': t('filters'), 'data-testid': 'filters' }, this.toggle, this.row, this.chips);
  }

  open(open) {
    this.element.classList.toggle('is-open', open);
    this.toggle.setAttribute('aria-expanded', String(open));
  }

  field(name, label, onchange) {
    const select = h('select', { id: `ntm-f-${name}`, 'data-filter': name, onchange });
    this.selects.set(name, select);
    return h('div', { class: 'ntm-field' }, h('label', { for: `ntm-f-${name}` }, label), select);
  }

  build(names) {
    this.selects.clear();
    const fields = [];
    for (const name of names) {
      if (name === 'period' || name === 'year') {
        fields.push(this.field('year', this.t('year'), () => this.sendPeriod()));
        if (name === 'period') fields.push(this.field('month', this.t('month'), () => this.sendPeriod()));
      } else {
        fields.push(this.field(name, this.t(`filter_${name}`), (event) => this.onChange({ [name]: event.target.value || null })));
      }
    }
    fill(this.row, fields);
    for (const name of names) if (name !== 'period' && name !== 'year') this.fillSelect(name, this.optionsOf(name));
  }

  optionsOf(name) {
    const known = name === 'district'
      ? (this.setup.districts ?? []).map(({ code, name: label }) => [code, label])
      : this.setup.options?.[name] ?? [];
    return [['', this.t(`all_${name}`)], ...known];
  }

  fillSelect(name, options) {
    fill(this.selects.get(name), options.map(([value, label]) => h('option', { value }, label)));
  }

  /** A year without that month falls back to its last one: the latest state of the year. */
  sendPeriod() {
    const year = Number(this.selects.get('year').value);
    const months = this.setup.years.find((entry) => entry.year === year)?.months ?? [];
    const asked = Number(this.selects.get('month')?.value || 12);
    const month = !months.length || months.includes(asked) ? asked : months.at(-1);
    this.onChange({ period: `${year}-${two(this.selects.has('month') ? month : months.at(-1) ?? 12)}` });
  }

  showPeriod(period) {
    const [year, month] = String(period ?? '').split('-').map(Number);
    const yearSelect = this.selects.get('year');
    if (!yearSelect) return;
    const years = this.setup.years ?? [];
    if (yearSelect.options.length !== years.length) this.fillSelect('year', years.map((entry) => [entry.year, entry.year]));
    yearSelect.value = String(year);
    const monthSelect = this.selects.get('month');
    if (!monthSelect) return;
    const months = years.find((entry) => entry.year === year)?.months ?? [];
    this.fillSelect('month', months.map((value) => [value, this.t('month_name', { month: value })]));
    monthSelect.value = String(month);
  }

  /** Show what the scene says; the user's own choice is confirmed or taken back by it. */
  update(scene) {
    const names = this.setup.filters?.[scene.layer] ?? [];
    if (this.layer !== scene.layer) {
      this.layer = scene.layer;
      this.build(names);
    }
    this.showPeriod(scene.state?.period);
    for (const [name, select] of this.selects) {
      if (name !== 'year' && name !== 'month') select.value = scene.state?.[name] ?? '';
      select.classList.toggle('is-set', name !== 'year' && name !== 'month' && Boolean(select.value));
    }
    const chips = scene.chips ?? [];
    this.count.hidden = !chips.length;
    this.count.textContent = chips.length;
    fill(this.chips, chips.map((chip) => this.chip(chip)), chips.length > 0 && h('li', {}, h('button', {
      type: 'button', class: 'ntm-reset', 'data-testid': 'reset', onclick: () => this.onChange({ reset: true }),
    }, this.t('reset'))));
    this.chips.hidden = !chips.length;
  }

  chip({ name, label }) {
    return h('li', { class: 'ntm-chip', 'data-testid': 'chip', 'data-chip': name }, h('span', {}, label),
      h('button', {
        type: 'button', 'aria-label': this.t('remove_filter', { label }), onclick: () => this.onChange({ [name]: null }),
      }, icon('close')));
  }
}
