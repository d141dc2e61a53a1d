// People are told what happens to their account, and can end it (ASVS 6.3.5, 6.3.7).
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, third, users } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope();
let api;
before(async () => {
  const guardianFactors = [{ name: 'otp', enabled: true }];
  api = new Management(await startAuthority(group, { clients: [app, third, machine], extra: { ...extra, guardianFactors, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const [email, password] = users.ada;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

/** A browser that says its name, and perhaps its country. */
class Browser extends Reader {
  constructor(country, languages) {
    super(api.issuer, languages);
    this.country = country;
  }
  get(url, options = {}) {
    return super.get(url, { ...options, headers: { 'user-agent': firefox, ...(this.country && { 'x-country-code': this.country }), ...options.headers } });
  }
}

const request = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid', nonce: 'n', ...more })}`;
const logIn = async (browser, more = {}, [name, word] = [email, password]) => {
  const page = await browser.open(request({ prompt: 'login', ...more }));
  assert.equal(page.heading, 'Welcome');
  const end = await browser.submit(page, { username: name, password: word });
  assert.ok(end.location, `no answer but "${end.heading}": ${end.alert}`);
  return end;
};
const notices = async (to = email) => (await api.messages(to)).filter((m) => m.template === 'account_notice');

test('known browsers: the first one tells nothing, another one does, and once', async () => {
  const one = new Browser(), other = new Browser();
  await logIn(one);
  await logIn(one);
  assert.deepEqual(await notices(), [], 'there was nothing to compare it with');
  await logIn(other);
  assert.match((await notices())[0].text, /a browser you have not used before: Firefox, Linux/);
  await logIn(other);
  await logIn(one);
  assert.equal((await notices()).length, 1);
});

test('known browsers: a sign-up, a silent login and a login of somebody else in the same browser', async () => {
  const one = new Browser();
  const page = await one.open(request({ screen_hint: 'signup' }));
  await one.submit(page, { email: 'new@example.com', password: 'Entirely-New-7' });
  await one.open(request({ prompt: 'none' }));
  assert.deepEqual(await notices('new@example.com'), []);
  await logIn(one);
  assert.deepEqual(await notices(), [], 'whose browser it was before says nothing of ada');
});

test('known browsers: a wrong password makes none known', async () => {
  await logIn(new Browser());
  const other = new Browser();
  const page = await other.open(request());
  assert.equal((await other.submit(page, { username: email, password: 'wrong' })).alert, 'Wrong email or password.');
  assert.deepEqual(await notices(), []);
  await logIn(other);
  assert.equal((await notices()).length, 1);
});

test('known browsers: another country is told once, an unknown one never', async () => {
  const one = new Browser('DE');
  await logIn(one);
  for (const country of ['XX', undefined, 'lower', 'DE']) {
    one.country = country;
    await logIn(one);
  }
  assert.deepEqual(await notices(), []);
  one.country = 'JP';
  await logIn(one);
  await logIn(one);
  assert.equal((await notices()).length, 1);
  assert.match((await notices())[0].text, /from a country you have not logged in from before: JP/);
});

test('known browsers: twenty a person, and the one that was used longest ago makes room', async () => {
  const all = Array.from({ length: 21 }, () => new Browser());
  for (const browser of all) {
    await logIn(browser);
    await api.advance(1);
  }
  assert.equal((await notices()).length, 20);
  await logIn(all[20]);
  await logIn(all[1]);
  assert.equal((await notices()).length, 20, 'the last twenty are known');
  await logIn(all[0]);
  assert.equal((await notices()).length, 21, 'the first one no more');
});

test('known browsers: another password forgets them', async () => {
  const one = new Browser(), other = new Browser();
  await logIn(one);
  await logIn(other);
  assert.equal((await notices()).length, 1);
  const { body: [{ user_id }] } = await api.call('GET', `users-by-email?email=${email}`);
  await api.call('PATCH', `users/${user_id}`, { password: 'Entirely-New-7' });
  const before = (await notices()).length;
  await logIn(one, {}, [email, 'Entirely-New-7']);
  assert.equal((await notices()).length, before, 'there is nothing to compare it with again');
  await logIn(other, {}, [email, 'Entirely-New-7']);
  assert.equal((await notices()).length, before + 1, 'it is new again');
});

test('known browsers: the notices can be turned off by a setting', async () => {
  await api.call('PATCH', 'tenants/settings', { ostia: { new_browser_notices: false } });
  await logIn(new Browser());
  await logIn(new Browser());
  assert.deepEqual(await notices(), []);
});

const linkOf = (mail) => /https?:\/\/\S+account\/not-me\?ticket=\S+/.exec(mail.text)[0];
const about = async (text, to = email) => (await notices(to)).filter((m) => text.test(m.text));
const newest = async (text, to) => {
  const [mail] = await about(text, to);
  assert.ok(mail, `no mail about ${text}: ${(await notices(to)).map((m) => m.text.slice(0, 80)).join(' | ')}`);
  return mail;
};
/** Opens the link of a notice in a browser of its own and presses its button. */
const report = async (mail) => {
  const reader = new Reader(api.issuer);
  const page = await reader.open(linkOf(mail));
  assert.equal(page.heading, 'Wasn’t it you?');
  return reader.submit(page);
};
const isSignedIn = async (browser) => (await browser.open(request({ prompt: 'none' }))).location.hash.includes('access_token');
const tokens = (more = {}) => api.token({ grant_type: 'password', client_id: 'app', username: email, password, scope: 'openid offline_access', ...more });
const refresh = (refresh_token, client_id = 'app') => api.token({ grant_type: 'refresh_token', client_id, refresh_token });

test('the button of a notice: opening the link changes nothing, pressing it ends everything, once, and leads to a new password', async () => {
  const owner = new Browser(), thief = new Browser();
  await logIn(owner);
  await logIn(thief);
  const { body: { refresh_token } } = await tokens();
  const mail = await newest(/browser you have not used/);
  await new Reader(api.issuer).open(linkOf(mail));
  await fetch(linkOf(mail), { method: 'HEAD' });
  assert.ok(await isSignedIn(thief));
  const page = await report(mail);
  assert.equal(page.heading, 'Choose a new password');
  assert.deepEqual([await isSignedIn(thief), await isSignedIn(owner), (await refresh(refresh_token)).status], [false, false, 403]);
  assert.equal((await new Reader(api.issuer).open(linkOf(mail))).heading, 'This link has expired');
  const before = (await about(/browser you have not used/)).length;
  await logIn(new Browser());
  assert.equal((await about(/browser you have not used/)).length, before, 'its browsers are forgotten');
});

test('the button of a notice ends with a week and with the address', async () => {
  await logIn(new Browser());
  await logIn(new Browser());
  const link = linkOf(await newest(/browser you have not used/));
  await api.advance(7 * 24 * 3600 + 1);
  assert.equal((await new Reader(api.issuer).open(link)).heading, 'This link has expired');
  await logIn(new Browser());
  const other = linkOf(await newest(/browser you have not used/));
  await api.authenticate();
  await api.call('PATCH', 'users/auth0%7Cada', { email: 'moved@example.com' });
  assert.equal((await new Reader(api.issuer).open(other)).heading, 'This link has expired');
  const moved = await newest(/email address for your account/);
  const done = await report(moved);
  assert.equal(done.heading, 'Your account is secured', 'the address before chooses no password');
  assert.equal(done.status, 200);
});

test('an application that has access from now on is told once, whichever way it came, and loses it by the button', async () => {
  await tokens();
  await tokens();
  assert.equal((await about(/application has access .*Test application/)).length, 1);
  await tokens({ scope: 'openid', username: users.grace[0], password: users.grace[1] });
  assert.deepEqual(await about(/application has access/, users.grace[0]), [], 'what ends by itself is none');
  const { body: { refresh_token } } = await tokens();
  await report(await newest(/application has access/));
  assert.equal((await refresh(refresh_token)).status, 403);
  await tokens();
  assert.equal((await about(/application has access/)).length, 2, 'it is new again');
});

test('an application that a person agrees to is told, and its consent is gone by the button', async () => {
  const browser = new Browser();
  const ask = request({ client_id: 'third', scope: 'openid profile' });
  const login = await browser.open(ask);
  const consent = await browser.submit(login, { username: email, password });
  assert.equal(consent.heading, 'Authorize Third party');
  assert.match(consent.text, /ada@example\.com/);
  assert.match(consent.text, /Access lasts 24.h/);
  await browser.submit(consent, {}, 'accept');
  await report(await newest(/application has access .*Third party/));
  const again = await new Browser().open(ask);
  const other = new Browser();
  assert.equal((await other.submit(await other.open(ask), { username: email, password })).heading, 'Authorize Third party', again.heading);
});

test('a device says account, scopes and how long, and is told by mail', async () => {
  const { body: code } = await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid profile offline_access' });
  const person = new Reader(api.issuer);
  const typed = await person.submit(await person.open('/activate'), { user_code: code.user_code });
  const page = await person.submit(typed, { username: email, password });
  assert.equal(page.heading, 'Is this your device?');
  for (const said of [/ada@example\.com/, /read your profile/, /keep access while you are away/, /Access lasts until you remove it/]) assert.match(page.text, said);
  assert.equal((await person.submit(page, {}, 'accept')).heading, 'Device connected');
  assert.equal((await about(/application has access/)).length, 1);
});

test('a linked identity, and one that is not linked any more', async () => {
  const { body: link } = await api.call('POST', 'users/auth0%7Cada/identities', { provider: 'auth0', user_id: 'auth0|grace' });
  assert.equal(link.length, 2);
  const mail = await newest(/Another account can now log in .*grace@example\.com/);
  const here = new Reader(api.issuer);
  const page = await here.submit(await here.open('/account'), { username: email, password });
  assert.match(page.text, /Other accounts that log in to yours/);
  assert.match(page.text, /grace@example\.com/);
  await report(mail);
  const { body: user } = await api.call('GET', 'users/auth0%7Cada');
  assert.equal(user.identities.length, 1);
  await api.call('POST', 'users/auth0%7Cada/identities', { provider: 'auth0', user_id: 'auth0|grace' });
  const next = new Reader(api.issuer);
  const account = await next.submit(await next.open('/account'), { username: email, password });
  const after = await next.submit(account, {}, 'unlink:auth0|grace');
  assert.match(after.text, /can no longer log in to yours/);
  assert.equal((await about(/can no longer log in/)).length, 1);
});

test('a second factor that is added is taken away by the button', async () => {
  const here = new Reader(api.issuer);
  const account = await here.submit(await here.open('/account'), { username: email, password });
  const enrolment = await here.submit(account, {}, 'add_factor');
  const secret = /<code>([A-Z2-7]{32})/.exec(enrolment.html)[1];
  const at = Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
  await here.submit(enrolment, { code: totp(secret, at) });
  await report(await newest(/second factor was added/));
  assert.deepEqual((await api.call('GET', 'users/auth0%7Cada/authentication-methods')).body, []);
});

test('the account lists every application that has access, with its scopes', async () => {
  await tokens({ scope: 'openid profile offline_access' });
  const here = new Reader(api.issuer);
  const page = await here.submit(await here.open('/account'), { username: email, password });
  assert.match(page.text, /Test application/);
  assert.match(page.text, /offline_access/);
  assert.ok(page.buttons.includes('withdraw:app'));
});

test('every notice is written in every language', async () => {
  for (const [language, said] of [['de', /Browser angemeldet/], ['es', /navegador/], ['fr', /navigateur/], ['ja', /ブラウザー/], ['ar', /متصفح/]]) {
    await api.reset();
    await logIn(new Browser());
    const other = new Browser(undefined, language);
    const page = await other.open(request({ prompt: 'login' }));
    await other.submit(page, { username: email, password });
    assert.match((await notices())[0].text, said);
    assert.equal((await new Reader(api.issuer, language).open(linkOf((await notices())[0]))).language, language);
  }
});
