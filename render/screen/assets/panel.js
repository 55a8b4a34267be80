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
const TABS = ['overview', 'list', 'table', 'notes'];

export class Panel {
  /**
   * @param {{setup: Object, t: Function, onChange: Function, onPick: Function, onHover: Function}} options
   *   `onChange` sends a patch, `onPick` chooses a place
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
    this.makeTabs(t);
    const bodies = { overview: this.overview.element, list: this.list.element, table: this.table.element, notes: this.notes };
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
      'aria-selected': String(name === 'overview'), tabindex: name === 'overview' ? '0' : '-1', onclick: () => this.choose(name),
    }, t(`tab_${name}`)));
    this.tabs = h('div', { class: 'ntm-tabs', role: 'tablist', 'aria-label': t('panel'), onkeydown: (event) => this.tabKey(event) }, this.buttons);
  }

  tabKey(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -TABS.indexOf(this.current), End: TABS.length - 1 - TABS.indexOf(this.current) };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = (TABS.indexOf(this.current) + steps[event.key] + TABS.length) % TABS.length;
    this.choose(TABS[next]);
    this.buttons[next].focus();
  }

  patchFor(code) {
    return (this.setup.districts ?? []).some((district) => district.code === code) ? { district: code } : { commune: code };
  }

  /** A tab opens at once; the server only keeps it in the address. */
  choose(name) {
    this.drawer.atLeast('half');
    if (this.current === name) return;
    this.open(name);
    this.onChange({ view: name === 'overview' ? null : name }, { quiet: true });
  }

  open(name) {
    this.current = TABS.includes(name) ? name : 'overview';
    TABS.forEach((tab, i) => {
      const on = tab === this.current;
      this.buttons[i].setAttribute('aria-selected', String(on));
      this.buttons[i].tabIndex = on ? 0 : -1;
      this.pages[i].hidden = !on;
    });
    this.body.scrollTop = 0;
    this.fillCurrent();
  }

  /** Only what is looked at is built. */
  fillCurrent() {
    if (!this.scene) return;
    if (this.current === 'overview') this.overview.update(this.scene, this.painter?.legend ?? this.legend);
    else if (this.current === 'list' && this.painter) this.list.update(this.scene, this.painter);
    else if (this.current === 'list') fill(this.list.element, h('p', { class: 'ntm-empty' }, this.scene.error ?? ''));
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
    const view = scene.state?.view ?? null;
    const first = !before;
    if (first && (view || scene.card)) this.drawer.atLeast('half');
    if (first || (before.state?.view ?? null) !== view) {
      if ((view ?? 'overview') !== this.current) {
        this.open(view ?? 'overview');
        return;
      }
    }
    if (scene.card && JSON.stringify(scene.card) !== JSON.stringify(before?.card ?? null)) {
      this.drawer.atLeast('half');
      this.pages[0].scrollTop = 0;
      this.body.scrollTop = 0;
    }
    this.fillCurrent();
  }
}
