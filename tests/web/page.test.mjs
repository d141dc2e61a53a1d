// What pages do with auth0.js (snippets.mjs), run with both of our builds in a page like theirs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { launch, packages } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';
import { base, hash, jwks, token, transaction } from '../parity/cases.mjs';
import { snippets } from './snippets.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

describe('what pages do', () => {
  for (const name of Object.keys(packages).slice(1))
    describe(name, () => {
      const cors = { 'access-control-allow-origin': 'https://app.example', 'access-control-allow-credentials': 'true', 'access-control-allow-headers': 'authorization, content-type, auth0-client' };
      async function open(t, { answers = {}, authority = '', path = '/' } = {}) {
        const context = await browser.newContext();
        t.after(() => context.close());
        const seen = [];
        await context.route('**/*', async (route) => {
          const request = route.request(), url = new URL(request.url());
          if (url.pathname === '/library.js') return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: readFileSync(packages[name].script, 'utf8') });
          if (url.pathname === '/popup_response_handler.html') return route.fulfill({ contentType: 'text/html', body: snippets.callbackPage });
          if (url.host === 'app.example') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><script src="/library.js"></script><body>' });
          if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
          seen.push(`${request.method()} ${url.pathname}${url.search} ${request.postData() ?? ''}`);
          if (request.isNavigationRequest()) return route.fulfill({ contentType: 'text/html', body: `<script>const q = new URLSearchParams(location.search); ${authority}</script>` });
          const answer = { '/.well-known/jwks.json': jwks.body, ...answers }[url.pathname];
          return answer ? route.fulfill({ headers: { ...cors, 'content-type': 'application/json' }, body: JSON.stringify(answer) }) : route.abort();
        });
        const page = await context.newPage();
        const logged = [];
        page.on('console', (m) => logged.push(m.text()));
        page.on('pageerror', (e) => logged.push(`uncaught ${e.message}`));
        page.on('dialog', (d) => { logged.push(d.message()); d.dismiss(); });
        await page.goto(`https://app.example${path}`);
        await page.evaluate((o) => {
          window.webAuth = new auth0.WebAuth(o);
          window.outcomes = [];
          // What the snippets' empty callbacks would see.
          for (const [target, method] of [[webAuth.popup, 'authorize'], [webAuth, 'passwordlessStart'], [webAuth, 'passwordlessLogin'], [webAuth, 'checkSession'], [webAuth.client, 'userInfo']]) {
            const real = target[method];
            target[method] = (options, cb) => real.call(target, options, (...r) => { outcomes.push(r); cb(...r); });
          }
          // As much of jQuery as the page uses.
          window.$ = (selector) => ({ click: (f) => document.querySelector(selector).addEventListener('click', f), val: () => document.querySelector(selector).value });
        }, base);
        const run = (code) => page.evaluate((text) => { const s = document.createElement('script'); s.textContent = text; document.body.append(s); }, code);
        const outcome = async () => { await page.waitForFunction(() => outcomes.length); return page.evaluate(() => outcomes[0]); };
        const has = async (text) => {
          const isThere = () => [...seen, ...logged].some((s) => s.includes(text));
          await until(isThere, text).catch(() => assert.fail(`${text} in ${JSON.stringify([seen, logged])}`));
        };
        return { page, run, seen, logged, outcome, until: has };
      }
      const back = "location.replace(q.get('redirect_uri') + '#access_token=AT&token_type=Bearer&state=' + q.get('state'))";
      const framed = (id) => `parent.postMessage({ type: 'authorization_response', response: { access_token: 'AT', id_token: ${JSON.stringify(id)}, state: q.get('state') } }, '*')`;

      for (const call of ['popup', 'popupOfConnection'])
        test(`popup.authorize (${call}) with a page that calls popup.callback`, async (t) => {
          const { run, outcome } = await open(t, { authority: back });
          await run(snippets[call]);
          const [error, result] = await outcome();
          assert.equal(error, null);
          assert.equal(result.accessToken, 'AT');
        });
      test('login', async (t) => {
        const { run, until, seen } = await open(t, { answers: { '/co/authenticate': { login_ticket: 'T', co_id: 'I', co_verifier: 'V' } } });
        await run(snippets.login);
        await until('GET /authorize?');
        assert.match(seen[0], /"username":"testuser".*"realm":"tests"/);
        assert.match(seen.at(-1), /login_ticket=T/);
      });
      test('passwordlessStart and passwordlessLogin', async (t) => {
        const { run, until, outcome } = await open(t, { answers: { '/passwordless/start': { _id: 'x', email: 'foo@bar.com' }, '/co/authenticate': { login_ticket: 'T', co_id: 'I', co_verifier: 'V' } } });
        await run(snippets.passwordlessStart);
        assert.deepEqual(await outcome(), [null, { Id: 'x', email: 'foo@bar.com' }]);
        await run(snippets.passwordlessLogin);
        await until('GET /authorize?');
      });
      test('parseHash and userInfo', async (t) => {
        const { page, run, outcome } = await open(t, { answers: { '/userinfo': { sub: 'auth0|ada' } } });
        await page.evaluate(([c, h]) => { document.cookie = `${c}; path=/`; location.hash = h; }, [transaction('S'), hash(token())]);
        await run(snippets.parseHash);
        assert.deepEqual(await outcome(), [null, { sub: 'auth0|ada' }]);
      });
      test('checkSession with a nonce', async (t) => {
        const { run, outcome } = await open(t, { authority: framed(token({ nonce: '1234' })) });
        await run(snippets.checkSessionWithNonce);
        const [error, result] = await outcome();
        assert.equal(error, null);
        assert.equal(result.idTokenPayload.nonce, '1234');
      });
      for (const call of ['checkSession', 'checkSessionForApi'])
        test(`${call} without a session`, async (t) => {
          const { run, until, outcome } = await open(t, { authority: "parent.postMessage({ type: 'authorization_response', response: { error: 'login_required', error_description: 'Login required', state: q.get('state') } }, '*')" });
          await run(snippets[call]);
          await until('prompt=none');
          assert.equal((await outcome())[0].error, 'login_required');
        });
      test('logout', async (t) => {
        const { run, until } = await open(t);
        await run(snippets.logout);
        await until('GET /v2/logout?client_id=client&returnTo=https%3A%2F%2Fapp.example%2Fbye');
      });
      test('the sign-up form', async (t) => {
        const { page, logged, until } = await open(t, { answers: { '/dbconnections/signup': { _id: '1', email_verified: false } } });
        const text = snippets.signupForm;
        await page.evaluate((html) => { document.body.insertAdjacentHTML('beforeend', html); const s = document.createElement('script'); s.textContent = document.body.querySelector('script:last-of-type').textContent; document.body.append(s); }, text);
        await page.fill('.signup-email', 'a@b.example');
        await page.fill('.signup-password', 'p');
        await page.click('.signup-db');
        await until('signed up, not logged in');
        assert.ok(!logged.some((l) => l.startsWith('uncaught')));
      });
      test('changePassword, refused, says why in err.message', async (t) => {
        const { page, run, until } = await open(t);
        await page.evaluate(() => { document.body.insertAdjacentHTML('beforeend', '<button class="change_password">x</button>'); });
        await run(snippets.changePassword);
        await page.click('.change_password');
        await until('network_failed');
      });
    });
});
