/** Top bar: whose map this is, the menu of pages, the language; the search box is put in by the app. */

import { h } from './dom.js';

const LANGUAGES = ['vi', 'en'];

/** Let the browser handle what readers do on purpose: a new tab, a new window, a download. */
export const modified = (event) => event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

export class TopBar {
  /**
   * @param {{setup: Object, t: Function, onChange: Function, search: HTMLElement}} options
   */
  constructor({ setup, t, onChange, search }) {
    this.links = (setup.pages ?? []).map(({ key, label }) => {
      const link = h('a', {
        'data-page': key,
        onclick: (event) => {
          if (modified(event)) return;
          event.preventDefault();
          if (link.getAttribute('aria-current') === 'page') return;
          this.mark(key); // answers the finger before the server does
          onChange({ page: key });
        },
      }, label);
      return { key, link };
    });
    const menu = h('nav', { class: 'ntm-menu', 'aria-label': t('menu'), 'data-testid': 'menu' },
      setup.group && h('span', { class: 'ntm-menu-group' }, setup.group),
      h('ul', {}, this.links.map(({ link }) => h('li', {}, link))));
    this.languages = LANGUAGES.map((lang) => {
      const button = h('button', {
        type: 'button', lang, 'aria-pressed': String(lang === setup.lang), title: t(`language_${lang}`),
        onclick: () => lang !== setup.lang && onChange({ lang }),
      }, lang.toUpperCase(), h('span', { class: 'ntm-hidden' }, ` – ${t(`language_${lang}`)}`));
      return button;
    });
    this.element = h('header', { class: 'ntm-top', 'data-testid': 'topbar' },
      h('div', { class: 'ntm-brand' },
        h('strong', {}, setup.product), this.province(setup, t, onChange)),
      menu,
      search,
      h('div', { class: 'ntm-lang', role: 'group', 'aria-label': t('language') }, this.languages));
  }

  /** The province, to be changed where the program knows more than one. */
  province(setup, t, onChange) {
    const known = setup.provinces ?? [];
    if (known.length < 2) return h('span', {}, setup.province);
    const select = h('select', {
      'aria-label': t('province'), 'data-testid': 'province', onchange: () => onChange({ province: select.value }),
    }, known.map(({ key, label }) => h('option', { value: key }, label)));
    select.value = setup.key;
    return select;
  }

  mark(page) {
    for (const { key, link } of this.links) {
      if (key === page) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }

  /** Point the links at the same view on the other pages. */
  update(scene) {
    const query = new URLSearchParams(scene.query);
    query.delete('v'); // the version of the data belongs to files, not to pages
    const text = query.toString();
    for (const { key, link } of this.links) link.href = `/${key}${text ? `?${text}` : ''}`;
    if (this.page !== scene.page) {
      this.page = scene.page;
      const current = this.links.find(({ key }) => key === scene.page);
      const list = current?.link.closest('ul');
      if (list && list.scrollWidth > list.clientWidth) list.scrollLeft = current.link.offsetLeft - 24;
    }
    this.mark(scene.page);
  }
}
