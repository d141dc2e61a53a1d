// The hidden verification page of embedded login in a frame of the authority's (WA-119 to WA-121): the real auth0-js and
// both builds of ours.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, packages } from '../lib/browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const cookie = (origin, id, verifier) => `${encodeURIComponent(`co/verifier/${encodeURIComponent(origin)}/${encodeURIComponent(id)}`)}=${encodeURIComponent(JSON.stringify(verifier))}; path=/; secure; samesite=none`;

// What the frame says to a parent of `origin` that asks it `questions`, one after another.
async function observe(name, { origin, questions, method = 'crossOriginVerification' }) {
  const context = await browser.newContext();
  await context.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (url.pathname === '/library.js') return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: readFileSync(packages[name].script, 'utf8') });
    if (url.host === 'app.example')
      return route.fulfill({ contentType: 'text/html', body: `<!doctype html><script src="/library.js"></script><script>document.cookie = ${JSON.stringify(cookie('https://tenant.app.example', 'ID', 'VERIFIER'))}; new auth0.WebAuth({ domain: 'tenant.app.example', clientID: 'c' }).${method}()</script>` });
    return route.fulfill({ contentType: 'text/html', body: `<script>window.heard = []; const questions = ${JSON.stringify(questions)};
      addEventListener('message', ({ data, origin, source }) => { heard.push([data, origin]); if (questions.length) source.postMessage(questions.shift(), '*'); else window.done = true; });</script>` });
  });
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await page.evaluate((o) => { const frame = document.createElement('iframe'); frame.src = `https://app.example/verify#x=1&origin=${encodeURIComponent(o)}`; document.body.append(frame); }, origin);
  await page.waitForFunction(() => window.done);
  const heard = await page.evaluate(() => window.heard);
  await context.close();
  return heard;
}

const ask = (id) => ({ type: 'co_verifier_request', request: { id } });
const [theirs, ...ours] = Object.keys(packages);
for (const [what, one] of Object.entries({
  'the authority asks twice: once the verifier, then nothing': { origin: 'https://tenant.app.example', questions: [ask('ID'), ask('ID')] },
  'an unknown id': { origin: 'https://tenant.app.example', questions: [ask('OTHER')] },
  'another origin': { origin: 'https://evil.app.example', questions: [ask('ID')] },
  'the old name of the method': { origin: 'https://tenant.app.example', questions: [ask('ID')], method: 'crossOriginAuthenticationCallback' },
}))
  test(`crossOriginVerification: ${what}`, async () => {
    const expected = await observe(theirs, one);
    for (const name of ours) assert.deepEqual(await observe(name, one), expected, name);
    assert.deepEqual(expected[0], [{ type: 'ready' }, 'https://app.example']);
  });
