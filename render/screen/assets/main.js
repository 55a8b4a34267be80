/**
 * Entry of the page's one Streamlit component. Streamlit calls the default export when it mounts
 * the component and again whenever its data change.
 */

import { App } from './app.js';

const apps = new WeakMap();

/** Streamlit may run the clean-up between two updates; only a clean-up that nothing follows counts. */
const GRACE_MS = 400;

/** One `<link>` for the whole document; inline styles would be sent again on every rerun. */
function ensureStyles() {
  if (document.getElementById('ntm-styles')) return Promise.resolve();
  const link = document.createElement('link');
  link.id = 'ntm-styles';
  link.rel = 'stylesheet';
  link.href = new URL('main.css', import.meta.url).href;
  const ready = new Promise((done) => {
    link.addEventListener('load', done, { once: true });
    link.addEventListener('error', done, { once: true });
  });
  document.head.append(link);
  return ready;
}

let styles = null;

/**
 * Mount or update.
 * @param {{data: Uint8Array|Object, parentElement: HTMLElement, setTriggerValue: Function}} component
 * @returns {() => void} clean-up
 */
export default function ntmPage(component) {
  const { data, parentElement, setTriggerValue } = component;
  styles ??= ensureStyles();
  let app = apps.get(parentElement);
  if (!app) {
    app = new App(parentElement, styles);
    apps.set(parentElement, app);
  }
  app.calls = (app.calls ?? 0) + 1;
  app.send = (patch) => setTriggerValue('change', patch);
  app.receive(data);
  const call = app.calls;
  return () => {
    setTimeout(() => {
      if (app.calls !== call) return;
      app.destroy();
      if (apps.get(parentElement) === app) apps.delete(parentElement);
    }, GRACE_MS);
  };
}
