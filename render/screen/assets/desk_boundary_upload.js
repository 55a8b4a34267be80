/** Handing in a boundary file: choosing, sending, and following the check until its report is here. */

import { fill, h } from './dom.js';
import { ask, post, Refusal, sizeText } from './desk_post.js';
import { Result } from './desk_result.js';
import { field, fileField, takeDropped } from './desk_upload.js';
import { BoundaryForm, receiptNodes } from './desk_boundary_import.js';
import { Reading } from './desk_boundary_reading.js';
import { reportNodes } from './desk_boundary_report.js';

const ENDINGS = ['.zip', '.shp', '.dbf', '.shx', '.prj', '.cpg', '.gpkg', '.geojson', '.json', '.fgb'];
const POLL_MS = 150;
/** So often a silent server is asked again before the reader is told. */
const PATIENCE = 6;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class BoundaryUpload {
  /**
   * @param {{t: Function, setup: Object, offer: Object, onStored: () => void, onMap: (patch: Object) => void}} options
   *   `offer` is the answer of `/office/boundaries/desk`; `onStored` hears of a new version or default
   */
  constructor({ t, setup, offer, onStored, onMap }) {
    Object.assign(this, { t, setup, offer, onStored, onMap });
    this.token = null; // of the work that is followed or shown
    this.files = [];
    this.result = new Result({ t, lang: setup.lang, onAgain: () => this.again() });
    const chooser = fileField({ t, id: 'ntm-boundary-file', accept: ENDINGS.join(','), multiple: true, 'data-testid': 'boundary-file', onChoose: () => this.choose(this.input.files) });
    Object.assign(this, { input: chooser.input, chosen: chooser.chosen });
    this.zone = h('div', { class: 'ntm-desk-zone' }, chooser.input, chooser.button,
      h('span', { class: 'ntm-desk-or' }, t('boundary_drop')), chooser.chosen);
    takeDropped(this.zone, (files) => this.choose(files));
    this.list = h('select', { id: 'ntm-boundary-list', onchange: () => this.chooseList(), 'data-testid': 'boundary-list' });
    this.province = h('select', { id: 'ntm-boundary-province' });
    this.provinceField = field(t('boundary_province'), this.province);
    const listField = field(t('boundary_list'), this.list, h('small', {}, t('boundary_list_help')));
    listField.classList.add('is-wide');
    this.button = h('button', { type: 'submit', class: 'ntm-button is-main', disabled: true, 'data-testid': 'boundary-check' }, t('desk_check'));
    this.form = h('form', {
      class: 'ntm-desk-form', novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        this.send();
      },
    }, this.zone, h('p', { class: 'ntm-desk-note' }, t('boundary_formats', { limit: offer.limit / 1024 / 1024 })),
    h('div', { class: 'ntm-desk-fields' }, listField, this.provinceField),
    h('div', { class: 'ntm-desk-actions' }, this.button));
    this.element = h('div', { class: 'ntm-desk-upload' }, this.form, this.result.element);
  }

  /** Take over what may be chosen now; what the reader has chosen stays. */
  offered(offer) {
    const moved = this.listed === undefined || this.offer.province !== offer.province;
    const place = this.province.value;
    this.offer = offer;
    const key = JSON.stringify([offer.province, offer.lists, offer.provinces]);
    if (this.listed === key) return;
    this.listed = key;
    const { t } = this;
    const chosen = this.list.value;
    fill(this.list, h('option', { value: '' }, t('boundary_list_open')),
      offer.lists.map(({ id, label }) => h('option', { value: id }, label)), h('option', { value: 'own' }, t('boundary_list_own')));
    this.list.value = chosen;
    if (this.list.selectedIndex < 0) this.list.value = '';
    fill(this.province, offer.provinces.map(({ key: one, label }) => h('option', { value: one }, label)));
    this.province.value = moved ? offer.province : place;
    this.chooseList();
  }

  chooseList() {
    this.provinceField.hidden = this.list.value !== 'own';
  }

  choose(files) {
    const { t, setup, offer } = this;
    this.files = [...files];
    const size = this.files.reduce((sum, file) => sum + file.size, 0);
    const tooLarge = size > offer.limit;
    const names = this.files.map(({ name }) => name).join(', ');
    this.chosen.textContent = !names ? t('desk_no_file')
      : tooLarge ? t('boundary_too_large', { size: sizeText(size, setup.lang), limit: offer.limit / 1024 / 1024 })
        : `${names} (${sizeText(size, setup.lang)})`;
    this.zone.classList.toggle('has-file', Boolean(names) && !tooLarge);
    this.zone.classList.toggle('is-bad', tooLarge);
    this.button.disabled = !names || tooLarge;
    this.result.clear();
  }

  /** Send the files one after the other, then have them checked. */
  async send() {
    const { t, setup, files } = this;
    if (!files.length || this.button.disabled) return;
    this.form.hidden = true;
    this.result.progress(t('desk_sending', { share: 0 }), 0);
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    let sent = 0;
    let upload = null;
    try {
      for (const file of files) {
        const found = await post('/office/boundaries/file', {
          body: file, query: { lang: setup.lang, name: file.name, upload },
          onProgress: (share) => {
            const all = (sent + share * file.size) / total;
            this.result.progress(t('desk_sending', { share: Math.round(all * 100) }), all);
          },
        });
        upload = found.upload;
        sent += file.size;
      }
      const own = this.list.value === 'own';
      await this.check({ upload, own_list: own, boundary: own ? '' : this.list.value, province: own ? this.province.value : '' });
    } catch (refusal) {
      this.result.refuse(refusal.status === 0 && (await this.changed()) ? new Refusal(0, { detail: t('desk_file_changed') }) : refusal);
    }
  }

  /** A browser does not send a file that was changed after it had been chosen. */
  async changed() {
    try {
      for (const file of this.files) await file.slice(0, 1).arrayBuffer();
      return false;
    } catch {
      return true;
    }
  }

  /** Have an upload checked, with what the reader says of it. Rejects with a refusal. */
  async check(asked) {
    this.form.hidden = true;
    this.left = false;
    this.waiting(this.t('boundary_queued'), null, true);
    const { token } = await post('/office/boundaries/check', { body: asked, query: { lang: this.setup.lang, province: this.offer.province } });
    if (!this.left) await this.follow(token);
  }

  async checkAgain(asked) {
    try {
      await this.check(asked);
    } catch (refusal) {
      this.result.refuse(refusal);
    }
  }

  /** Import what was checked. A refusal stands beside the form; what was typed stays. */
  async store(token, values) {
    this.typed = values;
    this.waiting(this.t('boundary_queued'), null, false);
    try {
      const found = await post(`/office/boundaries/${token}/import`, { body: values, query: { lang: this.setup.lang } });
      await this.follow(found.token);
    } catch (refusal) {
      await this.follow(token, refusal);
    }
  }

  /**
   * Wait for the end of some work and show what came of it.
   * @param {string} token
   * @param {?Refusal} refused why an import of it was refused
   */
  async follow(token, refused = null) {
    this.token = token;
    this.form.hidden = true;
    let silent = 0;
    while (this.token === token) {
      const found = await ask(`/office/boundaries/${token}`, { lang: this.setup.lang }).catch((refusal) => refusal);
      if (this.token !== token) return;
      silent = found instanceof Refusal ? silent + 1 : 0;
      if (found instanceof Refusal && (found.status || silent >= PATIENCE)) {
        this.result.refuse(found);
        return;
      }
      if (!silent && found.state !== 'running') {
        this.show(token, found, refused);
        return;
      }
      if (!silent) this.waiting(found.step || this.t('boundary_queued'), found.step ? found.share : null, !found.check);
      await pause(POLL_MS);
    }
  }

  /** Progress. A check may be left, an import goes on anyway. */
  waiting(words, share, mayLeave) {
    const { result } = this;
    result.progress(words, share);
    if (mayLeave && !result.element.querySelector('button')) result.element.append(result.actions(result.again('boundary_leave')));
  }

  show(token, found, refused) {
    const { t, setup, result } = this;
    const another = () => result.actions(result.again('boundary_another'));
    const reading = () => new Reading({ t, setup, offer: this.offer, found, onAgain: (asked) => this.checkAgain(asked) });
    if (found.state === 'failed' && found.check) {
      this.follow(found.check, new Refusal(422, found));
    } else if (found.state === 'failed') {
      result.refuse(new Refusal(500, found));
    } else if (found.state === 'refused') {
      result.announce('refused', t('boundary_refused', { file: found.file }),
        h('ul', { class: 'ntm-desk-faults', 'data-testid': 'desk-faults' }, found.reasons.map((text) => h('li', {}, text))),
        h('p', { class: 'ntm-desk-note' }, t('boundary_nothing_stored')), reading().element, another());
    } else if (found.state === 'checked') {
      const form = found.report.importable && new BoundaryForm({ t, setup, found, typed: this.typed, onImport: (values) => this.store(token, values) });
      result.announce('report', t('boundary_report', { file: found.report.file }),
        reportNodes({ t, setup, found, onAgain: (asked) => this.checkAgain(asked) }), reading().element, form && form.element, another());
      if (refused) form.refuse(refused);
    } else {
      this.receipt(found.receipt);
    }
  }

  receipt(receipt) {
    const { t, setup, result } = this;
    const map = h('button', { type: 'button', class: 'ntm-button is-main', 'data-testid': 'boundary-map', onclick: () => this.onMap(receipt.map) }, t('desk_see_map'));
    result.announce('receipt', t('boundary_receipt', { version: receipt.version }), receiptNodes({ t, setup, receipt }),
      result.actions(map, result.again('boundary_another')));
    this.typed = null;
    if (this.told !== receipt.version) this.onStored();
    this.told = receipt.version;
  }

  again() {
    this.token = null;
    this.typed = null;
    this.left = true;
    this.form.hidden = false;
    this.input.value = '';
    this.choose([]);
    this.input.focus();
  }
}
