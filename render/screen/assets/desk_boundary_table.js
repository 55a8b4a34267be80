/** A table of the boundary desk: long ones show their first rows, and more when asked; on a phone rows are cards. */

import { h } from './dom.js';

/** So many rows are added at once when somebody asks for more. */
const STEP = 200;

/**
 * @param {{t: Function, caption: string, testid: ?string, rows: Object[], most: number,
 *   columns: {label: string, cell: (row: Object) => *, number: ?boolean}[]}} options
 *   `cell` gives text or nodes; the first column heads its row
 * @returns {HTMLElement}
 */
export function table({ t, caption, testid = null, rows, most = 12, columns }) {
  const body = h('tbody', {});
  const more = h('button', { type: 'button', class: 'ntm-button', onclick: () => add(STEP) });
  const row = (one) => h('tr', {}, columns.map(({ label, cell, number }, i) => h(i ? 'td' : 'th', {
    scope: i ? null : 'row', 'data-label': label, class: number ? 'is-number' : null,
  }, h('div', {}, cell(one)))));
  const add = (count) => {
    const shown = body.children.length;
    body.append(...rows.slice(shown, shown + count).map(row));
    const left = rows.length - body.children.length;
    more.hidden = left <= 0;
    more.textContent = t('boundary_more', { count: left });
  };
  add(most);
  return h('div', { class: 'ntm-desk-tablebox' },
    h('table', { class: 'ntm-desk-table', 'data-testid': testid },
      h('caption', { class: 'ntm-hidden' }, caption),
      h('thead', {}, h('tr', {}, columns.map(({ label, number }) => h('th', { scope: 'col', class: number ? 'is-number' : null }, label)))),
      body), more);
}

/** A part of a report that can be folded. */
export function part(title, open, ...nodes) {
  return h('details', { class: 'ntm-desk-part', open }, h('summary', {}, h('h4', {}, title)), h('div', {}, nodes));
}

/**
 * Numbers as the reader's language writes them.
 * @param {string} lang
 */
export function numbers(lang) {
  const made = (digits) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits });
  const [whole, one, two, five] = [0, 1, 2, 5].map(made);
  const [signed, exact] = [1, 2].map((digits) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits, signDisplay: 'exceptZero' }));
  return {
    whole: (value) => whole.format(value),
    km2: (value) => (value >= 0.1 || !value ? two : five).format(value),
    percent: (share) => `${one.format(share * 100)} %`,
    exactly: (percent) => `${exact.format(percent)} %`,
    difference: (percent) => `${signed.format(percent)} %`,
    degrees: (value) => made(5).format(value),
  };
}
