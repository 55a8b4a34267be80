/** The map's side of the page: title, tools, frame with map, buttons, legend and inset, caption. */

import { h, icon, setText } from './dom.js';
import { Features } from './features.js';
import { Inset } from './inset.js';
import { Legend } from './legend.js';
import { MapView } from './map.js';
import { Painter } from './paint.js';
import { PlacePicker } from './pick.js';
import { pointsIfKnown, pointsOf, rowsIfKnown, rowsOf } from './scene.js';
import { Tooltip, tooltipOf, tooltipOfFeature } from './tooltip.js';

const CORNERS = ['br', 'tr', 'bl', 'tl'];

export class Stage {
  /**
   * @param {{L: ?Object, setup: Object, geometry: ?Object, t: Function, tools: HTMLElement,
   *   onPick: (patch: Object) => void, onFeatures: (scene: Object) => void}} options `onFeatures` hears
   *   when all that stands at places is drawn
   */
  constructor(options) {
    Object.assign(this, options);
    const { setup, geometry, t } = options;
    this.painter = geometry && setup.units?.length === geometry.units.length ? new Painter(geometry, setup) : null;
    this.title = h('h2', { class: 'ntm-map-title' });
    this.subtitle = h('p', { class: 'ntm-map-sub' });
    this.caption = h('p', { class: 'ntm-caption', 'data-testid': 'caption' });
    this.container = h('div', {
      class: 'ntm-map', role: 'application', tabindex: '0', 'aria-describedby': 'ntm-map-note', 'data-testid': 'map',
    });
    this.tooltip = new Tooltip();
    this.legend = new Legend({ t, lang: setup.lang, onIsolate: (isolate) => this.isolate(isolate), onToggle: () => this.map && this.relayout() });
    this.buttons = this.makeButtons(t);
    this.picker = new PlacePicker({ t, container: this.container });
    this.inset = this.makeInset();
    this.error = h('div', { class: 'ntm-map-error', role: 'alert', hidden: true });
    this.frame = h('div', { class: 'ntm-frame' }, this.container, this.buttons, this.legend.element, this.inset?.element, this.picker.element, this.error,
      h('p', { class: 'ntm-hidden', id: 'ntm-map-note' }, t('map_note')));
    this.element = h('section', { class: 'ntm-stage', 'aria-label': t('map') },
      h('div', { class: 'ntm-stage-head' }, h('div', { class: 'ntm-stage-titles' }, this.title, this.subtitle), options.tools),
      this.frame, this.caption);
    this.frame.addEventListener('pointerenter', () => this.wantRows());
    this.frame.addEventListener('focusin', () => this.wantRows(), { once: true });
    this.onTouch = (event) => {
      // No pointer leaves where a finger has tapped: what it was told goes with the next touch elsewhere.
      if (event.pointerType === 'touch' && this.told && !this.container.contains(event.target)) this.map.setHovered(null);
    };
    document.addEventListener('pointerdown', this.onTouch, true);
  }

  makeButtons(t) {
    const button = (name, label, onclick) => h('button', {
      type: 'button', class: `ntm-map-button is-${name}`, 'data-testid': `map-${name}`, 'aria-label': label, title: label, onclick,
    }, icon(name), name === 'home' && h('span', {}, label));
    return h('div', { class: 'ntm-map-buttons', role: 'group', 'aria-label': t('map_buttons') },
      button('plus', t('zoom_in'), () => this.map?.map.zoomIn()),
      button('minus', t('zoom_out'), () => this.map?.map.zoomOut()),
      button('home', t('whole_province'), () => this.goHome()));
  }

  makeInset() {
    const district = this.painter?.districts.find(({ code }) => code === this.setup.inset);
    if (!district) return null;
    return new Inset({
      painter: this.painter, district, t: this.t, picker: this.picker,
      onHover: (unit, event) => this.hover(unit, event),
      onPick: (unit) => this.map.pick(unit),
    });
  }

  /** Back to the province: also lets go of a district, or the next scene would zoom in again. */
  goHome() {
    if (!this.map) return;
    this.map.home();
    if (this.scene.state?.district) this.onPick({ district: null });
    this.map.zoomed = null;
  }

  /** Create the map once the frame stands in the page and has a size. */
  start() {
    if (!this.painter || !this.L) return;
    this.map = new MapView({
      L: this.L, container: this.container, painter: this.painter, setup: this.setup,
      corners: () => this.corners(),
      covered: () => this.covered(),
      insetShown: () => this.inset?.shown,
      onPick: (patch) => this.onPick(patch),
      onHover: (unit, event, feature) => this.tell(unit, event, feature),
      picker: this.picker,
    });
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.frame);
  }

  resized() {
    const size = `${this.frame.clientWidth}x${this.frame.clientHeight}`;
    if (size === this.size || !this.scene) return;
    this.size = size;
    if (this.frame.clientWidth < 700 !== this.narrow) this.foldLegend();
    this.relayout();
  }

  foldLegend() {
    this.narrow = this.frame.clientWidth < 700;
    this.legend.open(!(window.innerWidth < 700));
  }

  /** What wants a corner of the frame, for `fit.js`. */
  corners() {
    const boxes = [];
    const legend = this.legend.element;
    const inset = this.inset?.element;
    const folded = window.innerWidth < 700;
    // An open legend on a phone lies over the map; only its button takes part in the layout.
    const height = folded ? this.legend.button.offsetHeight : legend.offsetHeight;
    boxes.push({ size: [folded ? this.legend.button.offsetWidth : legend.offsetWidth, height], corners: CORNERS });
    if (this.inset) {
      const size = this.inset.element.hidden ? [0, 0] : this.inset.measure(this.frame.clientWidth, this.frame.clientHeight);
      if (size[0]) boxes.push({ size, corners: ['tr', 'br', 'bl', 'tl'] });
    }
    const b = this.buttons;
    const fixed = [[b.offsetLeft - 4, b.offsetTop - 4, b.offsetLeft + b.offsetWidth + 4, b.offsetTop + b.offsetHeight + 4]];
    return {
      boxes, fixed,
      place: (corners) => {
        [legend, inset].forEach((element, i) => {
          if (element && corners[i]) element.dataset.corner = corners[i];
        });
      },
    };
  }

  covered() {
    const overlay = window.innerWidth < 700 && !this.legend.element.classList.contains('is-closed');
    return [!overlay && this.legend.element, this.inset?.element, this.buttons]
      .filter((element) => element && element.offsetWidth && !element.classList.contains('is-away'))
      .map((element) => [element.offsetLeft, element.offsetTop, element.offsetLeft + element.offsetWidth, element.offsetTop + element.offsetHeight]);
  }

  /**
   * Draw a scene. The picture is finished when this returns.
   * @param {Object} scene
   */
  show(scene) {
    const before = this.scene;
    this.scene = scene;
    const legend = this.setup.legends?.[scene.legend] ?? { title: '', classes: [], marks: [] };
    const ok = this.painter && !scene.error;
    const changed = before?.legend !== scene.legend;
    if (changed) this.legend.show(legend, scene, null); // its size decides where the province goes
    this.error.hidden = ok;
    this.frame.classList.toggle('has-error', !ok);
    if (scene.sample) this.frame.dataset.sample = this.t('sample_mark');
    else delete this.frame.dataset.sample;
    if (!ok || before?.page !== scene.page) this.picker.end(null); // the form that wants to know is gone
    if (!ok) {
      this.error.textContent = scene.error || this.t('no_map');
      return;
    }
    this.painter.setScene(scene, legend);
    this.putFeatures(pointsIfKnown(scene));
    this.rows = null;
    this.tooltip.hide();
    if (this.inset) {
      // Some layers have nothing to enlarge; beside an enlarged district the inset is noise.
      this.inset.element.hidden = !scene.inset;
      this.inset.element.classList.toggle('is-away', Boolean(scene.zoom));
    }
    if (!this.size) {
      this.size = `${this.frame.clientWidth}x${this.frame.clientHeight}`;
      this.foldLegend();
    } else if (changed) {
      this.isolated = null;
      this.map.isolate = null;
      this.relayout();
    }
    const first = !this.map.shown;
    this.map.show(scene);
    this.legendHeight ??= this.legend.element.offsetHeight;
    // On a phone a commune opened by its address would lie behind the drawer.
    if (first && scene.state?.commune && window.innerWidth < 700) this.map.zoomTo(scene.state.commune);
    this.paintInset();
    this.tellAgain();
    if (!scene.points || this.painter.features) this.onFeatures(scene);
    else this.fetchFeatures();
  }

  /** @param {?Object} data document with all features of the scene's query, null when it is not here */
  putFeatures(data) {
    if (data && this.features?.data !== data) this.features = new Features(data, this.painter.geometry.origin);
    if (data) this.features.choose(this.scene.points.on, this.painter.legend.features ?? []);
    this.painter.setFeatures(data && this.features);
  }

  /** The picture does not wait for what comes from another address: it is drawn again when that is here. */
  async fetchFeatures() {
    const { scene } = this;
    let data = null;
    try {
      data = await pointsOf(scene);
    } catch {
      return; // the areas say as much as they can; the next scene tries again
    }
    if (scene !== this.scene || !this.map) return;
    this.putFeatures(data);
    this.map.layer.repaint();
    this.showLegend(scene);
    this.onFeatures(scene);
  }

  showLegend(scene) {
    const { element } = this.legend;
    this.legend.show(this.setup.legends?.[scene.legend] ?? { title: '', classes: [], marks: [] }, scene, this.painter?.features);
    // Rows that come with a filter must not cover the province.
    if (this.map?.shown && element.offsetHeight > this.legendHeight && this.map.atHome()) this.relayout();
  }

  relayout() {
    this.map.relayout();
    this.legendHeight = this.legend.element.offsetHeight;
    this.paintInset();
  }

  /** What may wait until the picture is on the screen. */
  describe(scene) {
    this.showLegend(scene);
    setText(this.title, scene.title);
    setText(this.subtitle, scene.subtitle);
    setText(this.caption, scene.caption);
    this.container.setAttribute('aria-label', `${this.t('map')}: ${scene.headline || scene.title}`);
    this.inset?.base.setAttribute('aria-label', `${this.t('inset_label', { district: this.inset.district.name })}: ${scene.headline || scene.title}`);
    if (this.inside) this.wantRows();
  }

  paintInset() {
    if (!this.inset?.shown) return;
    this.inset.draw({ isolate: this.isolated, selected: this.map.selected });
    this.inset.outline(this.map.hovered, this.map.selected);
  }

  isolate(isolate) {
    const same = this.isolated?.kind === isolate?.kind && this.isolated?.index === isolate?.index;
    if (same || !this.map || !this.painter.scene) return;
    this.isolated = isolate;
    this.map.setIsolate(isolate);
    this.paintInset();
  }

  /** The pointer is on a unit, in either picture or in a list. */
  hover(unit, event) {
    if (!this.map) return;
    this.map.setHovered(unit, event);
  }

  tell(unit, event, feature = null) {
    if (this.inset?.shown) this.inset.outline(this.map?.hovered, this.map?.selected);
    if (!event || !(unit || feature)) {
      this.tooltip.hide();
      this.told = null;
      return;
    }
    this.told = [unit, event, feature];
    const { painter, rows, t } = this;
    this.tooltip.show(feature ? tooltipOfFeature({ feature, painter }) : tooltipOf({ unit, painter, rows, t }), event);
  }

  /** A click on a settlement chooses its commune: what was just read stays until the pointer goes on. */
  tellAgain() {
    const feature = this.told?.[2];
    if (feature && this.painter.features?.shown.includes(feature)) this.tell(...this.told);
  }

  /** @returns {Promise<?number[]>} longitude and latitude (WGS 84) of the reader's next click on the map, null when there is none */
  pickPoint() {
    if (!this.map || this.frame.classList.contains('has-error')) return Promise.resolve(null);
    this.tell(null);
    return this.picker.ask();
  }

  /** Details come with the first sign of interest, then with every scene while it lasts. */
  async wantRows() {
    this.inside = true;
    const { scene } = this;
    if (!scene || this.rows || scene.error) return;
    let data = rowsIfKnown(scene);
    try {
      data ??= await rowsOf(scene);
    } catch {
      return; // names and classes are there without it
    }
    if (scene !== this.scene) return;
    this.rows = new Map(data.rows.map((row) => [row.code, row]));
    if (this.told && !this.tooltip.element.hidden) this.tell(...this.told);
  }

  destroy() {
    this.watch?.disconnect();
    document.removeEventListener('pointerdown', this.onTouch, true);
    this.picker.end(null);
    this.map?.destroy();
    this.tooltip.element.remove();
  }
}
