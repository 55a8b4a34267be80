/** A one-row form: the columns of a small workbook as fields, checked by the same rules as a file. */

import { h } from './dom.js';
import { post } from './desk_post.js';
import { Result } from './desk_result.js';
import { dateField, field, fileField, LIMIT, senderFields, tellFile } from './desk_upload.js';

/** The keyboard that a phone shows. */
const KEYBOARDS = { number: 'decimal', year: 'numeric' };

export class RowForm {
  /** @param {{t: Function, setup: Object, kind: string, desk: Object, result: Object}} options as of `Upload` */
  constructor({ t, setup, kind, desk, result }) {
    Object.assign(this, { t, setup, kind, desk, spec: desk.forms[kind] });
    this.prefix = `ntm-row-${kind}`;
    this.result = new Result({ ...result, t, lang: setup.lang, onAgain: (after) => this.again(after) });
    this.fields = this.spec.columns.map((column) => this.column(column));
    this.sender = senderFields({ t, prefix: this.prefix, today: desk.today });
    this.button = h('button', { type: 'submit', class: 'ntm-button is-main', 'data-testid': `desk-row-${kind}` }, t('desk_check_row'));
    this.form = h('form', {
      class: 'ntm-desk-form', novalidate: true, autocomplete: 'off', 'data-testid': `desk-form-${kind}`,
      onsubmit: (event) => {
        event.preventDefault();
        this.check();
      },
    }, h('p', { class: 'ntm-desk-note' }, t('desk_required')),
    h('div', { class: 'ntm-desk-fields' }, this.fields.map(({ node }) => node), this.spec.scan && this.scanField(), this.sender.nodes),
    h('div', { class: 'ntm-desk-actions' }, this.button));
    this.element = h('div', { class: 'ntm-desk-row' }, this.form, this.result.element);
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
    if (type === 'commune' || key === 'quote' || key === 'note' || key === 'source') node.classList.add('is-wide');
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
    }
  }

  again(after) {
    this.form.hidden = false;
    if (after === 'receipt') {
      for (const { input } of this.fields) {
        input.value = '';
        input.dispatchEvent(new Event('input'));
      }
      if (this.scan) {
        this.scan.value = '';
        this.tellScan();
      }
    }
    const wrong = this.fields.find(({ fault }) => !fault.hidden);
    (wrong ?? this.fields[0]).input.focus();
  }
}
