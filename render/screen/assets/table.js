/** The tab "Bảng": the rows behind the map, and under them those of what stands at places. */

import { fill, folded, h, setText } from './dom.js';

const COLLATOR = new Intl.Collator('vi', { numeric: true });

/** Numbers sort as numbers, empty cells last in both directions. */
function compare(a, b, direction) {
  const empty = (value) => value === null || value === undefined || value === '' || value === '–';
  if (empty(a) || empty(b)) return empty(a) - empty(b);
  const numeric = typeof a === 'number' && typeof b === 'number';
  return direction * (numeric ? a - b : COLLATOR.compare(String(a), String(b)));
}

/** With more columns than this the table is wider than its place, and its texts need not be narrow. */
const MANY_COLUMNS = 9;

/** A table of objects: sortable, with a sticky head. */
class SortedTable {
  /** @param {{lang: string, testid: string}} options */
  constructor({ lang, testid }) {
    this.number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
    this.sort = { key: null, direction: 1 };
    this.head = h('tr', {});
    this.body = h('tbody', {});
    this.caption = h('caption', { class: 'ntm-hidden' });
    this.element = h('table', { class: 'ntm-table', 'data-testid': testid }, this.caption, h('thead', {}, this.head), this.body);
  }

  /**
   * @param {Object<string, string>} columns headings by key of the rows
   * @param {Object[]} rows
   * @param {?string} selected code of the rows to point out
   */
  show(columns, rows, selected) {
    this.selected = selected;
    if (this.data !== rows) {
      this.data = rows;
      this.columns = columns;
      this.keys = Object.keys(columns);
      if (!this.keys.includes(this.sort.key)) this.sort = { key: null, direction: 1 };
      this.element.classList.toggle('is-wide', this.keys.length > MANY_COLUMNS);
      this.heads();
    }
    this.rows();
  }

  heads() {
    fill(this.head, this.keys.map((key) => h('th', { scope: 'col', 'data-key': key, 'aria-sort': 'none' }, h('button', {
      type: 'button', onclick: () => this.sortBy(key),
    }, this.columns[key], h('span', { class: 'ntm-sort', 'aria-hidden': 'true' })))));
  }

  sortBy(key) {
    const same = this.sort.key === key;
    this.sort = { key, direction: same ? -this.sort.direction : 1 };
    this.rows();
  }

  rows() {
    const { key, direction } = this.sort;
    for (const head of this.head.children) {
      const sorted = head.dataset.key === key;
      head.setAttribute('aria-sort', !sorted ? 'none' : direction > 0 ? 'ascending' : 'descending');
    }
    const rows = key ? [...this.data].sort((a, b) => compare(a[key], b[key], direction)) : this.data;
    fill(this.body, rows.map((row) => this.row(row)));
  }

  row(row) {
    const [first, ...rest] = this.keys;
    const cell = (tag, key) => {
      const value = row[key];
      const number = typeof value === 'number';
      // The name is a button so that the keyboard reaches what a click on the row does.
      const text = number ? this.number.format(value) : value ?? '–';
      const named = key === (this.keys.includes('name') ? 'name' : first);
      return h(tag, { scope: tag === 'th' ? 'row' : null, class: number ? 'is-number' : null },
        named && row.code ? h('button', { type: 'button', class: 'ntm-cell-link' }, text) : text);
    };
    return h('tr', { 'data-code': row.code || null, class: row.code && row.code === this.selected ? 'is-current' : null },
      cell('th', first), rest.map((key) => cell('td', key)));
  }
}

/** Rows of the second table, of what stands at places: a cell to a heading, the code of its unit beside them. */
function placeRows({ features = [], feature_columns: headings = [] }) {
  return {
    columns: Object.fromEntries(headings.map((text, i) => [`c${i}`, text])),
    rows: features.map(({ unit, cells }) => ({ code: unit, ...Object.fromEntries(cells.map((cell, i) => [`c${i}`, cell])) })),
  };
}

export class RowTable {
  /** @param {{t: Function, lang: string, onPick: Function}} options */
  constructor({ t, lang, onPick }) {
    this.t = t;
    this.state = h('p', { class: 'ntm-empty', role: 'status' });
    this.units = new SortedTable({ lang, testid: 'table' });
    this.places = new SortedTable({ lang, testid: 'feature-table' });
    this.title = h('h2', { class: 'ntm-table-title' });
    this.second = h('div', { class: 'ntm-table-second', hidden: true }, this.title, this.places.element);
    this.scroller = h('div', { class: 'ntm-table-scroll', tabindex: '0', role: 'region', 'aria-label': t('tab_table') }, this.units.element, this.second);
    this.element = h('div', { class: 'ntm-tablebox' }, this.state, this.scroller);
    this.wait();
    this.scroller.addEventListener('click', (event) => {
      const row = event.target.closest('tr[data-code]');
      if (row) onPick(row.dataset.code);
    });
  }

  wait() {
    this.state.hidden = false;
    this.state.textContent = this.t('loading');
    this.scroller.hidden = true;
  }

  fail() {
    this.state.hidden = false;
    this.state.textContent = this.t('rows_failed');
    this.scroller.hidden = true;
  }

  /** @param {{rows: Object[], columns: Object<string, string>}} data @param {Object} scene */
  show(data, scene) {
    const selected = scene.state?.commune ?? null;
    this.scroller.hidden = false;
    this.state.hidden = data.rows.length > 0;
    this.state.textContent = this.t('list_empty');
    this.units.caption.textContent = scene.headline ?? scene.title ?? '';
    this.units.show(data.columns ?? {}, data.rows, selected);
    this.second.hidden = !data.features?.length;
    if (this.second.hidden) return;
    if (this.data !== data) {
      this.data = data;
      this.made = placeRows(data);
    }
    const title = data.legend?.features_title || this.t('places_table');
    setText(this.title, title);
    setText(this.places.caption, title);
    this.places.show(this.made.columns, this.made.rows, selected);
  }
}

/**
 * The tab "Nguồn và ghi chú".
 * @param {Object} data rows document
 * @param {Function} t words
 * @returns {HTMLElement[]}
 */
export function noteNodes(data, t) {
  const part = (title, lines) => lines?.length > 0 && h('section', { class: 'ntm-notes' },
    h('h2', {}, title), h('ul', {}, lines.map((line) => h('li', {}, line))));
  const said = (entry) => {
    if (typeof entry === 'string') return entry;
    const text = [entry.title ?? entry.label ?? entry.text, entry.detail ?? entry.quote, entry.date].filter(Boolean).join(' – ');
    return /^https?:/.test(entry.url ?? '') ? [text, ' ', h('a', { href: entry.url, target: '_blank', rel: 'noopener' }, entry.url)] : text;
  };
  const unique = (lines) => [...new Map((lines ?? []).map((line) => [folded(JSON.stringify(line)), line])).values()];
  return [
    part(t('notes_title'), unique(data.notes).map(said)),
    part(t('sources_title'), unique(data.sources).map(said)),
    part(t('join_title'), unique(data.join_report?.text).map(said)),
  ].filter(Boolean);
}
