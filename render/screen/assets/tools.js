/** Taking the map away: files, the clipboard, paper. All of it is drawn by the server's sheet. */

import { h, icon } from './dom.js';

const FORMATS = ['png', 'pdf', 'svg', 'csv', 'xlsx'];

export class Tools {
  /** @param {{t: Function, toast: (text: string, bad?: boolean) => void}} options */
  constructor({ t, toast }) {
    this.t = t;
    this.toast = toast;
    this.links = FORMATS.map((format) => h('a', { role: 'menuitem', tabindex: '-1', download: '', 'data-format': format, onclick: () => this.close(true) },
      h('strong', {}, format.toUpperCase()), h('span', {}, t(`download_${format}`))));
    this.service = h('a', { role: 'menuitem', tabindex: '-1', target: '_blank', rel: 'noopener', 'data-testid': 'service', onclick: () => this.close(true) },
      h('strong', {}, 'QGIS'), h('span', {}, t('download_service')));
    this.items = [...this.links, this.service];
    this.menu = h('div', {
      class: 'ntm-menu-list', role: 'menu', id: 'ntm-downloads', 'aria-label': t('download'), hidden: true,
      onkeydown: (event) => this.key(event),
    }, this.items);
    this.button = h('button', {
      type: 'button', class: 'ntm-button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': 'ntm-downloads', 'data-testid': 'download',
      onclick: () => (this.menu.hidden ? this.open() : this.close(true)),
      onkeydown: (event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        this.open();
      },
    }, icon('download'), h('span', {}, t('download')), icon('down'));
    this.box = h('div', { class: 'ntm-dropdown' }, this.button, this.menu);
    this.copyButton = h('button', { type: 'button', class: 'ntm-button', 'data-testid': 'copy', onclick: () => this.copy() }, icon('copy'), h('span', {}, t('copy_image')));
    this.printButton = h('button', { type: 'button', class: 'ntm-button', 'data-testid': 'print', onclick: () => this.print() }, icon('print'), h('span', {}, t('print')));
    this.element = h('div', { class: 'ntm-tools', role: 'group', 'aria-label': t('tools') }, this.box, this.copyButton, this.printButton);
    this.sheet = h('img', { class: 'ntm-print-sheet print-sheet', alt: '', 'aria-hidden': 'true' });
    this.listen();
  }

  listen() {
    this.outside = (event) => !this.box.contains(event.target) && this.close(false);
    this.printKey = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'p' || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.print();
    };
    // From the browser's own menu nothing can be awaited: an old sheet must not be printed.
    this.before = () => this.ready(this.sheet.dataset.address === this.address('svg'));
    document.addEventListener('pointerdown', this.outside);
    document.addEventListener('keydown', this.printKey);
    window.addEventListener('beforeprint', this.before);
  }

  address(format, more = '') {
    return this.scene ? `${this.scene.data}.${format}?${this.scene.query}${more}` : '';
  }

  update(scene) {
    this.scene = scene;
    for (const link of this.links) link.href = this.address(link.dataset.format);
    this.service.href = `/ogc?lang=${document.documentElement.lang || 'vi'}`;
  }

  open() {
    this.menu.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.links[0].focus();
  }

  close(focus) {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
    if (focus) this.button.focus();
  }

  key(event) {
    const at = this.items.indexOf(document.activeElement);
    const size = this.items.length;
    const to = { ArrowDown: (at + 1) % size, ArrowUp: (at + size - 1) % size, Home: 0, End: size - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.items[to].focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      this.close(event.key === 'Escape');
    }
  }

  /** Safari wants the promise inside the item, and the item made within the click. */
  async copy() {
    this.copyButton.setAttribute('aria-busy', 'true');
    try {
      const image = fetch(this.address('png', '&width=1080')).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.blob();
      });
      image.catch(() => {});
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })]);
      this.toast(this.t('copy_done'));
    } catch {
      this.toast(this.t('copy_failed'), true);
    }
    this.copyButton.removeAttribute('aria-busy');
  }

  ready(ready) {
    document.documentElement.classList.toggle('ntm-sheet-ready', ready);
  }

  async print() {
    const address = this.address('svg');
    this.printButton.setAttribute('aria-busy', 'true');
    try {
      if (this.sheet.dataset.address !== address) {
        this.sheet.src = address;
        await this.sheet.decode();
        this.sheet.dataset.address = address;
      }
      this.ready(true);
      window.print();
    } catch {
      this.ready(false);
      this.toast(this.t('print_failed'), true);
    }
    this.printButton.removeAttribute('aria-busy');
  }

  destroy() {
    document.removeEventListener('pointerdown', this.outside);
    document.removeEventListener('keydown', this.printKey);
    window.removeEventListener('beforeprint', this.before);
    this.ready(false);
  }
}
