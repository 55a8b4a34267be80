/** The tab "Phiên bản": every boundary version of the province, by the list of units that it draws; which one holds is a recorded act. */

import { fill, h } from './dom.js';
import { post } from './desk_post.js';
import { numbers } from './desk_boundary_table.js';

export class Versions {
  /** @param {{t: Function, setup: Object, onStored: () => void, onMap: (map: Object) => void}} options */
  constructor({ t, setup, onStored, onMap }) {
    Object.assign(this, { t, setup, onStored, onMap, number: numbers(setup.lang) });
    this.state = h('p', { class: 'ntm-desk-said', role: 'status', hidden: true, 'data-testid': 'boundary-said' });
    this.back = h('div', { class: 'ntm-desk-actions' });
    this.groups = h('div', { class: 'ntm-desk-groups', 'data-testid': 'boundary-versions' });
    this.element = h('div', { class: 'ntm-desk-past' }, h('p', { class: 'ntm-desk-note' }, t('boundary_versions_note')), this.state, this.back, this.groups);
  }

  /** @param {Object} offer answer of `/office/boundaries/desk` */
  show(offer) {
    const key = JSON.stringify([offer.province, offer.groups, offer.may_write, offer.may_go_back]);
    this.newest = offer;
    if (this.key === key || this.element.querySelector('.ntm-desk-ask:not([hidden])')) return; // somebody is being asked
    this.key = key;
    this.offer = offer;
    const { t } = this;
    fill(this.back, offer.may_write && offer.may_go_back && this.act(t('boundary_back'), t('boundary_back_ask'), 'boundary-back', '/office/boundaries/back'));
    fill(this.groups, offer.groups.length ? offer.groups.map((group) => this.group(group)) : h('p', { class: 'ntm-empty' }, t('boundary_no_versions')));
  }

  group({ label, since, versions }) {
    return h('section', { class: 'ntm-desk-box' }, h('h2', {}, label),
      since && h('p', { class: 'ntm-desk-note' }, this.t('boundary_default_since', since)),
      h('ol', { class: 'ntm-desk-history' }, versions.map((one) => this.row(one))));
  }

  row(one) {
    const { t, offer } = this;
    const facts = {
      boundary_row_valid: one.valid, boundary_row_decree: one.decree, boundary_row_units: this.number.whole(one.units),
      boundary_row_source: one.source, boundary_row_author: one.recorded, boundary_row_hash: one.hash, boundary_row_original: one.original_hash,
    };
    return h('li', { 'data-version': one.id, class: one.default ? null : 'is-replaced' },
      h('div', { class: 'ntm-desk-past-head' }, h('strong', {}, one.id), h('span', {}, one.name),
        one.default && h('span', { class: 'ntm-desk-state is-in-force' }, t('boundary_default')),
        one.shipped && h('span', { class: 'ntm-desk-state is-replaced' }, t('boundary_shipped'))),
      h('dl', { class: 'ntm-desk-receipt' }, Object.entries(facts).filter(([, value]) => value).map(([key, value]) => h('div', {},
        h('dt', {}, t(key)), h('dd', { class: key === 'boundary_row_hash' || key === 'boundary_row_original' ? 'is-hash' : null }, value)))),
      h('div', { class: 'ntm-desk-actions' },
        h('button', { type: 'button', class: 'ntm-button', onclick: () => this.onMap({ ...one.map, province: offer.province }) }, t('boundary_map_open')),
        offer.may_write && !one.default && this.act(t('boundary_set_default'), t('boundary_default_ask', { version: one.id }), 'boundary-default', `/office/boundaries/default/${one.id}`),
        offer.may_write && one.files.map(({ key, address }) => h('a', { class: 'ntm-button', href: `${address}?lang=${this.setup.lang}`, download: '', 'data-testid': `boundary-${key}` }, t(`boundary_file_${key}`)))));
  }

  /** A button for a recorded act: it says what will be recorded, and only the second press does it. */
  act(words, question, testid, address) {
    const { t, setup } = this;
    const first = h('button', { type: 'button', class: 'ntm-button', 'data-testid': testid, onclick: () => ask(true) }, words);
    const yes = h('button', { type: 'button', class: 'ntm-button is-main', 'data-testid': `${testid}-yes`, onclick: () => record() }, t('desk_confirm'));
    const no = h('button', { type: 'button', class: 'ntm-button', onclick: () => ask(false) }, t('desk_cancel'));
    const asking = h('div', { class: 'ntm-desk-ask', role: 'group', hidden: true }, h('p', {}, question), h('div', { class: 'ntm-desk-actions' }, yes, no));
    const ask = (open) => {
      asking.hidden = !open;
      first.hidden = open;
      (open ? yes : first).focus();
      if (!open) this.show(this.newest);
    };
    const record = async () => {
      yes.disabled = true;
      try {
        const { version } = await post(address, { query: { lang: setup.lang, province: this.offer.province } });
        this.say(t('boundary_default_set', { version }), false);
        asking.hidden = true;
        this.onStored();
      } catch (refusal) {
        this.say(refusal.message || t(refusal.status ? 'desk_failed' : 'desk_silent'), true);
        yes.disabled = false;
      }
    };
    return [first, asking];
  }

  say(text, bad) {
    this.state.hidden = false;
    this.state.textContent = text;
    this.state.classList.toggle('is-bad', bad);
    this.state.scrollIntoView({ block: 'nearest' });
  }
}
