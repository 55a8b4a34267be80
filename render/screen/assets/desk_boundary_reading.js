/** How a boundary file is read: what was found, what else it may be, and a person's choice; then it is checked again. */

import { fill, h } from './dom.js';
import { field } from './desk_upload.js';
import { numbers, table } from './desk_boundary_table.js';

const COLUMNS = ['code', 'name', 'district'];

export class Reading {
  /**
   * @param {{t: Function, setup: Object, offer: Object, found: Object, onAgain: (asked: Object) => void}} options
   *   `found` is a report or a refusal of `/office/boundaries/{token}`
   */
  constructor({ t, setup, offer, found, onAgain }) {
    Object.assign(this, { t, offer, found, onAgain });
    this.number = numbers(setup.lang);
    this.inputs = {};
    const refused = found.state === 'refused';
    const form = h('form', {
      class: 'ntm-desk-form', novalidate: true, 'data-testid': 'boundary-reading',
      onsubmit: (event) => {
        event.preventDefault();
        onAgain({ ...found.asked, ...this.values() });
      },
    },
    found.crs.length > 0 && this.systems(),
    found.encodings.length > 0 && this.encodingTable(),
    h('div', { class: 'ntm-desk-fields' }, this.fields()),
    h('div', { class: 'ntm-desk-actions' }, h('button', { type: 'submit', class: 'ntm-button', 'data-testid': 'boundary-again' }, t('boundary_again'))));
    this.element = h('details', { class: 'ntm-desk-part', open: refused, 'data-testid': 'boundary-choices' },
      h('summary', {}, h('h4', {}, t(refused ? 'boundary_choose' : 'boundary_reading'))), form);
  }

  values() {
    return Object.fromEntries(Object.entries(this.inputs).map(([name, input]) => [name, input.value.trim()]));
  }

  /** Where the features would fall by each coordinate system. */
  systems() {
    const { t, number } = this;
    return table({
      t, caption: t('boundary_crs_candidates'), testid: 'boundary-crs-candidates', rows: this.found.crs, most: 6,
      columns: [
        { label: t('boundary_crs'), cell: (one) => [h('strong', {}, one.code), ` ${one.name}`, one.swapped && h('small', {}, t('boundary_swapped'))] },
        { label: t('boundary_inside'), cell: (one) => number.percent(one.share_inside), number: true },
        { label: t('boundary_off'), cell: (one) => (one.distance_km === null ? '–' : `${number.whole(one.distance_km)} km`), number: true },
      ],
    });
  }

  /** What the names become under each encoding. */
  encodingTable() {
    const { t, number } = this;
    return table({
      t, caption: t('boundary_encoding_candidates'), testid: 'boundary-encoding-candidates', rows: this.found.encodings,
      columns: [
        { label: t('boundary_encoding'), cell: (one) => h('strong', {}, t(`boundary_encoding_${one.encoding}`)) },
        { label: t('boundary_official_names'), cell: (one) => number.percent(one.share), number: true },
        { label: t('boundary_sample'), cell: (one) => (one.sample ? `“${one.sample}”` : t('boundary_undecodable', { count: one.undecodable })) },
      ],
    });
  }

  fields() {
    const { t, offer, found } = this;
    const { asked } = found;
    const columns = found.report?.fields.map(({ name }) => name) ?? [];
    const systems = found.crs.length ? found.crs : offer.systems;
    // What the columns mean is asked where they are known, or where they may be what stands in the way.
    const unread = found.state === 'refused' && !found.crs.length && !found.encodings.length;
    return [
      this.choice('crs', t('boundary_crs'), asked.crs, [['', t('boundary_by_file')], ...systems.map((one) => [one.code, this.system(one)])]),
      this.choice('encoding', t('boundary_encoding'), asked.encoding, [['', t('boundary_by_names')],
        ...offer.encodings.map((one) => [one, t(`boundary_encoding_${one}`)])]),
      columns.length > 0 && COLUMNS.map((role) => this.choice(`${role}_column`, t(`boundary_column_${role}`), asked[`${role}_column`],
        [['', t('boundary_by_content')], ...columns.map((name) => [name, name])])),
      unread && COLUMNS.map((role) => this.text(`${role}_column`, t(`boundary_column_${role}`), asked[`${role}_column`])),
      unread && this.text('layer', t('boundary_layer'), asked.layer),
    ];
  }

  system(one) {
    const words = one.swapped ? `${one.code} ${one.name} – ${this.t('boundary_swapped')}` : `${one.code} ${one.name}`;
    return one.share_inside === undefined ? words : `${words} (${this.number.percent(one.share_inside)})`;
  }

  choice(name, label, value, options) {
    const input = h('select', { id: `ntm-boundary-${name}`, name });
    fill(input, options.map(([key, words]) => h('option', { value: key }, words)));
    if (value && !options.some(([key]) => key === value)) input.append(h('option', { value }, value));
    input.value = value;
    this.inputs[name] = input;
    return field(label, input);
  }

  text(name, label, value) {
    this.inputs[name] = h('input', { type: 'text', id: `ntm-boundary-${name}`, name, value, autocomplete: 'off', maxlength: '200' });
    return field(label, this.inputs[name], h('small', {}, this.t('boundary_may_be_empty')));
  }
}
