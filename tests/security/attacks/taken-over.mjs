// Ways into somebody's account, and to an administrator's rights.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SoftwareKey } from '../../lib/passkey.mjs';
import { decode } from '../../lib/person.mjs';
import { ask } from '../../lib/raw.mjs';
import { callback, deviceGrant, exchangeGrant, grants } from '../../lib/tenant.mjs';
import { totp } from '../../lib/totp.mjs';
import { until } from '../../lib/until.mjs';
import { isRefused, realm, tally } from './world.mjs';

const methods = async (w, person) => {
  const body = await w.must('GET', `${person.path}/authentication-methods`);
  return (body.authenticators ?? body).filter((one) => one.confirmed !== false).map((one) => one.type);
};
/** Enrols an authenticator application over the API; its key. */
const enrol = async (w, person) => {
  const { body: { mfa_token } } = await w.logIn(person), { body } = await w.associate(mfa_token);
  const done = await w.prove('otp', mfa_token, { otp: totp(body.secret) });
  assert.equal(done.status, 200, done.text);
  return body.secret;
};
const newWord = (person) => ({ password: `${person.password}-new`, 're-enter-password': `${person.password}-new` });
/** The owner, by the link of a mail. */
const reset = async (w, person) => {
  const before = w.mailsTo(person.username).length;
  await w.resetMail(person);
  const mail = await until(() => w.mailsTo(person.username).slice(before).find((text) => w.linkIn(text, '/u/reset')), 'the mail is there');
  const browser = w.browser();
  const done = await browser.submit(await browser.open(w.linkIn(mail, '/u/reset')), newWord(person));
  assert.ok(done.status < 300, `${done.heading} ${done.alert}`);
  person.words.password = person.password = `${person.password}-new`;
};
const device = async (w, more = {}) => (await w.api.form('/oauth/device/code', { client_id: 'app', scope: 'openid offline_access', ...more }, w.from())).body;
const poll = (w, { device_code }, client_id = 'app') => w.token({ grant_type: deviceGrant, client_id, device_code });
/** As far as it goes by agreeing; the texts of the pages. */
const approve = async (w, one, browser, person) => {
  const seen = [];
  let page = await browser.open(one.verification_uri_complete);
  for (let pages = 0; pages < 6 && page.action; pages++) {
    seen.push(page.text);
    const next = page.action === '/u/login' ? person.words : page.fields.user_code !== undefined || /activate$/.test(page.action) ? { user_code: one.user_code } : {};
    page = await browser.submit(page, next, page.buttons.includes('accept') ? 'accept' : page.buttons.includes('later') ? 'later' : 'default');
  }
  return seen.join(' ');
};
const bind = (w, names) => w.must('PATCH', 'actions/triggers/post-login/bindings', { bindings: names.map((value) => ({ ref: { type: 'action_name', value } })) });
const attempt = (w, address, person, i) => w.logIn({ words: { ...person.words, password: `wrong-${i}` } }, w.from(address));
/** Runs `body` as a rule's; what it puts into `out`. */
const inside = async (w, body) => {
  const made = await w.must('POST', 'rules', { name: `r${randomBytes(4).toString('hex')}`, enabled: true, script: `async function (user, context, callback) { const out = {};
    const attempt = async (name, f) => { try { out[name] = String(await f()); } catch (e) { out[name] = 'no: ' + (e && e.message); } };
    ${body}
    context.out = out; callback(null, user, context); }` });
  const { result, ...rest } = await w.must('POST', `rules/${made.id}/test`, { user: {}, context: {} });
  await w.must('DELETE', `rules/${made.id}`);
  assert.ok(result, JSON.stringify(rest));
  return result.context.out;
};

export default {
  'an old session adds a passkey or a second factor': async (w) => {
    const ada = await w.person(), browser = await w.signIn(ada), key = new SoftwareKey();
    w.age(ada);
    const { fields: { state } } = await browser.open(w.url({ prompt: 'login' }));
    const offer = await browser.open(`/u/passkey/new?${new URLSearchParams({ state })}`);
    if (offer.html?.includes('data-options')) await browser.submit(offer, key.answer(offer, w.issuer));
    const page = await browser.open(`/u/mfa/enrol?${new URLSearchParams({ state, type: 'otp' })}`);
    const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(page.html ?? '')?.[1];
    if (secret) await browser.submit(page, { code: totp(secret) });
    assert.deepEqual(await methods(w, ada), []);
    assert.equal((await browser.open('/account')).action, '/u/login', 'and the account asks for a login');
  },

  'a factor that was planted and never confirmed': (w) => w.withFactors(async () => {
    const ada = await w.person(), planted = (await w.associate((await w.logIn(ada)).body.mfa_token)).body;
    await enrol(w, ada);
    isRefused(await w.prove('otp', (await w.logIn(ada)).body.mfa_token, { otp: totp(planted.secret) }));
    assert.equal((await methods(w, ada)).filter((type) => /otp|totp/.test(type)).length, 1);
  }),

  'a redirect forgets that a second factor was asked for': async (w) => {
    const ada = await w.person(), code = { asks: "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };", away: "exports.onExecutePostLogin = async (event, api) => api.redirect.sendUserTo('https://away.example/');" };
    for (const [name, text] of Object.entries(code)) await w.must('POST', 'actions/actions', { name, code: text, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
    await until(async () => (await w.must('GET', 'actions/actions')).actions.every((one) => one.status === 'built'), 'they are built');
    try {
      await bind(w, ['asks', 'away']);
      const browser = w.browser();
      let page = await browser.submit(await browser.open(w.url()), ada.words);
      if (page.location?.origin === 'https://away.example') page = await browser.open(`/continue?${new URLSearchParams({ state: page.location.searchParams.get('state') })}`);
      assert.equal(page.location?.searchParams.get('code') ?? undefined, undefined, 'no code without the factor');
      assert.match(page.action + page.html, /mfa/);
    } finally { await bind(w, []); }
  },

  "somebody else's application on a device, without consent": async (w) => {
    const ada = await w.person(), asked = { client_id: 'third', audience: `${w.issuer}api/v2/`, scope: 'openid update:current_user_identities' };
    const one = await device(w, asked), browser = w.browser();
    let page = await browser.open(one.verification_uri_complete), seen = '';
    for (let pages = 0; pages < 4 && page.action && !/consent/.test(page.action); pages++) page = await browser.submit(page, page.action === '/u/login' ? ada.words : { user_code: one.user_code }, page.buttons.includes('accept') ? 'accept' : page.buttons.includes('later') ? 'later' : 'default');
    assert.match(page.action, /consent/, page.heading);
    isRefused(await poll(w, one, 'third'), 'before the consent');
    const another = await device(w, asked);
    seen = await approve(w, another, browser, ada);
    assert.match(seen, /identities/, 'the page names the scope');
    assert.equal((await w.must('GET', `grants?user_id=${encodeURIComponent(ada.id)}`)).length, 1, 'and it can be taken back');
  },

  'codes of passwordless logins, guessed with new codes again and again': async (w) => {
    const ada = { email: 'codes@example.com' }, address = w.network();
    const verify = (code, headers) => w.api.post('/passwordless/verify', { client_id: 'app', connection: 'email', ...ada, verification_code: code }, headers);
    let judged = 0;
    for (let i = 0; i < 30; i++) {
      const headers = w.from(i < 15 ? address : w.network());
      await w.startCode(ada, headers);
      for (let j = 0; j < 3; j++) {
        const { status, text } = await verify('000000', headers);
        if (!/too_many|429/.test(`${status} ${text}`)) judged++;
      }
    }
    assert.ok(judged <= 20, `${judged} judged`);
    const code = await until(() => w.mailsTo(ada.email).map((text) => /\b(\d{6})\b/.exec(text)?.[1]).findLast(Boolean), 'a code is there');
    isRefused(await verify(code, w.from(address)), 'the right one, from who has guessed');
    isRefused(await w.token({ grant_type: grants.otp, client_id: 'app', username: ada.email, otp: code, realm: 'email', scope: 'openid' }, w.from(address)));
    assert.ok(w.mailsTo(ada.email).length <= 5, `${w.mailsTo(ada.email).length} messages`);
  },

  'an address that a client writes itself': async (w) => {
    const ada = await w.person(), real = w.network(), form = (password) => String(new URLSearchParams({ grant_type: grants.realm, client_id: 'app', realm, username: ada.username, password }));
    const login = async (lines, password) => {
      const body = form(password);
      return (await ask({ port: w.authority.port }, ['POST /oauth/token HTTP/1.1', `Host: 127.0.0.1:${w.authority.port}`, 'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`, ...lines], body)).status;
    };
    const spellings = [(i) => [`X-Forwarded-For: 127.0.0.${i + 1}`, `X-Forwarded-For: ${real}`], (i) => [`X-Forwarded-For: 203.0.113.${i}, ${real}`], (i) => [`X-Forwarded-For: 203.0.113.${i},`, `X-Forwarded-For: ${real}`], (i) => [`X-Real-IP: 203.0.113.${i}`, `Forwarded: for=203.0.113.${i}`, `X-Forwarded-For: ${real}`]];
    const statuses = [];
    for (let i = 0; i < 24; i++) statuses.push(await login(spellings[i % 4](i), `wrong-${i}`));
    assert.deepEqual(tally(statuses), { 403: 10, 429: 14 });
    assert.equal(await login(spellings[0](99), ada.password), 429, 'the right one then');
    const entries = await w.must('GET', `logs?per_page=100&q=${encodeURIComponent(`user_name:"${ada.username}"`)}`);
    assert.deepEqual([...new Set(entries.filter((one) => one.type === 'fp').map((one) => one.ip))], [real], 'and the log says whose it was');
  },

  'IPv6: another address of the same network for each guess': async (w) => {
    const ada = await w.person(), statuses = [];
    for (let i = 0; i < 25; i++) statuses.push((await attempt(w, `2001:db8:a:b::${(i + 1).toString(16)}`, ada, i)).status);
    assert.deepEqual(tally(statuses), { 403: 10, 429: 15 });
    assert.equal((await w.logIn(ada, w.from('2001:db8:a:b:1::9'))).status, 429, 'the right one then');
    assert.equal((await w.logIn(ada, w.from(w.network()))).status, 200, 'the owner from elsewhere');
  },

  'what was begun with the old password, after a reset': async (w) => {
    const ada = await w.person(), thief = w.browser();
    const one = await device(w);
    await approve(w, one, thief, ada);
    const code = await w.codeFor(ada, { client_id: 'web', scope: 'openid offline_access' });
    const origin = { origin: 'http://localhost:4000' }, login = { client_id: 'app', credential_type: 'http://auth0.com/oauth/grant-type/password-realm', realm, ...ada.words };
    const { body: { login_ticket } } = await w.api.post('/co/authenticate', login, { ...origin, ...w.from() });
    const { body: { refresh_token } } = await w.logIn(ada);
    assert.ok(code && login_ticket && refresh_token);
    await reset(w, ada);
    isRefused(await poll(w, one), 'the device');
    isRefused(await w.redeem(code), 'the code');
    isRefused(await w.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token }), 'the refresh token');
    const opened = await w.browser().open(w.url({ login_ticket, response_type: 'token' }));
    assert.ok(!opened.location || !/access_token/.test(opened.location.hash), 'the ticket');
    assert.equal((await thief.open(w.url({ prompt: 'none' }))).location.searchParams.get('error'), 'login_required', 'the session');
  },

  'an exchange for what the person may not have, and for ever': async (w) => {
    const ada = await w.person(), own = { client_id: 'exchanger', client_secret: 'exchanger-secret' };
    const exchange = (subject_token, name) => w.token({ grant_type: exchangeGrant, ...own, subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: `https://${name}.example.com/` });
    const first = (await w.token({ grant_type: 'password', ...own, ...ada.words, scope: 'openid read:it', audience: 'https://a.example.com/' })).body.access_token;
    assert.ok(first);
    const guarded = await exchange(first, 'guarded');
    if (guarded.status === 200) assert.doesNotMatch(`${decode(guarded.body.access_token).scope} ${decode(guarded.body.access_token).permissions}`, /:it/, 'no role, no scope');
    const next = await exchange(first, 'b');
    if (next.status === 200) assert.ok(decode(next.body.access_token).exp <= decode(first).exp, 'it ends with what it comes from');
    await w.must('PATCH', ada.path, { password: `${ada.password}-new`, connection: realm });
    for (const token of [first, next.body.access_token]) if (token) isRefused(await exchange(token, 'b'), 'after another password');
  },

  "a script that stays, that sees other people's logins, and that reaches out": async (w, t) => {
    const reached = [], path = join(w.folder(), 'service'), server = createServer((socket) => { reached.push(1); socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'); }).listen(path);
    t.after(() => server.close());
    await inside(w, `
      await attempt('emitter', () => { require('events').EventEmitter.prototype.planted = 1; });
      await attempt('prototype', () => { Object.getPrototypeOf(require('events').EventEmitter.prototype).planted = 1; });
      await attempt('global', () => { globalThis.planted = 1; });
      await attempt('hook', () => { const e = require('events').EventEmitter.prototype, emit = e.emit; e.emit = function (...a) { e.planted = a; return emit.apply(this, a); }; });`);
    const later = await inside(w, `
      await attempt('emitter', () => require('events').EventEmitter.prototype.planted);
      await attempt('object', () => ({}).planted);
      await attempt('global', () => globalThis.planted);
      await attempt('socket', () => new Promise((resolve, reject) => { const c = require('http').get({ socketPath: ${JSON.stringify(path)}, path: '/' }, () => resolve('reached')); c.on('error', reject); setTimeout(() => reject(new Error('no answer')), 1000); }));
      await attempt('environment', () => process.env.HOME || process.env.PATH);
      await attempt('files', () => require('fs').readFileSync('/etc/passwd'));
      await attempt('children', () => require('child_process').execSync('id'));
      await attempt('metadata', () => fetch('http://169.254.169.254/latest/meta-data/').then((r) => r.status));
      await attempt('here', () => fetch('${w.issuer}health/live').then((r) => r.status));`);
    for (const [name, outcome] of Object.entries(later)) assert.match(outcome, /^(undefined$|no: )/, `${name}: ${outcome}`);
    assert.deepEqual(reached, []);
  },

  'an administrator by an invitation, an import, metadata or a narrow scope': async (w) => {
    const flag = { ostia: { administrator: true } }, acme = (await w.must('GET', 'organizations/name/acme')).id, inviter = await w.machineToken('invitations');
    const eve = await w.person(), administrators = () => w.sql('SELECT user_id FROM administrators ORDER BY user_id'), before = administrators();
    isRefused(await w.api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: eve.username }, client_id: 'app', app_metadata: flag }, inviter));
    isRefused(await w.api.call('POST', 'users', { connection: realm, email: 'made@example.com', password: 'Some-Word-9', app_metadata: flag }));
    isRefused(await w.api.call('PATCH', eve.path, { app_metadata: flag }));
    const form = new FormData();
    form.append('users', new Blob([JSON.stringify([{ email: eve.username, app_metadata: flag }, { email: 'new-administrator@example.com', app_metadata: flag }])]), 'users.json');
    form.append('connection_id', (await w.must('GET', `connections?name=${realm}`))[0].id);
    form.append('upsert', 'true');
    const { id } = await w.must('POST', 'jobs/users-imports', form);
    await until(async () => (await w.must('GET', `jobs/${id}`)).status !== 'pending', 'the import ends');
    assert.equal((await w.must('GET', eve.path)).app_metadata?.ostia, undefined);
    assert.equal(administrators(), before);
    const own = await w.logIn(eve, undefined, { audience: `${w.issuer}api/v2/`, scope: 'openid read:users update:users read:clients' });
    assert.doesNotMatch(String(own.body.scope ?? ''), /read:users\b|update:users\b/);
  },

  'an application that is deleted while somebody signs in to it': async (w) => {
    const ada = await w.person(), gone = { name: 'Short-lived', client_id: 'gone', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code', 'password', grants.realm], token_endpoint_auth_method: 'none' };
    const [connection] = await w.must('GET', `connections?name=${realm}`);
    const rule = await w.must('POST', 'rules', { name: 'slow', enabled: true, script: 'function (user, context, callback) { setTimeout(() => callback(null, user, context), 1500); }' });
    try {
      for (const way of ['token', 'page', 'page']) {
        const { client_id } = await w.must('POST', 'clients', gone);
        await w.must('PATCH', `connections/${connection.id}`, { enabled_clients: [...connection.enabled_clients, client_id] });
        const browser = w.browser(), page = way === 'page' && await browser.open(w.url({ client_id, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }));
        const going = page ? browser.submit(page, ada.words) : w.logIn(ada, undefined, { client_id });
        await w.must('DELETE', `clients/${client_id}`);
        const answer = await going;
        assert.ok(answer.status < 500, `${way}: ${answer.status}`);
        assert.equal(answer.body?.access_token, undefined);
      }
    } finally { await w.must('DELETE', `rules/${rule.id}`); }
  },
};
