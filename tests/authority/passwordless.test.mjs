// AZ-501 to AZ-514: codes and links.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants, origin, strict, web } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, web, strict],
    extra: {
      ...extra,
      connections: [
        { name: 'email', strategy: 'email', enabled_clients: ['app', 'web'] }, { name: 'sms', strategy: 'sms', enabled_clients: ['app'] },
        { name: 'long', strategy: 'email', enabled_clients: ['app'], options: { totp: { length: 8, time_step: 600 } } },
        { name: 'members', strategy: 'email', enabled_clients: ['app'], options: { disable_signup: true } },
        { name: 'worded', strategy: 'email', enabled_clients: ['app'], options: { email: { from: 'Doors <doors@example.com>', subject: 'Code for {{ application.name }}', body: '<p>{% if send == "code" %}Type {{ code }}{% else %}{{ link }}{% endif %} & go, {{ user.email }}</p>', syntax: 'liquid' } } },
      ],
    },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const start = (more = {}, headers = { origin }) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'new@example.com', send: 'code', ...more }, headers);
const redeem = (code, more = {}) => api.token({ grant_type: grants.otp, client_id: 'app', username: 'new@example.com', otp: code, realm: 'email', scope: 'openid email', ...more });
const wrongOf = (code) => String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');

row('AZ-501', 'd', 'POST /passwordless/start', 'email, code', '200 _id, email, email_verified; a mail with six digits', async () => {
  const answer = await start({ email: ' New@Example.com ' });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.body.email, answer.body.email_verified, typeof answer.body._id], ['new@example.com', false, 'string']);
  assert.equal(answer.headers.get('access-control-allow-origin'), origin);
  const mail = await api.message('new@example.com');
  assert.match(mail.code, /^\d{6}$/);
  assert.equal(mail.template, 'passwordless_code');
  assert.ok(mail.subject.includes(mail.code) && mail.text.includes(mail.code) && mail.html.includes(mail.code));
});

row('AZ-502', 'd', 'POST /passwordless/start', 'sms', '200 _id, phone_number, phone_verified; a text message', async () => {
  const answer = await start({ connection: 'sms', email: undefined, phone_number: '+49 30 1234567' });
  assert.deepEqual([answer.status, answer.body.phone_number, answer.body.phone_verified], [200, '+49301234567', false]);
  const message = await api.message('+49301234567');
  assert.equal(message.channel, 'sms');
  assert.ok(message.text.includes(message.code));
  const tokens = await api.token({ grant_type: grants.otp, client_id: 'app', username: '+49301234567', otp: message.code, realm: 'sms', scope: 'openid phone' });
  assert.equal(tokens.status, 200, tokens.text);
  const { body } = await api.get('/userinfo', { authorization: `Bearer ${tokens.body.access_token}` });
  assert.match(body.sub, /^sms\|/);
  assert.deepEqual([body.phone_number, body.phone_number_verified], ['+49301234567', true]);
});

row('AZ-503', 'o', 'POST /passwordless/start', 'bad input', '400 bad.connection, bad.email, bad.phone_number, bad.authParams, bad.tenant', async () => {
  const error = async (more) => { const { status, body } = await start(more); assert.equal(status, 400, JSON.stringify(body)); return body.error; };
  assert.equal(await error({ connection: 'nowhere' }), 'bad.connection');
  assert.equal(await error({ client_id: 'strict' }), 'bad.connection');
  for (const email of ['x', 'a@b', 'a b@example.com', 'a@example.com\r\nBcc: b@example.com', undefined, ['a@example.com']]) assert.equal(await error({ email }), 'bad.email', email);
  assert.equal(await error({ connection: 'sms', phone_number: '0301234' }), 'bad.phone_number');
  for (const authParams of ['x', { redirect_uri: 'https://evil.example/' }, { scope: ['openid'] }]) assert.equal(await error({ authParams }), 'bad.authParams');
  assert.equal(await error({ client_id: 'nobody' }), 'bad.tenant');
  assert.equal((await api.messages()).length, 0);
});

row('AZ-504', 'd', 'POST /passwordless/start', 'a confidential client', 'needs its client_secret', async () => {
  assert.equal((await start({ client_id: 'web' })).status, 401);
  assert.equal((await start({ client_id: 'web', client_secret: 'web-secret' })).status, 200);
});

row('AZ-505', 'd', 'POST /oauth/token, passwordless OTP', 'the code', 'tokens; the account is made at the first login; the code works once', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  const first = await redeem(code);
  assert.equal(first.status, 200, first.text);
  const profile = (await api.get('/userinfo', { authorization: `Bearer ${first.body.access_token}` })).body;
  assert.match(profile.sub, /^email\|/);
  assert.deepEqual([profile.email, profile.email_verified], ['new@example.com', true]);
  const again = await redeem(code);
  assert.deepEqual([again.status, again.body.error, again.body.error_description], [403, 'invalid_grant', 'Wrong email or verification code.']);
});

row('AZ-506', 'd', 'one-time codes', 'three wrong tries', 'the right one no longer works', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  for (let i = 0; i < 3; i++) assert.equal((await redeem(wrongOf(code))).status, 403);
  assert.equal((await redeem(code)).status, 403);
  await start();
  assert.equal((await redeem((await api.message('new@example.com')).code)).status, 200);
});

row('AZ-507', 'd', 'one-time codes', 'a new code', 'voids the old one', async () => {
  await start();
  const old = (await api.message('new@example.com')).code;
  await start();
  const { code } = await api.message('new@example.com');
  if (old !== code) assert.equal((await redeem(old)).status, 403);
  assert.equal((await redeem(code)).status, 200);
});

row('AZ-508', 'd', 'one-time codes', 'after three minutes, or the connection\'s time', 'too late', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  await api.advance(181);
  assert.equal((await redeem(code)).status, 403);
  await start({ connection: 'long' });
  const long = (await api.message('new@example.com')).code;
  assert.equal(long.length, 8);
  await api.advance(500);
  assert.equal((await redeem(long, { realm: 'long' })).status, 200);
});

row('AZ-509', 'd', 'one-time codes', 'another client, another address, a hundred at once', 'refused', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  assert.equal((await redeem(code, { username: 'other@example.com' })).status, 403);
  assert.equal((await api.token({ grant_type: grants.otp, client_id: 'web', client_secret: 'web-secret', username: 'new@example.com', otp: code, realm: 'email' })).status, 403);
  await start();
  const next = (await api.message('new@example.com')).code;
  const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(next)));
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
});

row('AZ-510', 'd', 'POST /passwordless/verify', 'a right and a wrong code', '200 OK; 401', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  const verify = (verification_code) => api.post('/passwordless/verify', { client_id: 'app', connection: 'email', email: 'new@example.com', verification_code });
  assert.equal((await verify(wrongOf(code))).status, 401);
  const right = await verify(code);
  assert.deepEqual([right.status, right.text], [200, 'OK']);
  assert.equal((await redeem(code)).status, 200); // still usable: verify_redirect comes next
});

row('AZ-511', 'd', 'GET /passwordless/verify_redirect', 'the code', 'goes on like /authorize, with the session', async () => {
  await start();
  const { code } = await api.message('new@example.com');
  const person = new Reader(api.issuer);
  const url = (c) => `/passwordless/verify_redirect?${new URLSearchParams({ client_id: 'app', connection: 'email', email: 'new@example.com', verification_code: c, response_type: 'token', redirect_uri: callback, state: 'mine', scope: 'openid' })}`;
  assert.equal((await person.open(url(wrongOf(code)))).status, 403);
  const { location } = await person.submit(await person.open(url(code)));
  assert.match(location.hash, /access_token=.*state=mine/);
  const silent = await person.open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, prompt: 'none' })}`);
  assert.match(silent.location.hash, /access_token=/);
  assert.equal((await new Reader(api.issuer).open(url(code))).status, 403);
});

row('AZ-512', 'd', 'POST /passwordless/start', 'send=link with authParams', 'a link that carries them, and works once', async () => {
  await start({ send: 'link', authParams: { email: 'other@example.com', client_id: 'web', scope: 'openid profile', response_type: 'token', redirect_uri: callback, state: 'kept', nonce: 'n' } });
  const mail = await api.message('new@example.com');
  assert.equal(mail.template, 'passwordless_link');
  const link = new URL(mail.link);
  assert.equal(link.pathname, '/passwordless/verify_redirect');
  assert.equal(link.searchParams.get('state'), 'kept');
  assert.deepEqual(link.searchParams.getAll('email'), ['new@example.com']);
  const person = new Reader(api.issuer);
  const page = await person.open(mail.link);
  assert.equal((await new Reader(api.issuer).open(mail.link)).status, 200); // a scanner's visit uses nothing up
  assert.match((await person.submit(page)).location.hash, /access_token=.*state=kept/);
  assert.equal((await new Reader(api.issuer).open(mail.link)).status, 403);
});

row('AZ-513', 'd', 'POST /passwordless/start', 'sign-ups are off', 'a stranger gets the same answer and no message', async () => {
  const answer = await start({ connection: 'members' });
  assert.equal(answer.status, 200);
  assert.equal((await api.messages()).length, 0);
});

row('AZ-514', 'o', 'POST /passwordless/start', 'X-Request-Language', 'the message is in that language', async () => {
  await start({}, { 'x-request-language': 'fr-CA' });
  assert.match((await api.message('new@example.com')).subject, /^Votre code/);
});

test('a connection\'s own wording is Liquid, escaped', async () => {
  await start({ connection: 'worded', email: 'o\'neil@example.com' });
  const mail = await api.message('o\'neil@example.com');
  assert.equal(mail.subject, 'Code for Test application');
  assert.equal(mail.html, `<p>Type ${mail.code} & go, o&#39;neil@example.com</p>`);
  assert.equal(mail.text, `Type ${mail.code} & go, o'neil@example.com`);
  assert.equal(mail.from, 'Doors <doors@example.com>');
});
