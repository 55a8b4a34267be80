/** Choosing a file and saying where it comes from; what comes of it is `desk_result.js`'s. */

import { fill, h } from './dom.js';
import { post, Refusal, sizeText } from './desk_post.js';
import { Result } from './desk_result.js';

/** As `LIMIT` of `service/office.py`: a file that is too large is told before it is sent. */
export const LIMIT = 20 * 1024 * 1024;
/** What a table may come in. */
const TABLES = ['.xlsx', '.xls', '.csv'];

/**
 * Fields that every way of handing in has: who sent it, and when it arrived.
 * @param {{t: Function, prefix: string, today: string}} options
 * @returns {{nodes: HTMLElement[], query: () => Object}}
 */
export function senderFields({ t, prefix, today }) {
  const sent = h('input', { type: 'text', id: `${prefix}-sent`, maxlength: '200', autocomplete: 'off', 'aria-describedby': `${prefix}-sent-help` });
  const received = dateField({ t, id: `${prefix}-received`, value: today, max: today });
  return {
    nodes: [
      field(t('desk_sent_by'), sent, h('small', { id: `${prefix}-sent-help` }, t('desk_sent_by_help'))),
      field(t('desk_received'), received.input, received.read),
    ],
    query: () => ({ sent_by: sent.value.trim(), received: received.input.value }),
  };
}

/**
 * A date: the browser's own picker writes it in the order of its own language, so it is repeated in ours.
 * @param {{t: Function, id: string}} options further ones are attributes of the input
 * @returns {{input: HTMLElement, read: HTMLElement}}
 */
export function dateField({ t, id, ...attributes }) {
  const read = h('small', { class: 'ntm-desk-day' });
  const say = () => {
    read.textContent = input.value ? t('desk_day', { day: input.value.split('-').reverse().join('/') }) : '';
  };
  const input = h('input', { ...attributes, type: 'date', id, oninput: say });
  say();
  return { input, read };
}

/**
 * A file chooser in our own words: the browser's speaks the browser's language.
 * @param {{t: Function, id: string, onChoose: (file: ?File) => void}} options further ones are attributes of the input
 * @returns {{input: HTMLElement, button: HTMLElement, chosen: HTMLElement}}
 */
export function fileField({ t, id, onChoose, ...attributes }) {
  const input = h('input', { ...attributes, type: 'file', id, class: 'ntm-hidden', onchange: () => onChoose(input.files[0] ?? null) });
  const button = h('label', { class: 'ntm-button', for: id }, t('desk_choose'));
  const chosen = h('span', { class: 'ntm-desk-chosen', role: 'status' }, t('desk_no_file'));
  return { input, button, chosen };
}

/** Say which file was chosen, or that it is too large. @returns {boolean} whether it may be sent */
export function tellFile({ t, lang, file, chosen, zone }) {
  const tooLarge = Boolean(file) && file.size > LIMIT;
  chosen.textContent = !file ? t('desk_no_file')
    : tooLarge ? t('desk_too_large', { limit: LIMIT / 1024 / 1024 })
      : `${file.name} (${sizeText(file.size, lang)})`;
  zone.classList.toggle('has-file', Boolean(file) && !tooLarge);
  zone.classList.toggle('is-bad', tooLarge);
  return Boolean(file) && !tooLarge;
}

/** Let files be dropped on a zone. @param {HTMLElement} zone @param {(files: FileList) => void} choose */
export function takeDropped(zone, choose) {
  let depth = 0; // every child of the zone enters and leaves by itself
  const over = (more) => {
    depth = Math.max(0, depth + more);
    zone.classList.toggle('is-over', depth > 0);
  };
  zone.addEventListener('dragenter', () => over(1));
  zone.addEventListener('dragleave', () => over(-1));
  zone.addEventListener('dragover', (event) => event.preventDefault());
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    over(-depth);
    if (event.dataTransfer.files.length) choose(event.dataTransfer.files);
  });
}

/** A label over its input. */
export function field(label, input, ...more) {
  return h('div', { class: 'ntm-desk-field' }, h('label', { for: input.id }, label), input, more);
}

/**
 * Who hands in the report of a month: districts, or communes where there are none.
 * @param {{first: string, communes: boolean, places: string[][]}[]} lists oldest first; each holds until the next
 * @param {?string} month
 */
export function reportersIn(lists, month) {
  return lists.findLast(({ first }) => first <= (month ?? '')) ?? lists[0];
}

export class Upload {
  /**
   * @param {{t: Function, setup: Object, kind: string, desk: Object, shown: () => ?string, result: Object}} options
   *   `kind` is what is expected; `desk` the answer of `/office/desk`; `shown` gives the month of the map;
   *   `result` the options of {@link Result}
   */
  constructor({ t, setup, kind, desk, shown, result }) {
    Object.assign(this, { t, setup, kind, desk, shown });
    this.prefix = `ntm-up-${kind}`;
    this.result = new Result({ ...result, t, lang: setup.lang, onAgain: (after) => this.again(after) });
    this.sender = senderFields({ t, prefix: this.prefix, today: desk.today });
    const endings = [...TABLES, ...(desk.forms[kind]?.files ?? [])];
    const chooser = fileField({
      t, id: `${this.prefix}-file`, accept: endings.join(','), 'data-testid': `desk-file-${kind}`, onChoose: (file) => this.choose(file),
    });
    Object.assign(this, { input: chooser.input, chosen: chooser.chosen });
    this.zone = h('div', { class: 'ntm-desk-zone' }, chooser.input, chooser.button, h('span', { class: 'ntm-desk-or' }, t('desk_drop', { files: endings.join(', ') })), chooser.chosen);
    takeDropped(this.zone, ([file]) => this.choose(file));
    this.button = h('button', { type: 'submit', class: 'ntm-button is-main', disabled: true, 'data-testid': `desk-check-${kind}` }, t('desk_check'));
    this.form = h('form', {
      class: 'ntm-desk-form', novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        this.check();
      },
    }, this.zone, h('div', { class: 'ntm-desk-fields' }, kind === 'monthly' && this.places(), this.sender.nodes), h('div', { class: 'ntm-desk-actions' }, this.button));
    this.element = h('div', { class: 'ntm-desk-upload' }, this.form, this.result.element);
  }

  /** The month, and the district or commune that the file is expected to be of; left open, the file itself says it. */
  places() {
    const { t, setup } = this;
    this.district = h('select', { id: `${this.prefix}-district` });
    this.period = h('select', { id: `${this.prefix}-period`, onchange: () => this.offerReporters() });
    const months = setup.years.flatMap(({ year, months: ones }) => [...ones].reverse().map((month) => [year, String(month).padStart(2, '0')]));
    fill(this.period, h('option', { value: '' }, t('desk_from_file')), months.map(([year, month]) => h('option', { value: `${year}-${month}` }, `${month}/${year}`)));
    this.reporter = field(t('desk_district'), this.district);
    this.offerReporters();
    return [this.reporter, field(t('desk_period'), this.period)];
  }

  /** Who reports in the chosen month, else in the month of the map. */
  offerReporters() {
    const found = reportersIn(this.desk.reporters, this.period.value || this.shown());
    if (found === this.offered) return;
    this.offered = found;
    this.reporter.querySelector('label').textContent = this.t(found.communes ? 'desk_commune' : 'desk_district');
    fill(this.district, h('option', { value: '' }, this.t('desk_from_file')), found.places.map(([code, name]) => h('option', { value: code }, name)));
  }

  choose(file) {
    this.file = file;
    this.button.disabled = !tellFile({ t: this.t, lang: this.setup.lang, file, chosen: this.chosen, zone: this.zone });
    this.result.clear();
  }

  async check() {
    const { t, file } = this;
    if (!file || this.button.disabled) return;
    this.form.hidden = true;
    this.result.progress(t('desk_sending', { share: 0 }), 0);
    try {
      const found = await post('/office/check', {
        body: file,
        query: {
          province: this.desk.province, lang: this.setup.lang, name: file.name, kind: this.kind,
          district: this.district?.value, period: this.period?.value, ...this.sender.query(),
        },
        onProgress: (share) => (share < 1
          ? this.result.progress(t('desk_sending', { share: Math.round(share * 100) }), share)
          : this.result.progress(t('desk_checking'))),
      });
      this.result.preview(found);
    } catch (refusal) {
      const changed = refusal.status === 0 && (await isUnreadable(file));
      this.result.refuse(changed ? new Refusal(0, { detail: t('desk_file_changed') }) : refusal);
    }
  }

  /** A faulty file is mended outside and must be chosen anew; a cancelled one may be sent again. */
  again(after) {
    this.form.hidden = false;
    if (after === 'faults' || after === 'receipt') {
      this.input.value = '';
      this.choose(null);
    }
    this.input.focus();
  }
}

/** A browser does not send a file that was changed after it had been chosen. */
async function isUnreadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return false;
  } catch {
    return true;
  }
}
