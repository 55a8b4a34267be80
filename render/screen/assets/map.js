/** The interactive map: Leaflet for moving, zooming and the keyboard, the painter for the picture. */

import { calmMotion } from './dom.js';
import { ringFeature } from './features_paint.js';
import { arrange, Shape } from './fit.js';
import { CELLS_PER_PIXEL } from './geometry.js';
import { canvasLayer } from './layer.js';
import { drawMargins, planMargins } from './margins.js';

const MAX_ZOOM_STEPS = 6;

export class MapView {
  /**
   * @param {{L: Object, container: HTMLElement, painter: Object, setup: Object, corners: Function,
   *   onPick: Function, onHover: Function, picker: Object}} options `corners()` lists the boxes that
   *   want a corner of the frame, `onPick(patch)` hears clicks, `onHover(unit, event, feature)` the
   *   pointer, `picker` wants the next click while it is active
   */
  constructor(options) {
    Object.assign(this, options);
    const { L, container, painter, setup } = options;
    this.shape = new Shape(painter.geometry);
    this.hovered = null;
    this.feature = null;
    this.selected = null;
    this.isolate = null;
    this.zoomed = null;
    this.districtHits = [];
    const [ox, oy] = painter.geometry.origin;
    this.margins = (setup.margins ?? []).map((name) => ({ ...name, point: [name.point[0] - ox, name.point[1] - oy] }));
    this.map = L.map(container, {
      zoomControl: false,
      attributionControl: false,
      doubleClickZoom: false,
      fadeAnimation: false,
      zoomAnimation: !calmMotion(),
      inertia: !calmMotion(),
      zoomSnap: 0,
      zoomDelta: 0.8,
      wheelPxPerZoomLevel: 110,
      maxBoundsViscosity: 1,
      bounceAtZoomLimits: false,
    });
    this.layer = canvasLayer(L, {
      origin: [ox, oy],
      draw: (ctx, view) => this.draw(ctx, view),
      outline: (ctx, view) => this.drawOutline(ctx, view),
    });
    this.listen(container);
  }

  listen(container) {
    this.map.on('click', (event) => this.click(event));
    this.map.on('move', () => this.onHover(null));
    container.addEventListener('pointermove', (event) => {
      if (event.pointerType === 'touch') return; // a tap selects; a tooltip would stay behind
      const box = container.getBoundingClientRect();
      this.hoverAt({ x: event.clientX - box.left, y: event.clientY - box.top }, event);
    });
    container.addEventListener('pointerleave', () => this.setHovered(null));
  }

  /** Grid position of a point of the frame. */
  gridAt({ x, y }) {
    const corner = this.layer.offset();
    const { view } = this.layer;
    return [(x - corner.x) / view.scale + view.x, (y - corner.y) / view.scale + view.y];
  }

  districtAt({ x, y }) {
    const corner = this.layer.offset();
    const [cx, cy] = [x - corner.x, y - corner.y];
    const hit = this.districtHits.find(({ box }) => cx >= box[0] && cx <= box[2] && cy >= box[1] && cy <= box[3]);
    return hit?.district ?? null;
  }

  hoverAt(point, event) {
    if (!this.layer.view || !this.painter.scene || this.picker.active) return;
    const name = this.districtAt(point);
    const { unit, feature } = this.under(point);
    this.map.getContainer().style.cursor = name || unit ? 'pointer' : '';
    this.setHovered(unit, event, feature);
  }

  /** What is drawn at a point of the frame: a settlement before the area that it lies in. */
  under(point) {
    const [x, y] = this.gridAt(point);
    const feature = this.painter.features?.hit(x, y, this.layer.view) ?? null;
    return { feature, unit: this.painter.byCode.get(feature?.unit) ?? this.painter.hit(x, y) };
  }

  setHovered(unit, event, feature = null) {
    if (this.hovered !== unit || this.feature !== feature) {
      this.hovered = unit;
      this.feature = feature;
      this.layer.repaintOutline();
    }
    this.onHover(unit, event, feature);
  }

  click({ containerPoint: point, latlng, originalEvent }) {
    if (this.picker.active) {
      this.picker.end(latlng);
      return;
    }
    const { state } = this.painter.scene;
    const { feature, unit: home } = this.under(point);
    if (feature) {
      this.setHovered(home, originalEvent, feature); // a finger has no other way to read it
      if (home && this.selected !== home.code) this.pick(home);
      return;
    }
    const name = this.districtAt(point);
    if (name) {
      this.onPick({ district: state.district === name ? null : name });
      return;
    }
    const unit = this.painter.hit(...this.gridAt(point));
    if (unit) this.pick(unit);
  }

  /** Choose a unit; choosing the chosen one again lets go of it. */
  pick(unit) {
    const { area, state } = this.painter.scene;
    if (area === 'district') {
      this.onPick({ district: state.district === unit.district ? null : unit.district });
      return;
    }
    const commune = this.selected === unit.code ? null : unit.code;
    this.select(commune);
    this.onPick({ commune });
  }

  /** Outline the chosen unit at once, before the server has answered. */
  select(code) {
    if (this.selected === code) return;
    this.selected = code;
    this.layer.repaintOutline();
  }

  /**
   * Draw a scene. Synchronous: the picture is there when this returns.
   * @param {Object} scene
   */
  show(scene) {
    this.selected = scene.state?.commune ?? null;
    const first = !this.shown;
    this.shown = true;
    if (first) {
      this.relayout();
      this.map.addLayer(this.layer);
    }
    const target = scene.zoom ?? null;
    if (target === this.zoomed) {
      if (!first) this.layer.repaint();
      return;
    }
    this.zoomed = target;
    if (!first) this.layer.repaint(); // the picture first, the movement after it
    if (target) this.zoomTo(target);
    else this.home();
  }

  /** Fit the province beside the legend and the inset; they get their corners here. */
  relayout() {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    if (!width || !height) return;
    const narrow = width < 520;
    const { boxes, fixed, place } = this.corners();
    const spacing = { pad: narrow ? 10 : 18, gap: narrow ? 8 : 12 };
    const fit = arrange(this.shape, [width, height], boxes, fixed, spacing);
    place(fit.corners);
    this.homeScale = fit.scale;
    const [ox, oy] = this.painter.geometry.origin;
    const zoom = Math.log2(fit.scale * CELLS_PER_PIXEL);
    const at = (x, y) =>
      this.map.unproject([(ox + (x - fit.x) / fit.scale) / CELLS_PER_PIXEL, (oy + (y - fit.y) / fit.scale) / CELLS_PER_PIXEL], 0);
    const wasHome = this.atHome();
    this.homeView = { center: at(width / 2, height / 2), zoom };
    this.map.options.minZoom = zoom;
    this.map.options.maxZoom = zoom + MAX_ZOOM_STEPS;
    this.map.invalidateSize({ animate: false, pan: false });
    if (this.zoomed) this.zoomTo(this.zoomed); // its room may be another one now
    else if (wasHome) this.map.setView(this.homeView.center, zoom, { animate: false });
    // A little beyond the frame: a district at the rim must still find a place beside the legend.
    this.map.setMaxBounds(this.L.latLngBounds(at(-0.3 * width, 1.3 * height), at(1.3 * width, -0.3 * height)));
    this.layer.repaint?.();
  }

  /** @returns {boolean} whether the whole province is shown */
  atHome() {
    return !this.homeView || this.map.getZoom() < this.homeView.zoom + 0.02;
  }

  home() {
    this.map.setView(this.homeView.center, this.homeView.zoom, { animate: false });
  }

  /**
   * Not animated: Leaflet ends a running zoom at its old goal, whatever the frame's size has become.
   * @param {string} code a district or a unit
   */
  zoomTo(code) {
    const district = this.painter.districts.find((one) => one.code === code);
    if (district?.box) {
      this.zoomToDistrict(district);
      return;
    }
    const place = this.painter.byCode.get(code);
    if (!place?.box) return;
    const [ox, oy] = this.painter.geometry.origin;
    const corner = (x, y) => this.map.unproject([(x + ox) / CELLS_PER_PIXEL, (y + oy) / CELLS_PER_PIXEL], 0);
    const bounds = this.L.latLngBounds(corner(place.box[0], place.box[1]), corner(place.box[2], place.box[3]));
    const side = Math.min(this.map.getSize().x, this.map.getSize().y) * 0.08;
    // Its card opens in the drawer, over the lower half of a phone's map.
    const below = window.innerWidth < 700 ? this.map.getSize().y * 0.5 : side;
    const options = { paddingTopLeft: [side, side], paddingBottomRight: [side, below], animate: false };
    this.map.fitBounds(bounds, { ...options, maxZoom: this.homeView.zoom + 2 });
  }

  /** Show a district as large as the boxes over the map allow. */
  zoomToDistrict(district) {
    const { painter } = this;
    const members = painter.units.filter((unit) => unit.district === district.code);
    const shape = new Shape(painter.geometry, members.map((unit) => painter.geometry.units[unit.index]), district.box);
    const { x: width, y: height } = this.map.getSize();
    const fit = arrange(shape, [width, height], [], this.covered(), { pad: 24, gap: 12 });
    const [ox, oy] = painter.geometry.origin;
    const cell = (at, start, from, origin) => (origin + from + (at / 2 - start) / fit.scale) / CELLS_PER_PIXEL;
    const center = this.map.unproject([cell(width, fit.x, district.box[0], ox), cell(height, fit.y, district.box[1], oy)], 0);
    this.map.setView(center, Math.log2(fit.scale * CELLS_PER_PIXEL), { animate: false });
  }

  /** @param {?{kind: string, index: number}} isolate class or mark that stays strong */
  setIsolate(isolate) {
    this.isolate = isolate;
    this.layer.repaint();
  }

  draw(ctx, view) {
    if (!this.painter.scene) return;
    view.home = this.homeScale;
    const corner = this.layer.offset();
    const { boxes, frame } = this.cover(corner);
    const skip = this.insetShown?.() ? new Set([this.setup.inset]) : null;
    const around = planMargins(ctx, view, this.painter, this.margins, frame, boxes);
    const outside = around.map(({ box }) => box);
    this.districtHits = this.painter.paint(ctx, view, { isolate: this.isolate, skip, selected: this.selected, avoid: boxes, outside, frame });
    ctx.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
    drawMargins(ctx, around);
  }

  /** What covers the map, and the visible frame, in canvas coordinates. */
  cover(corner) {
    const size = this.map.getSize();
    const boxes = this.covered().map(([x0, y0, x1, y1]) => [x0 - corner.x - 4, y0 - corner.y - 4, x1 - corner.x + 4, y1 - corner.y + 4]);
    return { boxes, frame: [8 - corner.x, 8 - corner.y, size.x - 8 - corner.x, size.y - 8 - corner.y] };
  }

  drawOutline(ctx, view) {
    const { painter } = this;
    const outlines = [];
    if (painter.scene && this.hovered) {
      const district = painter.scene.area === 'district' ? { district: this.hovered.district } : { unit: this.hovered };
      outlines.push({ path: painter.outlineOf(district), kind: 'hover' });
    }
    const unit = this.selected && painter.byCode.get(this.selected);
    if (unit) outlines.push({ path: painter.outlineOf({ unit }), kind: 'selected' });
    painter.paintOutlines(ctx, view, outlines.filter(({ path }) => path));
    if (this.feature && painter.features) ringFeature(ctx, view, painter.features, this.feature);
  }

  destroy() {
    this.map.remove();
  }
}
