/**
 * What stands at places over the areas: settlements, lines at a distance from the border, texts beside it. The document
 * with all of them is fetched once; a scene only says which of them pass the filters.
 */

import { numbers } from './scene.js';

/** Radius of a settlement's symbol in CSS pixels, by the households in it. */
const SMALLEST = 4;
const LARGEST = 11;
const VILLAGE = 3.4;
const SETTLEMENTS = new Set(['cluster', 'village']);
/** Pixels around a symbol that still mean it. */
const NEAR = 4;
/** With more settlements than this the symbols are drawn smaller, so that they do not hide one another. */
const MANY = 120;

export class Features {
  /**
   * @param {{exact: boolean, features: Array<?Object>}} data document of `/points/…` (`service/points.py`), null for
   *   those that nothing is drawn of
   * @param {number[]} origin of the geometry in grid cells
   */
  constructor(data, [ox, oy]) {
    const near = (point) => point && [point[0] - ox, point[1] - oy];
    this.data = data;
    this.exact = data.exact;
    this.all = data.features.map((one) => one && ({
      ...one, filled: near(one.filled), hollow: near(one.hollow), lines: (one.lines ?? []).map((line) => line.map(near)),
    }));
    this.everywhere = this.all.filter((one) => SETTLEMENTS.has(one?.kind));
    this.shown = [];
  }

  /**
   * Keep those that pass the filters.
   * @param {string} mask base-64 letters of six features each, the first one in the lowest bit
   * @param {Object[]} classes of the legend
   */
  choose(mask, classes) {
    if (this.mask === mask && this.classes === classes) return;
    this.mask = mask;
    this.classes = classes;
    const places = new Map(classes.map(({ id }, i) => [id, i]));
    for (const one of this.everywhere) one.at = places.get(one.cls) ?? -1;
    const bits = numbers(mask, Math.ceil(this.all.length / 6), 0);
    this.shown = this.all.filter((one, i) => one && bits[Math.floor(i / 6)] & (1 << i % 6));
    const settlements = this.shown.filter(({ kind }) => SETTLEMENTS.has(kind));
    this.part = settlements.length > MANY ? Math.max(0.6, (MANY / settlements.length) ** 0.25) : 1;
    // The largest lie undermost: no symbol is hidden by a larger one.
    this.settlements = settlements.sort((a, b) => b.size - a.size);
    this.buffers = this.shown.filter(({ kind }) => kind === 'buffer');
    this.texts = this.shown.filter(({ kind }) => kind === 'border-km' || kind === 'sketch');
  }

  /** @returns {boolean} whether any settlement has a place */
  get placed() {
    return this.everywhere.length > 0;
  }

  /** @returns {?Object} the class of a feature in the legend */
  classOf({ at }) {
    return this.classes[at] ?? null;
  }

  /** @returns {number} radius of a settlement's symbol in CSS pixels */
  radius({ kind, size }, view) {
    const zoom = Math.max(1, view.scale / (view.home ?? view.scale));
    const base = kind === 'village' ? VILLAGE : Math.min(LARGEST, Math.max(SMALLEST, 0.9 * Math.sqrt(size)));
    const part = Math.min(1, this.part * zoom ** 0.3) * (view.width < 520 ? 0.85 : 1);
    return Math.max(VILLAGE - 0.6, base * part) * Math.min(1.5, zoom ** 0.2);
  }

  /**
   * @param {number} x grid cells from the origin
   * @param {number} y
   * @param {Object} view
   * @returns {?Object} the settlement whose symbol is there, the nearest one where several are
   */
  hit(x, y, view) {
    let best = null;
    for (const feature of this.settlements ?? []) {
      const reach = this.radius(feature, view) + NEAR;
      for (const place of [feature.filled, feature.hollow]) {
        if (!place) continue;
        const distance = Math.hypot(place[0] - x, place[1] - y) * view.scale;
        if (distance <= reach && (!best || distance <= best.distance)) best = { feature, distance };
      }
    }
    return best?.feature ?? null;
  }
}
