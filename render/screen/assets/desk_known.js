/** A form that begins with what is known: fifty fields are not typed anew because one of them has changed. */

import { fill, h } from './dom.js';
import { ask } from './desk_post.js';

export class Known {
  /**
   * @param {{t: Function, kind: string, form: RowForm, asked: () => Object}} options
   *   `asked` gives province and language of the page
   */
  constructor({ t, kind, form, asked }) {
    Object.assign(this, { t, kind, form, asked });
    const id = `ntm-known-${kind}`;
    this.select = h('select', { id, 'aria-describedby': `${id}-help`, 'data-testid': `desk-known-${kind}`, onchange: () => this.offer() });
    this.button = h('button', { type: 'button', class: 'ntm-button', disabled: true, 'data-testid': 'desk-known-fill', onclick: () => this.take() }, t('desk_known_fill'));
    this.said = h('p', { class: 'ntm-desk-note', role: 'status' });
    this.element = h('div', { class: 'ntm-desk-known', hidden: true },
      h('div', { class: 'ntm-desk-field' }, h('label', { for: id }, t('desk_known')), this.select, h('small', { id: `${id}-help` }, t('desk_known_help'))),
      this.button, this.said);
  }

  /** Ask anew the next time: something was stored. */
  forget() {
    this.key = null;
  }

  /** Fill the list, once for each province. */
  async load() {
    const key = JSON.stringify(this.asked());
    if (this.key === key) return;
    this.key = key;
    let found = { records: [] };
    try {
      found = await ask(`/office/records/${this.kind}`, this.asked());
    } catch {
      this.key = null; // the form is of use without it; the next look tries again
    }
    if (this.key !== null && this.key !== key) return;
    const listed = JSON.stringify(found.records);
    if (this.listed === listed) return;
    this.listed = listed;
    const { value } = this.select;
    fill(this.select, h('option', { value: '' }, this.t('desk_none')), found.records.map(({ id, text }) => h('option', { value: id }, text)));
    this.select.value = found.records.some(({ id }) => id === value) ? value : '';
    this.element.hidden = !found.records.length;
    this.offer();
  }

  offer() {
    this.button.disabled = !this.select.value;
  }

  /** The newest record as it would be written today, or on the day that is typed already. */
  async take() {
    const { t } = this;
    const { value } = this.select;
    this.button.disabled = true;
    try {
      const found = await ask(`/office/record/${this.kind}`, { ...this.asked(), id: value, day: this.form.values().as_of });
      this.said.textContent = t('desk_known_filled', { day: found.as_of });
      this.form.set(found.values);
    } catch (refusal) {
      this.said.textContent = refusal.message || t('desk_silent');
    }
    this.offer();
  }
}
