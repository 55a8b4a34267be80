/** A one-row form: the columns of a small workbook as fields, checked by the same rules as a file. */

import { h } from './dom.js';
import { Places } from './desk_place.js';
import { post } from './desk_post.js';
import { Result } from './desk_result.js';
import { dateField, field, fileField, LIMIT, senderFields, tellFile } from './desk_upload.js';

/** The keyboard that a phone shows. */
const KEYBOARDS = { number: 'decimal', count: 'numeric', coordinate: 'decimal', year: 'numeric' };
/** Fields that take the whole width. */
const WIDE = ['quote', 'note', 'source'];
const PHONE = '(max-width: 699.98px)';

export class RowForm {
  /**
   * @param {{t: Function, setup: Object, kind: string, desk: Object, result: Object, pickPoint: () => Promise<?number[]>}} options
   *   as of `Upload`; `pickPoint` lets the reader choose a point of the map
   */
  constructor({ t, setup, kind, desk, result, pickPoint }) {
    Object.assign(this, { t, setup, kind, desk, spec: desk.forms[kind] });
    this.prefix = `ntm-row-${kind}`;
    this.result = new Result({ ...result, t, lang: setup.lang, onAgain: (after) => this.again(after) });
    this.fields = this.spec.columns.map((column) => this.column(column));
    const byKey = new Map(this.fields.map((one) => [one.key, one]));
    this.places = this.spec.points && new Places({ t, lang: setup.lang, points: this.spec.points, fields: byKey, pickPoint });
    this.sender = senderFields({ t, prefix: this.prefix, today: desk.today });
    this.button = h('button', { type: 'submit', class: 'ntm-button is-main', 'data-testid': `desk-row-${kind}` }, t('desk_check_row'));
    this.form = h('form', {
      class: 'ntm-desk-form', novalidate: true, autocomplete: 'off', 'data-testid': `desk-form-${kind}`,
      oninput: () => this.count(),
      onsubmit: (event) => {
        event.preventDefault();
        this.check();
      },
    }, h('p', { class: 'ntm-desk-note' }, t('desk_required')),
    this.groups([this.spec.scan && this.scanField(), this.sender.nodes]),
    h('div', { class: 'ntm-desk-actions' }, this.button));
    this.element = h('div', { class: 'ntm-desk-row' }, this.form, this.result.element);
  }

  /**
   * The fields in their order, those of a heading in a part that can be folded, which says how much of it is filled.
   * @param {Array} tail what stands below them
   */
  groups(tail) {
    const parts = [];
    this.fields.forEach((one, i) => {
      const { group, required } = this.spec.columns[i];
      if (!parts.length || parts.at(-1).heading !== group) parts.push({ heading: group, fields: [], required: false });
      const part = parts.at(-1);
      part.fields.push(one);
      part.required ||= required;
    });
    if (parts.at(-1).heading) parts.push({ fields: [] });
    const phone = window.matchMedia(PHONE).matches; // one long page there: what must be filled comes first
    this.foldable = parts.filter(({ heading }) => heading);
    for (const part of parts) {
      const nodes = part.fields.map((one) => (this.places?.has(one) ? this.places.pairAt(one) : one.node));
      part.node = h('div', { class: 'ntm-desk-fields' }, nodes, part === parts.at(-1) && tail);
      if (!part.heading) continue;
      part.filled = h('span', { class: 'ntm-desk-filled' });
      part.node = h('details', { class: 'ntm-desk-group', open: part.required || !phone },
        h('summary', {}, h('h3', {}, part.heading), part.filled), part.node);
    }
    this.count();
    return parts.map(({ node }) => node);
  }

  count() {
    for (const { fields, filled } of this.foldable) {
      const count = fields.filter(({ input }) => input.value.trim()).length;
      filled.textContent = this.t('desk_filled', { count, total: fields.length });
    }
  }

  column({ key, heading, help, type, choices, closed, required, example }) {
    const id = `${this.prefix}-${key}`;
    const common = { id, name: key, 'aria-describedby': `${id}-help`, 'aria-required': required ? 'true' : null };
    let input;
    let list = null;
    if (closed) {
      input = h('select', common, h('option', { value: '' }, this.t('desk_none')), choices.map((choice) => h('option', { value: choice }, choice)));
    } else if (type === 'date') {
      ({ input, read: list } = dateField({ t: this.t, ...common }));
    } else {
      list = choices.length > 0 && h('datalist', { id: `${id}-list` }, choices.map((choice) => h('option', { value: choice })));
      input = h('input', {
        ...common, type: 'text', inputmode: KEYBOARDS[type] ?? null, list: list ? `${id}-list` : null,
        placeholder: example ? this.t('desk_example', { example }) : null, autocomplete: 'off',
      });
    }
    const fault = h('span', { class: 'ntm-desk-fault', id: `${id}-fault`, hidden: true });
    const node = field(required ? [heading, h('span', { class: 'ntm-desk-star', 'aria-hidden': 'true' }, ' *')] : heading, input, list,
      h('small', { id: `${id}-help` }, help), fault);
    if (type === 'commune' || WIDE.includes(key)) node.classList.add('is-wide');
    return { key, input, fault, node };
  }

  scanField() {
    const { t } = this;
    const id = `${this.prefix}-scan`;
    const chooser = fileField({
      t, id, accept: '.pdf,.jpg,.jpeg,.png', 'aria-label': t('desk_scan'), 'aria-describedby': `${id}-help`, 'data-testid': 'desk-scan', onChoose: () => this.tellScan(),
    });
    this.scan = chooser.input;
    const zone = h('div', { class: 'ntm-desk-zone' }, chooser.input, chooser.button, chooser.chosen);
    this.tellScan = () => tellFile({ t, lang: this.setup.lang, file: this.scan.files[0], chosen: chooser.chosen, zone });
    return h('div', { class: 'ntm-desk-field is-wide' }, h('span', { class: 'ntm-desk-label', 'aria-hidden': 'true' }, t('desk_scan')), zone,
      h('small', { id: `${id}-help` }, t('desk_scan_help')));
  }

  values() {
    return Object.fromEntries(this.fields.map(({ key, input }) => [key, input.value.trim()]));
  }

  /** Fill the form as if these values had been typed; a field that they do not name keeps what it has. */
  set(values) {
    for (const { key, input } of this.fields) {
      if (!(key in values)) continue;
      input.value = values[key];
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    this.mark([]);
    this.result.clear();
    const open = this.fields.find(({ key, input }) => !(key in values) && !input.value);
    this.reveal(open ?? this.fields[0]);
  }

  /** Take the reader to a field, also when its part is folded. */
  reveal({ input }) {
    const part = input.closest('details');
    if (part) part.open = true;
    input.focus();
  }

  async check() {
    const { t, setup, desk } = this;
    const scan = this.scan?.files[0];
    this.mark([]);
    if (scan && scan.size > LIMIT) {
      this.result.refuse({ message: t('desk_too_large', { limit: LIMIT / 1024 / 1024 }), status: 413 });
      return;
    }
    this.button.disabled = true;
    this.result.progress(t('desk_checking'));
    try {
      const kept = scan && await post('/office/attachment', {
        body: scan, query: { lang: setup.lang },
        onProgress: (share) => this.result.progress(t('desk_sending_scan', { share: Math.round(share * 100) }), share),
      });
      const found = await post(`/office/form/${this.kind}`, {
        body: this.values(), query: { province: desk.province, lang: setup.lang, attachment: kept?.attachment, ...this.sender.query() },
      });
      this.form.hidden = true;
      this.result.preview(found);
    } catch (refusal) {
      this.result.refuse(refusal);
      this.mark(refusal.faults ?? []);
    }
    this.button.disabled = false;
  }

  /** Say at each field what is wrong with it; the list of faults names the rest. */
  mark(faults) {
    for (const { key, input, fault } of this.fields) {
      const own = faults.filter(({ field: name }) => name === key).map(({ text }) => text);
      fault.hidden = !own.length;
      fault.textContent = own.join(' ');
      input.setAttribute('aria-invalid', String(own.length > 0));
      input.setAttribute('aria-describedby', own.length ? `${fault.id} ${input.id}-help` : `${input.id}-help`);
      if (own.length) input.closest('details')?.setAttribute('open', '');
    }
  }

  again(after) {
    this.form.hidden = false;
    if (after === 'receipt') {
      for (const { input } of this.fields) {
        input.value = '';
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
      if (this.scan) {
        this.scan.value = '';
        this.tellScan();
      }
    }
    const wrong = this.fields.find(({ fault }) => !fault.hidden);
    this.reveal(wrong ?? this.fields[0]);
  }
}
