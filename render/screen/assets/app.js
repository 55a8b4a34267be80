/** One mounted page: receives scenes in order, paints first, fills the rest afterwards. */

import { afterPaint, fill, h, icon, keepFocus, translator } from './dom.js';
import { Filters } from './filters.js';
import { Live } from './live.js';
import { Panel } from './panel.js';
import { decodeScene, geometryOf, leafletReady, setupOf } from './scene.js';
import { Search } from './search.js';
import { Stage } from './stage.js';
import { Tools } from './tools.js';
import { TopBar } from './topbar.js';

/** After this long without an answer the reader is told. */
const SILENCE_MS = 4000;
/** So often what was not answered is said again until then; it means the same twice. */
const AGAIN_MS = 1500;
/** An answer that changes nothing is not sent: after this long a change that was asked for again counts as refused. */
const REFUSED_MS = 1500;
const TOAST_MS = 6000;
/** For so many looks new data wait for the answer to what the reader asked for. */
const PATIENT_LOOKS = 3;
const CLOCK = new Intl.DateTimeFormat('vi', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Ho_Chi_Minh' });
/** Cleared, these show what the server chose instead: only their chip says that they are still set. */
const SETTLED = new Set(['period', 'criterion', 'from']);

export class App {
  /**
   * @param {HTMLElement} parent
   * @param {Promise} styles resolved when the style sheet is there
   */
  constructor(parent, styles) {
    this.styles = styles;
    this.send = () => {};
    this.turn = 0;
    this.shown = 0;
    this.root = h('div', { class: 'ntm-root', 'data-testid': 'root' });
    parent.append(this.root);
    document.documentElement.classList.add('ntm-page-open');
    this.live = new Live({ shown: () => this.scene?.stamp, renew: (tries) => this.renew(tries) });
  }

  /**
   * Take a scene. Decoding takes turns, so an earlier scene may be ready later: it is dropped.
   * @param {Uint8Array|Object|null} data
   */
  async receive(data) {
    if (!data) return;
    this.turn += 1;
    const { turn } = this;
    try {
      const scene = await decodeScene(data);
      let setup = setupOf(scene.setup);
      if (setup instanceof Promise) setup = await setup;
      let geometry = scene.error ? null : geometryOf(setup.geometry);
      if (geometry instanceof Promise) geometry = await geometry.catch(() => null);
      if (!this.ready) {
        [this.L] = await Promise.all([leafletReady().catch(() => null), this.styles]);
        this.ready = true;
      }
      if (turn < this.shown || this.gone) return;
      this.shown = turn;
      this.apply(scene, setup, geometry);
    } catch (fault) {
      console.error(fault);
      if (turn >= this.shown && !this.scene) this.root.textContent = '…';
    }
  }

  apply(scene, setup, geometry) {
    this.answered(scene);
    const isNew = Boolean(this.scene) && this.scene.stamp !== scene.stamp;
    const isNews = isNew && this.renewing;
    if (isNew) this.renewing = false;
    if (this.scene && this.scene.id === scene.id && this.setup === setup) {
      this.scene.stamp = scene.stamp;
      if (isNew) this.panel.renew(); // what was stored is not of this view, but may be of a list
      this.stage.map?.select(scene.state?.commune ?? null); // an optimistic outline may be taken back
      this.filters.update(this.asWished(scene));
      this.bar.update(scene);
      return;
    }
    const fresh = this.setup !== setup || (geometry && !this.stage?.painter);
    if (fresh) this.build(setup, geometry);
    this.scene = scene;
    if (fresh) this.describe(scene); // texts take room: the frame must have its final size
    this.stage.show(scene);
    if (isNews) this.toast(this.t('live_updated', { time: CLOCK.format(new Date()) }));
    this.root.dataset.painted = scene.id;
    window.dispatchEvent(new CustomEvent('ntm-painted', { detail: { id: scene.id } }));
    // Also a fresh page: its lists could not be filled before the picture was there.
    afterPaint(() => this.scene === scene && !this.gone && keepFocus(this.root, () => this.describe(scene)));
  }

  /** Have the page computed again: the data have changed. */
  renew(tries) {
    if (this.root.hasAttribute('aria-busy') && tries < PATIENT_LOOKS) return;
    this.renewing = true;
    this.change({}, { quiet: true });
  }

  /** Everything around the picture. */
  describe(scene) {
    document.documentElement.lang = scene.state?.lang ?? this.setup.lang ?? 'vi';
    // Streamlit's own skip link is English and the first thing a keyboard meets.
    const skip = document.querySelector('[data-testid="stSkipToContent"]');
    if (skip) skip.textContent = this.t('skip_to_map');
    document.title = [scene.sample && this.t('sample_mark'), scene.title, this.setup.product].filter(Boolean).join(' – ');
    this.sample.hidden = !scene.sample;
    this.bar.update(scene);
    this.filters.update(this.asWished(scene));
    this.tools.update(scene);
    this.stage.describe(scene);
    const legend = this.setup.legends?.[scene.legend] ?? { classes: [], marks: [] };
    this.panel.update(scene, this.stage.painter?.scene ? this.stage.painter : null, legend);
    this.showNotices(scene.notices ?? [], scene.banner);
  }

  build(setup, geometry) {
    this.takeDown();
    this.setup = setup;
    const t = translator(setup.text);
    this.t = t;
    const onChange = (patch, options) => this.change(patch, options);
    const onPick = (patch) => this.pick(patch);
    this.search = new Search({ setup, t, onChoose: (entry) => this.find(entry) });
    this.bar = new TopBar({ setup, t, onChange, search: this.search.element });
    this.filters = new Filters({ setup, t, onChange });
    this.tools = new Tools({ t, toast: (text, bad) => this.toast(text, bad) });
    this.stage = new Stage({ L: this.L, setup, geometry, t, tools: this.tools.element, onPick, onFeatures: ({ id }) => { this.root.dataset.features = id; } });
    const pickPoint = () => this.stage.pickPoint();
    this.panel = new Panel({ setup, t, onChange, onPick, pickPoint, onHover: (code) => this.stage.hover(this.stage.painter?.byCode.get(code) ?? null) });
    this.sample = h('aside', { class: 'ntm-sample', 'aria-label': t('sample_mark'), 'data-testid': 'sample', hidden: true }, t('sample'));
    this.notices = h('div', { class: 'ntm-notices', role: 'status', 'data-testid': 'notices' });
    this.silent = h('div', { class: 'ntm-silent', role: 'alert', hidden: true, 'data-testid': 'silent' }, h('span', {}, t('server_silent')),
      h('button', { type: 'button', class: 'ntm-button', onclick: () => window.location.reload() }, t('reload')));
    this.toaster = h('div', { class: 'ntm-toast', role: 'status', 'aria-live': 'polite', 'data-testid': 'toast', hidden: true });
    fill(this.root, this.sample, this.bar.element, this.filters.element, this.notices, this.silent,
      h('div', { class: 'ntm-main' }, this.stage.element, this.panel.element),
      this.toaster, this.stage.tooltip.element, this.tools.sheet);
    this.stage.start();
  }

  /** Send a patch and watch for the answer. */
  change(patch, { quiet = false } = {}) {
    // Changes that follow at once would replace one another on their way: each carries the unanswered ones.
    this.unanswered = { ...this.unanswered, ...patch };
    this.send(this.unanswered);
    if (quiet) return;
    this.root.setAttribute('aria-busy', 'true');
    // What is said while the connection is made anew, as when the process behind a proxy died, reaches nobody. Another
    // page is not asked for twice: the second time it would be the one that is shown.
    clearInterval(this.again);
    if (!('page' in this.unanswered)) this.again = setInterval(() => this.send(this.unanswered), AGAIN_MS);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      clearInterval(this.again);
      if (this.silent) this.silent.hidden = false;
    }, SILENCE_MS);
  }

  answered(scene) {
    // A server that was busy may have passed over a change that came meanwhile: it is asked for once more.
    const said = scene?.state ?? {};
    const chips = new Set((scene?.chips ?? []).map(({ name }) => name));
    const missed = ([name, value]) => name in said && (value === null && SETTLED.has(name) ? chips.has(name) : (said[name] ?? null) !== value);
    const lost = Object.fromEntries(Object.entries(this.unanswered ?? {}).filter(missed));
    this.asked = Object.keys(lost).length > 0 && !this.asked;
    this.unanswered = this.asked ? lost : {};
    if (this.silent) this.silent.hidden = true;
    clearTimeout(this.silence);
    clearInterval(this.again);
    if (this.asked) {
      this.send(lost); // the page stays busy: this scene is the answer to an earlier change
      this.silence = setTimeout(() => this.rest(), REFUSED_MS);
      return;
    }
    this.root.removeAttribute('aria-busy');
  }

  /** What was asked for once more and changed nothing is not to be had: show what there is. */
  rest() {
    this.unanswered = {};
    this.root.removeAttribute('aria-busy');
    this.filters.update(this.scene);
  }

  /** A scene with what the reader chose since: an answer that was on its way must not turn a filter back. */
  asWished(scene) {
    return scene.state ? { ...scene, state: { ...scene.state, ...this.unanswered } } : scene;
  }

  /** Choose a place. Its card is on the overview, wherever the choice was made. */
  pick(patch) {
    if ('commune' in patch) {
      this.stage.map?.select(patch.commune);
      this.stage.paintInset();
      if (patch.commune && this.panel.current !== 'overview') {
        this.panel.want(null);
        this.panel.open('overview');
        this.change({ ...patch, view: null });
        return;
      }
    }
    this.change(patch);
  }

  find(entry) {
    if (entry.kind === 'district') {
      this.pick({ district: entry.code });
      return;
    }
    this.stage.map?.zoomTo(entry.code);
    this.pick({ commune: entry.code });
  }

  showNotices(notices, banner) {
    const key = [...notices, banner ?? ''].join('\n');
    if (this.noticeKey === key) return;
    this.noticeKey = key;
    const texts = [...notices.map((text) => [text, 'ntm-notice']), ...(banner ? [[banner, 'ntm-notice ntm-banner']] : [])];
    fill(this.notices, texts.map(([text, kind]) => {
      const bar = h('div', { class: kind }, h('span', {}, text),
        h('button', { type: 'button', class: 'ntm-icon-button', 'aria-label': this.t('dismiss'), onclick: () => bar.remove() }, icon('close')));
      return bar;
    }));
  }

  toast(text, bad = false) {
    this.toaster.textContent = text;
    this.toaster.classList.toggle('is-bad', bad);
    this.toaster.hidden = false;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => { this.toaster.hidden = true; }, TOAST_MS);
  }

  takeDown() {
    this.search?.destroy();
    this.tools?.destroy();
    this.stage?.destroy();
    this.noticeKey = null;
  }

  destroy() {
    this.gone = true;
    this.live.destroy();
    clearInterval(this.again);
    clearTimeout(this.silence);
    clearTimeout(this.toasting);
    this.takeDown();
    this.root.remove();
    if (!document.querySelector('.ntm-root')) document.documentElement.classList.remove('ntm-page-open');
  }
}
