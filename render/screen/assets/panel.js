/**
 * The panel: headline and four tabs. Beside the map on a wide screen, below it on a tablet, a
 * drawer from the bottom edge on a phone.
 */

import { Drawer } from './drawer.js';
import { fill, h, setText } from './dom.js';
import { Overview } from './overview.js';
import { rowsIfKnown, rowsOf } from './scene.js';
import { noteNodes, RowTable } from './table.js';
import { UnitList } from './unitlist.js';

/** `view` of the page state for each tab; the overview is the state's empty value. */
const TABS = ['overview', 'submit', 'entry', 'history', 'list', 'table', 'notes'];
/** Tabs of the pages with a desk; the tab `entry` stands for several values of `view`. */
const DESK_TABS = ['submit', 'entry', 'history'];
/** A desk of the Coordination Office: the tabs that it fills and what tabs are called there. */
function officeDesk(page, tabs, words) {
  return { tabs, words, make: async (options) => (await import('./desk.js')).deskOf(page, options) };
}

/** By page: the tabs of its desk, what tabs are called there, and the desk itself, fetched there and nowhere else. */
const DESKS = {
  'bao-cao-thang': officeDesk('bao-cao-thang', DESK_TABS, { overview: 'desk_overview' }),
  'xa-bien-gioi': officeDesk('xa-bien-gioi', ['entry', 'history'], { entry: 'desk_enter_clusters' }),
  'thon-lang': officeDesk('thon-lang', ['entry', 'history'], { entry: 'desk_enter_villages' }),
  'ranh-gioi': {
    tabs: ['submit', 'history'], words: { submit: 'boundary_submit', history: 'boundary_history' },
    make: async (options) => (await import('./desk_boundary.js')).boundaryDesk(options),
  },
};

export class Panel {
  /**
   * @param {{setup: Object, t: Function, onChange: Function, onPick: Function, onHover: Function, pickPoint: () => Promise<?number[]>}} options
   *   `onChange` sends a patch, `onPick` chooses a place, `pickPoint` lets the reader choose longitude and latitude on the map
   */
  constructor(options) {
    Object.assign(this, options);
    const { t, setup } = options;
    this.headline = h('h1', { class: 'ntm-headline', 'data-testid': 'headline' });
    this.overview = new Overview({ t, onPick: options.onPick, onHover: options.onHover });
    this.list = new UnitList({ t, onPick: options.onPick, onHover: options.onHover });
    this.table = new RowTable({ t, lang: setup.lang, onPick: (code) => options.onPick(this.patchFor(code)) });
    this.notes = h('div', { class: 'ntm-notebox' });
    this.current = 'overview';
    this.desks = new Map(); // by page
    this.makeTabs(t);
    const bodies = { overview: this.overview.element, list: this.list.element, table: this.table.element, notes: this.notes };
    this.shownTabs = TABS.filter((name) => !DESK_TABS.includes(name));
    this.pages = TABS.map((name) => h('div', {
      class: `ntm-page is-${name}`, role: 'tabpanel', id: `ntm-page-${name}`, 'aria-labelledby': `ntm-tab-${name}`, tabindex: '0', hidden: name !== 'overview',
    }, bodies[name]));
    this.body = h('div', { class: 'ntm-panel-body' }, this.pages);
    this.drawer = new Drawer({ t });
    this.element = h('section', { class: 'ntm-panel', 'aria-label': t('panel'), 'data-testid': 'panel' },
      this.drawer.handle, this.headline, this.tabs, this.body);
    this.drawer.attach(this.element, this.headline);
  }

  makeTabs(t) {
    this.buttons = TABS.map((name) => h('button', {
      type: 'button', role: 'tab', id: `ntm-tab-${name}`, 'aria-controls': `ntm-page-${name}`, 'data-testid': `tab-${name}`,
      'aria-selected': String(name === 'overview'), tabindex: name === 'overview' ? '0' : '-1', hidden: DESK_TABS.includes(name), onclick: () => this.choose(name),
    }, t(`tab_${name}`)));
    this.tabs = h('div', { class: 'ntm-tabs', role: 'tablist', 'aria-label': t('panel'), onkeydown: (event) => this.tabKey(event) }, this.buttons);
  }

  tabKey(event) {
    const { length } = this.shownTabs;
    const at = this.shownTabs.indexOf(this.current);
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: length - 1 - at };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = this.shownTabs[(at + steps[event.key] + length) % length];
    this.choose(next);
    this.buttons[TABS.indexOf(next)].focus();
  }

  patchFor(code) {
    return (this.setup.districts ?? []).some((district) => district.code === code) ? { district: code } : { commune: code };
  }

  /** A tab opens at once; the server only keeps it in the address. */
  choose(name) {
    this.drawer.atLeast('half');
    if (this.current === name) return;
    const view = name === 'entry' ? this.desk?.kind : name;
    this.ask(name === 'overview' ? null : view);
    this.open(name);
  }

  /** Until the server has said this view, what it says of an earlier one must not take the reader back. */
  ask(view) {
    this.want(view);
    this.onChange({ view }, { quiet: true });
  }

  want(view) {
    this.wanted = view;
    this.view = view;
  }

  /** @param {?string} view value of the address @returns {string} the tab that shows it, the overview when there is none here */
  tabOf(view) {
    const name = !view || TABS.includes(view) ? view : 'entry';
    return this.shownTabs.includes(name) ? name : 'overview';
  }

  open(name) {
    this.current = name;
    TABS.forEach((tab, i) => {
      const on = tab === this.current;
      this.buttons[i].setAttribute('aria-selected', String(on));
      this.buttons[i].tabIndex = on ? 0 : -1;
      this.pages[i].hidden = !on;
    });
    const chosen = this.buttons[TABS.indexOf(name)];
    this.tabs.scrollLeft = chosen.offsetLeft - (this.tabs.clientWidth - chosen.offsetWidth) / 2; // on a phone they are a strip
    this.body.scrollTop = 0;
    this.fillCurrent();
  }

  /** Only what is looked at is built. */
  fillCurrent() {
    if (!this.scene) return;
    if (this.current === 'overview') this.overview.update(this.scene, this.painter?.legend ?? this.legend);
    else if (this.current === 'list' && this.painter) this.list.update(this.scene, this.painter);
    else if (this.current === 'list') fill(this.list.element, h('p', { class: 'ntm-empty' }, this.scene.error ?? ''));
    else if (DESK_TABS.includes(this.current)) this.desk?.show(this.current, this.view);
    else this.fillRows();
  }

  async fillRows() {
    const { scene } = this;
    let data = rowsIfKnown(scene);
    if (!data) {
      this.body.setAttribute('aria-busy', 'true');
      if (!this.shownRows) {
        this.table.wait();
        fill(this.notes, h('p', { class: 'ntm-empty', role: 'status' }, this.t('loading')));
      }
      try {
        data = await rowsOf(scene);
      } catch {
        if (scene !== this.scene) return;
        this.shownRows = false;
        this.body.removeAttribute('aria-busy');
        this.table.fail();
        fill(this.notes, h('p', { class: 'ntm-empty', role: 'status' }, this.t('rows_failed')));
        return;
      }
      if (scene !== this.scene) return;
    }
    this.body.removeAttribute('aria-busy');
    this.shownRows = true;
    if (this.current === 'table') this.table.show(data, scene);
    else if (this.current === 'notes' && this.notesOf !== data) {
      this.notesOf = data;
      fill(this.notes, noteNodes(data, this.t));
    }
  }

  /**
   * @param {Object} scene
   * @param {?Object} painter null when there is no geometry
   * @param {Object} legend
   */
  update(scene, painter, legend) {
    const before = this.scene;
    Object.assign(this, { scene, painter, legend });
    setText(this.headline, scene.headline || scene.title);
    this.offerDesk(scene);
    const said = scene.state?.view ?? null;
    if (this.wanted === said) this.wanted = undefined;
    const view = this.wanted === undefined ? said : this.wanted;
    const first = !before;
    if (first && (view || scene.card)) this.drawer.atLeast('half');
    if (first || before.page !== scene.page || this.view !== view) {
      this.view = view;
      if (this.tabOf(view) !== this.current) {
        this.open(this.tabOf(view));
        return;
      }
    }
    // New data in a card that is open leave the reader where he reads.
    const another = scene.layer !== before?.layer || JSON.stringify(scene.state) !== JSON.stringify(before?.state);
    if (scene.card && another && JSON.stringify(scene.card) !== JSON.stringify(before?.card ?? null)) {
      this.drawer.atLeast('half');
      this.pages[0].scrollTop = 0;
      this.body.scrollTop = 0;
    }
    this.fillCurrent();
  }

  /** Something was stored that does not change the scene: the lists of a desk may tell of it. */
  renew() {
    if (DESK_TABS.includes(this.current)) this.fillCurrent();
  }

  /** A page with a desk has tabs of its own. */
  offerDesk(scene) {
    const page = scene.error ? null : scene.page;
    const plan = DESKS[page];
    this.element.classList.toggle('has-desk', Boolean(plan));
    this.shownTabs = TABS.filter((name) => !DESK_TABS.includes(name) || plan?.tabs.includes(name));
    TABS.forEach((name, i) => {
      this.buttons[i].hidden = !this.shownTabs.includes(name);
      setText(this.buttons[i], this.t(plan?.words[name] ?? `tab_${name}`));
    });
    if (plan && !this.desks.has(page)) this.fetchDesk(page);
    const desk = this.desks.get(page) ?? null;
    if (this.desk !== desk) this.seat(desk);
    for (const [name, one] of this.desks) one?.update(scene, name === page);
  }

  /** Give the tabs to a desk. */
  seat(desk) {
    this.desk = desk;
    for (const [name, place] of Object.entries(desk?.places ?? {})) fill(this.pages[TABS.indexOf(name)], place);
    if (desk?.templates) this.overview.blocks.before(desk.templates);
    this.overview.beside = desk?.beside ? (item) => desk.beside(item) : null;
    this.overview.seen = {}; // its districts get a form each, or none
  }

  async fetchDesk(page) {
    this.desks.set(page, null); // it is on its way
    this.desks.set(page, await DESKS[page].make({
      t: this.t, setup: this.setup, onChange: this.onChange, onView: (view) => this.ask(view), pickPoint: () => this.pickOnMap(),
    }));
    this.offerDesk(this.scene);
    this.fillCurrent();
  }

  /** Let the reader choose a point of the map; on a phone the drawer makes way meanwhile. */
  async pickOnMap() {
    const { drawer } = this;
    const { state } = drawer;
    if (drawer.phone) drawer.set('peek');
    try {
      return await this.pickPoint();
    } finally {
      drawer.atLeast(state);
    }
  }
}
