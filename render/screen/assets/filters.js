/** The filter row: native selects, then what is in use as chips. On a phone it folds behind a button. */

import { fill, h, icon } from './dom.js';
import { modified } from './topbar.js';

const two = (month) => String(month).padStart(2, '0');
/** Two ways to say what one map shows: choosing one lets go of the other. */
const INSTEAD = { criterion: 'criterion_group', criterion_group: 'criterion' };

/** Filters that are shown only when there is something to choose. */
const OFFERED_ONLY = new Set(['boundary']);

export class Filters {
  /** @param {{setup: Object, t: Function, onChange: Function}} options */
  constructor({ setup, t, onChange }) {
    Object.assign(this, { setup, t, onChange });
    this.selects = new Map();
    this.row = h('div', { class: 'ntm-selects', id: 'ntm-selects' });
    this.switch = h('nav', { class: 'ntm-switch', 'aria-label': t('layer_switch'), 'data-testid': 'switch', hidden: true });
    this.chips = h('ul', { class: 'ntm-chips', 'aria-label': t('in_use'), 'data-testid': 'chips' });
    this.count = h('span', { class: 'ntm-badge', hidden: true });
    this.toggle = h('button', {
      type: 'button', class: 'ntm-button ntm-filter-toggle', 'aria-expanded': 'false', 'aria-controls': 'ntm-selects',
      onclick: () => this.open(!this.element.classList.contains('is-open')),
    }, icon('filter'), t('filters'), this.count);
    this.element = h('section', { class: 'ntm-filters', 'aria-label': t('filters'), 'data-testid': 'filters' }, this.switch, this.toggle, this.row, this.chips);
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
        const field = this.field(name, this.t(`filter_${name}`), (event) => this.sendChoice(name, event.target.value || null));
        field.hidden = OFFERED_ONLY.has(name);
        fields.push(field);
      }
    }
    fill(this.row, fields);
    this.offered = {};
    this.filled = {};
    for (const name of names) if (name !== 'period' && name !== 'year') this.fillSelect(name, this.optionsOf(name));
  }

  optionsOf(name, varying = null) {
    const known = name === 'district'
      ? (this.setup.districts ?? []).map(({ code, name: label }) => [code, label])
      : varying ?? this.setup.options?.[name] ?? [];
    return [['', this.t(`all_${name}`)], ...known];
  }

  sendChoice(name, value) {
    const other = INSTEAD[name];
    this.onChange(value && other && this.selects.has(other) ? { [name]: value, [other]: null } : { [name]: value });
  }

  /** Choices that come with the scene, because they depend on the month. */
  showOffers(options = {}) {
    for (const [name, rows] of Object.entries(options)) {
      const key = JSON.stringify(rows);
      if (!this.selects.has(name) || this.offered[name] === key) continue;
      this.offered[name] = key;
      this.fillSelect(name, this.optionsOf(name, rows));
      this.selects.get(name).parentElement.hidden = OFFERED_ONLY.has(name) && !rows.length;
    }
  }

  /** The switch between the layers of one page: links, so that a new tab or a copied address works. */
  showSwitch(scene) {
    const layers = this.setup.pages?.find(({ key }) => key === scene.page)?.layers ?? [];
    this.switch.hidden = !layers.length;
    const query = new URLSearchParams(scene.query);
    query.delete('v');
    fill(this.switch, layers.map(({ key, label }, i) => {
      if (i) query.set('layer', key);
      return h('a', {
        href: `/${scene.page}?${query}`, 'data-layer': key, 'aria-current': key === scene.layer ? 'true' : null,
        onclick: (event) => {
          if (modified(event)) return;
          event.preventDefault();
          if (key !== scene.layer) this.onChange({ layer: i ? key : null });
        },
      }, label);
    }));
  }

  /** Only what differs: a list that is open stays open. */
  fillSelect(name, options) {
    const key = JSON.stringify(options);
    if (this.filled[name] === key) return;
    this.filled[name] = key;
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
    this.showSwitch(scene);
    this.showOffers(scene.options);
    this.showPeriod(scene.state?.period);
    const chips = scene.chips ?? [];
    for (const [name, select] of this.selects) {
      if (name !== 'year' && name !== 'month') select.value = scene.state?.[name] ?? '';
      if (select.selectedIndex < 0) select.value = ''; // chosen elsewhere and not offered here: its chip says so
      select.classList.toggle('is-set', chips.some((chip) => chip.name === name));
    }
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
