/** The tooltip of the map and of the inset: the name at once, the details when they are here. */

import { fill, h } from './dom.js';
import { placeImage, swatch } from './symbols.js';

export class Tooltip {
  constructor() {
    this.element = h('div', { class: 'ntm-tooltip', role: 'tooltip', 'data-testid': 'tooltip', hidden: true });
    this.key = null;
  }

  hide() {
    this.element.hidden = true;
    this.key = null;
  }

  /**
   * @param {{key: string, title: string, image: ?string, classLabel: string, lines: string[]}} content
   * @param {{clientX: number, clientY: number}} event
   */
  show(content, event) {
    const key = `${content.key}|${content.lines.length}`;
    if (this.key !== key) {
      this.key = key;
      fill(
        this.element,
        h('strong', {}, content.title),
        (content.image || content.classLabel) && h('span', { class: 'ntm-tooltip-class' },
          content.image && h('span', { class: `ntm-swatch ${content.kind ?? ''}`, style: `background-image:${content.image}` }),
          content.classLabel),
        content.lines.map((line) => h('span', { class: 'ntm-tooltip-line' }, line)),
      );
    }
    this.element.hidden = false;
    this.move(event);
  }

  move({ clientX, clientY, pointerType }) {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    if (pointerType === 'touch') {
      // Not under the finger, and not over the drawer that a chosen commune opens.
      const y = Math.max(8, Math.min(clientY - height - 22, window.innerHeight * 0.48 - height - 8));
      this.element.style.transform = `translate(${Math.round(Math.max(8, (window.innerWidth - width) / 2))}px, ${Math.round(y)}px)`;
      return;
    }
    const right = clientX + 18 + width > window.innerWidth - 8;
    const low = clientY + 18 + height > window.innerHeight - 8;
    const x = Math.max(8, right ? clientX - width - 14 : clientX + 18);
    const y = Math.max(8, low ? clientY - height - 14 : clientY + 18);
    this.element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}

/**
 * What the tooltip says about a unit.
 * @param {{unit: Object, painter: Object, rows: ?Map, t: Function}} source
 * @returns {Object}
 */
export function tooltipOf({ unit, painter, rows, t }) {
  const { scene, legend } = painter;
  const district = painter.districts.find(({ code }) => code === unit.district);
  const index = painter.classes[unit.index];
  const cls = legend.classes[index] ?? null;
  const whole = scene.area === 'district' && district;
  const row = rows?.get(whole ? district.code : unit.code);
  const title = whole ? district.name : [unit.name, district?.name].filter(Boolean).join(' – ');
  const shown = [title, unit.name, district?.name, cls?.label].filter(Boolean).map((text) => text.toLocaleLowerCase('vi'));
  // The rows repeat name and class; the tooltip already says them.
  const lines = String(row?.tooltip ?? '')
    .split(' · ')
    .map((part) => part.trim())
    .filter((part) => part && !shown.includes(part.toLocaleLowerCase('vi')));
  return {
    key: `${scene.id}|${whole ? district.code : unit.code}`,
    title,
    image: cls && swatch(cls),
    classLabel: cls ? cls.label : index < 0 && scene.classes?.length ? t('outside_filter') : t('no_data'),
    lines,
  };
}

/**
 * What the tooltip says about a settlement.
 * @param {{feature: Object, painter: Object}} source
 * @returns {Object}
 */
export function tooltipOfFeature({ feature, painter }) {
  const cls = painter.features.classOf(feature);
  const [first, ...rest] = [feature.text, ...String(feature.detail ?? '').split('\n')].map((line) => line.trim()).filter(Boolean);
  return {
    key: `${painter.scene.id}|${feature.kind}|${feature.id}`,
    title: first ?? '',
    image: cls && placeImage(cls, !feature.filled),
    kind: 'is-feature',
    classLabel: cls?.label ?? '',
    lines: rest.filter((line) => line !== first && line !== cls?.label),
  };
}
