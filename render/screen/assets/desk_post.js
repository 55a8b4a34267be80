/** Talking to the desk's routes (`service/office.py`). */

/** What a foreign page cannot send without being asked (`service/access.py`). */
const HEADER = 'X-NTM-Desk';

/** An answer that is no success: a sentence, or all faults of a file. */
export class Refusal extends Error {
  /** @param {number} status @param {Object} data */
  constructor(status, data) {
    super(data?.detail ?? '');
    this.status = status;
    this.faults = data?.faults ?? null;
    this.marked = data?.marked ?? null;
  }
}

/**
 * Post bytes or an object. XMLHttpRequest, because `fetch` cannot tell how far an upload has come.
 * @param {string} address
 * @param {{query?: Object, body?: Blob|Object, onProgress?: (share: number) => void}} [options]
 * @returns {Promise<Object>} the answer; rejects with a {@link Refusal}
 */
export function post(address, { query = {}, body = null, onProgress } = {}) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('POST', withQuery(address, query));
    request.setRequestHeader(HEADER, '1');
    const plain = body && !(body instanceof Blob);
    request.setRequestHeader('Content-Type', plain ? 'application/json' : 'application/octet-stream');
    if (onProgress) request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener('load', () => {
      let data = null;
      try {
        data = JSON.parse(request.responseText);
      } catch {
        // no answer of ours
      }
      if (request.status === 200 && data) done(data);
      else fail(new Refusal(request.status, data));
    });
    request.addEventListener('error', () => fail(new Refusal(0, null)));
    request.send(plain ? JSON.stringify(body) : body);
  });
}

/**
 * @param {string} address
 * @param {Object} query
 * @returns {Promise<Object>} rejects with a {@link Refusal}
 */
export async function ask(address, query) {
  let answer;
  try {
    answer = await fetch(withQuery(address, query));
  } catch {
    throw new Refusal(0, null);
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok || !data) throw new Refusal(answer.status, data);
  return data;
}

function withQuery(address, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(given).toString();
  return text ? `${address}?${text}` : address;
}

/**
 * Bytes as people say them.
 * @param {number} bytes
 * @param {string} lang
 * @returns {string}
 */
export function sizeText(bytes, lang) {
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  return bytes < 1024 * 1024 ? `${number.format(Math.max(1, Math.round(bytes / 1024)))} kB` : `${number.format(bytes / 1024 / 1024)} MB`;
}
