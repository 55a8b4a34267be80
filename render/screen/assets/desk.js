/**
 * The desk of the Coordination Office on the page "Báo cáo tháng": forms out, files in, receipts.
 * The server decides who may write and what a fact is (`service/office.py`); this only asks.
 */

import { fill, h } from './dom.js';
import { ask } from './desk_post.js';
import { RowForm } from './desk_form.js';
import { History } from './desk_history.js';
import { reportersIn, Upload } from './desk_upload.js';

/** Where the map shows what a kind has changed. */
const MAPS = { monthly: null, decisions: 'ban-do', targets: 'xa-muc-tieu', figures: 'tien-do-huyen', dossiers: 'ban-do', 'criteria-set': 'tieu-chi' };
/** What the tab "Nhập số liệu" offers; each is also a value of `view`. */
export const ENTRIES = ['decisions', 'targets', 'figures', 'dossiers', 'criteria-set'];

let styles = null;

/** The desk's own style sheet; the map does not wait for it. */
function ensureStyles() {
  styles ??= new Promise((done) => {
    const link = h('link', { rel: 'stylesheet', href: new URL('desk.css', import.meta.url).href, onload: done, onerror: done });
    document.head.append(link);
  });
  return styles;
}

/** Address of an empty or prefilled form. */
function templateAddress(kind, query) {
  return `/office/template/${kind}.xlsx?${new URLSearchParams(query)}`;
}

/** The desk outlives the page's setup: units of another time must not cost anybody what was typed. */
let kept = null;

/** @param {Object} options as of {@link Desk} @returns {Desk} the one there is, unless language or province is another */
export function monthlyDesk(options) {
  const { lang, key } = options.setup;
  if (kept?.setup.lang === lang && kept.setup.key === key) kept.adopt(options);
  else kept = new Desk(options);
  return kept;
}

class Desk {
  /**
   * @param {{t: Function, setup: Object, onChange: (patch: Object) => void, onView: (view: string) => void}} options
   *   `onChange` sends a patch to the page, `onView` keeps what is looked at in the address
   */
  constructor(options) {
    const { t, setup } = options;
    this.kind = ENTRIES[0];
    this.parts = new Map();
    this.history = new History({ t, setup });
    this.adopt(options);
    this.withIndicators = h('input', { type: 'checkbox', id: 'ntm-desk-indicators', onchange: () => this.pointTemplates() });
    const whole = h('a', { class: 'ntm-button ntm-desk-template', download: '', 'data-template': '' }, t('desk_template_whole'));
    this.templates = h('div', { class: 'ntm-desk-templates' }, this.withIndicators, h('label', { for: 'ntm-desk-indicators' }, t('desk_indicators')), whole);
    this.places = { submit: h('div', { class: 'ntm-desk' }), entry: h('div', { class: 'ntm-desk' }), history: h('div', { class: 'ntm-desk' }, this.history.element) };
    this.links = new Map([['', whole]]); // by who reports; one for all
    this.ready = ensureStyles();
  }

  adopt({ t, setup, onChange, onView }) {
    Object.assign(this, { t, setup, onChange, onView });
    this.history.setup = setup;
  }

  /** What stands beside a district, or a commune that reports for itself, in the list of the overview. */
  beside(item) {
    const code = item.district ?? item.unit;
    if (!code) return null;
    const link = h('a', { class: 'ntm-button ntm-desk-template', download: '', 'data-template': code },
      this.t('desk_template'), h('span', { class: 'ntm-hidden' }, ` – ${item.text}`));
    this.links.set(code, link);
    this.pointTemplate(code, link);
    return link;
  }

  pointTemplates() {
    for (const [code, link] of this.links) this.pointTemplate(code, link);
  }

  pointTemplate(district, link) {
    link.href = templateAddress('monthly', {
      province: this.province, district, period: this.scene.state.period ?? '', lang: this.setup.lang,
      ...(this.withIndicators.checked ? { indicators: '1' } : {}),
    });
  }

  get province() {
    return this.scene.state.province;
  }

  /** @param {Object} scene @param {boolean} here whether its page is the desk's */
  update(scene, here) {
    this.scene = scene;
    this.templates.hidden = !here;
    this.pointTemplates();
  }

  /**
   * Fill a tab that is looked at.
   * @param {string} tab submit, entry or history
   * @param {?string} view value of `view`: the kind of the tab entry
   */
  async show(tab, view) {
    if (ENTRIES.includes(view)) this.kind = view;
    const place = this.places[tab];
    try {
      this.asking ??= ask('/office/desk', { province: this.province, lang: this.setup.lang });
      const [found] = await Promise.all([this.asking, this.ready]);
      this.desk = { ...found, province: this.province };
    } catch (refusal) {
      this.asking = null; // so that the next look tries again
      delete place.dataset.shown;
      fill(place, h('p', { class: 'ntm-empty', role: 'alert' }, refusal.message || this.t('desk_silent')));
      return;
    }
    if (tab === 'submit') {
      const { communes } = reportersIn(this.desk.reporters, this.scene.state.period);
      this.put(place, ['submit', communes], () => [this.refusal(), this.submitPart(communes)]);
      this.parts.get('upload-monthly')?.offerReporters();
    }
    else if (tab === 'entry') this.put(place, [this.kind, this.desk.sets], () => [this.refusal(), this.choice(), this.entryPart()]);
    else this.history.show({ province: this.province, district: this.scene.state.district, mayRead: this.desk.may_write, version: this.scene.query });
  }

  /** Fill a place once: filled again it would take the focus from whoever is typing. */
  put(place, content, make) {
    const key = JSON.stringify([content, this.desk.may_write]);
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    fill(place, make());
  }

  /** Why nothing can be handed in here, and how it can. */
  refusal() {
    return !this.desk.may_write && h('p', { class: 'ntm-desk-sentence', role: 'note', 'data-testid': 'desk-why-not' }, this.desk.why_not);
  }

  part(name, make) {
    if (!this.parts.has(name)) this.parts.set(name, make());
    return this.parts.get(name);
  }

  submitPart(communes) {
    const { t, desk } = this;
    return [
      h('p', { class: 'ntm-desk-note' }, t(communes ? 'desk_submit_note_communes' : 'desk_submit_note')),
      desk.may_write && [h('p', { class: 'ntm-desk-actor' }, t('desk_actor', { office: desk.office })), this.upload('monthly').element],
    ];
  }

  upload(kind) {
    const result = this.resultOptions();
    const shown = () => this.scene.state.period;
    return this.part(`upload-${kind}`, () => new Upload({ t: this.t, setup: this.setup, kind, desk: this.desk, shown, result }));
  }

  /** The kinds of the tab "Nhập số liệu". */
  choice() {
    return h('div', { class: 'ntm-desk-kinds', role: 'group', 'aria-label': this.t('desk_kinds') }, ENTRIES.map((kind) => h('button', {
      type: 'button', class: 'ntm-button', 'aria-pressed': String(kind === this.kind), 'data-kind': kind,
      onclick: () => {
        this.kind = kind;
        this.onView(kind);
        this.show('entry', kind).then(() => this.places.entry.querySelector(`[data-kind="${kind}"]`)?.focus());
      },
    }, this.t(`desk_${kind.replace('-', '_')}`))));
  }

  entryPart() {
    const { t, desk, kind } = this;
    const spec = desk.forms[kind];
    return [
      spec && h('p', { class: 'ntm-desk-note' }, spec.about),
      desk.may_write && spec && h('section', { class: 'ntm-desk-box' }, h('h2', {}, t('desk_one_row')),
        this.part(`row-${kind}`, () => new RowForm({ t, setup: this.setup, kind, desk, result: this.resultOptions() })).element),
      h('section', { class: 'ntm-desk-box' }, h('h2', {}, t(kind === 'criteria-set' ? 'desk_set_title' : 'desk_by_file')),
        h('p', { class: 'ntm-desk-note' }, t(kind === 'criteria-set' ? 'desk_set_note' : 'desk_file_note')),
        h('ul', { class: 'ntm-desk-forms' }, this.smallTemplates(kind).map(([words, address]) => h('li', {},
          h('a', { href: address, download: '', 'data-testid': 'desk-small-template' }, words)))),
        desk.may_write && this.upload(kind).element),
    ];
  }

  smallTemplates(kind) {
    const common = { province: this.province, lang: this.setup.lang };
    if (kind !== 'criteria-set') return [[this.t('desk_small_template', { kind: this.desk.kinds[kind] }), templateAddress(kind, common)]];
    return [...this.desk.sets, ['', this.t('desk_new_set')]].map(([id, name]) => [name, templateAddress(kind, { ...common, set: id })]);
  }

  resultOptions() {
    return {
      mapName: (receipt) => this.t(MAPS[receipt.kind] ? 'desk_open_map' : 'desk_see_map'),
      onMap: (receipt) => this.seeMap(receipt),
      // The page computes again: the store has a new version, so the map, the figures and the headline follow.
      onStored: () => {
        this.asking = null;
        this.history.key = null;
        this.onChange({});
      },
    };
  }

  seeMap(receipt) {
    if (MAPS[receipt.kind]) this.onChange({ page: MAPS[receipt.kind] });
    else this.onChange({ view: null, district: null, period: receipt.period || null });
  }
}
