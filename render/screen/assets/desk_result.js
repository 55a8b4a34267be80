/** What comes of a file or a form: progress, faults, the preview with its confirmation, the receipt. */

import { fill, h } from './dom.js';
import { post } from './desk_post.js';

/** A sign and its words for every kind of change; colour is never the only sign. */
const SIGNS = { gained: '✓', lost: '✗', new: '+', changed: '↔', voided: '⊘' };
/** So many places are opened at once; more would hide the buttons below them. */
const OPEN_AT_ONCE = 2;

/** @param {Object} receipt @returns {string} for example "Báo cáo tháng 05/2025 – Huyện Đăk Hà" */
export function whatOf({ words, month, place }) {
  return [month ? `${words} ${month}` : words, place].filter(Boolean).join(' – ');
}

export class Result {
  /**
   * @param {{t: Function, lang: string, mapName: (receipt: Object) => string, onStored: (receipt: Object) => void,
   *   onMap: (receipt: Object) => void, onAgain: (after: string) => void}} options
   *   `onAgain` gets the stage that the reader leaves: refused, faults, preview or receipt
   */
  constructor(options) {
    Object.assign(this, options);
    this.element = h('div', { class: 'ntm-desk-result', hidden: true, 'data-testid': 'desk-result' });
  }

  clear() {
    this.element.hidden = true;
    this.element.removeAttribute('data-stage');
    fill(this.element);
  }

  put(stage, ...nodes) {
    this.element.hidden = false;
    this.element.dataset.stage = stage;
    fill(this.element, nodes);
  }

  /** Say what has come and take the reader there. */
  announce(stage, heading, ...nodes) {
    const title = h('h3', { class: 'ntm-desk-title', tabindex: '-1' }, heading);
    this.put(stage, title, ...nodes);
    title.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** @param {string} words @param {?number} share 0–1; null while nobody knows how long it takes */
  progress(words, share = null) {
    if (this.element.dataset.stage !== 'progress') {
      this.said = h('p', { role: 'status', id: 'ntm-desk-progress' });
      this.bar = h('progress', { max: '1', 'aria-labelledby': 'ntm-desk-progress' });
      this.put('progress', this.said, this.bar);
    }
    this.said.textContent = words;
    if (share === null) this.bar.removeAttribute('value');
    else this.bar.value = share;
  }

  /** @param {Refusal} refusal */
  refuse(refusal) {
    const { t } = this;
    if (refusal.faults) {
      this.faults(refusal);
      return;
    }
    const words = refusal.message || t(refusal.status ? 'desk_failed' : 'desk_silent');
    this.announce('refused', t('desk_refused'), h('p', { class: 'ntm-desk-sentence', role: 'alert' }, words), this.actions(this.again('desk_back')));
  }

  faults({ faults, marked }) {
    const { t } = this;
    this.announce('faults', t('desk_faults', { count: faults.length }),
      h('p', { class: 'ntm-desk-note' }, t('desk_nothing_stored')),
      h('ul', { class: 'ntm-desk-faults', 'data-testid': 'desk-faults' }, faults.map((fault) => h('li', {},
        h('strong', {}, fault.place), h('span', {}, fault.text)))),
      this.actions(
        marked && h('a', { class: 'ntm-button is-main', href: marked, download: '', 'data-testid': 'desk-marked' }, t('desk_marked')),
        this.again('desk_back')));
  }

  /** @param {Object} found answer of a check */
  preview(found) {
    const { t } = this;
    const { preview } = found;
    const confirm = h('button', { type: 'button', class: 'ntm-button is-main', 'data-testid': 'desk-confirm', onclick: () => this.store(found) }, t('desk_confirm'));
    this.announce('preview', preview.title,
      h('p', { class: 'ntm-desk-note' }, t('desk_preview_note')),
      preview.figures.length > 0 && h('dl', { class: 'ntm-desk-figures' }, preview.figures.map(([label, text]) => h('div', {}, h('dt', {}, label), h('dd', {}, text)))),
      preview.warnings.length > 0 && h('section', { class: 'ntm-desk-warnings' }, h('h4', {}, t('desk_warnings')),
        h('ul', {}, preview.warnings.map((text) => h('li', {}, text)))),
      h('section', { class: 'ntm-desk-changes', 'data-testid': 'desk-changes' }, h('h4', {}, t('desk_changes', { count: preview.changes.length })),
        preview.changes.length ? this.groups(preview.changes) : h('p', {}, t('desk_no_changes'))),
      this.actions(confirm, this.again('desk_cancel')));
  }

  /** Changes by place; the lines of a place are made when somebody opens it. */
  groups(changes) {
    const places = new Map();
    for (const change of changes) {
      const key = change.unit || change.place;
      if (!places.has(key)) places.set(key, []);
      places.get(key).push(change);
    }
    return [...places.values()].map((group, i) => {
      const counts = Object.keys(SIGNS).map((kind) => [kind, group.filter((change) => change.kind === kind).length]).filter(([, count]) => count);
      const lines = h('ul', {});
      const box = h('details', { ontoggle: () => box.open && !lines.firstChild && fill(lines, group.map((change) => this.line(change))) },
        h('summary', {}, h('strong', {}, group[0].place), counts.map(([kind, count]) => h('span', { class: `ntm-desk-sign is-${kind}` },
          h('span', { 'aria-hidden': 'true' }, `${SIGNS[kind]} ${count}`), h('span', { class: 'ntm-hidden' }, ` ${this.t(`desk_kind_${kind}`)}: ${count}`)))),
        lines);
      if (i < OPEN_AT_ONCE && places.size <= OPEN_AT_ONCE + 2) box.open = true;
      return box;
    });
  }

  line({ what, before, after, kind }) {
    return h('li', { class: `is-${kind}` },
      h('span', { class: `ntm-desk-sign is-${kind}` }, h('span', { 'aria-hidden': 'true' }, SIGNS[kind]), h('span', { class: 'ntm-hidden' }, `${this.t(`desk_kind_${kind}`)}: `)),
      h('span', { class: 'ntm-desk-what' }, what),
      h('span', { class: 'ntm-desk-turn' }, before, ' → ', h('span', { class: 'ntm-desk-to' }, after)));
  }

  /** Confirmed: what was previewed is stored, once. */
  async store(found) {
    this.progress(this.t('desk_storing'));
    try {
      const receipt = await post(`/office/submit/${found.token}`, { query: { lang: this.lang } });
      this.receipt(receipt);
      this.onStored(receipt);
    } catch (refusal) {
      this.refuse(refusal);
    }
  }

  receipt(receipt) {
    const { t } = this;
    const what = whatOf(receipt);
    const rows = {
      desk_row_what: what, desk_row_recorded: receipt.recorded, desk_row_actor: receipt.actor, desk_row_sent_by: receipt.sent_by,
      desk_row_received: receipt.received, desk_row_file: receipt.file_name, desk_row_hash: receipt.hash,
    };
    this.announce('receipt', t('desk_receipt', { number: receipt.number }),
      h('dl', { class: 'ntm-desk-receipt', 'data-testid': 'desk-receipt' }, Object.entries(rows).filter(([, value]) => value).map(([key, value]) => h('div', {},
        h('dt', {}, t(key)), h('dd', { class: key === 'desk_row_hash' ? 'is-hash' : null }, value)))),
      receipt.supersedes && h('p', { class: 'ntm-desk-note' }, t('desk_supersedes', { number: receipt.supersedes })),
      this.actions(
        h('button', { type: 'button', class: 'ntm-button is-main', 'data-testid': 'desk-map', onclick: () => this.onMap(receipt) }, this.mapName(receipt)),
        this.again('desk_another')));
  }

  again(words) {
    return h('button', {
      type: 'button', class: 'ntm-button', 'data-testid': 'desk-again',
      onclick: () => {
        const { stage } = this.element.dataset;
        this.clear();
        this.onAgain(stage);
      },
    }, this.t(words));
  }

  actions(...buttons) {
    return h('div', { class: 'ntm-desk-actions' }, buttons);
  }
}
