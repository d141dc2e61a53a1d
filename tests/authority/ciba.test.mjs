// AZ-648: backchannel authentication (OpenID CIBA, poll): an application asks a person, who approves by the link of a mail.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { ProofKey } from '../lib/dpop.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, deviceGrant, extra, users, web } from '../lib/tenant.mjs';

const group = scope(), grant = 'urn:openid:params:grant-type:ciba', audience = 'https://api.example.com/';
const asks = { ...web, client_id: 'asks', name: 'Teller', grant_types: [grant, 'refresh_token', deviceGrant], async_approval_notification_channels: ['email'] };
let api;
before(async () => {
  api = new Management(await startAuthority(group, {
    clients: [app, web, machine, asks, { ...asks, client_id: 'other', name: 'Other' }, { ...asks, client_id: 'silent', name: 'Silent', async_approval_notification_channels: [] }, { ...asks, client_id: 'third', name: 'Third', is_first_party: false }, { ...app, client_id: 'open', name: 'Open', grant_types: [grant] }],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] },
  }));
});
beforeEach(async () => { await api.reset(); await api.authenticate(); });

const as = (client_id) => ({ client_id, client_secret: 'web-secret' });
const hint = (sub = 'auth0|ada', more = {}) => JSON.stringify({ format: 'iss_sub', iss: api.issuer, sub, ...more });
const ask = (more = {}, client = 'asks') => api.form('/bc-authorize', { ...as(client), scope: 'openid profile', login_hint: hint(), ...more });
const asked = async (...what) => { const answer = await ask(...what); assert.equal(answer.status, 200, answer.text); return answer.body; };
const poll = (auth_req_id, client = 'asks', headers = {}) => api.token({ grant_type: grant, ...as(client), auth_req_id }, headers);
const refused = (answer, status, error, reason) => assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [status, error, reason], answer.text);
const words = ([username, password]) => ({ username, password });
/** The person opens the link of the newest mail and signs in; the page that asks, or the one that they are at. */
async function open(who = users.ada, person = new Reader(api.issuer), to = 'ada@example.com') {
  const { link } = await api.message(to);
  const page = await person.open(link);
  return { person, page: page.fields && 'password' in page.fields ? await person.submit(page, words(who)) : page };
}

row('AZ-648', 'd', 'POST /bc-authorize', 'a hint at a person, and their approval by the link of a mail', 'auth_req_id; 400 authorization_pending until then, tokens once', async () => {
  const { auth_req_id, expires_in, interval } = await asked({ audience, scope: 'openid profile read:messages offline_access', binding_message: 'Pay 10.00 to Bob, no. 7' });
  assert.deepEqual([expires_in, interval], [300, 5]);
  refused(await poll(auth_req_id), 400, 'authorization_pending', 'device_authorization_pending');
  const mail = await api.message('ada@example.com');
  assert.equal(mail.template, 'async_approval');
  assert.match(mail.subject, /Teller/);
  assert.match(mail.text, /Pay 10\.00 to Bob, no\. 7/);
  const { person, page } = await open();
  assert.match(page.heading, /Teller/);
  assert.match(page.text, /Pay 10\.00 to Bob, no\. 7/);
  assert.match((await person.submit(page, {}, 'accept')).heading, /Approved/);
  const { status, body, text } = await poll(auth_req_id);
  assert.equal(status, 200, text);
  assert.deepEqual([decode(body.access_token).sub, decode(body.id_token).sub, decode(body.id_token).aud, body.token_type], ['auth0|ada', 'auth0|ada', 'asks', 'Bearer']);
  assert.ok(body.refresh_token);
  refused(await poll(auth_req_id), 400, 'invalid_grant', 'device_invalid_grant');
  const discovery = (await api.get('/.well-known/openid-configuration')).body;
  assert.deepEqual([discovery.backchannel_authentication_endpoint, discovery.backchannel_token_delivery_modes_supported, discovery.backchannel_user_code_parameter_supported], [`${api.issuer}bc-authorize`, ['poll'], false]);
  assert.ok(discovery.grant_types_supported.includes(grant));
});

test('an ID token of the application is a hint, of another one it is none', async () => {
  const first = await asked(), { person, page } = await open();
  await person.submit(page, {}, 'accept');
  const { id_token } = (await poll(first.auth_req_id)).body;
  await asked({ login_hint: '', id_token_hint: id_token });
  refused(await ask({ login_hint: '', id_token_hint: id_token }, 'other'), 400, 'invalid_request', 'login_hint_invalid');
});

test('no is no', async () => {
  const { auth_req_id } = await asked(), { person, page } = await open();
  assert.match((await person.submit(page, {}, 'deny')).heading, /Not approved/);
  refused(await poll(auth_req_id), 400, 'access_denied', 'device_access_denied');
  const again = await open();
  assert.equal(again.page.status, 400);
});

test('too fast, and too late: on both sides', async () => {
  const { auth_req_id } = await asked({ requested_expiry: 20 });
  refused(await poll(auth_req_id), 400, 'authorization_pending', 'device_authorization_pending');
  await api.advance(4);
  refused(await poll(auth_req_id), 400, 'slow_down', 'device_slow_down');
  await api.advance(10);
  refused(await poll(auth_req_id), 400, 'authorization_pending', 'device_authorization_pending');
  await api.advance(8);
  refused(await poll(auth_req_id), 400, 'expired_token', 'device_expired_token');
  assert.equal((await open()).page.status, 400, 'the link is over, too');
});

test('requested_expiry: shortens, and no more than five minutes', async () => {
  for (const [requested_expiry, expires_in] of [['1', 1], ['300', 300], ['301', 300], ['999999', 300]]) {
    await api.reset();
    assert.equal((await asked({ requested_expiry })).expires_in, expires_in);
  }
  for (const requested_expiry of ['0', '-1', 'x', '', '1.5']) refused(await ask({ requested_expiry }), 400, 'invalid_request', 'parameter_malformed');
});

describe('whom it is for', () => {
  test('somebody else who comes by the link is asked to sign in as the one who was asked', async () => {
    const { auth_req_id } = await asked(), { person, page } = await open(users.grace);
    assert.equal(page.action, '/u/login');
    refused(await poll(auth_req_id), 400, 'authorization_pending', 'device_authorization_pending');
    const right = await person.submit(page, words(users.ada));
    assert.match((await person.submit(right, {}, 'accept')).heading, /Approved/);
    assert.equal(decode((await poll(auth_req_id)).body.id_token).sub, 'auth0|ada');
  });
  test('a page that was shown to them answers nothing for another session', async () => {
    const { auth_req_id } = await asked(), { person, page } = await open();
    const grace = new Reader(api.issuer);
    await grace.submit(await grace.open('/account'), words(users.grace));
    grace.cookies.set('did_dev', person.cookies.get('did_dev'));
    await grace.submit(page, {}, 'accept');
    assert.equal((await poll(auth_req_id)).body.error, 'authorization_pending');
  });
  test('another application cannot poll, and no other grant type can', async () => {
    const { auth_req_id } = await asked();
    refused(await poll(auth_req_id, 'other'), 400, 'invalid_grant', 'device_invalid_grant');
    assert.equal((await api.token({ grant_type: deviceGrant, ...as('asks'), device_code: auth_req_id })).body.error, 'invalid_grant');
    const device = (await api.form('/oauth/device/code', { ...as('asks'), scope: 'openid' })).body;
    refused(await poll(device.device_code), 400, 'invalid_grant', 'device_invalid_grant');
  });
  test('who was blocked since gets nothing', async () => {
    const { auth_req_id } = await asked(), { person, page } = await open();
    await person.submit(page, {}, 'accept');
    await api.call('PATCH', 'users/auth0%7Cada', { blocked: true });
    assert.equal((await poll(auth_req_id)).body.error, 'unauthorized');
  });
});

test('what is wrong with a request is told', async () => {
  const cases = [
    [{ login_hint: hint('auth0|nobody') }, 400, 'unknown_user_id', 'user_unknown'],
    [{ login_hint: hint('auth0|mallory') }, 400, 'unknown_user_id', 'user_unknown'],
    [{ login_hint: 'ada@example.com' }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ login_hint: hint('auth0|ada', { iss: 'https://elsewhere.example/' }) }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ login_hint: hint('auth0|ada', { format: 'email' }) }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ login_hint: '' }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ id_token_hint: 'x' }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ login_hint_token: 'x' }, 400, 'invalid_request', 'login_hint_invalid'],
    [{ scope: 'profile' }, 400, 'invalid_scope', 'scope_missing'],
    [{ audience: 'https://nowhere.example/' }, 403, 'access_denied', 'audience_unknown'],
    [{ binding_message: 'x'.repeat(65) }, 400, 'invalid_binding_message', 'binding_message_invalid'],
    [{ binding_message: '<b>' }, 400, 'invalid_binding_message', 'binding_message_invalid'],
    [{ binding_message: 'ü' }, 400, 'invalid_binding_message', 'binding_message_invalid'],
    [{ client_secret: 'wrong' }, 401, 'access_denied', 'client_secret_wrong'],
    [{ request: 'x' }, 400, 'invalid_request', 'parameter_malformed'],
  ];
  await api.call('PATCH', 'users/auth0%7Cmallory', { blocked: true });
  for (const [more, ...told] of cases) refused(await ask(more), ...told);
  refused(await ask({}, 'silent'), 400, 'invalid_request', 'person_unreachable');
  refused(await ask({}, 'web'), 400, 'unauthorized_client', 'grant_not_allowed');
  refused(await api.form('/bc-authorize', { client_id: 'open', scope: 'openid', login_hint: hint() }), 401, 'invalid_client', 'client_public');
  assert.deepEqual(await api.messages('ada@example.com'), []);
  await asked({ binding_message: 'x'.repeat(64) });
});

test('nobody is sent more mails than anybody may ask for', async () => {
  const answers = [];
  for (let i = 0; i < 7; i++) answers.push((await ask()).status);
  assert.deepEqual([...new Set(answers)], [200, 429]);
});

test('an application of somebody else asks for the consent, too', async () => {
  const { auth_req_id } = await asked({}, 'third'), { person, page } = await open();
  let at = page;
  for (let pages = 0; pages < 3 && at.buttons?.includes('accept'); pages++) at = await person.submit(at, {}, 'accept');
  assert.match(at.heading, /Approved/);
  assert.equal((await poll(auth_req_id, 'third')).status, 200);
});

test('tokens are bound to a key as by any grant type', async () => {
  const { auth_req_id } = await asked({ audience }), { person, page } = await open(), key = new ProofKey();
  await person.submit(page, {}, 'accept');
  const { body } = await poll(auth_req_id, 'asks', { dpop: key.proof('POST', `${api.issuer}oauth/token`) });
  assert.deepEqual([body.token_type, decode(body.access_token).cnf], ['DPoP', { jkt: key.jkt }]);
});

test('a link that is none of ours', async () => {
  const page = await new Reader(api.issuer).open(`/activate?request=${'x'.repeat(43)}`);
  assert.equal(page.status, 400);
});
