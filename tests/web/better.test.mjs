// What ours does beyond auth0-js, in Chromium with a scripted authority; both builds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { launch, packages } from '../lib/browser.mjs';
import { base, hash, jwks, token, transaction } from '../parity/cases.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const now = Math.floor(Date.now() / 1000);
const authority = { 'GET /.well-known/jwks.json': () => jwks.body };

// A page of https://app.example with the package; `answers` is the authority: what it answers to METHOD and path.
async function pageOf(t, name, { answers = {}, headers = {}, path = '/', context: given, popup = '', frame = '' } = {}) {
  const context = given ?? await browser.newContext();
  if (!given) t.after(() => context.close());
  const script = readFileSync(packages[name].script, 'utf8');
  const requests = [];
  const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, content-type, auth0-client' };
  if (!given) await context.route('**/*', async (route) => {
    const request = route.request(), url = new URL(request.url());
    if (url.pathname === '/library.js') return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script });
    if (url.host === 'app.example') return route.fulfill({ contentType: 'text/html', headers, body: `<!doctype html><script src="/library.js"></script><body>${url.pathname === '/cb' ? `<script>${popup}</script>` : ''}` });
    if (request.isNavigationRequest()) return route.fulfill({ contentType: 'text/html', headers: url.pathname === '/authorize' ? headers : {}, body: `<script>${frame}</script>` });
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
    requests.push({ path: url.pathname, body: request.postDataJSON() });
    const answer = ({ ...authority, ...answers })[`${request.method()} ${url.pathname}`];
    if (!answer) return route.abort();
    const { status = 200, ...body } = await answer(request.postDataJSON());
    return route.fulfill({ status, headers: { ...cors, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  });
  const page = await context.newPage();
  await page.goto(`https://app.example${path}`);
  return { page, context, requests };
}

// The authority in a frame: a web message of `members` and the state that was sent.
const answerFrame = (members) => `parent.postMessage({ type: 'authorization_response', response: { ${members}, state: new URLSearchParams(location.search).get('state') } }, '*')`;

const outcome = (page, method, args, options = base) => page.evaluate(async ([o, m, a]) => {
  try {
    const path = m.split('.'), last = path.pop(), target = path.reduce((x, n) => x[n], (window.w ??= new auth0.WebAuth(o)));
    return { value: await target[last](...a) };
  } catch (error) { return { reason: error.reason, message: error.message, skew: error.skew, keys: Object.keys(error) }; }
}, [options, method, args]);

for (const name of Object.keys(packages).slice(1))
  describe(name, () => {
    test('a Promise when no callback is given; reason and message are not enumerable', async (t) => {
      const { page } = await pageOf(t, name, { answers: { 'POST /dbconnections/signup': () => ({ email_verified: false }) } });
      assert.deepEqual(await outcome(page, 'signup', [{ connection: 'c', email: 'a@b', password: 'p' }]), { value: { emailVerified: false } });
      const failed = await outcome(page, 'client.getUserCountry', []);
      assert.equal(failed.reason, 'network_failed');
      assert.match(failed.message, /errors\.md#network_failed/);
      assert.ok(!failed.keys.includes('reason') && !failed.keys.includes('message'));
      // What is wrong with the options is thrown at once, Promise or not, as auth0-js does.
      assert.equal(await page.evaluate(() => { try { w.signup({}); } catch (error) { return error.message; } }), 'connection option is required');
    });

    test('the same response read twice, at once and later, gives the same answer', async (t) => {
      const { page, requests } = await pageOf(t, name);
      await page.evaluate((c) => { document.cookie = `${c}; path=/`; }, transaction('S', { appState: { a: 1 } }));
      const results = await page.evaluate(async ([o, h]) => {
        const w = new auth0.WebAuth(o);
        const [a, b] = await Promise.all([w.parseHash({ hash: h }), new auth0.WebAuth({ ...o }).parseHash({ hash: h })]);
        return [a, b, await w.parseHash({ hash: h })];
      }, [base, hash(token())]);
      assert.equal(results[0].idTokenPayload.sub, 'auth0|ada');
      assert.deepEqual(results[0].appState, { a: 1 });
      assert.deepEqual(results[1], results[0]);
      assert.deepEqual(results[2], results[0]);
      assert.equal(requests.length, 1);
    });

    test('a reader that throws does not keep the answer from the next', async (t) => {
      const { page } = await pageOf(t, name);
      const seen = await page.evaluate(([o, h]) => new Promise((resolve) => {
        window.addEventListener('unhandledrejection', (event) => event.preventDefault());
        const w = new auth0.WebAuth(o), calls = [];
        w.parseHash({ hash: h, state: 'S', nonce: 'N' }, () => { calls.push('first'); throw new Error('mine'); });
        w.parseHash({ hash: h, state: 'S', nonce: 'N' }, (error, result) => { calls.push(result.idTokenPayload.sub); setTimeout(() => resolve(calls), 50); });
      }), [base, hash(token())]);
      assert.deepEqual(seen, ['first', 'auth0|ada']);
    });

    test('two parses, two requests for the keys', async (t) => {
      const { page, requests } = await pageOf(t, name);
      const parse = () => outcome(page, 'parseHash', [{ hash: hash(token()), state: 'S', nonce: 'N' }]);
      assert.ok((await parse()).value && (await parse()).value);
      assert.equal(requests.length, 2);
    });

    test('popup.authorize: a preloaded window is sent on', async (t) => {
      const { page, context } = await pageOf(t, name, {
        frame: `location.replace(${JSON.stringify(`https://app.example/cb${hash(token())}`)})`,
        popup: `new auth0.WebAuth(${JSON.stringify(base)}).popup.callback()`,
      });
      await page.evaluate((o) => { window.w = new auth0.WebAuth(o); window.handler = w.popup.preload({}); }, base);
      const before = context.pages().length;
      const sub = await page.evaluate(() => w.popup.authorize({ state: 'S', nonce: 'N', popupHandler: handler }).then((r) => r.idTokenPayload.sub, (e) => e.reason));
      assert.equal(sub, 'auth0|ada');
      assert.ok(context.pages().length <= before);
    });

    test('why a state is refused', async (t) => {
      const { page } = await pageOf(t, name);
      const parse = (state) => outcome(page, 'parseHash', [{ hash: `#access_token=AT&state=${state}` }], { ...base, responseType: 'token' });
      assert.equal((await parse('')).reason, 'state_missing');
      assert.equal((await parse('never')).reason, 'state_unknown');
      await page.evaluate(() => w.transactionManager.process({ responseType: 'token', state: 'used' }));
      assert.ok((await parse('used')).value);
      await page.evaluate(() => w.parseHash({ hash: '#access_token=OTHER&state=used' }).catch((e) => { window.why = e.reason; }));
      assert.equal(await page.evaluate(() => why), 'state_consumed');
      await page.evaluate(() => {
        w.transactionManager.process({ responseType: 'token', state: 'old' });
        document.cookie = 'com.auth0.auth.old=; path=/; max-age=0';
        document.cookie = '_com.auth0.auth.old_compat=; path=/; max-age=0';
        const kept = JSON.parse(sessionStorage.getItem('ostia.attempts'));
        kept.find((a) => a.state === 'old').until = 1;
        sessionStorage.setItem('ostia.attempts', JSON.stringify(kept));
      });
      assert.equal((await parse('old')).reason, 'state_expired');
    });

    test('clocks that differ are measured', async (t) => {
      const { page } = await pageOf(t, name);
      const stale = token({ iat: now - 7200, exp: now - 3600 });
      await page.evaluate((o) => (window.w = new auth0.WebAuth(o)).transactionManager.process({ responseType: 'token id_token', state: 'S', nonce: 'N' }), base);
      const { reason, skew, message } = await outcome(page, 'parseHash', [{ hash: hash(stale) }]);
      assert.equal(reason, 'clock_skew');
      assert.ok(Math.abs(skew - 7200) < 300, String(skew));
      assert.match(message, /clock is about 7\d+ s ahead/);
    });

    test('at most a few live transactions, the newest', async (t) => {
      const { page } = await pageOf(t, name);
      const { names, size } = await page.evaluate((o) => {
        const manager = new auth0.WebAuth(o).transactionManager;
        for (let i = 0; i < 40; i++) manager.process({ responseType: 'token id_token', state: `state${i}` });
        const all = document.cookie.split('; ').map((c) => c.split('=')[0]);
        return { names: all.filter((n) => n.startsWith('com.')), size: document.cookie.length };
      }, base);
      assert.deepEqual(names.sort(), [35, 36, 37, 38, 39].map((i) => `com.auth0.auth.state${i}`));
      assert.ok(size < 4096);
    });

    test('popup: blocked, closed, and cut off by Cross-Origin-Opener-Policy', async (t) => {
      const asked = { redirectUri: 'https://app.example/cb', state: 'S', nonce: 'N' };
      const blocked = await pageOf(t, name);
      await blocked.page.evaluate(() => { window.open = () => null; });
      assert.equal((await outcome(blocked.page, 'popup.authorize', [asked])).reason, 'popup_blocked');

      const closed = await pageOf(t, name, { frame: 'window.close()' });
      assert.equal((await outcome(closed.page, 'popup.authorize', [asked])).reason, 'popup_closed');

      const cut = await pageOf(t, name, {
        headers: { 'cross-origin-opener-policy': 'same-origin' },
        frame: `location.replace(${JSON.stringify(`https://app.example/cb${hash(token())}`)})`,
        popup: `new auth0.WebAuth(${JSON.stringify(base)}).popup.callback()`,
      });
      const result = await outcome(cut.page, 'popup.authorize', [asked]);
      assert.equal(result.value?.idTokenPayload?.sub, 'auth0|ada', JSON.stringify(result));
    });

    test('a login that a frame on another site does not see', async (t) => {
      const { page } = await pageOf(t, name, { frame: answerFrame("error: 'login_required', error_description: 'x'") });
      assert.equal((await outcome(page, 'checkSession', [{}])).reason, 'login_required');
      await page.evaluate(() => w.transactionManager.process({ responseType: 'token id_token', state: 'S', nonce: 'N' }));
      assert.ok((await outcome(page, 'parseHash', [{ hash: hash(token()) }])).value);
      assert.equal((await outcome(page, 'checkSession', [{}])).reason, 'third_party_cookies_blocked');
    });

    test('a hostile web message is not an answer', async (t) => {
      const { page } = await pageOf(t, name);
      const pending = outcome(page, 'checkSession', [{ state: 'S', nonce: 'N', timeout: 400 }]);
      await page.evaluate(async (response) => {
        for (const data of [null, 5, 'x', {}, { type: 'authorization_response' }, { type: 'authorization_response', response }]) {
          window.postMessage(data, '*');
          window.dispatchEvent(new MessageEvent('message', { data, origin: 'https://tenant.example', source: window }));
        }
      }, { access_token: 'EVIL', state: 'S' });
      assert.equal((await pending).reason, 'timeout');
    });

    test('storage that throws, and none at all', async (t) => {
      const { page } = await pageOf(t, name);
      const states = await page.evaluate(async (o) => {
        Object.defineProperty(document, 'cookie', { get() { throw new Error('no'); }, set() { throw new Error('no'); } });
        Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } });
        const w = new auth0.WebAuth({ ...o, responseType: 'token' });
        const { state } = w.transactionManager.process({ responseType: 'token' });
        return w.parseHash({ hash: `#access_token=AT&state=${state}` }).then(() => 'parsed', (e) => e.reason);
      }, base);
      assert.equal(states, 'storage_blocked');
    });

    test('bad responses and keys: the documented error, once', async (t) => {
      let keys = jwks.body;
      const { page } = await pageOf(t, name, { answers: { 'GET /.well-known/jwks.json': () => keys } });
      const parse = async (h) => (await outcome(page, 'parseHash', [{ hash: h, state: 'S', nonce: 'N' }])).reason;
      assert.equal(await parse(hash(token({}, { alg: 'none' }))), 'algorithm_not_supported');
      assert.equal(await parse(hash(token({}, { alg: 'HS256' }))), 'algorithm_not_supported');
      assert.equal(await parse(hash(token().slice(0, -22))), 'signature_invalid');
      assert.equal(await parse(`#id_token=${'A'.repeat(1 << 20)}&access_token=x&state=S`), 'token_malformed');
      assert.equal(await parse(`#state=S&access_token=${'&'.repeat(100_000)}`), 'id_token_missing');
      keys = {};
      assert.equal(await parse(hash(token())), 'key_unknown');
      keys = { keys: [{ kty: 'oct', kid: 'k', k: 'AAAA' }] };
      assert.equal(await parse(hash(token())), 'key_unfit');
      keys = { keys: [{ ...jwks.body.keys[0], padding: 'x'.repeat(3 << 20) }] };
      assert.equal(await parse(hash(token())), 'jwks_unreachable');
      keys = jwks.body;
      assert.equal(await parse(hash(token())), undefined);
    });

    test('code with PKCE, redeemed by parseHash, renewed by checkSession, one tab at a time', async (t) => {
      const options = { ...base, responseType: 'code', useRefreshTokens: true, cacheLocation: 'localstorage', scope: 'openid offline_access' };
      let live = 'R0', renewals = 0, nonce;
      const tokens = (more = {}) => ({ access_token: `AT${renewals}`, id_token: token(more), refresh_token: live, expires_in: 60, token_type: 'Bearer' });
      const { page, context, requests } = await pageOf(t, name, {
        frame: answerFrame("error: 'login_required', error_description: 'x'"),
        answers: {
          'POST /oauth/token': async ({ grant_type: grant, refresh_token: given }) => {
            if (grant === 'authorization_code') return tokens({ nonce });
            if (given !== live) return { status: 403, error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
            live = `R${++renewals}`;
            await new Promise((r) => setTimeout(r, 50));
            return tokens({ nonce: undefined });
          },
        },
      });
      const asked = page.waitForRequest((r) => r.url().includes('/authorize'));
      await page.evaluate((o) => new auth0.WebAuth(o).authorize({ appState: 'mine' }), options);
      const url = new URL((await asked).url());
      assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
      assert.equal(url.searchParams.get('code_challenge').length, 43);
      const state = url.searchParams.get('state');
      await page.goto(`https://app.example/cb?code=C&state=${state}`);
      const first = await outcome(page, 'parseHash', [], options);
      assert.equal(first.value?.accessToken, 'AT0', JSON.stringify(first));
      assert.equal(first.value.appState, 'mine');
      assert.equal(requests[0].body.code_verifier.length, 43);

      const other = await pageOf(t, name, { context });
      const renewed = await Promise.all([page, other.page, page].map((p) => outcome(p, 'checkSession', [{}], options)));
      for (const one of renewed) assert.match(one.value?.accessToken ?? JSON.stringify(one), /^AT[12]$/);
      assert.ok(renewals <= 2, `${renewals} renewals`);
      live = 'revoked';
      assert.equal((await outcome(page, 'checkSession', [{}], options)).reason, 'refresh_token_refused');
      // Then it asks in a frame, where the authority does not see the login that this tab had.
      assert.equal((await outcome(page, 'checkSession', [{}], options)).reason, 'third_party_cookies_blocked');
    });

    describe('a renewal under way', () => {
      const options = { ...base, responseType: 'code', useRefreshTokens: true, cacheLocation: 'localstorage', scope: 'openid offline_access' };
      const key = ['ostia.refresh', `https://${base.domain}`, base.clientID, '', 'offline_access openid'].join('|');
      const put = (page, kept) => page.evaluate(([k, v]) => (v ? (localStorage[k] = JSON.stringify(v)) : delete localStorage[k]), [key, kept]);
      const kept = (page) => page.evaluate((k) => localStorage[k] && JSON.parse(localStorage[k]).refreshToken, key);
      const mine = { refreshToken: 'mine', sub: 'auth0|ada', at: 0 }, theirs = { refreshToken: 'theirs', sub: 'auth0|grace', at: 1 };
      const renewed = { access_token: 'AT', id_token: token({ nonce: undefined }), refresh_token: 'mine 2', expires_in: 60, token_type: 'Bearer' };
      const refused = { status: 403, error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
      for (const [what, answer] of Object.entries({ 'an answer': renewed, 'a refusal': refused }))
        for (const [then, next] of Object.entries({ 'somebody else logged in': theirs, 'the person logged out': undefined }))
          test(`${what} that comes after ${then} touches nothing`, async (t) => {
            let page;
            ({ page } = await pageOf(t, name, { frame: answerFrame("error: 'login_required', error_description: 'x'"), answers: { 'POST /oauth/token': async () => { await put(page, next); return answer; } } }));
            await put(page, mine);
            const { value } = await outcome(page, 'checkSession', [{}], options);
            assert.equal(value, undefined);
            assert.equal(await kept(page), next?.refreshToken);
          });
      test('a clock that was ahead makes no old answer a new one', async (t) => {
        const { page, requests } = await pageOf(t, name, { answers: { 'POST /oauth/token': () => renewed } });
        await put(page, { ...mine, at: Date.now() + 86_400_000, result: { accessToken: 'old' } });
        assert.equal((await outcome(page, 'checkSession', [{}], options)).value.accessToken, 'AT');
        assert.equal(requests.length >= 1, true);
      });
      test('that has no answer ends with the time it was given', async (t) => {
        let release;
        const { page } = await pageOf(t, name, { answers: { 'POST /oauth/token': () => new Promise((resolve) => { release = resolve; }) } });
        await put(page, mine);
        assert.equal((await outcome(page, 'checkSession', [{ timeout: 300 }], options)).reason, 'timeout');
        assert.equal(await kept(page), 'mine');
        release(refused);
      });
    });

    // A page that came back with a code, after `authorize(asked)`.
    async function returned(t, { answer = {}, asked = {}, query = () => 'code=C', options = {}, ...rest } = {}) {
      const used = { ...base, responseType: 'code', useRefreshTokens: true, scope: 'openid', ...options };
      const opened = await pageOf(t, name, { answers: { 'POST /oauth/token': () => ({ access_token: 'AT', id_token: token({ nonce: undefined }), refresh_token: 'R', expires_in: 60, ...answer }) }, ...rest });
      const { page } = opened;
      await page.evaluate(([o, a]) => new auth0.WebAuth(o).authorize(a), [used, { state: 'S', ...asked }]);
      await page.waitForURL(/authorize/);
      await page.goto(`https://app.example/cb?${query()}&state=S`);
      return { ...opened, used };
    }

    test('a code read twice is redeemed once', async (t) => {
      const { page, requests, used } = await returned(t, { asked: { appState: { a: 1 } } });
      const [first, second, third] = await page.evaluate(async (o) => {
        const w = new auth0.WebAuth(o);
        const both = await Promise.all([w.parseHash(), w.parseHash()]);
        both[0].appState.a = 'changed by its reader';
        return [...both, await w.parseHash()];
      }, used);
      assert.equal(second.accessToken, 'AT');
      assert.deepEqual(second.appState, { a: 1 });
      assert.deepEqual(third, second);
      assert.equal(first.idTokenPayload.sub, 'auth0|ada');
      assert.equal(requests.filter((r) => r.path === '/oauth/token').length, 1);
    });

    for (const [what, given, reason] of [
      ['a response of another issuer', { query: () => 'code=C&iss=https%3A%2F%2Fevil.example%2F' }, 'issuer_mismatch'],
      ['a response of no issuer by name', { query: () => 'code=C&iss=' }, 'issuer_mismatch'],
      ['an at_hash that is no text', { answer: { id_token: token({ nonce: undefined, at_hash: 0 }) } }, 'at_hash_mismatch'],
      ['no ID token where openid was asked for', { answer: { id_token: undefined } }, 'id_token_missing'],
      ['an ID token older than maxAge', { asked: { maxAge: 60 }, answer: { id_token: token({ nonce: undefined, auth_time: now - 3600 }) } }, 'authentication_too_old'],
      ['another organization', { asked: { organization: 'org_1' }, answer: { id_token: token({ nonce: undefined, org_id: 'org_2' }) } }, 'organization_mismatch'],
      ['an access token of another response', { answer: { id_token: token({ nonce: undefined, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }) } }, 'at_hash_mismatch'],
      ['an error in the query', { query: () => 'error=access_denied&error_description=no' }, 'access_denied'],
      ['a refused code', { answer: { status: 403, error: 'invalid_grant', error_description: 'Invalid authorization code' } }, 'error_answer'],
    ])
      test(`code with PKCE refuses ${what}`, async (t) => {
        const { page, used } = await returned(t, given);
        assert.equal((await outcome(page, 'parseHash', [], used)).reason, reason);
      });

    test('code with PKCE: a code without its verifier is not sent', async (t) => {
      const { page, requests } = await pageOf(t, name, { path: '/cb?code=C&state=T' });
      assert.equal((await outcome(page, 'parseHash', [], { ...base, responseType: 'code', useRefreshTokens: true })).reason, 'state_unknown');
      assert.deepEqual(requests, []);
    });

    test('code with PKCE: without a refresh token, checkSession asks in a frame', async (t) => {
      const { page, requests } = await pageOf(t, name, {
        frame: answerFrame("code: 'SILENT'"),
        answers: { 'POST /oauth/token': ({ code, code_verifier: verifier }) => (code === 'SILENT' && verifier.length === 43 ? { access_token: 'AT', id_token: token({ nonce: undefined }), expires_in: 60 } : { status: 400 }) },
      });
      const { value } = await outcome(page, 'checkSession', [{}], { ...base, responseType: 'code', useRefreshTokens: true });
      assert.equal(value.accessToken, 'AT');
      assert.equal(requests[0].body.grant_type, 'authorization_code');
    });

    test('code with PKCE in a popup; the opener renews', async (t) => {
      const used = { ...base, responseType: 'code', useRefreshTokens: true, scope: 'openid' };
      let given = 0;
      const { page, requests } = await pageOf(t, name, {
        frame: "const q = new URLSearchParams(location.search); if (q.get('response_mode')) { parent.postMessage({ type: 'authorization_response', response: { error: 'login_required', error_description: 'x', state: q.get('state') } }, '*') } else location.replace(`https://app.example/cb?code=C&state=${q.get('state')}`)",
        popup: `new auth0.WebAuth(${JSON.stringify(used)}).popup.callback()`,
        answers: { 'POST /oauth/token': () => ({ access_token: `AT${++given}`, id_token: token({ nonce: undefined }), refresh_token: `R${given}`, expires_in: 60 }) },
      });
      assert.equal((await outcome(page, 'popup.authorize', [{}], used)).value.accessToken, 'AT1');
      assert.equal((await outcome(page, 'checkSession', [{}])).value.accessToken, 'AT2');
      assert.ok(requests.some((r) => r.body?.refresh_token === 'R1'));
    });

    test('logging out forgets the refresh token', async (t) => {
      const { page, used } = await returned(t, { options: { cacheLocation: 'localstorage' } });
      assert.ok((await outcome(page, 'parseHash', [], used)).value);
      const kept = () => page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('ostia.refresh')).length);
      assert.equal(await kept(), 1);
      await page.evaluate(() => { w.logout(); });
      await page.waitForURL(/v2\/logout/);
      await page.goto('https://app.example/');
      assert.equal(await kept(), 0);
    });

    test('a per-call maxAge is checked (CVE-2026-107371)', async (t) => {
      const { page } = await pageOf(t, name);
      await page.evaluate((o) => (window.w = new auth0.WebAuth(o)).transactionManager.process({ responseType: 'token id_token', state: 'S', nonce: 'N', maxAge: 60 }), base);
      assert.equal((await outcome(page, 'parseHash', [{ hash: hash(token({ auth_time: now - 3600 })) }])).reason, 'authentication_too_old');
    });

    test('an ID token that cannot be trusted brings no profile from /userinfo (CVE-2026-42280, GHSA-8qjv-jj2q-x832)', async (t) => {
      const { page, requests } = await pageOf(t, name, { answers: { 'GET /userinfo': () => ({ sub: 'auth0|5' }) } });
      for (const header of [{ alg: 'HS256' }, { alg: 'none' }]) assert.equal((await outcome(page, 'parseHash', [{ hash: hash(token({}, header)), state: 'S', nonce: 'N' }])).value, undefined, header.alg);
      assert.deepEqual(requests.filter(({ path }) => path === '/userinfo'), []);
    });

    test('a response without a state is nobody\'s (CVE-2018-7307)', async (t) => {
      const { page } = await pageOf(t, name);
      await page.evaluate((o) => (window.w = new auth0.WebAuth(o)).transactionManager.process({ responseType: 'token id_token', state: 'S', nonce: 'N' }), base);
      const stateless = hash(token({})).replace(/&state=[^&]*/, '').replace(/state=[^&]*&/, '');
      assert.doesNotMatch(stateless, /state=/);
      assert.equal((await outcome(page, 'parseHash', [{ hash: stateless }])).value, undefined);
    });

    test('times with a fraction count', async (t) => {
      const { page } = await pageOf(t, name);
      const parse = (change, options) => outcome(page, 'parseHash', [{ hash: hash(token(change)), state: 'S', nonce: 'N' }], { ...base, ...options }).finally(() => page.evaluate(() => { delete window.w; }));
      assert.equal((await parse({ auth_time: now - 3600 }, { maxAge: 1.5 })).reason, 'authentication_too_old');
      assert.equal((await parse({}, { leeway: -0.5 })).reason, 'leeway_out_of_range');
    });
  });
