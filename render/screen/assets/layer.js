/**
 * The Leaflet layer that carries the painter: two stacked canvases (map, outlines) that Leaflet
 * moves and scales with the map while it is dragged or zoomed, and that are redrawn when it rests.
 */

import { CELLS_PER_PIXEL } from './geometry.js';

/** How far beyond the frame is drawn, so that a drag does not show an edge at once. */
const PADDING = 0.12;

function newCanvas() {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:absolute;left:0;top:0;';
  return canvas;
}

/**
 * Make the layer.
 * @param {Object} L Leaflet
 * @param {{origin: number[], draw: Function, outline: Function}} options `draw(ctx, view)` and
 *   `outline(ctx, view)` do the drawing
 * @returns {Object} layer with `repaint()`, `repaintOutline()` and `view`
 */
export function canvasLayer(L, { origin, draw, outline }) {
  const Layer = L.Renderer.extend({
    _initContainer() {
      this._container = document.createElement('div');
      this._container.setAttribute('aria-hidden', 'true');
      this.base = newCanvas();
      this.over = newCanvas();
      this._container.append(this.base, this.over);
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },

    _update() {
      // A moving frame of a zoom animation keeps the scaled picture.
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const dpr = Math.min(3, window.devicePixelRatio || 1);
      for (const canvas of [this.base, this.over]) {
        const width = Math.round(size.x * dpr);
        const height = Math.round(size.y * dpr);
        if (canvas.width === width && canvas.height === height) continue;
        canvas.width = width;
        canvas.height = height;
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
      }
      L.DomUtil.setPosition(this._container, this._bounds.min);
      const corner = this._bounds.min.add(this._map.getPixelOrigin());
      const scale = 2 ** this._map.getZoom() / CELLS_PER_PIXEL;
      this.view = {
        scale,
        x: corner.x / scale - origin[0],
        y: corner.y / scale - origin[1],
        width: size.x,
        height: size.y,
        dpr,
      };
      this.repaint();
    },

    repaint() {
      if (!this.view) return;
      draw(this.base.getContext('2d'), this.view);
      this.repaintOutline();
    },

    repaintOutline() {
      if (this.view) outline(this.over.getContext('2d'), this.view);
    },

    /** Position of the canvas's corner in the frame. */
    offset() {
      return this._map.layerPointToContainerPoint(this._bounds.min);
    },
  });
  return new Layer({ padding: PADDING });
}
