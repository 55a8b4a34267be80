/**
 * Asks every few seconds whether the data have changed since the scene was computed, while somebody looks. The answer
 * (`service/live_route.py`) and the scene each name the state of the data by a stamp: as long as they differ, the page is
 * asked to compute again. So nothing that was stored between the scene and the first answer is missed, and a request
 * that got lost is made again.
 */

const ADDRESS = '/live';
const EVERY_MS = 2000;
/** Where the server is away, or the page cannot follow, the next question waits longer, up to this. */
const LONGEST_MS = 30000;
/** A question that nobody answers must not be the last one. */
const PATIENCE_MS = 10000;

export class Live {
  /**
   * @param {{shown: () => ?string, renew: (tries: number) => void}} options `shown` gives the stamp of the scene that is
   *   shown, undefined while there is none; `renew` has the page computed again, for the first time or once more
   */
  constructor(options) {
    Object.assign(this, options);
    this.tries = 0;
    this.onVisible = () => (document.hidden ? clearTimeout(this.timer) : this.look());
    document.addEventListener('visibilitychange', this.onVisible);
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    if (document.hidden || this.gone) return;
    this.timer = setTimeout(() => this.look(), Math.min(LONGEST_MS, EVERY_MS * 2 ** Math.max(0, this.tries - 1)));
  }

  /** Never two questions at once: a window may be hidden and shown while one is on its way. */
  async look() {
    if (this.asking) return;
    this.asking = true;
    const stamp = await newest();
    this.asking = false;
    if (this.gone) return;
    const shown = this.shown();
    if (shown === undefined || stamp === shown) this.tries = 0;
    else {
      this.tries += 1;
      if (stamp) this.renew(this.tries);
    }
    this.wait();
  }

  destroy() {
    this.gone = true;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }
}

/** @returns {Promise<?string>} stamp of the data, null when the server is away; the browser itself keeps what has not changed */
async function newest() {
  try {
    const answer = await fetch(ADDRESS, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? (await answer.json()).stamp : null;
  } catch {
    return null;
  }
}
