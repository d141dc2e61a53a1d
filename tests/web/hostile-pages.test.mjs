// Logins in the middle of what pages do: other frames that talk, going back, being made in advance, fifty tabs at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { launch, packages } from '../lib/browser.mjs';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';
import { base, hash, jwks, token } from '../parity/cases.mjs';

const group = scope();
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const asked = { redirectUri: 'https://app.example/cb', state: 'S', nonce: 'N' };
const answerFrame = (members) => `parent.postMessage({ type: 'authorization_response', response: { ${members}, state: new URLSearchParams(location.search).get('state') } }, '*')`;

/** An application, its authority, and a stranger's site, all of them scripted. */
async function site(t, name, { authority = '', popup = '', own = '', answers = {} } = {}) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const script = readFileSync(packages[name].script, 'utf8'), errors = [], requests = [];
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, content-type, auth0-client' };
  await context.route('**/*', async (route) => {
    const request = route.request(), url = new URL(request.url());
    if (url.pathname === '/library.js') return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script });
    if (url.host === 'app.example') return route.fulfill({ contentType: 'text/html', body: `<!doctype html><script src="/library.js"></script><body><script>${url.pathname === '/cb' ? popup : own}</script>` });
    if (request.isNavigationRequest()) return route.fulfill({ contentType: 'text/html', body: `<!doctype html><body><script>${url.host === 'evil.example' ? shouting : authority}</script>` });
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
    requests.push(url.pathname);
    const answer = answers[url.pathname] ?? (url.pathname === '/.well-known/jwks.json' ? () => jwks.body : undefined);
    if (!answer) return route.abort();
    const { status = 200, ...body } = await answer(request.postDataJSON());
    return route.fulfill({ status, headers: { ...cors, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  });
  const open = async (path = '/') => {
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`https://app.example${path}`);
    return page;
  };
  return { context, open, errors, requests };
}

// Everything that can be posted, by whoever can post it: to the page and to its popup.
const shouting = `
const cyclic = { type: 'authorization_response', response: { access_token: 'EVIL', state: 'S' } }; cyclic.self = cyclic;
const all = [null, undefined, 0, NaN, 5n, '', 'x', '{"a":"response","d":{"accessToken":"EVIL"}}', '{"a":"error","d":"x"}', '{"a":"request"}', '[]', 'null', '"a"', '{"a":', '\\u0000', [], {}, cyclic,
  { __proto__: null, a: 'response' }, { a: 'response', d: { accessToken: 'EVIL' } }, new Date(NaN), /x/g, new Map([['a', 1]]), new Set(), new Error('x'), new Blob(['x']), new ArrayBuffer(8), new Uint8Array(8),
  { type: 'authorization_response' }, { type: 'authorization_response', response: null }, { type: 'authorization_response', response: 'x' }, { type: 'authorization_response', response: { state: 'S', error: 'login_required' } },
  { hash: '#access_token=EVIL&state=S' }, '#access_token=EVIL&state=S&token_type=Bearer', 'x'.repeat(1e5)];
const shout = (to) => { for (const one of all) to.postMessage(one, '*'); };
const everybody = () => { for (const to of [parent, top, opener]) if (to && to !== self) { shout(to); for (let i = 0; i < to.length; i++) shout(to[i]); } };
everybody(); setInterval(everybody, 30);`;

// Without \`callback\` they give a Promise.
const start = (page, method, options, more = base) => page.evaluate(([m, o, b]) => {
  window.calls = [];
  const path = m.split('.'), last = path.pop();
  path.reduce((x, n) => x[n], new auth0.WebAuth(b))[last](...(o ? [o] : []), (error, result) => calls.push(error ? { error: error.reason, message: error.message } : { value: result?.accessToken, sub: result?.idTokenPayload?.sub }));
}, [method, options, more]);
const outcome = async (page) => {
  await page.waitForFunction(() => window.calls?.length > 0);
  // A second call would come with the next message.
  await page.evaluate(() => new Promise((resolve) => { const channel = new MessageChannel(); channel.port1.onmessage = resolve; channel.port2.postMessage(0); }));
  const calls = await page.evaluate(() => window.calls);
  assert.equal(calls.length, 1, 'once');
  return calls[0];
};

for (const name of Object.keys(packages).slice(1))
  describe(name, () => {
    describe('strangers talk', () => {
      const stranger = (page) => page.evaluate(() => {
        const frame = document.createElement('iframe');
        frame.src = 'https://evil.example/';
        document.body.append(frame);
        return new Promise((resolve) => { frame.onload = () => resolve(); });
      });
      const good = answerFrame(`access_token: 'AT', token_type: 'Bearer', expires_in: 60, id_token: '${token()}'`);
      test('beside a silent login', async (t) => {
        const { open, errors } = await site(t, name, { authority: `setTimeout(() => { ${good} }, 200)` });
        const page = await open();
        await stranger(page);
        await start(page, 'checkSession', { state: 'S', nonce: 'N' });
        assert.deepEqual(await outcome(page), { value: 'AT', sub: 'auth0|ada' });
        assert.deepEqual(errors, []);
      });
      test('beside a popup, and to it', async (t) => {
        const { open, errors } = await site(t, name, { authority: `location.replace(${JSON.stringify(`https://app.example/cb${hash(token())}`)})`, popup: `setTimeout(() => new auth0.WebAuth(${JSON.stringify(base)}).popup.callback(), 200)` });
        const page = await open();
        await stranger(page);
        await start(page, 'popup.authorize', asked);
        assert.deepEqual(await outcome(page), { value: 'AT', sub: 'auth0|ada' });
        assert.deepEqual(errors, []);
      });
      test('a popup that a stranger has opened says nothing to it', async (t) => {
        const { context, open, errors } = await site(t, name, { popup: `new auth0.WebAuth(${JSON.stringify(base)}).popup.callback()` });
        const evil = await context.newPage();
        await evil.goto('https://evil.example/');
        const opened = context.waitForEvent('page');
        await evil.evaluate((url) => {
          window.heard = [];
          addEventListener('message', (event) => heard.push([event.origin, String(event.data)]));
          window.open(url);
        }, `https://app.example/cb${hash(token())}`);
        await (await opened).waitForLoadState();
        await until(() => evil.evaluate(() => heard.length > 0), 'the popup answers'); // an error: no login was begun here
        const heard = (await evil.evaluate(() => heard)).map(([, text]) => text).join(' ');
        assert.doesNotMatch(heard, /AT|auth0\|ada|id_?token"?:/i);
        assert.deepEqual(errors, []);
        void open;
      });
      test('over the channels of other popups, and nonsense over its own', async (t) => {
        const { open, errors } = await site(t, name, { authority: `setTimeout(() => location.replace(${JSON.stringify(`https://app.example/cb${hash(token())}`)}), 300)`, popup: `new auth0.WebAuth(${JSON.stringify(base)}).popup.callback()` });
        const page = await open(), other = await open();
        await other.evaluate(() => {
          for (const state of ['T', '', 'S ', 'undefined']) setInterval(() => { for (const one of [null, 'x', { accessToken: 'EVIL' }]) new BroadcastChannel(`auth0.popup.${state}`).postMessage(one); }, 20);
          setInterval(() => { for (const one of [null, undefined, 0, 'x', [], new Date()]) new BroadcastChannel('auth0.popup.S').postMessage(one); }, 20);
        });
        await start(page, 'popup.authorize', asked);
        assert.deepEqual(await outcome(page), { value: 'AT', sub: 'auth0|ada' });
        assert.deepEqual(errors, []);
      });
    });

    test('fifty tabs renew with one refresh token: one request at a time, each with the newest', async (t) => {
      let live = 'R0', renewals = 0, busy = 0;
      const { open, requests } = await site(t, name, {
        answers: {
          '/oauth/token': async ({ refresh_token: given }) => {
            assert.equal(++busy, 1, 'one at a time');
            const isLive = given === live;
            if (isLive) live = `R${++renewals}`;
            await new Promise((resolve) => setImmediate(resolve));
            busy--;
            return isLive ? { access_token: `AT${renewals}`, id_token: token({ nonce: undefined }), refresh_token: live, expires_in: 60, token_type: 'Bearer' } : { status: 403, error: 'invalid_grant' };
          },
        },
      });
      const options = { ...base, responseType: 'code', useRefreshTokens: true, cacheLocation: 'localstorage', scope: 'openid offline_access' };
      const pages = await Promise.all(Array.from({ length: 50 }, () => open()));
      await pages[0].evaluate(([o, kept]) => {
        const name = ['ostia.refresh', `https://${o.domain}`, o.clientID, '', 'offline_access openid'].join('|');
        localStorage[name] = JSON.stringify(kept);
      }, [options, { refreshToken: 'R0', sub: 'auth0|ada', at: 0 }]);
      for (const round of [1, 2]) {
        await Promise.all(pages.map((page) => start(page, 'checkSession', {}, options)));
        for (const page of pages) {
          const got = await outcome(page);
          assert.match(got.value ?? JSON.stringify(got), /^AT\d+$/, `round ${round}`);
        }
      }
      assert.ok(requests.filter((path) => path === '/oauth/token').length >= 2);
      assert.equal(live, `R${renewals}`);
    });
  });

// What Playwright turns off needs a browser of its own, and sites that are really served.
describe('going back, and pages made in advance', () => {
  let real, origin, authority;
  const script = (name) => readFileSync(packages[name].script, 'utf8');
  const inform = {}, patience = 120_000; // for a machine that has other things to do
  before(async () => {
    const app = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url, 'http://x');
      if (pathname === '/library.js') return response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script(searchParams.get('name')));
      const name = encodeURIComponent(searchParams.get('name') ?? Object.keys(packages)[1]);
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script src="/library.js?name=${name}"></script><body><a href="/next?name=${name}">on</a><script>
addEventListener('pagehide', () => { window.shown = undefined; });
addEventListener('pageshow', (event) => { window.wasKept = event.persisted; window.shown = true; });
${pathname === '/start' ? `document.head.append(Object.assign(document.createElement('script'), { type: 'speculationrules', text: JSON.stringify({ prerender: [{ source: 'list', urls: ['/next?name=${name}'] }] }) }));` : ''}
${pathname === '/next' ? `window.madeInAdvance = document.prerendering; window.calls = []; new auth0.WebAuth(${JSON.stringify({ ...base, domain: 'AUTHORITY', redirectUri: undefined })}).checkSession({ state: 'S', nonce: 'N', timeout: 60_000, redirectUri: location.origin }, (error, result) => calls.push({ error: error && (error.reason || error.error), value: result && result.accessToken }));`.replace('AUTHORITY', authority) : ''}
</script>`);
    });
    const login = createServer((request, response) => {
      inform.requests.push(request.url.split('?')[0]);
      response.writeHead(200, { 'content-type': request.url.startsWith('/.well') ? 'application/json' : 'text/html', 'access-control-allow-origin': '*' });
      if (request.url.startsWith('/.well')) return response.end(JSON.stringify(jwks.body));
      response.end(`<!doctype html><body>authority<script>${answerFrame("error: 'login_required', error_description: 'x'")}</script>`);
    });
    for (const server of [app, login]) {
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      group.after(() => { server.closeAllConnections(); server.close(); });
    }
    origin = `http://localhost:${app.address().port}`; // another site than the authority
    authority = `http://127.0.0.1:${login.address().port}`;
    real = await chromium.launch({ executablePath: '/usr/bin/chromium', timeout: patience, ignoreDefaultArgs: ['--disable-back-forward-cache'], args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--enable-features=BackForwardCache', '--disable-features=BackForwardCacheMemoryControls'] });
  });
  after(() => real.close());

  for (const name of Object.keys(packages).slice(1)) {
    const options = () => ({ ...base, domain: authority, redirectUri: `${origin}/cb` });
    const openStart = async (t, path) => {
      inform.requests = [];
      const context = await real.newContext();
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      await page.goto(`${origin}${path}?name=${encodeURIComponent(name)}`);
      return page;
    };
    // A page that was kept is not loaded.
    const goBack = async (page) => {
      const back = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
      await page.evaluate(() => void setTimeout(() => history.back()));
      await back;
      await page.waitForFunction(() => window.shown !== undefined);
    };
    test(`${name}: back from the authority, and there again`, async (t) => {
      const page = await openStart(t, '/');
      for (const state of ['one', 'two']) {
        await page.evaluate(([o, s]) => { window.w ??= new auth0.WebAuth(o); w.authorize({ state: s, nonce: s }); }, [options(), state]);
        await page.waitForURL(/authorize/);
        await goBack(page);
        assert.equal(await page.evaluate(() => window.wasKept && !!window.w), true, 'the page was kept as it was');
      }
      // Both attempts are live, each with its own nonce.
      for (const state of ['one', 'two']) {
        const read = await page.evaluate(([s, fragment]) => w.parseHash({ hash: fragment }).then(() => 'good', (error) => `${error.errorDescription} ${s}`), [state, hash(token({ iss: `${authority}/`, nonce: state })).replace('state=S', `state=${state}`)]);
        assert.equal(read, 'good');
      }
    });
    test(`${name}: a page that is made in advance asks once it is looked at, for as long as it was given`, async (t) => {
      const page = await openStart(t, '/start');
      const made = await page.evaluate(() => HTMLScriptElement.supports?.('speculationrules'));
      assert.ok(made, 'this Chromium makes pages in advance');
      await page.click('a');
      await page.waitForURL(/next/);
      await page.waitForFunction(() => window.calls?.length > 0);
      assert.deepEqual(await page.evaluate(() => calls.map(({ error }) => error)), ['login_required']);
    });
  }
});
