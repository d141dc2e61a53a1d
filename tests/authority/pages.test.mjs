// Universal Login as people see it, without scripts: the pages, their languages, and the tenant's look.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, beforeEach, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Api, Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, extra } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
const coded = { ...app, client_id: 'coded', name: 'Coded' };
const shut = { ...app, client_id: 'shut', name: 'Shut', initiate_login_uri: 'https://shut.example/login' };
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, coded, shut],
    extra: {
      ...extra,
      databases: [database('Username-Password-Authentication', {}, { enabled_clients: ['app'] }), database('named', { requires_username: true }, { enabled_clients: ['app'] }), database('shut', { disable_signup: true }, { enabled_clients: ['Shut'] })],
      connections: [{ name: 'email', strategy: 'email', enabled_clients: ['app', 'coded'] }, { name: 'sms', strategy: 'sms', enabled_clients: ['app'] }],
      branding: { colors: { primary: '#AA2200', page_background: '#ffeedd' }, logo_url: 'https://cdn.example.com/logo.png' },
    },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const url = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'id_token', nonce: 'n', redirect_uri: callback, scope: 'openid email', ...more })}`;
const subject = (location) => decode(new URLSearchParams(location.hash.slice(1)).get('id_token'));

row('AZ-1001', 'd', '/u/login', 'wrong and right credentials', 'the same sentence for nobody and a wrong password; then the application', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ login_hint: 'ada@example.com' }));
  assert.equal(page.fields.username, 'ada@example.com');
  assert.deepEqual(page.buttons, ['default']);
  const wrong = await person.submit(page, { password: 'no' });
  assert.deepEqual([wrong.status, wrong.alert, wrong.fields.username, wrong.fields.password], [400, 'Wrong email or password.', 'ada@example.com', '']);
  assert.equal((await person.submit(page, { username: 'nobody@example.com', password: 'no' })).alert, 'Wrong email or password.');
  assert.match((await person.submit(page, { username: 'mallory@example.com', password: 'Blocked-Account-9' })).alert, /blocked/);
  assert.equal(subject((await person.submit(page, { password: 'Correct-Horse-9' })).location).sub, 'auth0|ada');
});

row('AZ-1002', 'd', '/u/login', 'ten failures', 'the account is blocked here, and the page says what to do', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url());
  for (let i = 0; i < 10; i++) await person.submit(page, { username: 'ada@example.com', password: 'no' });
  const blocked = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.deepEqual([blocked.status, /unblock/.test(blocked.alert)], [429, true]);
  assert.equal((await api.messages('ada@example.com')).length, 1);
});

row('AZ-1003', 'd', '/u/signup', 'screen_hint=signup', 'a new account, signed in; the rules are shown and kept', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ screen_hint: 'signup' }));
  assert.equal(page.heading, 'Create your account');
  assert.match(page.text, /at least 8 characters/);
  const send = (fields) => person.submit(page, { email: 'new@example.com', password: 'Brand-New-7', ...fields });
  assert.match((await send({ email: 'x' })).alert, /email address/);
  assert.match((await send({ password: 'weak' })).alert, /too weak/);
  assert.match((await send({ email: 'ada@example.com' })).alert, /can’t sign up with these details/);
  const { location } = await send();
  assert.deepEqual([subject(location).email, subject(location).email_verified], ['new@example.com', false]);
  assert.equal((await api.message('new@example.com')).template, 'verify_email');
});

row('AZ-1004', 'd', '/u/signup', 'Requires Username', 'the page asks for it', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ screen_hint: 'signup', connection: 'named' }));
  assert.ok('username' in page.fields);
  assert.match((await person.submit(page, { email: 'new@example.com', username: 'a b', password: 'Brand-New-7' })).alert, /1 to 15/);
  assert.equal(subject((await person.submit(page, { email: 'new@example.com', username: 'nell', password: 'Brand-New-7' })).location).email, 'new@example.com');
});

row('AZ-1005', 'd', '/u/signup', 'sign-ups are off', 'no link to it, and no page', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ client_id: 'shut', screen_hint: 'signup' }));
  assert.equal(page.heading, 'Welcome');
  assert.deepEqual(Object.keys(page.links), ['Forgot password?']);
});

row('AZ-1006', 'd', '/u/reset-password', 'screen_hint=reset-password', 'a mail, a new password, and back to the application', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ screen_hint: 'reset-password' }));
  assert.equal(page.heading, 'Forgot your password?');
  assert.match((await person.submit(page, { email: 'x' })).alert, /email/);
  const sent = await person.submit(page, { email: 'ada@example.com' });
  assert.match(sent.text, /If ada@example\.com has an account/);
  assert.match((await person.submit(page, { email: 'nobody@example.com' })).text, /If nobody@example\.com has an account/);
  const reset = await person.open((await api.message('ada@example.com')).link);
  assert.match((await person.submit(reset, { password: 'Brand-New-7', 're-enter-password': 'Brand-New-7' })).heading, /changed/);
  const login = await person.open(sent.links['Back to login']);
  assert.equal(subject((await person.submit(login, { username: 'ada@example.com', password: 'Brand-New-7' })).location).sub, 'auth0|ada');
});

row('AZ-1007', 'd', '/u/passwordless', 'connection=email, or an application without passwords', 'address, code, in; a wrong code; a new one', async () => {
  for (const more of [{ connection: 'email' }, { client_id: 'coded' }]) {
    const person = new Reader(api.issuer);
    const page = await person.open(url(more));
    assert.equal(page.heading, 'Log in with a code');
    assert.match((await person.submit(page, { username: 'x' })).alert, /email/);
    const code = await person.submit(page, { username: 'Code@Example.com' });
    assert.match(code.text, /code@example\.com/);
    const first = (await api.message('code@example.com')).code;
    assert.match((await person.submit(code, { code: '0'.repeat(6) === first ? '1'.repeat(6) : '0'.repeat(6) })).alert, /Wrong code/);
    const again = await person.submit(code, {}, 'resend');
    const { location } = await person.submit(again, { code: (await api.message('code@example.com')).code });
    assert.deepEqual([subject(location).email, subject(location).email_verified], ['code@example.com', true]);
    await api.reset();
  }
});

row('AZ-1008', 'd', '/u/passwordless', 'sms, from the login page', 'a phone number with its country', async () => {
  const person = new Reader(api.issuer);
  const login = await person.open(url());
  const page = await person.open(login.links['Log in with a text message code']);
  assert.match((await person.submit(page, { username: '0301234' })).alert, /country code/);
  const code = await person.submit(page, { username: '+49 30 1234567' });
  assert.ok((await person.submit(code, { code: (await api.message('+49301234567')).code })).location);
});

const languages = ['en', 'de', 'fr', 'es', 'ja', 'ar'];
const welcome = { en: 'Welcome', de: 'Willkommen', fr: 'Bienvenue', es: 'Bienvenido', ja: 'ようこそ', ar: 'مرحبًا' };
for (const [connection, label] of [['Username-Password-Authentication', 'email'], ['named', 'email_or_username'], ['', 'email_or_username']])
  for (const language of ['en', 'de', 'es', 'fr', 'ja', 'ar'])
    test(`what the login page asks for, of ${connection || 'all databases'} in ${language}`, async () => {
      const texts = JSON.parse(readFileSync(`${root}/authority/pages/texts/${language}.json`, 'utf8'));
      const { html } = await new Reader(api.issuer).open(url({ ui_locales: language, ...(connection && { connection }) }));
      const labels = [...html.matchAll(/<label[^>]*>\s*([^<]*?)\s*</g)].map(([, text]) => text);
      assert.ok(labels.includes(texts[label]), `${labels}`);
      assert.ok(!labels.includes(texts[label === 'email' ? 'email_or_username' : 'email']), `${labels}`);
    });

row('AZ-1009', 'd', 'languages', 'ui_locales, then the browser\'s', 'English, German, French, Spanish, Japanese, Arabic; the page says which, and which way it is written', async () => {
  for (const language of languages) {
    const page = await new Reader(api.issuer).open(url({ ui_locales: `xx ${language}-XX en` }));
    assert.deepEqual([page.language, page.heading], [language, welcome[language]]);
    assert.match(page.html, new RegExp(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"`));
    assert.equal((await new Reader(api.issuer, `${language};q=0.9, xx`).open(url())).heading, welcome[language]);
    assert.equal((await new Reader(api.issuer, language).open('/authorize?client_id=nobody')).language, language);
  }
  const enabled = await new Reader(api.issuer, 'de;q=0.5, fr;q=0.8').open(url());
  assert.equal(enabled.language, 'fr');
});

test('every language has every text, with the same places for values', () => {
  const all = Object.fromEntries(languages.map((l) => [l, JSON.parse(readFileSync(`${root}/authority/pages/texts/${l}.json`))]));
  const slots = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  for (const language of languages) {
    assert.deepEqual(Object.keys(all[language]), Object.keys(all.en), language);
    for (const [key, text] of Object.entries(all.en)) assert.deepEqual(slots(all[language][key]), slots(text), `${language}: ${key}`);
  }
});

test('no page shows the name of a text in its place', async () => {
  const person = new Reader(api.issuer);
  const login = await person.open(url());
  const pages = [login, await person.open(login.links['Sign up']), await person.open(login.links['Forgot password?']), await person.open(login.links['Log in with an email code']), await person.open('/activate'), await person.open('/nothing', { headers: { accept: 'text/html' } })];
  for (const page of pages) {
    assert.ok(page.heading, page.html);
    assert.doesNotMatch(page.text, /\b(login|signup|reset_request|reset|passwordless|consent|picker|activate|alert|error)\.[a-z_]+/);
    assert.doesNotMatch(page.html, /\{\{|\{(tenant|client|email|user|to)\}/);
  }
});

row('AZ-1010', 'd', 'branding', 'colours and logo of the tenant', 'on the page, inside its policy', async () => {
  const response = await new Reader(api.issuer).follow(new URL(url(), api.issuer));
  const html = await response.text();
  assert.match(html, /--accent:#AA2200;--on-accent:#fff/);
  assert.match(html, /--ground:#ffeedd/);
  assert.match(html, /<img class="logo" src="https:\/\/cdn\.example\.com\/logo\.png" alt="Test">/);
  const policy = response.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'.*style-src 'sha256-[^']+'; img-src https:\/\/cdn\.example\.com; form-action 'self' http:\/\/localhost:4000; frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.doesNotMatch(html, /<script/);
  assert.ok(html.length < 20_000);
});

row('AZ-1011', 'd', 'pages', 'markup in anything that a request brings', 'is text', async () => {
  const person = new Reader(api.issuer);
  const evil = '"><script>alert(1)</script>';
  const page = await person.open(url({ login_hint: evil, ui_locales: evil }));
  assert.doesNotMatch(page.html, /<script>/);
  assert.equal(page.fields.username, evil);
  assert.doesNotMatch((await person.submit(page, { username: evil, password: evil })).html, /<script>/);
  assert.doesNotMatch((await person.open(`/authorize?client_id=${encodeURIComponent(evil)}&redirect_uri=${encodeURIComponent(evil)}`)).html, /<script>/);
  assert.doesNotMatch((await person.open(`/v2/logout?returnTo=${encodeURIComponent(evil)}`)).html, /<script>/);
  assert.doesNotMatch((await person.open(`/activate?user_code=${encodeURIComponent(evil)}`)).html, /<script>/);
});

row('AZ-1012', 'x', 'error pages', 'with --dev, and without', 'what to change; nothing of the kind', async (t) => {
  assert.match((await new Reader(api.issuer).open('/authorize?client_id=nobody')).text, /For the developer: no application has the client_id "nobody"/);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const plain = await startAuthority(t, { clients: [app], extra, dev: false });
  const page = await new Reader(plain.issuer).open('/authorize?client_id=nobody');
  assert.doesNotMatch(page.text, /developer/);
  const error = await (await fetch(`${plain.issuer}oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'nobody', grant_type: 'password' }) })).json();
  assert.deepEqual(Object.keys(error), ['error', 'error_description']);
  assert.equal((await fetch(`${plain.issuer}_dev/messages`)).status, 404);
});
