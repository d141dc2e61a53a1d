// AZ-301 to AZ-318: an application's own login form.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { solve } from '../lib/captcha.mjs';
import { folder, freePort, startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants, origin, web } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
const closed = { ...app, client_id: 'closed', name: 'Closed', cross_origin_authentication: false };
const narrow = { ...app, client_id: 'narrow', name: 'Narrow', grant_types: ['implicit'] };
const paged = { ...app, client_id: 'paged', name: 'Paged', cross_origin_loc: `${origin}/verify` };

before(async () => {
  const leaked = ['correct horse', 'Correct-Horse-9', 'hunter2'].map((p) => createHash('sha1').update(p).digest('hex').toUpperCase()).filter((_, i) => i !== 1).sort();
  leaked.push(createHash('sha1').update('Battery-Staple-9').digest('hex').toUpperCase());
  const file = `${folder()}/breaches.txt`;
  writeFileSync(file, leaked.sort().map((h, i) => `${h}:${i + 1}`).join('\r\n') + '\r\n');
  authority = await startAuthority(group, {
    clients: [app, closed, narrow, paged, web],
    extra: { ...extra, attackProtection: { breachedPasswordDetection: { enabled: true, shields: ['block'], ostia: { hashes_file: file } } } },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const login = (more = {}, headers = { origin }) => api.post('/co/authenticate', {
  client_id: 'app', credential_type: grants.realm, realm: 'Username-Password-Authentication', username: 'ada@example.com', password: 'Correct-Horse-9', ...more,
}, headers);
const refused = (answer, status, error, description) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.error, error);
  if (description instanceof RegExp) assert.match(answer.body.error_description, description);
  else assert.equal(answer.body.error_description, description);
};

row('AZ-301', 'p', 'POST /co/authenticate', 'right credentials', 'login_ticket, co_verifier, co_id and a cookie; CORS with credentials', async () => {
  const answer = await login();
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.body).sort(), ['co_id', 'co_verifier', 'login_ticket']);
  assert.equal(answer.headers.get('access-control-allow-origin'), origin);
  assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.match(answer.headers.getSetCookie().join(), /auth0_co_dev=.*HttpOnly/);
});

row('AZ-302', 'p', 'POST /co/authenticate', 'a field missing, extra or of another type', '400 invalid_request, all and only of …', async () => {
  for (const body of [{}, { client_id: 'app' }, { credential_type: 3 }]) {
    refused(await api.post('/co/authenticate', body, { origin }), 400, 'invalid_request', 'Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.');
  }
  for (const more of [{ extra: 'x' }, { username: undefined }, { password: ['a'] }, { realm: '' }, { otp: '1' }]) {
    refused(await login(more), 400, 'invalid_request', /^Invalid request body\. All and only of .* are required\.$/);
  }
});

row('AZ-303', 'p', 'POST /co/authenticate', 'the client does not allow cross-origin login, or not the grant', '401 unauthorized_client', async () => {
  for (const client_id of ['closed', 'narrow', 'nobody']) refused(await login({ client_id }), 401, 'unauthorized_client', 'Cross origin login not allowed.');
});

row('AZ-304', 'p', 'POST /co/authenticate', 'another credential type', '400 unsupported_credential_type', async () => {
  refused(await login({ credential_type: 'telepathy' }), 400, 'unsupported_credential_type', 'Unknown credential type parameter.');
});

row('AZ-305', 'p', 'POST /co/authenticate', 'no such connection for the client', '400 invalid_request, Unknown realm', async () => {
  refused(await login({ realm: 'non-existent-connection' }), 400, 'invalid_request', 'Unknown realm non-existent-connection.');
});

row('AZ-306', 'p', 'POST /co/authenticate', 'wrong password, or nobody of that name', '403 access_denied, the same for both', async () => {
  const wrong = await login({ password: 'no' });
  const nobody = await login({ username: 'nobody@example.com' });
  refused(wrong, 403, 'access_denied', 'Wrong email or password.');
  assert.deepEqual(nobody.body, wrong.body);
  assert.equal((await api.logs('fp')).length, 1);
  assert.equal((await api.logs('fu')).length, 1);
});

row('AZ-307', 'p', 'POST /co/authenticate', 'a blocked user', '403 blocked_user, after the right password only', async () => {
  refused(await login({ username: 'mallory@example.com', password: 'Blocked-Account-9' }), 403, 'blocked_user', 'Blocked user');
  refused(await login({ username: 'mallory@example.com', password: 'no' }), 403, 'access_denied', 'Wrong email or password.');
});

row('AZ-308', 'p', 'POST /co/authenticate', 'a password from a breach list', '401 password_leaked, after the right password only', async () => {
  refused(await login({ username: 'grace@example.com', password: 'Battery-Staple-9' }), 401, 'password_leaked', /^This login attempt has been blocked because the password/);
  refused(await login({ username: 'grace@example.com', password: 'hunter2' }), 403, 'access_denied', 'Wrong email or password.');
});

row('AZ-309', 'p', 'POST /co/authenticate', 'ten consecutive failures for one account from one address', '429 too_many_attempts, one mail, and its link unblocks', async () => {
  for (let i = 0; i < 10; i++) refused(await login({ password: `no ${i}` }), 403, 'access_denied', 'Wrong email or password.');
  for (let i = 0; i < 2; i++) refused(await login(), 429, 'too_many_attempts', /^Your account has been blocked after multiple consecutive login attempts\./);
  assert.equal((await login({ username: 'grace@example.com', password: 'Battery-Staple-9' })).status, 401); // others go on
  const mails = await api.messages('ada@example.com');
  assert.equal(mails.length, 1);
  assert.equal(mails[0].template, 'blocked_account');
  const person = new Reader(api.issuer);
  const page = await person.open(mails[0].link);
  refused(await login(), 429, 'too_many_attempts', /./); // a scanner that opens the link changes nothing
  const unblocked = await person.submit(page);
  assert.match(unblocked.heading, /unblocked/);
  assert.equal((await login()).status, 200);
  assert.equal((await person.submit(page)).status, 400); // once
});

test('a right password between failures starts the count anew', async () => {
  for (let i = 0; i < 9; i++) await login({ password: `no ${i}` });
  assert.equal((await login()).status, 200);
  for (let i = 0; i < 9; i++) await login({ password: `no ${i}` });
  assert.equal((await login()).status, 200);
});

test('guesses all at once are counted too', async () => {
  await Promise.all(Array.from({ length: 30 }, (_, i) => login({ password: `no ${i}` })));
  refused(await login(), 429, 'too_many_attempts', /./);
});

row('AZ-310', 'p', 'POST /co/authenticate', 'a hundred failures from one address over many accounts', '429 too_many_attempts, suspicious behaviour; time refills it', async () => {
  for (let i = 0; i < 100; i++) assert.equal((await login({ username: `nobody${i}@example.com` })).status, 403);
  refused(await login(), 429, 'too_many_attempts', 'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.');
  await api.advance(2000);
  assert.equal((await login()).status, 200);
});

row('AZ-311', 'p', 'POST /co/authenticate', 'an origin that is not in Allowed Web Origins', '403 without error and error_description', async () => {
  const answer = await login({}, { origin: 'https://test.app' });
  assert.equal(answer.status, 403);
  assert.match(answer.text, /^Origin https:\/\/test\.app is not allowed\./);
  assert.equal(answer.body.error, undefined);
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
});

row('AZ-312', 'p', 'GET /authorize?login_ticket=', 'a ticket with its cookie', 'a session and the tokens; the ticket works once', async () => {
  const person = new Reader(api.issuer);
  const answer = await login();
  const [cookie] = answer.headers.getSetCookie();
  person.cookies.set(...cookie.split(';')[0].split('='));
  const url = `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, state: 's', login_ticket: answer.body.login_ticket })}`;
  const { location } = await person.open(url);
  assert.match(location.hash, /access_token=/);
  assert.ok(person.cookies.has('auth0_dev'));
  const other = new Reader(api.issuer);
  other.cookies.set(...cookie.split(';')[0].split('='));
  const again = await other.open(url);
  assert.equal(again.status, 200);
  assert.equal(again.heading, 'Welcome');
  const silent = await other.open(`${url}&prompt=none`);
  assert.match(silent.location.hash, /error=login_required/);
});

row('AZ-313', 'p', 'GET /authorize?login_ticket=', 'no cookie, and the application has no verification page', 'the login page, or login_required', async () => {
  const { body } = await login();
  const person = new Reader(api.issuer);
  const parameters = { client_id: 'app', response_type: 'token', redirect_uri: callback, login_ticket: body.login_ticket };
  assert.equal((await person.open(`/authorize?${new URLSearchParams(parameters)}`)).heading, 'Welcome');
  assert.match((await person.open(`/authorize?${new URLSearchParams({ ...parameters, prompt: 'none' })}`)).location.hash, /error=login_required/);
});

row('AZ-314', 'p', 'GET /authorize?login_ticket=', 'no cookie, and a verification page', 'the verifier of the page is asked for, and only the right one counts', async () => {
  const { body } = await login({ client_id: 'paged' });
  const person = new Reader(api.issuer);
  const response = await person.get(`/authorize?${new URLSearchParams({ client_id: 'paged', response_type: 'token', redirect_uri: callback, login_ticket: body.login_ticket })}`);
  const html = await response.text();
  assert.match(html, new RegExp(`"id":"${body.co_id}"`));
  const state = /name="state" value="([^"]*)"/.exec(html)[1];
  const post = (co_verifier, headers) => person.open('/co/verify', { method: 'POST', body: new URLSearchParams({ state, co_verifier }), headers });
  const own = api.issuer.slice(0, -1);
  assert.equal((await post(body.co_verifier, { origin: 'https://evil.example' })).status, 400);
  assert.equal((await post('wrong', { origin: own })).heading, 'Welcome');
  assert.match((await post(body.co_verifier, { origin: own })).location.hash, /access_token=/);
});

row('AZ-315', 'o', 'POST …/challenge', 'the tenant asks for no captcha', '{"required": false}', async () => {
  for (const path of ['/usernamepassword', '/dbconnections/signup', '/dbconnections/change_password', '/passwordless'])
    assert.deepEqual((await api.post(`${path}/challenge`, { state: 's' }, { origin })).body, { required: false });
  assert.equal((await api.post('/passwordless/challenge', {})).status, 400);
});

row('AZ-316', 'o', 'POST /usernamepassword/login', 'a hosted page\'s form', 'a form for /login/callback, which makes the session; bound to the browser', async () => {
  const person = new Reader(api.issuer);
  const body = { client_id: 'app', tenant: 't', connection: 'Username-Password-Authentication', username: 'ada@example.com', password: 'Correct-Horse-9', redirect_uri: callback, response_type: 'token', state: 'mine' };
  const response = await person.get('/usernamepassword/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const html = await response.text();
  assert.equal(response.status, 200, html);
  const fields = { wa: 'wsignin1.0', wresult: /name="wresult" value="([^"]*)"/.exec(html)[1], wctx: /name="wctx" value="([^"]*)"/.exec(html)[1].replaceAll('&quot;', '"') };
  const send = (who) => who.open('/login/callback', { method: 'POST', body: new URLSearchParams(fields) });
  assert.equal((await send(new Reader(api.issuer))).status, 400);
  const { location } = await send(person);
  assert.match(location.hash, /access_token=.*state=mine/);
  const wrong = await api.post('/usernamepassword/login', { ...body, password: 'no' });
  assert.equal(wrong.status, 401);
  assert.deepEqual([wrong.body.code, wrong.body.statusCode], ['invalid_user_password', 401]);
  assert.equal((await api.post('/usernamepassword/login', body, { origin })).status, 403);
});

describe('with a captcha', () => {
  const inner = scope();
  let guarded;
  before(async () => {
    const other = await startAuthority(inner, { clients: [app], extra: { ...extra, attackProtection: { botDetection: { challenge_password_policy: 'always' } } } });
    guarded = new Api(other);
  });
  row('AZ-317', 'o', 'POST …/challenge', 'the tenant asks for a captcha', 'a challenge; without its answer the request is refused', async () => {
    const { body } = await guarded.post('/dbconnections/signup/challenge', { state: 's' });
    assert.deepEqual([body.required, body.provider, Object.keys(body.challenge).sort()], [true, 'altcha', ['algorithm', 'challenge', 'maxnumber', 'salt', 'signature']]);
    const signup = { client_id: 'app', connection: 'Username-Password-Authentication', email: 'new@example.com', password: 'Correct-Horse-9', state: 's' };
    for (const captcha of [undefined, 'WRONG'])
      assert.deepEqual([(await guarded.post('/dbconnections/signup', { ...signup, captcha })).body.code], ['invalid_captcha']);
    assert.equal((await guarded.post('/dbconnections/signup', { ...signup, captcha: solve(body.challenge) })).status, 200);
  });
  row('AZ-318', 'd', 'POST /co/authenticate, /oauth/token', 'the tenant asks for a captcha, and none came', '401 and 403 requires_verification; with one the login goes on', async () => {
    const body = { client_id: 'app', credential_type: grants.realm, realm: 'Username-Password-Authentication', username: 'ada@example.com', password: 'Correct-Horse-9' };
    const form = { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9' };
    const embedded = await guarded.post('/co/authenticate', body, { origin }), direct = await guarded.token(form);
    assert.deepEqual([embedded.status, embedded.body.code, embedded.body.error], [401, 'requires_verification', 'requires_verification']);
    assert.deepEqual([direct.status, direct.body.error], [403, 'requires_verification']);
    const captcha = async () => solve((await guarded.post('/usernamepassword/challenge', { state: 's' })).body.challenge);
    assert.equal((await guarded.post('/co/authenticate', { ...body, captcha: await captcha() }, { origin })).status, 200);
    assert.equal((await guarded.token({ ...form, captcha: await captcha() })).status, 200);
  });
});

test('behind a proxy, failures are counted by the address that the proxy saw', async (t) => {
  const port = await freePort();
  const proxied = await startAuthority(t, { clients: [app], extra, dev: false, args: ['--plain-http', '--issuer', `http://localhost:${port}/`] });
  const it = new Api({ devIssuer: `http://localhost:${proxied.port}/` });
  const attempt = (address, password) => it.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password }, { 'x-forwarded-for': `192.0.2.77, ${address}` });
  for (let i = 0; i < 10; i++) await attempt('192.0.2.1', 'no');
  assert.equal((await attempt('192.0.2.1', 'Correct-Horse-9')).status, 429);
  assert.equal((await attempt('192.0.2.2', 'Correct-Horse-9')).status, 200);
});
