/** The criteria of one commune on its card: a line each, the details behind it. */

import { h } from './dom.js';

/** Told apart without colour. */
const SIGNS = { met: '✓', 'not-met': '✗', 'not-applicable': '–', open: '?' };

function line(row) {
  return [
    h('span', { class: `ntm-result is-${row.result}`, 'aria-hidden': 'true' }, SIGNS[row.result]),
    h('span', { class: 'ntm-grid-name' }, h('b', {}, row.code), ' ', row.name, h('span', { class: 'ntm-hidden' }, `: ${row.said}`)),
    row.value && h('span', { class: 'ntm-grid-value' }, row.value),
    row.since && h('span', { class: 'ntm-grid-since' }, row.since),
  ];
}

function more(row, t) {
  return [
    row.department && h('p', {}, t('grid_department', { name: row.department })),
    row.threshold && h('p', {}, t('grid_threshold', { text: row.threshold })),
    row.source && h('p', {}, t('grid_cell', { cell: row.source })),
    row.indicators.length > 0 && h('ul', {}, row.indicators.map((one) => h('li', {}, h('div', { class: 'ntm-grid-line' }, line(one)), more(one, t)))),
  ];
}

/**
 * @param {{title: string, summary: string, source: string, note: string, rows: Object[]}} grid
 * @param {Function} t words
 * @returns {HTMLElement}
 */
export function gridNode(grid, t) {
  return h('section', { 'data-testid': 'criteria-grid' },
    h('h3', {}, grid.title),
    grid.note && h('p', { class: 'ntm-grid-note' }, grid.note),
    grid.summary && h('p', {}, grid.summary),
    grid.source && h('p', { class: 'ntm-grid-note' }, grid.source),
    grid.rows.length > 0 && h('ul', { class: 'ntm-grid' }, grid.rows.map((row) => h('li', { 'data-code': row.code, 'data-result': row.result },
      h('details', {}, h('summary', { class: 'ntm-grid-line' }, line(row)), h('div', { class: 'ntm-grid-more' }, more(row, t)))))));
}
