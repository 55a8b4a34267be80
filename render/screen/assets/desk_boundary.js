/**
 * The desk of the page "Ranh giới": boundary files are checked and imported, versions are looked at and chosen.
 * What a file is and who may write, the server decides (`service/boundary_office.py`); this only asks.
 */

import { fill, h } from './dom.js';
import { ask } from './desk_post.js';
import { BoundaryUpload } from './desk_boundary_upload.js';
import { Versions } from './desk_boundary_versions.js';

const STYLES = ['desk.css', 'desk_boundary.css'];

let styles = null;
/** The desk outlives the page's setup, which is another one as soon as another version is drawn. */
let kept = null;

function ensureStyles() {
  styles ??= Promise.all(STYLES.map((name) => new Promise((done) => {
    const link = h('link', { rel: 'stylesheet', href: new URL(name, import.meta.url).href, onload: done, onerror: done });
    document.head.append(link);
  })));
  return styles;
}

/** @param {Object} options as of {@link BoundaryDesk} @returns {BoundaryDesk} the one there is, unless it speaks another language */
export function boundaryDesk(options) {
  if (kept?.setup.lang === options.setup.lang) kept.adopt(options);
  else kept = new BoundaryDesk(options, kept?.upload?.token);
  return kept;
}

class BoundaryDesk {
  /**
   * @param {{t: Function, setup: Object, onChange: (patch: Object) => void, onView: (view: string) => void}} options
   * @param {?string} token work that the reader was looking at in another language
   */
  constructor(options, token) {
    this.adopt(options);
    this.token = token;
    this.places = { submit: h('div', { class: 'ntm-desk' }), history: h('div', { class: 'ntm-desk' }) };
    this.ready = ensureStyles();
  }

  adopt({ t, setup, onChange, onView }) {
    Object.assign(this, { t, setup, onChange, onView });
  }

  /** @param {Object} scene */
  update(scene) {
    this.scene = scene;
  }

  /** Fill a tab that is looked at. @param {string} tab submit or history */
  async show(tab) {
    const place = this.places[tab];
    const province = this.scene.state.province;
    try {
      if (this.province !== province) this.asking = null;
      this.province = province;
      this.askAnew();
      [this.offer] = await Promise.all([this.asking, this.ready]);
    } catch (refusal) {
      this.asking = null; // so that the next look tries again
      fill(place, h('p', { class: 'ntm-empty', role: 'alert' }, refusal.message || this.t('desk_silent')));
      this.upload = this.versions = null;
      return;
    }
    if (tab === 'submit') this.showUpload(place);
    else this.showVersions(place);
  }

  /** Ask what there is, again when something was stored; what is there stays when no answer comes. */
  askAnew() {
    const { asking: before, scene: { stamp } } = this;
    if (before && this.stamp === stamp) return;
    this.stamp = stamp;
    this.asking = ask('/office/boundaries/desk', { province: this.province, lang: this.setup.lang }).catch((refusal) => {
      this.stamp = null; // so that the next look tries again
      if (before) return before;
      throw refusal;
    });
  }

  showUpload(place) {
    const { t, setup, offer } = this;
    if (!offer.may_write) {
      this.upload = null;
      fill(place, this.refusal(), h('p', { class: 'ntm-desk-note' }, t('boundary_note')));
      return;
    }
    if (!this.upload) {
      this.upload = new BoundaryUpload({ t, setup, offer, onStored: () => this.stored(), onMap: (version) => this.seeMap(version) });
      if (this.token) this.upload.follow(this.token);
      this.token = null;
      fill(place, h('p', { class: 'ntm-desk-note' }, t('boundary_note')),
        h('p', { class: 'ntm-desk-actor' }, t('desk_actor', { office: offer.office })), this.upload.element);
    }
    this.upload.offered(offer);
  }

  showVersions(place) {
    const { t, setup, offer } = this;
    if (!this.versions) {
      this.versions = new Versions({ t, setup, onStored: () => this.stored(), onMap: (version) => this.seeMap(version) });
      fill(place, this.refusal(), this.versions.element);
    }
    this.versions.show(offer, this.province);
  }

  refusal() {
    return !this.offer.may_write && h('p', { class: 'ntm-desk-sentence', role: 'note', 'data-testid': 'desk-why-not' }, this.offer.why_not);
  }

  /** The page computes again: the store has a new version, and so may the map. */
  async stored() {
    this.asking = null;
    this.onChange({});
    await this.show('history');
  }

  /** @param {{province: ?string, boundary: string, first: string, last: ?string}} version what to show, and the months it covers */
  seeMap({ province, boundary, first, last }) {
    const { state } = this.scene;
    const shown = state.period >= first && (!last || state.period <= last);
    this.onChange({
      view: null, district: null, commune: null, boundary,
      ...(province === state.province ? {} : { province }), ...(shown ? {} : { period: last ?? first }),
    });
  }
}
