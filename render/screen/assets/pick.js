/** Choosing a place of the map for a form: the next click says where, Esc or the button of the bar that there is none. */

import { h } from './dom.js';

export class PlacePicker {
  /** @param {{t: Function, container: HTMLElement}} options `container` holds the map */
  constructor({ t, container }) {
    this.container = container;
    this.element = h('div', { class: 'ntm-picking', role: 'status', 'data-testid': 'picking', hidden: true },
      h('span', {}, t('pick_place')), h('button', { type: 'button', class: 'ntm-button', onclick: () => this.end(null) }, t('pick_cancel')));
    this.onKey = (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.end(null);
    };
  }

  get active() {
    return Boolean(this.done);
  }

  /** @returns {Promise<?number[]>} longitude and latitude (WGS 84), null when cancelled; asking again cancels what was asked before */
  ask() {
    this.end(null);
    this.element.hidden = false;
    this.container.classList.add('is-picking');
    document.addEventListener('keydown', this.onKey, true);
    return new Promise((done) => { this.done = done; });
  }

  /** @param {?{lat: number, lng: number}} place */
  end(place) {
    const { done } = this;
    if (!done) return;
    this.done = null;
    this.element.hidden = true;
    this.container.classList.remove('is-picking');
    document.removeEventListener('keydown', this.onKey, true);
    done(place && [place.lng, place.lat]);
  }
}
