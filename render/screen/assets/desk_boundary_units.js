/** Which row of a boundary file is which unit. A likeness is only offered: a person confirms it, row by row. */

import { fill, h } from './dom.js';
import { numbers, part, table } from './desk_boundary_table.js';

/** Menus of every free unit in every row are made up to so many lines; a file with more must be mended outside. */
const MOST_OPTIONS = 5000;

/**
 * @param {{t: Function, setup: Object, found: Object, onAgain: (asked: Object) => void}} options as of `reportNodes`
 * @returns {Array} nodes: rows to be decided, units without a row, rows that were matched
 */
export function unitNodes({ t, setup, found, onAgain }) {
  const { units } = found.report;
  return [
    units.unmatched.length > 0 && new Deciding({ t, setup, found, onAgain }).element,
    units.missing.length > 0 && missing(t, units.missing),
    matched(t, units.matches),
  ];
}

function missing(t, rows) {
  const title = t('boundary_missing', { count: rows.length });
  return part(title, rows.length <= 12, table({
    t, caption: title, testid: 'boundary-missing', rows,
    columns: [
      { label: t('boundary_unit'), cell: (one) => [one.name, ' ', h('small', {}, one.code)] },
      { label: t('boundary_district'), cell: (one) => one.district || '–' },
    ],
  }));
}

function matched(t, rows) {
  const stages = new Map();
  for (const { stage } of rows) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  const told = [...stages].map(([stage, count]) => `${t(`boundary_stage_${stage}`)}: ${count}`).join(' · ');
  // What was matched by the weakest means is what a reader wants to look at.
  const order = [...stages.keys()].sort((a, b) => stages.get(a) - stages.get(b));
  const sorted = [...rows].sort((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage));
  const title = t('boundary_matches', { count: rows.length });
  return part([title, told && h('small', {}, ` ${told}`)], false, rows.length > 0 && table({
    t, caption: title, testid: 'boundary-matches', rows: sorted,
    columns: [
      { label: t('boundary_row'), cell: (one) => String(one.row + 1) },
      { label: t('boundary_written'), cell: (one) => written(one) },
      { label: t('boundary_unit'), cell: (one) => [one.official_name, ' ', h('small', {}, one.code)] },
      { label: t('boundary_stage'), cell: (one) => t(`boundary_stage_${one.stage}`) },
    ],
  }));
}

function written({ name, district }) {
  return district ? [name || '–', ' ', h('small', {}, district)] : name || '–';
}

/** Rows that no unit was found for, with what a person may confirm. */
class Deciding {
  constructor({ t, setup, found, onAgain }) {
    Object.assign(this, { t, found, onAgain, number: numbers(setup.lang) });
    const { units } = found.report;
    this.suggestions = grouped(units.suggestions);
    this.missing = units.missing;
    this.free = units.unmatched.length * units.missing.length <= MOST_OPTIONS ? units.missing : [];
    this.confirmed = new Map();
    this.cells = new Map();
    this.bar = h('div', { class: 'ntm-desk-actions ntm-desk-confirm', hidden: true });
    const ambiguous = units.ambiguous.length;
    const title = t('boundary_unmatched', { count: units.unmatched.length });
    this.element = part([title, ambiguous > 0 && h('small', {}, ` ${t('boundary_ambiguous', { count: ambiguous })}`)], true,
      h('p', { class: 'ntm-desk-note' }, t(units.missing.length ? 'boundary_confirm_note' : 'boundary_nothing_to_confirm')),
      table({
        t, caption: title, testid: 'boundary-unmatched', rows: units.unmatched, most: 50,
        columns: [
          { label: t('boundary_row'), cell: (one) => String(one.row + 1) },
          { label: t('boundary_written'), cell: (one) => [written(one), h('small', {}, one.text)] },
          { label: t('boundary_decide'), cell: (one) => this.cell(one) },
        ],
      }), this.bar);
  }

  cell(row) {
    const place = h('div', { class: 'ntm-desk-decide', 'data-row': row.row });
    this.cells.set(row.row, place);
    this.fillCell(row.row);
    return place;
  }

  /** @param {number} row a suggestion a button; any unit without a row may be chosen, too */
  fillCell(row) {
    const { t } = this;
    const taken = new Set(this.confirmed.values());
    const chosen = this.confirmed.get(row);
    const place = this.cells.get(row);
    if (chosen) {
      fill(place, h('span', { class: 'ntm-desk-decided' }, t('boundary_confirmed', { unit: this.nameOf(chosen) })),
        h('button', { type: 'button', class: 'ntm-button', onclick: () => this.confirm(row, null) }, t('boundary_take_back')));
      return;
    }
    const offered = (this.suggestions.get(row) ?? []).filter(({ code }) => !taken.has(code) && this.isFree(code));
    const others = this.free.filter(({ code }) => !taken.has(code) && !offered.some((one) => one.code === code));
    const select = h('select', { 'aria-label': t('boundary_other_unit'), onchange: () => this.confirm(row, select.value) },
      h('option', { value: '' }, t('boundary_other_unit')),
      others.map(({ code, name, district }) => h('option', { value: code }, [name, district].filter(Boolean).join(' – '))));
    fill(place, offered.map((one) => h('button', {
      type: 'button', class: 'ntm-button', 'data-code': one.code, onclick: () => this.confirm(row, one.code),
    }, t('boundary_confirm', { unit: this.nameOf(one.code), likeness: this.number.percent(one.score) }))), others.length > 0 && select);
  }

  /** A unit that another row has cannot be confirmed. */
  isFree(code) {
    return this.missing.some((one) => one.code === code);
  }

  nameOf(code) {
    const unit = this.missing.find((one) => one.code === code);
    return [unit.name, unit.district].filter(Boolean).join(' – ');
  }

  confirm(row, code) {
    if (code) this.confirmed.set(row, code);
    else this.confirmed.delete(row);
    for (const one of this.cells.keys()) this.fillCell(one);
    this.cells.get(row).querySelector('button, select')?.focus();
    const count = this.confirmed.size;
    this.bar.hidden = !count;
    fill(this.bar, h('button', {
      type: 'button', class: 'ntm-button is-main', 'data-testid': 'boundary-confirmed',
      onclick: () => this.onAgain({ ...this.found.asked, confirmed: [...this.found.asked.confirmed, ...this.confirmed] }),
    }, this.t('boundary_check_confirmed', { count })));
  }
}

function grouped(suggestions) {
  const found = new Map();
  for (const one of suggestions) found.set(one.row, [...(found.get(one.row) ?? []), one]);
  return found;
}
