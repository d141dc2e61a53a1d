// Cookies with their attributes, and what happens where a browser forbids them (WA-049 to WA-059): the real auth0-js and
// both builds of ours.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { launch, packages } from '../lib/browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const options = { domain: 'tenant.example', clientID: 'client', responseType: 'token' };

async function observe(name, { origin = 'https://app.example', own = {}, forbid = '', reads = 2 }) {
  const context = await browser.newContext();
  await context.route('**/*', (route) => (new URL(route.request().url()).pathname === '/library.js'
    ? route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: readFileSync(packages[name].script, 'utf8') })
    : route.fulfill({ contentType: 'text/html', body: '<!doctype html><script src="/library.js"></script>' })));
  const page = await context.newPage();
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text().split('\n')[0])); // stacks differ
  await page.goto(origin);
  const start = Date.now() / 1000;
  // What a page writes is on its way for a moment; who reads there waits for it.
  const settle = () => page.evaluate(() => { try { return document.cookie; } catch { return ''; } });
  const kept = async () => (await settle(), await context.cookies()).filter((c) => c.name.includes('auth0'))
    .map(({ name: cookie, value, domain, path, secure, sameSite, expires }) => ({ cookie, value, domain, path, secure, sameSite, minutes: expires > 0 ? Math.round((expires - start) / 60) : expires }))
    .sort((a, b) => (a.cookie < b.cookie ? -1 : 1));
  await page.evaluate(([o, code]) => {
    new Function(code)();
    window.w = new auth0.WebAuth(o);
    w.transactionManager.process({ responseType: 'token', state: 'S', appState: { a: 'ü;' } });
  }, [{ ...options, ...own }, forbid]);
  const written = await kept();
  const read = await page.evaluate((n) => Array.from({ length: n }, () => w.transactionManager.getStoredTransaction('S') ?? null), reads);
  const seen = { written, read, left: await kept(), storage: await page.evaluate(() => { try { return Object.entries(localStorage); } catch { return 'forbidden'; } }), warnings };
  await context.close();
  return seen;
}

const forbidden = (object, name) => `Object.defineProperty(${object}, '${name}', { get() { throw new Error('forbidden'); }, set() { throw new Error('forbidden'); } })`;
const cases = {
  'a plain-http page': { origin: 'http://app.example' },
  'an https page': {},
  'an https page without copies': { own: { legacySameSiteCookie: false } },
  'a cookie domain': { origin: 'https://a.app.example', own: { cookieDomain: 'app.example' }, reads: 1, exception: 'the copy is deleted under cookieDomain too' },
  'a life of 5 minutes': { own: { stateExpiration: 5 } },
  'local storage first': { own: { __tryLocalStorageFirst: true } },
  'local storage that throws when touched': { own: { __tryLocalStorageFirst: true }, forbid: forbidden('window', 'localStorage') },
  'local storage that throws when written to': { own: { __tryLocalStorageFirst: true }, forbid: "Storage.prototype.setItem = () => { throw new Error('full'); }" },
  'cookies that throw': { forbid: forbidden('document', 'cookie') },
};

const [theirs, ...ours] = Object.keys(packages);
describe('storage, as auth0-js has it', () => {
  for (const [what, one] of Object.entries(cases))
    test(what, async () => {
      const expected = await observe(theirs, one);
      for (const name of ours) {
        const found = await observe(name, one);
        if (one.exception) assert.notDeepEqual(found, expected, `${name}: no exception is needed: ${one.exception}`);
        else assert.deepEqual(found, expected, name);
      }
    });
});
