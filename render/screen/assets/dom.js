/** Small DOM helpers: the whole interface is built with `h`, so no markup is ever parsed from data. */

const NO_ATTRIBUTE = new Set([null, undefined, false]);

/**
 * Make an element.
 * @param {string} tag element name
 * @param {Object<string, *>} [props] attributes; `on…` are listeners, `class` the class list
 * @param {...(Node|string|number|null|Array)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (!NO_ATTRIBUTE.has(value)) element.setAttribute(key, value === true ? '' : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(3)) {
    if (!NO_ATTRIBUTE.has(child)) element.append(child);
  }
}

/**
 * Replace all children in one operation.
 * @param {HTMLElement} element
 * @param {...*} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => !NO_ATTRIBUTE.has(child)));
}

/**
 * Set text only when it differs: an untouched node costs no layout.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  const value = text ?? '';
  if (element.textContent !== value) element.textContent = value;
}

/**
 * Make a function that words the interface.
 * @param {Object<string, string>} words
 * @returns {(key: string, values?: Object<string, *>) => string}
 */
export function translator(words = {}) {
  return (key, values = {}) =>
    String(words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/**
 * Fold Vietnamese for search: no case, no diacritics, đ as d.
 * @param {string} text
 * @returns {string}
 */
export function folded(text) {
  return String(text ?? '')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[’ʼ`]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}

/** What tells one element from the next of its kind, the most telling first. */
const NAMES = ['data-code', 'data-chip', 'data-layer', 'data-key', 'data-template', 'data-testid'];

/**
 * Run a job that may build parts of an element anew; the focus goes back to where its like stands afterwards.
 * @param {HTMLElement} root
 * @param {() => void} job
 */
export function keepFocus(root, job) {
  const { activeElement: focused } = document;
  const path = root.contains(focused) ? pathTo(focused, root) : null;
  job();
  if (path && !focused.isConnected) root.querySelector(path)?.focus({ preventScroll: true });
}

function pathTo(element, root) {
  const parts = [];
  for (let one = element; one !== root; one = one.parentElement) {
    const name = NAMES.find((attribute) => one.hasAttribute(attribute));
    if (one.id) parts.unshift(`#${CSS.escape(one.id)}`);
    else if (name) parts.unshift(`[${name}="${CSS.escape(one.getAttribute(name))}"]`);
    else if (one === element) parts.unshift(one.localName);
    if (one.id) break;
  }
  return parts.join(' ');
}

/** @returns {boolean} whether motion should be kept to a minimum */
export function calmMotion() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Run after the browser had its chance to paint; timers also run in a hidden tab, frames do not. */
export function afterPaint(job) {
  if (document.hidden) setTimeout(job);
  else requestAnimationFrame(() => setTimeout(job));
}

const ICONS = {
  download: 'M8 2v8m0 0 3.2-3.2M8 10 4.8 6.8M3 13h10',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  print: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z',
  home: 'M2.5 7.5 8 2.5l5.5 5M4 6.5v7h8v-7M6.7 13.5v-4h2.6v4',
  filter: 'M2 3.5h12M4 8h8M6.5 12.5h3',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14',
  legend: 'M2.5 3h3v3h-3zM2.5 10h3v3h-3zM8 4.5h5.5M8 11.5h5.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  down: 'M4 6l4 4 4-4',
};

/**
 * A line icon that takes the colour of its text and is silent for screen readers.
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'ntm-icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}
