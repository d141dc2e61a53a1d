// An application of somebody else has what the person agreed to, whatever way it came by, and nothing once that is taken back.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, deviceGrant, extra, third } from '../lib/tenant.mjs';

const group = scope();
let api;
before(async () => {
  api = new Management(await startAuthority(group, { clients: [app, { ...third, grant_types: [...third.grant_types, 'refresh_token', deviceGrant] }, machine], extra: { ...extra, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
const url = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'third', response_type: 'token id_token', redirect_uri: callback, scope: 'openid', nonce: 'n', state: 's', ...more })}`;
const agreed = async (more) => {
  const person = new Reader(api.issuer);
  const consent = await person.submit(await person.open(url(more)), ada);
  assert.match(consent.heading, /Authorize/);
  const { location } = await person.submit(consent, {}, 'accept');
  return { person, tokens: Object.fromEntries(new URLSearchParams(location.hash.slice(1))) };
};
const userinfo = (token) => api.get('/userinfo', { authorization: `Bearer ${token}` });
const takeBack = {
  'by the person, at the account': async ({ person }) => {
    await person.submit(await person.open('/account'), {}, 'withdraw:third');
  },
  'by an administrator, all of the person\'s': async () => api.call('DELETE', 'grants?user_id=auth0%7Cada'),
  'by an administrator, this one': async () => {
    const { body } = await api.call('GET', 'grants?user_id=auth0%7Cada');
    for (const { id } of body) assert.ok((await api.call('DELETE', `grants/${encodeURIComponent(id)}`)).status < 300);
  },
};

for (const [how, take] of Object.entries(takeBack))
  test(`a consent that is taken back ends the access tokens that it gave, with a refresh token or without: ${how}`, async () => {
    const one = await agreed();
    assert.equal((await userinfo(one.tokens.access_token)).status, 200);
    await take(one);
    assert.equal((await userinfo(one.tokens.access_token)).status, 401);
    const again = new Reader(api.issuer);
    assert.match((await again.submit(await again.open(url()), ada)).heading, /Authorize/, 'it is asked again');
  });

test('an ID token tells what its scopes permit, and no more where it is shown', async () => {
  const { tokens } = await agreed({ scope: 'openid' });
  assert.equal(decode(tokens.id_token).email, undefined);
  const { status, body } = await api.post('/tokeninfo', { id_token: tokens.id_token });
  assert.ok(status === 200 || status === 401);
  for (const name of ['email', 'email_verified', 'name', 'nickname', 'given_name', 'family_name', 'picture']) assert.equal(body[name], undefined, name);
});

test('an ID token tells nothing once the consent is taken back', async () => {
  const one = await agreed({ scope: 'openid profile email' });
  assert.equal((await api.post('/tokeninfo', { id_token: one.tokens.id_token })).body.email, ada.username);
  await takeBack['by the person, at the account'](one);
  assert.equal((await api.post('/tokeninfo', { id_token: one.tokens.id_token })).status, 401);
});

test('a device of somebody else\'s application asks for consent with its scopes, which is kept and can be taken back', async () => {
  const audience = `${api.issuer}api/v2/`;
  const { body: device } = await api.form('/oauth/device/code', { client_id: 'third', audience, scope: 'openid update:current_user_identities' });
  const poll = () => api.token({ grant_type: deviceGrant, client_id: 'third', device_code: device.device_code });
  const person = new Reader(api.issuer);
  let page = await person.submit(await person.open(device.verification_uri_complete), { user_code: device.user_code });
  page = await person.submit(page, ada);
  const seen = [page.text];
  for (let pages = 0; pages < 3 && page.buttons.includes('accept'); pages++) {
    page = await person.submit(page, {}, 'accept');
    seen.push(page.text);
  }
  assert.match(seen.join(' '), /Third party/);
  assert.match(seen.join(' '), /identities/, 'what it will be able to do is told');
  const { body: [kept] } = await api.call('GET', 'grants?user_id=auth0%7Cada');
  assert.deepEqual([kept?.clientID, kept?.audience, kept?.scope.includes('update:current_user_identities')], ['third', audience, true]);
  await takeBack['by an administrator, all of the person\'s']();
  await api.advance(6);
  assert.equal((await poll()).body.error, 'invalid_grant');
});

test('a device of somebody else\'s application gets nothing from who says no', async () => {
  const { body: device } = await api.form('/oauth/device/code', { client_id: 'third', scope: 'openid email' });
  const person = new Reader(api.issuer);
  let page = await person.submit(await person.open(device.verification_uri_complete), { user_code: device.user_code });
  page = await person.submit(page, ada);
  if (/activate/.test(page.action)) page = await person.submit(page, {}, 'accept');
  assert.match(page.action, /consent/);
  await person.submit(page, {}, 'deny');
  await api.advance(6);
  assert.equal((await api.token({ grant_type: deviceGrant, client_id: 'third', device_code: device.device_code })).body.error, 'access_denied');
});
