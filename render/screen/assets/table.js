/** The tab "Bảng": the rows behind the map, sortable, with a sticky head. */

import { fill, folded, h } from './dom.js';

const COLLATOR = new Intl.Collator('vi', { numeric: true });

/** Numbers sort as numbers, empty cells last in both directions. */
function compare(a, b, direction) {
  const empty = (value) => value === null || value === undefined || value === '' || value === '–';
  if (empty(a) || empty(b)) return empty(a) - empty(b);
  const numeric = typeof a === 'number' && typeof b === 'number';
  return direction * (numeric ? a - b : COLLATOR.compare(String(a), String(b)));
}

export class RowTable {
  /** @param {{t: Function, lang: string, onPick: Function}} options */
  constructor({ t, lang, onPick }) {
    Object.assign(this, { t, onPick });
    this.number = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
    this.sort = { key: null, direction: 1 };
    this.state = h('p', { class: 'ntm-empty', role: 'status' });
    this.head = h('tr', {});
    this.body = h('tbody', {});
    this.caption = h('caption', { class: 'ntm-hidden' });
    this.table = h('table', { class: 'ntm-table', 'data-testid': 'table' }, this.caption, h('thead', {}, this.head), this.body);
    this.scroller = h('div', { class: 'ntm-table-scroll', tabindex: '0', role: 'region', 'aria-label': t('tab_table') }, this.table);
    this.element = h('div', { class: 'ntm-tablebox' }, this.state, this.scroller);
    this.wait();
    this.body.addEventListener('click', (event) => {
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
    this.state.hidden = true;
    this.scroller.hidden = false;
    this.selected = scene.state?.commune ?? null;
    this.caption.textContent = scene.headline ?? scene.title ?? '';
    if (this.data !== data) {
      this.data = data;
      this.keys = Object.keys(data.columns ?? {});
      if (!this.keys.includes(this.sort.key)) this.sort = { key: null, direction: 1 };
      this.heads();
    }
    this.rows();
  }

  heads() {
    fill(this.head, this.keys.map((key) => h('th', { scope: 'col', 'data-key': key, 'aria-sort': 'none' }, h('button', {
      type: 'button', onclick: () => this.sortBy(key),
    }, this.data.columns[key], h('span', { class: 'ntm-sort', 'aria-hidden': 'true' })))));
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
    const rows = key ? [...this.data.rows].sort((a, b) => compare(a[key], b[key], direction)) : this.data.rows;
    if (!rows.length) {
      this.state.hidden = false;
      this.state.textContent = this.t('list_empty');
    }
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
    return h('tr', { 'data-code': row.code, class: row.code === this.selected ? 'is-current' : null },
      cell('th', first), rest.map((key) => cell('td', key)));
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
