// People are told what happens to their account, and can end it (ASVS 6.3.5, 6.3.7).
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, third, users } from '../lib/tenant.mjs';

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
