/**
 * The desk of the Coordination Office: forms out, files in, receipts. The pages "Báo cáo tháng", "Xã biên giới" and
 * "Thôn, làng" have one each. The server decides who may write and what a fact is (`service/office.py`); this only asks.
 */

import { fill, h } from './dom.js';
import { ask } from './desk_post.js';
import { RowForm } from './desk_form.js';
import { History } from './desk_history.js';
import { Known } from './desk_known.js';
import { reportersIn, Upload } from './desk_upload.js';

/** The page whose map shows what a kind has changed. */
const MAPS = {
  monthly: 'bao-cao-thang', decisions: 'ban-do', targets: 'xa-muc-tieu', figures: 'tien-do-huyen', dossiers: 'ban-do', 'criteria-set': 'tieu-chi',
  clusters: 'xa-bien-gioi', villages: 'thon-lang', 'village-recognitions': 'thon-lang',
};
/**
 * By page: the kinds that its tab `entry` offers, each also a value of `view`; whether the month's report is handed in
 * there; whether its history tells of every kind or of its own alone; filters that might hide what was just stored.
 */
const PLANS = {
  'bao-cao-thang': { entries: ['decisions', 'targets', 'figures', 'dossiers', 'criteria-set'], monthly: true, wholeHistory: true, filters: ['district'] },
  'xa-bien-gioi': { entries: ['clusters'], filters: ['district', 'commune', 'step', 'arrangement', 'expiring', 'border'] },
  'thon-lang': { entries: ['villages', 'village-recognitions'], filters: ['district', 'commune'] },
};
/** Kinds whose form can begin with what is known already. */
const CONTINUED = ['clusters'];

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

/** By page. A desk outlives the page's setup: units of another time must not cost anybody what was typed. */
const kept = new Map();

/**
 * @param {string} page
 * @param {Object} options as of {@link Desk}
 * @returns {Desk} the one there is, unless language or province is another
 */
export function deskOf(page, options) {
  const { lang, key } = options.setup;
  const known = kept.get(page);
  if (known?.setup.lang === lang && known.setup.key === key) known.adopt(options);
  else kept.set(page, new Desk(page, options));
  return kept.get(page);
}

class Desk {
  /**
   * @param {string} page
   * @param {{t: Function, setup: Object, onChange: (patch: Object) => void, onView: (view: string) => void,
   *   pickPoint: () => Promise<?number[]>}} options
   *   `onChange` sends a patch to the page, `onView` keeps what is looked at in the address, `pickPoint` lets the reader
   *   choose longitude and latitude on the map
   */
  constructor(page, options) {
    const { t, setup } = options;
    this.page = page;
    this.plan = PLANS[page];
    this.kind = this.plan.entries[0];
    this.parts = new Map();
    this.history = new History({ t, setup });
    this.adopt(options);
    this.places = { entry: h('div', { class: 'ntm-desk' }), history: h('div', { class: 'ntm-desk' }, this.history.element) };
    this.links = new Map(); // by who reports
    if (this.plan.monthly) this.makeTemplates(t);
    this.ready = ensureStyles();
  }

  adopt({ t, setup, onChange, onView, pickPoint }) {
    Object.assign(this, { t, setup, onChange, onView, pickPoint });
    this.history.setup = setup;
  }

  /** What only the page of the month's report has: its tab, and the forms beside the list of who has reported. */
  makeTemplates(t) {
    this.places.submit = h('div', { class: 'ntm-desk' });
    this.withIndicators = h('input', { type: 'checkbox', id: 'ntm-desk-indicators', onchange: () => this.pointTemplates() });
    const whole = h('a', { class: 'ntm-button ntm-desk-template', download: '', 'data-template': '' }, t('desk_template_whole'));
    this.templates = h('div', { class: 'ntm-desk-templates' }, this.withIndicators, h('label', { for: 'ntm-desk-indicators' }, t('desk_indicators')), whole);
    this.links.set('', whole); // one for all
    this.beside = (item) => this.templateOf(item);
  }

  /** What stands beside a district, or a commune that reports for itself, in the list of the overview. */
  templateOf(item) {
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
    if (this.templates) this.templates.hidden = !here;
    this.pointTemplates();
  }

  /**
   * Fill a tab that is looked at.
   * @param {string} tab submit, entry or history
   * @param {?string} view value of `view`: the kind of the tab entry
   */
  async show(tab, view) {
    if (this.plan.entries.includes(view)) this.kind = view;
    const place = this.places[tab];
    try {
      this.askAnew();
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
    else if (tab === 'entry') {
      this.put(place, [this.kind, this.desk.sets], () => [this.refusal(), this.choice(), this.entryPart()]);
      this.parts.get(`known-${this.kind}`)?.load();
    }
    else this.history.show(this.past());
  }

  /** Ask what may be handed in, again when something was stored; what is there stays when no answer comes. */
  askAnew() {
    const { asking: before, scene: { stamp } } = this;
    if (before && this.stamp === stamp) return;
    if (this.stamp !== stamp) for (const [name, part] of this.parts) if (name.startsWith('known-')) part.forget();
    this.stamp = stamp;
    this.asking = ask('/office/desk', { province: this.province, lang: this.setup.lang }).catch((refusal) => {
      this.stamp = null; // so that the next look tries again
      if (before) return before;
      throw refusal;
    });
  }

  /** What the history tells of: on a page with kinds of its own those alone, which have no district. */
  past() {
    const { state, query, stamp } = this.scene;
    const { wholeHistory, entries } = this.plan;
    return {
      province: this.province, district: wholeHistory ? state.district : null, kinds: wholeHistory ? null : entries.join(','),
      mayRead: this.desk.may_write, version: `${query} ${stamp}`,
    };
  }

  /** Fill a place once: filled again it would take the focus from whoever is typing. */
  put(place, content, make) {
    const key = JSON.stringify([content, this.desk.may_write]);
    if (place.dataset.shown === key) return;
    place.dataset.shown = key;
    const { activeElement: focused } = document;
    const within = place.contains(focused);
    fill(place, make());
    if (within && focused.isConnected) focused.focus({ preventScroll: true }); // forms stay the same, and go where they were
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
    const { entries } = this.plan;
    return entries.length > 1 && h('div', { class: 'ntm-desk-kinds', role: 'group', 'aria-label': this.t('desk_kinds') }, entries.map((kind) => h('button', {
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
    const noteOf = kind === 'criteria-set' ? 'desk_set_note' : spec.points ? 'desk_file_note_points' : 'desk_file_note';
    return [
      spec && h('p', { class: 'ntm-desk-note' }, spec.about),
      desk.may_write && spec && h('section', { class: 'ntm-desk-box' }, h('h2', {}, t('desk_one_row')),
        CONTINUED.includes(kind) && this.known(kind).element, this.rowForm(kind).element),
      h('section', { class: 'ntm-desk-box' }, h('h2', {}, t(kind === 'criteria-set' ? 'desk_set_title' : 'desk_by_file')),
        h('p', { class: 'ntm-desk-note' }, t(noteOf)),
        h('ul', { class: 'ntm-desk-forms' }, this.smallTemplates(kind).map(([words, address]) => h('li', {},
          h('a', { href: address, download: '', 'data-testid': 'desk-small-template' }, words)))),
        desk.may_write && this.upload(kind).element),
    ];
  }

  rowForm(kind) {
    const { t, setup, desk } = this;
    const make = () => new RowForm({ t, setup, kind, desk, result: this.resultOptions(), pickPoint: () => this.pickPoint() });
    return this.part(`row-${kind}`, make);
  }

  known(kind) {
    const form = this.rowForm(kind);
    const asked = () => ({ province: this.province, lang: this.setup.lang });
    return this.part(`known-${kind}`, () => new Known({ t: this.t, kind, form, asked }));
  }

  smallTemplates(kind) {
    const common = { province: this.province, lang: this.setup.lang };
    if (kind !== 'criteria-set') return [[this.t('desk_small_template', { kind: this.desk.kinds[kind] }), templateAddress(kind, common)]];
    return [...this.desk.sets, ['', this.t('desk_new_set')]].map(([id, name]) => [name, templateAddress(kind, { ...common, set: id })]);
  }

  resultOptions() {
    return {
      mapName: (receipt) => this.t(MAPS[receipt.kind] === this.page ? 'desk_see_map' : 'desk_open_map'),
      onMap: (receipt) => this.seeMap(receipt),
      // The page computes again: the store has a new version, so the map, the figures and the headline follow.
      onStored: () => {
        this.asking = null;
        this.history.key = null;
        this.parts.get(`known-${this.kind}`)?.forget();
        this.onChange({});
      },
    };
  }

  seeMap(receipt) {
    const page = MAPS[receipt.kind];
    if (page !== this.page) {
      this.onChange({ page });
      return;
    }
    const month = receipt.period || receipt.shown_from;
    const other = month && (receipt.period || month > this.scene.state.period);
    this.onChange({ view: null, ...Object.fromEntries(this.plan.filters.map((name) => [name, null])), ...(other ? { period: month } : {}) });
  }
}
