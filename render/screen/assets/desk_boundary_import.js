/** Making a version of a checked file, and what came of it. */

import { h } from './dom.js';
import { field } from './desk_upload.js';
import { numbers, part, table } from './desk_boundary_table.js';

/** @param {string} text 2025-06 @returns {string} 06/2025 */
function monthText(text) {
  return text.split('-').reverse().join('/');
}

function wide(node) {
  node.classList.add('is-wide');
  return node;
}

export class BoundaryForm {
  /**
   * @param {{t: Function, setup: Object, found: Object, typed: ?Object, onImport: (values: Object) => void}} options
   *   `found` is a report; `typed` what was typed before, when an import of it was refused
   */
  constructor({ t, setup, found, typed, onImport }) {
    Object.assign(this, { t, inputs: {} });
    const { proposed, asked } = found;
    const own = asked.own_list;
    const as = (value) => (value ? t('boundary_as_list', { value }) : '');
    this.alert = h('p', { class: 'ntm-desk-sentence', role: 'alert', hidden: true, 'data-testid': 'boundary-refusal' });
    this.makeDefault = h('input', { type: 'checkbox', id: 'ntm-boundary-make-default', checked: Boolean(typed?.make_default) });
    const form = h('form', {
      class: 'ntm-desk-form', novalidate: true, autocomplete: 'off', 'data-testid': 'boundary-form',
      onsubmit: (event) => {
        event.preventDefault();
        onImport(this.values());
      },
    },
    h('p', { class: 'ntm-desk-note' }, t('boundary_form_note')), this.alert,
    h('div', { class: 'ntm-desk-fields' },
      this.text('version', t('boundary_id'), typed?.version ?? proposed.version, t('boundary_id_help'), true),
      this.month('valid_from', t('boundary_valid_from'), typed?.valid_from, as(monthText(proposed.valid_from)), own),
      this.month('valid_to', t('boundary_valid_to'), typed?.valid_to, as(monthText(proposed.valid_to)), false),
      wide(this.text('decree', t('boundary_decree'), typed?.decree, own ? t('boundary_decree_help') : as(proposed.decree), own)),
      this.text('source', t('boundary_source'), typed?.source, t('boundary_may_be_empty'), false),
      this.text('licence', t('boundary_row_licence'), typed?.licence, t('boundary_may_be_empty'), false)),
    !own && h('div', { class: 'ntm-desk-check' }, this.makeDefault, h('label', { for: 'ntm-boundary-make-default' }, t('boundary_set_default'))),
    h('div', { class: 'ntm-desk-actions' }, h('button', { type: 'submit', class: 'ntm-button is-main', 'data-testid': 'boundary-import' }, t('boundary_import'))));
    this.element = h('section', { class: 'ntm-desk-box' }, h('h2', {}, t('boundary_form')), form);
  }

  values() {
    const texts = Object.entries(this.inputs).map(([name, input]) => [name, input.value.trim()]);
    return { ...Object.fromEntries(texts), make_default: this.makeDefault.checked };
  }

  text(name, label, value, help, required) {
    const id = `ntm-boundary-${name}`;
    const input = h('input', {
      type: 'text', id, name, value: value ?? '', maxlength: '1000', autocomplete: 'off', spellcheck: 'false',
      'aria-describedby': `${id}-help`, 'aria-required': required ? 'true' : null,
    });
    return this.put(name, label, input, required, h('small', { id: `${id}-help` }, help));
  }

  /** A month, repeated in our own order: the browser's picker speaks the browser's language. */
  month(name, label, value, help, required) {
    const { t } = this;
    const id = `ntm-boundary-${name}`;
    const told = h('small', { id: `${id}-help` });
    const say = () => {
      told.textContent = input.value ? t('boundary_month_read', { month: monthText(input.value) }) : help || t('boundary_may_be_empty');
    };
    const input = h('input', {
      type: 'month', id, name, value: value ?? '', oninput: say, placeholder: '2025-06',
      'aria-describedby': `${id}-help`, 'aria-required': required ? 'true' : null,
    });
    say();
    return this.put(name, label, input, required, told);
  }

  put(name, label, input, required, help) {
    this.inputs[name] = input;
    return field(required ? [label, h('span', { class: 'ntm-desk-star', 'aria-hidden': 'true' }, ' *')] : label, input, help);
  }

  /** Say why an import was refused, where the reader can mend it. @param {Refusal} refusal */
  refuse(refusal) {
    this.alert.hidden = false;
    this.alert.textContent = refusal.message || this.t(refusal.status ? 'desk_failed' : 'desk_silent');
    this.element.scrollIntoView({ block: 'start' });
    this.inputs.version.focus({ preventScroll: true });
  }
}

/**
 * @param {{t: Function, setup: Object, receipt: Object}} options
 * @returns {Array} nodes: what was stored, what was repaired, every unit whose area changed
 */
export function receiptNodes({ t, setup, receipt }) {
  const number = numbers(setup.lang);
  const rows = {
    boundary_row_number: receipt.number, boundary_row_author: receipt.recorded, boundary_row_valid: receipt.valid,
    boundary_row_decree: receipt.decree, boundary_row_units: number.whole(receipt.units), boundary_row_source: receipt.source,
    boundary_row_hash: receipt.hash, boundary_row_original: receipt.original_hash,
    boundary_default: t(receipt.default ? 'boundary_is_default' : 'boundary_is_not_default'),
  };
  const counts = Object.entries(receipt.faults).map(([kind, count]) => `${t(`boundary_fault_${kind}`)}: ${number.whole(count)}`);
  return [
    h('dl', { class: 'ntm-desk-receipt', 'data-testid': 'boundary-receipt' }, Object.entries(rows).filter(([, value]) => value).map(([key, value]) => h('div', {},
      h('dt', {}, t(key)), h('dd', { class: key === 'boundary_row_hash' || key === 'boundary_row_original' ? 'is-hash' : null }, String(value))))),
    h('p', {}, counts.length ? t('boundary_repaired', { faults: counts.join(' · '), left: number.whole(receipt.faults_left) }) : t('boundary_no_faults')),
    receipt.confirmed > 0 && h('p', {}, t('boundary_names_recorded', { count: number.whole(receipt.confirmed) })),
    receipt.defects.length > 0 && h('section', { class: 'ntm-desk-notes' }, h('h4', {}, t('desk_warnings')), h('ul', {}, receipt.defects.map((text) => h('li', {}, text)))),
    receipt.changes.length ? part(t('boundary_changes', { count: receipt.changes.length }), true, table({
      t, caption: t('boundary_changes', { count: receipt.changes.length }), testid: 'boundary-changes', rows: receipt.changes, most: 50,
      columns: [
        { label: t('boundary_unit'), cell: (one) => [one.name, ' ', h('small', {}, one.code)] },
        { label: t('boundary_before'), cell: (one) => number.km2(one.before_km2), number: true },
        { label: t('boundary_after'), cell: (one) => number.km2(one.after_km2), number: true },
        { label: t('boundary_difference'), cell: (one) => number.difference(one.percent), number: true },
      ],
    })) : h('p', {}, t('boundary_no_changes')),
  ];
}
