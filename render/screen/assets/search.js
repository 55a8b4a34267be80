/** "Tìm xã, huyện": with or without diacritics, from anywhere by Ctrl-K. */

import { fill, folded, h, icon } from './dom.js';

const MOST = 12;

export class Search {
  /** @param {{setup: Object, t: Function, onChoose: (entry: Object) => void}} options */
  constructor({ setup, t, onChoose }) {
    this.t = t;
    this.onChoose = onChoose;
    this.entries = this.index(setup);
    this.at = -1;
    this.input = h('input', {
      type: 'search', class: 'ntm-search-input', placeholder: t('search_hint'), 'aria-label': t('search_hint'), role: 'combobox',
      'aria-expanded': 'false', 'aria-controls': 'ntm-search-list', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
      oninput: () => this.look(), onfocus: () => this.look(), onkeydown: (event) => this.key(event), onblur: () => this.close(),
    });
    this.list = h('ul', { class: 'ntm-search-list', id: 'ntm-search-list', role: 'listbox', 'aria-label': t('search_results'), hidden: true });
    this.none = h('p', { class: 'ntm-search-none', role: 'status', hidden: true });
    this.element = h('div', { class: 'ntm-search', role: 'search', 'data-testid': 'search' },
      icon('search'), this.input, h('kbd', { 'aria-hidden': 'true' }, 'Ctrl K'), this.list, this.none);
    this.shortcut = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      this.input.focus();
      this.input.select();
    };
    document.addEventListener('keydown', this.shortcut);
  }

  index(setup) {
    const names = new Map((setup.districts ?? []).map(({ code, name }) => [code, name]));
    const entry = (kind, { code, name, short }, where) => ({
      kind, code, label: name, where, full: folded(name), short: folded(short ?? name), rest: folded(where),
    });
    return [
      ...(setup.districts ?? []).map((district) => entry('district', district, setup.province)),
      ...(setup.units ?? []).map((unit) => entry('unit', unit, names.get(unit.district) ?? '')),
    ];
  }

  find(text) {
    const words = folded(text);
    if (!words) return [];
    const rank = ({ full, short, rest }) => {
      if (short === words || full === words) return 0;
      if (short.startsWith(words)) return 1;
      if (full.startsWith(words)) return 2;
      if (` ${full}`.includes(` ${words}`)) return 3;
      if (full.includes(words)) return 4;
      return words.split(' ').every((word) => `${full} ${rest}`.includes(word)) ? 5 : 9;
    };
    const found = this.entries.map((entry) => ({ entry, rank: rank(entry) }));
    // Words spread over commune and district count only when no name matches as a whole.
    const limit = found.some((one) => one.rank < 5) ? 5 : 9;
    return found
      .filter((one) => one.rank < limit)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST)
      .map((one) => one.entry);
  }

  look() {
    const text = this.input.value;
    this.found = this.find(text);
    this.at = this.found.length ? 0 : -1;
    const empty = Boolean(folded(text)) && !this.found.length;
    this.none.hidden = !empty;
    this.none.textContent = empty ? this.t('search_none', { text: text.trim() }) : '';
    fill(this.list, this.found.map((entry, i) => h('li', {
      role: 'option', id: `ntm-search-${i}`, 'aria-selected': String(i === this.at), 'data-code': entry.code,
      // The list would be gone with the focus before a click arrived.
      onpointerdown: (event) => { event.preventDefault(); this.choose(entry); },
    }, h('strong', {}, entry.label), h('span', {}, ` – ${this.t('in_place', { place: lowerFirst(entry.where) })}`))));
    this.list.hidden = !this.found.length;
    this.input.setAttribute('aria-expanded', String(this.found.length > 0));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === this.at)));
    if (this.at >= 0) {
      this.input.setAttribute('aria-activedescendant', `ntm-search-${this.at}`);
      this.list.children[this.at]?.scrollIntoView({ block: 'nearest' });
    } else this.input.removeAttribute('aria-activedescendant');
  }

  key(event) {
    const size = this.found?.length ?? 0;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (size) this.at = (this.at + (event.key === 'ArrowDown' ? 1 : size - 1)) % size;
      this.mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (size) this.choose(this.found[this.at]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.input.value = '';
      this.close();
      this.input.blur();
    }
  }

  choose(entry) {
    this.input.value = '';
    this.close();
    this.input.blur();
    this.onChoose(entry);
  }

  close() {
    this.list.hidden = true;
    this.none.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }

  destroy() {
    document.removeEventListener('keydown', this.shortcut);
  }
}

/** "Huyện Đăk Hà" inside a phrase is "huyện Đăk Hà". */
function lowerFirst(text) {
  return text ? text[0].toLocaleLowerCase('vi') + text.slice(1) : '';
}
