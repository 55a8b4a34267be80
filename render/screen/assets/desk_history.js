/** The tab "Lịch sử": every file that was handed in, newest first, none ever lost. */

import { fill, h } from './dom.js';
import { ask, sizeText } from './desk_post.js';
import { whatOf } from './desk_result.js';

export class History {
  /** @param {{t: Function, setup: Object}} options */
  constructor({ t, setup }) {
    Object.assign(this, { t, setup });
    this.list = h('ol', { class: 'ntm-desk-history', 'data-testid': 'desk-history' });
    this.about = h('p', { class: 'ntm-desk-note' });
    this.state = h('p', { class: 'ntm-empty', role: 'status', hidden: true });
    this.more = h('button', { type: 'button', class: 'ntm-button', hidden: true, onclick: () => this.load(this.last) }, t('desk_more'));
    this.element = h('div', { class: 'ntm-desk-past' }, this.about, this.state, this.list, this.more);
  }

  /** @param {{province: string, district: ?string, kinds: ?string, mayRead: boolean, version: string}} wanted reloads only when something differs; of the same files in another version what is new */
  show(wanted) {
    const key = JSON.stringify(wanted);
    if (this.key === key) return;
    this.key = key;
    this.wanted = wanted;
    const files = JSON.stringify({ ...wanted, version: null });
    if (this.files === files && this.last) {
      this.renew();
      return;
    }
    this.files = files;
    const district = this.setup.districts.find(({ code }) => code === wanted.district);
    this.about.textContent = [this.t('desk_history_note'), district && this.t('desk_history_district', { district: district.name })].filter(Boolean).join(' ');
    this.load(null);
  }

  async load(before) {
    const { t, key } = this;
    this.more.disabled = true;
    try {
      const { province, district, kinds } = this.wanted;
      const found = await ask('/office/history', { province, lang: this.setup.lang, district, kinds, before });
      if (key !== this.key) return;
      const rows = found.rows.map((row) => this.row(row));
      if (before === null) fill(this.list, rows);
      else this.list.append(...rows);
      this.last = found.rows.at(-1)?.number ?? null;
      this.more.hidden = !found.more;
      this.say(this.list.children.length ? '' : t('desk_history_empty'));
    } catch (refusal) {
      this.key = null; // so that the next look tries again
      this.say(refusal.message || t('rows_failed'));
    }
    this.more.disabled = false;
  }

  /** What has come meanwhile goes above what is listed; rows that still say the same stay where they are. */
  async renew() {
    const { key, last } = this;
    const { province, district, kinds } = this.wanted;
    const rows = [];
    let found = null;
    try {
      do {
        found = await ask('/office/history', { province, lang: this.setup.lang, district, kinds, before: rows.at(-1)?.number });
        if (key !== this.key) return;
        rows.push(...found.rows);
      } while (found.more && rows.at(-1).number > last);
    } catch {
      this.key = null; // so that the next look tries again
      return;
    }
    this.replace(rows.map((row) => this.row(row)));
    this.last = rows.at(-1)?.number ?? null;
    this.more.hidden = !found.more;
    this.say(rows.length ? '' : this.t('desk_history_empty'));
  }

  replace(items) {
    const known = new Map([...this.list.children].map((item) => [item.dataset.number, item]));
    const kept = items.map((item) => (known.get(item.dataset.number)?.isEqualNode(item) ? known.get(item.dataset.number) : item));
    for (const item of known.values()) if (!kept.includes(item)) item.remove();
    kept.forEach((item, i) => {
      if (this.list.children[i] !== item) this.list.insertBefore(item, this.list.children[i] ?? null);
    });
  }

  say(text) {
    this.state.hidden = !text;
    this.state.textContent = text;
  }

  row(row) {
    const { t, setup } = this;
    const state = row.replaced_by ? t('desk_replaced', { number: row.replaced_by }) : row.whole ? t('desk_in_force') : '';
    const parts = [
      t('desk_by', { time: row.recorded, by: row.actor }),
      row.sent_by && t('desk_from', { who: row.sent_by }),
      t('desk_received_on', { day: row.received }),
      row.revision > 1 && row.whole && t('desk_revision', { count: row.revision }),
    ].filter(Boolean);
    const size = sizeText(row.size, setup.lang);
    return h('li', { 'data-number': row.number, class: row.replaced_by ? 'is-replaced' : null },
      h('div', { class: 'ntm-desk-past-head' }, h('span', { class: 'ntm-desk-number' }, t('desk_number', { number: row.number })), h('strong', {}, whatOf(row)),
        state && h('span', { class: `ntm-desk-state ${row.replaced_by ? 'is-replaced' : 'is-in-force'}` }, state)),
      h('p', {}, parts.join(' · ')),
      h('p', { class: 'ntm-desk-files' }, this.wanted.mayRead
        ? h('a', { href: `${row.file}?lang=${setup.lang}`, download: row.file_name }, row.file_name)
        : row.file_name, ` (${size})`,
      row.scan && this.wanted.mayRead && [' · ', h('a', { href: `${row.scan}?lang=${setup.lang}`, download: '' }, t('desk_scan_link'))]));
  }
}
