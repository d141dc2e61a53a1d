// The Cordova plugin of auth0-js with auth0-js, and ours with both builds of ours: an in-app browser whose events are
// scripted (WA-224, WA-225).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { launch, packages } from '../lib/browser.mjs';
import { root } from '../../tools/lib.mjs';

const plugins = { 'auth0-js': `${root}/node_modules/auth0-js/dist/cordova-auth0-plugin.min.js` };
const plugin = (name) => readFileSync(plugins[name] ?? `${root}/build/npm/dist/cordova-auth0-plugin.min.js`, 'utf8');
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

// What the in-app browser reports after it was opened.
const stories = {
  'a login': [['loadstart', { url: 'https://tenant.example/login' }], ['loadstart', { url: 'https://tenant.example/mobile#access_token=AT&state=S' }]],
  'an error': [['loadstart', { url: 'https://tenant.example/mobile#error=access_denied&error_description=no&state=S' }]],
  'another address first': [['loadstart', { url: 'https://evil.example/mobile#access_token=X&state=S' }], ['loadstart', { url: 'https://tenant.example/mobile' }], ['loadstart', { url: 'https://tenant.example/mobile#access_token=AT&state=S' }]],
  'a page that does not load': [['loaderror', { message: 'net::ERR' }]],
  'closed by the person': [['exit', {}]],
  'nothing yet': [],
};

// Runs in the page.
async function tell({ events, options, platform }) {
  if (platform) window[platform] = {};
  const opened = [];
  for (const [name, value] of Object.entries({ screenX: 10, screenY: 20, outerWidth: 1000, outerHeight: 800 })) Object.defineProperty(window, name, { value });
  let inApp;
  window.open = (...args) => {
    opened.push(args);
    inApp = { closed: false, at: {}, location: {}, addEventListener(n, f) { this.at[n] = f; }, removeEventListener(n) { delete this.at[n]; }, focus() {}, postMessage() {}, close() { this.closed = true; this.at.exit?.({}); } };
    return inApp;
  };
  const w = new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client', redirectUri: 'https://app.example/cb', responseType: 'token', plugins: [new CordovaAuth0Plugin()] });
  const calls = [];
  w.popup.authorize({ state: 'S', owp: true, ...options }, (error, result) => calls.push({ error: error && { ...error, original: undefined, why: error.original?.error }, result: result && { accessToken: result.accessToken, state: result.state } }));
  for (const [name, event] of events) inApp.at[name]?.(event);
  await new Promise((r) => setTimeout(r, 20));
  return { opened, calls, left: platform ? Object.keys(inApp.at).length : undefined, closed: inApp.closed };
}

async function observe(name, story) {
  const context = await browser.newContext();
  await context.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  const page = await context.newPage();
  await page.goto('https://app.example/');
  await page.addScriptTag({ content: readFileSync(packages[name].script, 'utf8') });
  await page.addScriptTag({ content: plugin(name) });
  const seen = await page.evaluate(tell, story);
  await context.close();
  return seen;
}

const [theirs, ...ours] = Object.keys(packages);
describe('the Cordova plugin, as auth0-js has it', () => {
  for (const platform of ['cordova', 'electron'])
    for (const [what, events] of Object.entries(stories))
      test(`the plugin in ${platform}: ${what}`, async () => {
        const story = { platform, events, options: { popupOptions: { width: 300, height: 200, toolbar: 'no' } } };
        const [expected, ...found] = await Promise.all([theirs, ...ours].map((name) => observe(name, story)));
        for (const [i, name] of ours.entries()) assert.deepEqual(found[i], expected, name);
      });
  test('neither: an ordinary popup', async () => {
    const [expected, ...found] = await Promise.all([theirs, ...ours].map((name) => observe(name, { events: [], options: {} })));
    for (const [i, name] of ours.entries()) assert.deepEqual(found[i], expected, name);
  });
});
