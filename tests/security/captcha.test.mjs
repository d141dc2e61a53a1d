// The question whether somebody is a robot: on every way by which a password is tried, an account made or a message
// sent, by each policy; what answers the built-in one, and what each provider says.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { forge, numberOf, questionOf, solve, startProvider } from '../lib/captcha.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { folder, freePort, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants, origin } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const connection = 'Username-Password-Authentication';
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
const group = scope();
let api;
before(async () => {
  api = new Management(await startAuthority(group, {
    clients: [app, machine],
    args: ['--trusted-proxy', '127.0.0.1'],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()], tenant: { friendly_name: 'Test', default_directory: connection, ostia: { rate_limits: false } } },
  }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const patch = async (path, body) => {
  const answer = await api.call('PATCH', `attack-protection/${path}`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const ask = (when, more = {}) => patch('bot-detection', { challenge_password_policy: when, challenge_passwordless_policy: when, challenge_password_reset_policy: when, ...more });
const authorize = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', ...more })}`;
let count = 0;
const fresh = () => `new-${++count}@example.com`;

// A page: `come` opens it, `fields` are what a person fills in, and `isDone` says that the next one is there.
const page = (query, fields, isDone, follow) => async (answer, headers = {}) => {
  const person = new Reader(api.issuer);
  const get = person.get.bind(person);
  person.get = (url, options = {}) => get(url, { ...options, headers: { ...options.headers, ...headers } });
  let shown = await person.open(authorize(query));
  if (follow) shown = await person.open(follow(shown));
  const question = questionOf(shown);
  assert.equal(/<script/.test(shown.html), Boolean(question), 'a page that asks nothing has no script');
  assert.equal(/<noscript>/.test(shown.html), Boolean(question));
  const captcha = answer === 'solved' ? solve(question.challenge) : answer;
  const next = await person.submit(shown, { ...fields(), ...(captcha !== undefined && { captcha }) });
  return { asked: Boolean(question), challenge: question?.challenge, done: Boolean(isDone(next)), status: next.status, alert: next.alert };
};

// An application's own form: `…/challenge` says what is asked, and `send` is the request.
const form = (challenge, send, missing = [400, 'invalid_captcha']) => async (answer, headers = {}) => {
  const { body } = await api.post(challenge, { state: 's' }, { origin, ...headers });
  const captcha = answer === 'solved' ? solve(body.challenge) : answer;
  const sent = await send({ ...(captcha !== undefined && { captcha }) }, { origin, ...headers });
  const code = sent.body.code ?? sent.body.error;
  if (body.required && answer === undefined) assert.deepEqual([sent.status, code], missing, sent.text);
  if (body.required && answer === 'wrong') assert.deepEqual([sent.status, code], [400, 'invalid_captcha'], sent.text);
  return { asked: body.required, challenge: body.challenge, done: sent.status === 200, status: sent.status };
};

const ways = {
  '/u/login': page({}, () => ada, (next) => next.location?.href.startsWith(callback)),
  '/u/signup': page({ screen_hint: 'signup' }, () => ({ email: fresh(), password: 'Brand-New-7' }), (next) => next.location?.href.startsWith(callback)),
  '/u/reset-password/request': page({}, () => ({ email: 'ada@example.com' }), (next) => next.heading === 'Check your email', (login) => login.links['Forgot password?']),
  '/u/passwordless': page({ connection: 'email' }, () => ({ username: fresh() }), (next) => 'code' in (next.fields ?? {})),
  '/usernamepassword/login': form('/usernamepassword/challenge', (more, { origin: _, ...headers }) => api.post('/usernamepassword/login', { client_id: 'app', connection, redirect_uri: callback, response_type: 'token', state: 's', ...ada, ...more }, headers)),
  '/dbconnections/signup': form('/dbconnections/signup/challenge', (more, headers) => api.post('/dbconnections/signup', { client_id: 'app', connection, email: fresh(), password: 'Brand-New-7', state: 's', ...more }, headers)),
  '/dbconnections/change_password': form('/dbconnections/change_password/challenge', (more, headers) => api.post('/dbconnections/change_password', { client_id: 'app', connection, email: 'ada@example.com', state: 's', ...more }, headers)),
  '/passwordless/start': form('/passwordless/challenge', (more, headers) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: fresh(), send: 'code', state: 's', ...more }, headers)),
  '/co/authenticate': form('/usernamepassword/challenge', (more, headers) => api.post('/co/authenticate', { client_id: 'app', credential_type: grants.realm, realm: connection, ...ada, ...more }, headers), [401, 'requires_verification']),
  '/oauth/token, password': form('/usernamepassword/challenge', (more, headers) => api.token({ grant_type: 'password', client_id: 'app', ...ada, ...more }, headers), [403, 'requires_verification']),
  '/oauth/token, password-realm': form('/usernamepassword/challenge', (more, headers) => api.token({ grant_type: grants.realm, client_id: 'app', realm: connection, ...ada, ...more }, headers), [403, 'requires_verification']),
};
const fail = (headers) => api.token({ grant_type: grants.realm, client_id: 'app', realm: connection, username: 'nobody@example.com', password: 'no' }, headers);

describe('every way, by each policy', () => {
  for (const [name, way] of Object.entries(ways)) {
    test(`${name}: never`, async () => {
      await ask('never');
      for (let i = 0; i < 4; i++) await fail();
      assert.deepEqual([(await way()).asked, (await way()).done], [false, true]);
    });

    test(`${name}: always`, async () => {
      await ask('always');
      for (const answer of [undefined, '', 'wrong', 'BYPASS_CAPTCHA', Buffer.from('{}').toString('base64')]) {
        const { asked, done } = await way(answer);
        assert.deepEqual([asked, done], [true, false], String(answer));
      }
      const right = await way('solved');
      assert.deepEqual([right.asked, right.done], [true, true], JSON.stringify(right));
    });

    test(`${name}: when_risky, from the third failure of a network on, whatever else is turned off`, async () => {
      await ask('when_risky');
      await patch('suspicious-ip-throttling', { enabled: false });
      const here = { 'x-forwarded-for': '198.51.100.7' };
      for (let i = 0; i < 2; i++) await fail(here);
      assert.deepEqual([(await way(undefined, here)).asked, (await way(undefined, here)).done], [false, true], 'two failures');
      await fail(here);
      const risky = await way(undefined, here);
      assert.deepEqual([risky.asked, risky.done], [true, false], 'three failures');
      assert.equal((await way(undefined, { 'x-forwarded-for': '203.0.113.9' })).asked, false, 'another network');
    });
  }

  test('one who fails three times on the page is asked there, and then let in', async () => {
    await ask('when_risky');
    const person = new Reader(api.issuer);
    let shown = await person.open(authorize());
    for (let i = 0; i < 3; i++) {
      assert.equal(questionOf(shown), undefined, `after ${i}`);
      shown = await person.submit(shown, { username: 'ada@example.com', password: 'no' });
    }
    const unanswered = await person.submit(shown, ada);
    assert.deepEqual([unanswered.status, unanswered.alert], [400, 'Please confirm that you are not a robot, then try again.']);
    assert.ok((await person.submit(unanswered, { ...ada, captcha: solve(questionOf(unanswered).challenge) })).location);
  });

  test('a risk goes by, as the failures do', async () => {
    await ask('when_risky');
    for (let i = 0; i < 3; i++) await fail();
    assert.equal((await ways['/u/login']()).asked, true);
    await api.advance(864 * 3);
    assert.equal((await ways['/u/login']()).asked, false);
  });

  test('where nothing is said of a way, what is said of passwords holds, in effect and in the answer', async () => {
    for (const when of ['always', 'never']) {
      const shown = await patch('bot-detection', { challenge_password_policy: when });
      assert.deepEqual([shown.challenge_passwordless_policy, shown.challenge_password_reset_policy], [when, when]);
      for (const way of ['/u/login', '/u/passwordless', '/passwordless/start', '/u/reset-password/request', '/dbconnections/change_password'])
        assert.equal((await ways[way]()).asked, when === 'always', `${way}: ${when}`);
    }
    await patch('bot-detection', { challenge_password_policy: 'always', challenge_passwordless_policy: 'never' });
    assert.equal((await ways['/u/passwordless']()).asked, false);
    assert.equal((await ways['/u/reset-password/request']()).asked, true);
  });

  test('who is on the allowlist is not asked', async () => {
    await ask('always', { allowlist: ['198.51.100.0/24'] });
    assert.equal((await ways['/u/login'](undefined, { 'x-forwarded-for': '198.51.100.7' })).done, true);
    assert.equal((await ways['/u/login'](undefined, { 'x-forwarded-for': '198.51.101.7' })).done, false);
  });

  test('who only watches is told in the log, and lets everybody through', async () => {
    await ask('always', { monitoring_mode_enabled: true });
    for (const way of Object.values(ways)) assert.deepEqual([(await way()).asked, (await way()).done], [false, true]);
    const told = async () => (await api.logs('pla')).filter((entry) => /would have been asked/.test(entry.description)).length;
    await until(async () => (await told()) >= 2 * Object.keys(ways).length, 'an entry for each');
  });

  test('a second code is asked for on the page that asks', async () => {
    await ask('always');
    const person = new Reader(api.issuer);
    const first = await person.open(authorize({ connection: 'email' }));
    const code = await person.submit(first, { username: 'x@example.com', captcha: solve(questionOf(first).challenge) });
    assert.ok('code' in code.fields);
    const again = await person.submit(code, {}, 'resend');
    assert.deepEqual([again.status, again.alert, again.fields.username], [200, '', 'x@example.com']);
    assert.equal((await api.messages('x@example.com')).length, 1);
    assert.ok('code' in (await person.submit(again, { captcha: solve(questionOf(again).challenge) })).fields);
  });
});

describe('the built-in question', () => {
  beforeEach(() => ask('always'));
  const challenge = async (path = '/dbconnections/signup/challenge') => (await api.post(path, { state: 's' })).body.challenge;
  const signUp = async (captcha) => (await api.post('/dbconnections/signup', { client_id: 'app', connection, email: fresh(), password: 'Brand-New-7', captcha })).status;

  test('a solution is good once, also of twenty at the same moment', async () => {
    const solved = solve(await challenge());
    assert.deepEqual([await signUp(solved), await signUp(solved)], [200, 400]);
    const one = await challenge();
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => signUp(solve(one, { took: i }))));
    assert.equal(all.filter((status) => status === 200).length, 1, all.join());
  });

  test('a solution is good until it expires', async () => {
    for (const [late, status] of [[0, 200], [1, 400]]) {
      await api.reset();
      await api.authenticate();
      await ask('always');
      const one = await challenge();
      const { body: { now } } = await api.get('/_dev/clock');
      const expires = Number(/expires=(\d+)/.exec(one.salt)[1]);
      const seconds = Number.isFinite(Number(now)) ? Number(now) : Math.floor(Date.parse(now) / 1000);
      assert.ok(expires > seconds);
      await api.advance(expires - seconds + (late ? 2 : -5));
      assert.equal(await signUp(solve(one)), status, `${late}`);
    }
  });

  test('a solution is for the stage that it was asked at', async () => {
    for (const path of ['/usernamepassword/challenge', '/dbconnections/change_password/challenge', '/passwordless/challenge'])
      assert.equal(await signUp(solve(await challenge(path))), 400, path);
    assert.equal(await signUp(solve(await challenge())), 200);
  });

  test('nothing of a solution can be changed', async () => {
    const one = await challenge();
    const number = numberOf(one), { salt } = one;
    const later = salt.replace(/expires=\d+/, 'expires=99999999999');
    const changed = {
      'the number': { number: number + 1 }, 'a number that is none': { number: String(number) }, 'a fraction': { number: number + 0.5 }, 'below zero': { number: -1 }, 'no number': { number: null },
      'the signature': { signature: '0'.repeat(64) }, 'no signature': { signature: '' }, 'the algorithm': { algorithm: 'SHA-1' }, 'no algorithm': { algorithm: undefined },
      'a longer life': { salt: later }, 'another challenge': { challenge: '0'.repeat(64) }, 'no salt': { salt: '' }, 'a salt without its end': { salt: salt.slice(0, -1) },
      'digits that move to the salt': { salt: salt + String(number)[0], number: Number(String(number).slice(1) || 0) },
    };
    for (const [name, more] of Object.entries(changed)) assert.equal(await signUp(solve(one, more)), 400, name);
    assert.equal(await signUp(forge(later, 1)), 400, 'made by the robot itself');
    assert.equal(await signUp(forge(later, 1, one.signature)), 400, 'with a signature of ours');
    for (const junk of ['x', '{}', 'bnVsbA==', 'W10=', '%00', 'A'.repeat(3000)]) assert.equal(await signUp(junk), 400, junk.slice(0, 10));
    assert.equal(await signUp(solve(one)), 200, 'the right one still counts');
  });

  test('auth0-js, which waits for ever for what it does not know, gets an error that it shows', async () => {
    const library = Buffer.from(JSON.stringify({ name: 'auth0.js', version: '10.2.1' })).toString('base64');
    const refused = await api.post('/usernamepassword/challenge', { state: 's' }, { 'auth0-client': library });
    assert.deepEqual([refused.status, refused.body.error, refused.body.reason], [400, 'invalid_captcha', 'captcha_unsupported']);
    const ours = await api.post('/usernamepassword/challenge', { state: 's' }, { 'auth0-client': library, accept: 'application/json, application/vnd.altcha+json' });
    assert.equal(ours.body.provider, 'altcha');
    await ask('never');
    assert.deepEqual((await api.post('/usernamepassword/challenge', { state: 's' }, { 'auth0-client': library })).body, { required: false });
  });
});

// What each provider is sent, and how it answers.
const siteverify = { member: 'response', secret: 'secret', right: { success: true }, wrong: { success: false, 'error-codes': ['invalid-input-response'] }, badKeys: { success: false, 'error-codes': ['invalid-input-secret'] }, at: (hostname) => ({ success: true, hostname }) };
const providers = {
  recaptcha_v2: { ...siteverify, wire: 'recaptcha_v2', source: 'https://www.google.com/recaptcha/' },
  hcaptcha: { ...siteverify, wire: 'hcaptcha', source: 'https://hcaptcha.com', },
  auth_challenge: { ...siteverify, wire: 'auth0_v2', source: 'https://challenges.cloudflare.com', bypass: true },
  turnstile: { ...siteverify, wire: 'auth0_v2', source: 'https://challenges.cloudflare.com', bypass: true },
  friendly_captcha: { wire: 'friendly_captcha', source: 'https://api.friendlycaptcha.com', member: 'solution', secret: 'secret', right: { success: true }, wrong: { success: false, errors: ['solution_invalid'] }, badKeys: { success: false, errors: ['secret_invalid'] } },
  recaptcha_enterprise: {
    wire: 'recaptcha_enterprise', source: 'https://www.google.com/recaptcha/', key: 'api_key', project: true, read: (sent) => sent.event.token,
    right: { tokenProperties: { valid: true } }, wrong: { tokenProperties: { valid: false, invalidReason: 'EXPIRED' } }, badKeys: { error: { code: 403, status: 'PERMISSION_DENIED' } }, at: (hostname) => ({ tokenProperties: { valid: true, hostname } }),
  },
  arkose: { wire: 'arkose', source: 'https://client-api.arkoselabs.com', member: 'session_token', secret: 'private_key', bypass: true, right: { session_details: { solved: true } }, wrong: { session_details: { solved: false } }, badKeys: { error: 'API_KEY_INVALID' } },
};

describe('the providers', () => {
  for (const [name, p] of Object.entries(providers)) {
    const set = async (url, more = {}) => {
      const keys = { site_key: 'site-key', [p.key ?? 'secret']: 'the-secret', ...(p.project && { project_id: 'project' }), ostia: { verify_url: url }, ...more };
      await patch('captcha', { active_provider_id: name, [name]: keys });
      await ask('always');
    };
    const logIn = async (captcha) => (await api.post('/usernamepassword/login', { client_id: 'app', connection, redirect_uri: callback, response_type: 'token', state: 's', ...ada, captcha }));

    test(`${name}: right, wrong, not reached, and what is asked of it`, async (t) => {
      const server = await startProvider(t, () => ({ body: p.right }));
      await set(server.url);
      const { body } = await api.post('/usernamepassword/challenge', { state: 's' });
      assert.deepEqual([body.required, body.provider, body.siteKey], [true, p.wire, 'site-key']);
      if (name === 'arkose') assert.equal(body.clientSubdomain, 'client-api');
      assert.equal((await logIn('the-answer')).status, 200);
      const [{ sent }] = server.asked;
      assert.equal(p.read ? p.read(sent) : sent[p.member], 'the-answer');
      if (p.secret) assert.equal(sent[p.secret], 'the-secret');
      assert.equal((await logIn('')).body.code, 'invalid_captcha');
      assert.equal(server.asked.length, 1, 'nothing is asked about nothing');
      server.answer = () => ({ body: p.wrong });
      assert.deepEqual([(await logIn('x')).status, (await logIn('x')).body.code], [400, 'invalid_captcha']);
      for (const down of [{ status: 500, body: '{}' }, { body: 'no JSON' }, { status: 502, body: '<html>' }]) {
        server.answer = () => down;
        const answer = await logIn('x');
        assert.deepEqual([answer.status, answer.body.reason], [503, 'captcha_unreachable'], JSON.stringify(down));
      }
      server.answer = () => ({ body: p.badKeys, status: p.badKeys.error?.code });
      assert.deepEqual([(await logIn('x')).status, (await logIn('x')).body.reason], [503, 'captcha_incomplete']);
    });

    test(`${name}: fail_open lets through whom it cannot judge, and nobody else`, async (t) => {
      const server = await startProvider(t, () => ({ status: 500, body: '{}' }));
      await set(server.url, { fail_open: true });
      assert.equal((await logIn('x')).status, 200);
      assert.equal((await logIn('BYPASS_CAPTCHA')).status, p.bypass ? 200 : 400);
      assert.equal((await logIn('')).status, 400);
      for (const answer of [{ body: p.wrong }, { body: p.badKeys, status: p.badKeys.error?.code }]) {
        server.answer = () => answer;
        assert.notEqual((await logIn('x')).status, 200, JSON.stringify(answer));
      }
      await set('http://127.0.0.1:9/verify', { fail_open: true });
      assert.equal((await logIn('x')).status, 200, 'nobody listens');
      await set('http://127.0.0.1:9/verify', { fail_open: false });
      assert.deepEqual([(await logIn('x')).body.reason, (await logIn('BYPASS_CAPTCHA')).body.reason], ['captcha_unreachable', 'captcha_wrong']);
    });

    test(`${name}: the page asks by its widget, under a policy for that and no more`, async () => {
      await set('http://127.0.0.1:9/verify');
      const person = new Reader(api.issuer);
      const response = await person.follow(new URL(authorize(), api.issuer));
      const html = await response.text(), policy = response.headers.get('content-security-policy');
      const question = questionOf({ html });
      assert.deepEqual([question.provider, question.siteKey], [p.wire, 'site-key']);
      assert.ok(policy.includes(p.source), policy);
      const { origin: at, hostname } = new URL(question.script);
      assert.ok(policy.includes(at) || policy.includes(`https://*.${hostname.split('.').slice(-2).join('.')}`), policy);
      assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')| \*[ ;]/);
      assert.doesNotMatch(html, /the-secret/);
      const other = await person.get('/u/login');
      assert.doesNotMatch(other.headers.get('content-security-policy') ?? '', /script-src/);
    });

    if (p.at)
      test(`${name}: what was solved on another site is no answer`, async (t) => {
        const server = await startProvider(t, () => ({ body: p.at('evil.example') }));
        await set(server.url);
        for (const foreign of ['evil.example', 'example.com.evil.example', 'notexample.com']) {
          server.answer = () => ({ body: p.at(foreign) });
          assert.equal((await logIn('x')).body.code, 'invalid_captcha', foreign);
        }
        for (const own of [new URL(api.issuer).hostname, 'SHOP.example.com']) {
          server.answer = () => ({ body: p.at(own) });
          assert.equal((await logIn('x')).status, 200, own);
        }
      });
  }

  test('what a page named as the action must be what the answer is for', async (t) => {
    const server = await startProvider(t, () => ({ body: { success: true, action: 'signup' } }));
    await patch('captcha', { active_provider_id: 'turnstile', turnstile: { site_key: 'k', secret: 's', ostia: { verify_url: server.url } } });
    await ask('always');
    const signUp = () => api.post('/dbconnections/signup', { client_id: 'app', connection, email: fresh(), password: 'Brand-New-7', captcha: 'x' });
    const logIn = () => api.token({ grant_type: 'password', client_id: 'app', ...ada, captcha: 'x' });
    assert.deepEqual([(await signUp()).status, (await logIn()).status], [200, 400]);
  });
});

describe('what the tenant says of it', () => {
  test('the Management API takes the providers and policies that there are, and shows no secret', async () => {
    for (const [path, body] of [
      ['captcha', { active_provider_id: 'nobody' }], ['captcha', { hcaptcha: { site_key: 1 } }], ['captcha', { hcaptcha: { colour: 'red' } }], ['captcha', { other: {} }], ['captcha', { turnstile: { ostia: { verify_url: 'javascript:1' } } }],
      ['bot-detection', { challenge_password_policy: 'sometimes' }], ['bot-detection', { challenge_passwordless_policy: 'Always' }], ['bot-detection', { challenge_password_reset_policy: '' }], ['bot-detection', { bot_detection_level: 'extreme' }],
    ]) assert.equal((await api.call('PATCH', `attack-protection/${path}`, body)).status, 400, JSON.stringify(body));
    const secrets = {};
    for (const [name, p] of Object.entries(providers)) {
      secrets[name] = `secret-of-${name}`;
      const shown = await patch('captcha', { [name]: { site_key: name, [p.key ?? 'secret']: secrets[name] } });
      assert.equal(shown[name].site_key, name);
      assert.equal(shown[name][p.key ?? 'secret'], undefined);
    }
    const { text } = await api.call('GET', 'attack-protection/captcha');
    assert.doesNotMatch(text, /secret-of|sealed/);
    await api.call('GET', 'logs'); // waits until all entries are there
    const logged = JSON.stringify(await api.logs());
    assert.match(logged, /hcaptcha/);
    assert.doesNotMatch(logged, /secret-of/);
  });

  test('a change that leaves the secret out keeps it', async (t) => {
    const server = await startProvider(t, () => ({ body: { success: true } }));
    const ostia = { verify_url: server.url };
    await patch('captcha', { active_provider_id: 'hcaptcha', hcaptcha: { site_key: 'a', secret: 'kept', ostia } });
    await patch('captcha', { hcaptcha: { site_key: 'b', ostia } });
    await ask('always');
    assert.equal((await api.token({ grant_type: 'password', client_id: 'app', ...ada, captcha: 'x' })).status, 200);
    assert.deepEqual([server.asked[0].sent.secret, server.asked[0].sent.sitekey], ['kept', 'b']);
  });

  test('a provider without keys refuses, and says so', async () => {
    await patch('captcha', { active_provider_id: 'hcaptcha', hcaptcha: { fail_open: true } });
    await ask('always');
    const refused = await api.token({ grant_type: 'password', client_id: 'app', ...ada, captcha: 'x' });
    assert.deepEqual([refused.status, refused.body.reason], [503, 'captcha_incomplete']);
    const person = new Reader(api.issuer);
    const shown = await person.open(authorize());
    assert.match((await person.submit(shown, { ...ada, captcha: 'x' })).alert, /not set up/);
  });

  test('a file goes in and comes out the same; the secrets are sealed, and a policy or a provider that there is not is refused', async () => {
    const dir = folder(), file = join(dir, 'tenant.yaml'), data = join(dir, 'data');
    const attackProtection = {
      botDetection: { challenge_password_policy: 'when_risky', allowlist: ['192.0.2.0/24'] },
      captcha: { active_provider_id: 'recaptcha_enterprise', ...Object.fromEntries(Object.entries(providers).map(([name, p]) => [name, { site_key: name, [p.key ?? 'secret']: `secret-of-${name}`, ...(p.project && { project_id: 'project' }) }])) },
    };
    const bring = async (content, folder = data) => {
      writeFileSync(file, JSON.stringify(content));
      return runOstia(['import', file, '--data', folder]);
    };
    assert.equal((await bring({ attackProtection })).code, 0);
    const first = (await runOstia(['export', '--data', data])).stdout;
    for (const name of Object.keys(providers)) assert.match(first, new RegExp(`secret-of-${name}`));
    for (const name of readdirSync(data).filter((f) => /db|wal/.test(f))) assert.equal(readFileSync(join(data, name)).includes('secret-of-'), false, name);
    assert.doesNotMatch((await runOstia(['export', '--data', data, '--without-secrets'])).stdout, /secret-of/);
    writeFileSync(file, first);
    assert.equal((await runOstia(['import', file, '--data', join(dir, 'again')])).code, 0);
    assert.equal((await runOstia(['export', '--data', join(dir, 'again')])).stdout, first);
    for (const wrong of [{ captcha: { active_provider_id: 'nobody' } }, { botDetection: { challenge_password_policy: 'sometimes' } }, { botDetection: { challenge_password_reset_policy: 'on' } }]) {
      const { code, stderr } = await bring({ attackProtection: wrong });
      assert.notEqual(code, 0, JSON.stringify(wrong));
      assert.match(stderr, /attackProtection.*(captcha|botDetection)/);
    }
  });

  test('lint and doctor name a provider without keys, where anybody is asked', async () => {
    const lint = async (attackProtection) => {
      const dir = folder(), file = join(dir, 'tenant.yaml'), data = join(dir, 'data');
      writeFileSync(file, JSON.stringify({ attackProtection }));
      assert.equal((await runOstia(['import', file, '--data', data])).code, 0);
      const said = [];
      for (const args of [['lint', '--json', file], ['lint', '--json', '--data', data]]) said.push(JSON.parse((await runOstia(args)).stdout).map((f) => f.where).filter((where) => /captcha/.test(where)));
      said.push(JSON.parse((await runOstia(['doctor', '--json', '--data', data, '--listen', `127.0.0.1:${await freePort()}`])).stdout).filter((f) => f.subject === 'captcha').map((f) => f.level));
      return said;
    };
    const botDetection = { challenge_password_policy: 'when_risky' };
    for (const [name, p] of Object.entries(providers)) {
      const key = p.key ?? 'secret';
      const full = { site_key: 'k', [key]: 's', ...(p.project && { project_id: 'p' }) };
      assert.deepEqual(await lint({ botDetection, captcha: { active_provider_id: name, [name]: full } }), [[], [], ['ok']], name);
      for (const member of Object.keys(full)) {
        const { [member]: _, ...rest } = full;
        const where = [`attackProtection.captcha.${name}.${member}`];
        assert.deepEqual(await lint({ botDetection, captcha: { active_provider_id: name, [name]: rest } }), [where, where, ['fault']], `${name} without ${member}`);
      }
      assert.deepEqual(await lint({ captcha: { active_provider_id: name } }), [[], [], []], `${name}, and nobody is asked`);
    }
    assert.deepEqual(await lint({ botDetection }), [[], [], ['ok']]);
  });
});
