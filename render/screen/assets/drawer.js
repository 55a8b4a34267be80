/** The panel as a drawer on a phone: a handle to tap or drag, three heights. Styles do the rest. */

import { h } from './dom.js';

const STATES = ['peek', 'half', 'full'];
const PHONE = '(max-width: 699.98px)';

export class Drawer {
  /** @param {{t: Function}} options */
  constructor({ t }) {
    this.t = t;
    this.state = 'peek';
    this.handle = h('button', {
      type: 'button', class: 'ntm-handle', 'aria-expanded': 'false', 'aria-label': t('drawer_open'), 'data-testid': 'drawer-handle',
    }, h('span', {}));
  }

  /** @param {HTMLElement} panel @param {HTMLElement} headline may be dragged too */
  attach(panel, headline) {
    this.panel = panel;
    panel.dataset.drawer = this.state;
    for (const grip of [this.handle, headline]) {
      grip.addEventListener('pointerdown', (event) => this.start(event, grip));
      // A mouse would select text on its way, and the next time drag that text away instead of the drawer.
      grip.addEventListener('mousedown', (event) => this.phone && event.preventDefault());
    }
    this.handle.addEventListener('click', () => {
      if (this.dragged) this.dragged = false; // the click that ends a drag
      else this.set(this.state === 'peek' ? 'half' : 'peek');
    });
  }

  get phone() {
    return window.matchMedia(PHONE).matches;
  }

  set(state) {
    this.state = state;
    this.panel.dataset.drawer = state;
    this.panel.style.removeProperty('height');
    this.handle.setAttribute('aria-expanded', String(state !== 'peek'));
    this.handle.setAttribute('aria-label', this.t(state === 'peek' ? 'drawer_open' : 'drawer_close'));
  }

  /** Open further, never close: a choice must not hide what the reader was reading. */
  atLeast(state) {
    if (this.phone && STATES.indexOf(state) > STATES.indexOf(this.state)) this.set(state);
  }

  start(event, grip) {
    if (!this.phone || event.button) return;
    const startY = event.clientY;
    const height = this.panel.offsetHeight;
    let moved = 0;
    const move = (next) => {
      moved = startY - next.clientY;
      if (Math.abs(moved) < 6) return;
      this.panel.classList.add('is-dragged');
      this.panel.style.height = `${Math.max(90, Math.min(window.innerHeight * 0.92, height + moved))}px`;
    };
    const end = () => {
      grip.removeEventListener('pointermove', move);
      grip.removeEventListener('pointerup', end);
      grip.removeEventListener('pointercancel', end);
      this.panel.classList.remove('is-dragged');
      if (Math.abs(moved) < 6) {
        if (grip !== this.handle) this.set(this.state === 'peek' ? 'half' : this.state);
        return;
      }
      this.dragged = grip === this.handle;
      const at = this.panel.offsetHeight / window.innerHeight;
      this.set(at < 0.3 ? 'peek' : at < 0.7 ? 'half' : 'full');
    };
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener('pointermove', move);
    grip.addEventListener('pointerup', end);
    grip.addEventListener('pointercancel', end);
  }
}
