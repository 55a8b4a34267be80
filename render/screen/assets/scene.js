/**
 * Where a page's data come from: the scene (small, with every change), the setup and the geometry
 * (once, by hashed address), the rows behind the map (only when somebody asks for them).
 */

import { decodeGeometry } from './geometry.js';

/** Resolved values by address. Values, not promises: a cached setup must not cost a turn of the loop. */
const known = new Map();
const pending = new Map();

function once(address, load) {
  if (known.has(address)) return known.get(address);
  if (!pending.has(address)) {
    const promise = load(address).then(
      (value) => {
        known.set(address, value);
        pending.delete(address);
        return value;
      },
      (fault) => {
        pending.delete(address); // so that the next scene tries again
        throw fault;
      },
    );
    pending.set(address, promise);
  }
  return pending.get(address);
}

async function fetched(address, how) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer[how]();
}

/**
 * Read a scene. A packed one is: length of the setup's address (uint16), the address, and raw deflate
 * that continues the setup's dictionary (`render/screen/packing.py`), so that a click costs little.
 * @param {Uint8Array|ArrayBuffer|Object} data packed, or the scene itself
 * @returns {Promise<Object>|Object}
 */
export function decodeScene(data) {
  const packed = data instanceof ArrayBuffer || ArrayBuffer.isView(data);
  if (!packed) return typeof data === 'string' ? JSON.parse(data) : data;
  return inflate(new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength));
}

async function inflate(bytes) {
  const end = 2 + bytes[0] * 256 + bytes[1];
  const address = new TextDecoder().decode(bytes.subarray(2, end));
  const { dictionary } = await setupOf(address);
  dictionary.bytes ??= Uint8Array.from(atob(dictionary.prefix), (letter) => letter.charCodeAt(0));
  const whole = new Blob([dictionary.bytes, bytes.subarray(end)]).stream();
  const text = await new Response(whole.pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
  const scene = JSON.parse(new TextDecoder().decode(new Uint8Array(text, dictionary.length)));
  return { ...scene, setup: address };
}

/**
 * @param {string} address
 * @returns {Promise<Object>|Object} the setup, at once when it is known
 */
export function setupOf(address) {
  return once(address, (url) => fetched(url, 'json'));
}

/**
 * @param {?string} address
 * @returns {Promise<?Object>|?Object} decoded geometry, null when there is none
 */
export function geometryOf(address) {
  if (!address) return null;
  return once(address, async (url) => decodeGeometry(await fetched(url, 'arrayBuffer')));
}

/**
 * @param {Object} scene
 * @returns {Promise<Object>} rows, columns, notes, sources and join report of the scene
 */
export async function rowsOf(scene) {
  return once(`${scene.data}.json?${scene.query}`, (url) => fetched(url, 'json'));
}

/**
 * @param {Object} scene
 * @returns {?Object} the rows when they are here already
 */
export function rowsIfKnown(scene) {
  return known.get(`${scene.data}.json?${scene.query}`) ?? null;
}

const pointsAddress = (scene) => `/points/${scene.layer}.json?${scene.points.query}`;

/**
 * @param {Object} scene
 * @returns {Promise<Object>|Object} what stands at places over the areas, whatever the filters
 */
export function pointsOf(scene) {
  return once(pointsAddress(scene), (url) => fetched(url, 'json'));
}

/**
 * @param {Object} scene
 * @returns {?Object} the same when it is here already
 */
export function pointsIfKnown(scene) {
  return scene.points ? known.get(pointsAddress(scene)) ?? null : null;
}

let leaflet = null;

/**
 * Load Leaflet (UMD) that is served beside this module.
 * @returns {Promise<Object>} `window.L`
 */
export function leafletReady() {
  leaflet ??= new Promise((done, fail) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('leaflet.css', import.meta.url).href;
    document.head.prepend(link);
    const script = document.createElement('script');
    script.src = new URL('leaflet.js', import.meta.url).href;
    script.onload = () => done(window.L);
    script.onerror = () => {
      leaflet = null;
      fail(new Error('leaflet.js'));
    };
    document.head.append(script);
  });
  return leaflet;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i += 1) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * Turn a class or mark string into numbers; -1 stands for "filtered out".
 * @param {string} text one character per unit
 * @param {number} length
 * @param {number} missing value where the string is too short
 * @returns {Int8Array}
 */
export function numbers(text, length, missing) {
  const out = new Int8Array(length).fill(missing);
  const size = Math.min(length, text?.length ?? 0);
  for (let i = 0; i < size; i += 1) out[i] = VALUES[text.charCodeAt(i) & 127];
  return out;
}
