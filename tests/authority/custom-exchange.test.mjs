// Custom token exchange: a token of somebody else's, and an action of the tenant that says whose it is.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Management, managementGrant, machine } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, exchangeGrant, extra, web } from '../lib/tenant.mjs';

const group = scope(), type = 'urn:acme:legacy-token';
const exchanging = { token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } };
let api;
before(async () => {
  const authority = await startAuthority(group, {
    clients: [{ ...app, ...exchanging, grant_types: [...app.grant_types, exchangeGrant] }, { ...web, ...exchanging }, machine, { ...web, ...exchanging, client_id: 'theirs', name: 'Theirs', is_first_party: false }],
    extra: {
      ...extra, clientGrants: [...extra.clientGrants, managementGrant()],
      connections: [...extra.connections, { name: 'legacy', strategy: 'oidc', options: { client_id: 'x', issuer: 'http://127.0.0.1:7' } }, { name: 'other', strategy: 'oidc', options: { client_id: 'x', issuer: 'http://127.0.0.1:7' } }, { name: 'closed', strategy: 'oidc', enabled_clients: [], options: { client_id: 'x', issuer: 'http://127.0.0.1:7' } }],
    },
  });
  api = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());
const call = async (...what) => {
  const answer = await api.call(...what);
  assert.ok(answer.status < 300, answer.text);
  return answer.body;
};
/** A profile whose action has that body. */
const profile = async (body, more = {}) => {
  const action = await call('POST', 'actions/actions', { name: 'exchange', supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }], secrets: [{ name: 'KEY', value: 'open sesame' }], code: `exports.onExecuteCustomTokenExchange = async (event, api) => { ${body} };` });
  await call('POST', `actions/actions/${action.id}/deploy`);
  return call('POST', 'token-exchange-profiles', { name: 'legacy', subject_token_type: type, action_id: action.id, type: 'custom_authentication', ...more });
};
const exchange = (more = {}) => api.token({ grant_type: exchangeGrant, client_id: 'app', subject_token: 'ada', subject_token_type: type, audience: 'https://api.example.com/', scope: 'openid profile offline_access read:messages', ...more });

test('an account by its id: access, ID and refresh token, as after a login', async () => {
  await profile("if (event.secrets.KEY !== 'open sesame') throw new Error('no key'); api.authentication.setUserById('auth0|' + event.transaction.subject_token);");
  const { status, body, text } = await exchange();
  assert.equal(status, 200, text);
  assert.deepEqual([decode(body.access_token).sub, decode(body.id_token).sub, Boolean(body.refresh_token)], ['auth0|ada', 'auth0|ada', true]);
  assert.ok(decode(body.access_token).scope.includes('read:messages'));
  assert.equal((await exchange({ client_id: 'web', client_secret: 'web-secret' })).status, 200);
});
test('somebody of an upstream, who is made the first time and the same one then', async () => {
  await profile("api.authentication.setUserByConnection('legacy', { user_id: '77', email: 'new@example.com', email_verified: true, name: 'New' }, { creationBehavior: 'create_if_not_exists', updateBehavior: 'none' });");
  const first = decode((await exchange()).body.id_token), second = decode((await exchange()).body.id_token);
  assert.deepEqual([first.sub, first.name], [second.sub, 'New']);
  assert.equal((await call('GET', `users/${encodeURIComponent(first.sub)}`)).email, 'new@example.com');
});
test('ids are those of their connection: the same id at another upstream is somebody else, and nobody reaches across', async () => {
  const first = decode((await (await profile("api.authentication.setUserByConnection('legacy', { user_id: 'u1', name: 'One' }, { creationBehavior: 'create_if_not_exists' });"), exchange())).body.id_token);
  const actions = (await call('GET', 'actions/actions')).actions;
  const change = async (body) => {
    await call('PATCH', `actions/actions/${actions[0].id}`, { code: `exports.onExecuteCustomTokenExchange = async (event, api) => { ${body} };` });
    await call('POST', `actions/actions/${actions[0].id}/deploy`);
    return exchange();
  };
  assert.equal(decode((await change("api.authentication.setUserByConnection('legacy', { user_id: 'u1' }, { creationBehavior: 'none' });")).body.id_token).sub, first.sub);
  for (const id of ['legacy|u1', first.sub, 'u2']) assert.equal((await change(`api.authentication.setUserByConnection('other', { user_id: '${id}' }, { creationBehavior: 'none' });`)).body.reason, 'exchange_user_missing', id);
});
test('a database account by its address', async () => {
  await profile("api.authentication.setUserByConnection('Username-Password-Authentication', { email: 'ada@example.com' });");
  assert.equal(decode((await exchange()).body.id_token).sub, 'auth0|ada');
});
for (const [name, body, status, error] of [
  ['the action refuses', "api.access.deny('blocked_there', 'not today');", 403, 'access_denied'],
  ['the action rejects the token', "api.access.rejectInvalidSubjectToken('forged');", 400, 'invalid_request'],
  ['the action fails', "throw new Error('x');", 403, 'access_denied'],
  ['nobody is named', '', 403, 'invalid_grant'],
  ['nobody of that id', "api.authentication.setUserById('auth0|gone');", 403, 'invalid_grant'],
  ['a connection that is closed', "api.authentication.setUserByConnection('closed', { user_id: '1' });", 403, 'invalid_grant'],
  ['an account that is blocked', "api.authentication.setUserById('auth0|mallory');", 403, 'unauthorized'],
  ['one that would have to be made, and is not to be', "api.authentication.setUserByConnection('legacy', { user_id: '99' }, { creationBehavior: 'none' });", 403, 'invalid_grant'],
])
  test(`refused: ${name}`, async () => {
    await profile(body);
    const answer = await exchange();
    assert.deepEqual([answer.status, answer.body.error], [status, error], answer.text);
    assert.equal(answer.body.access_token, undefined);
  });
test('an application of somebody else, one without leave, a type without profile', async () => {
  await profile("api.authentication.setUserById('auth0|ada');");
  assert.equal((await exchange({ client_id: 'theirs', client_secret: 'web-secret' })).body.error, 'unauthorized_client');
  assert.equal((await exchange({ subject_token_type: 'urn:acme:other' })).body.reason, 'subject_token_type_unknown');
  await call('PATCH', 'clients/app', { token_exchange: { allow_any_profile_of_type: [] } });
  assert.equal((await exchange()).body.reason, 'exchange_not_allowed');
});
test('a profile that is deleted exchanges nothing', async () => {
  const made = await profile("api.authentication.setUserById('auth0|ada');");
  assert.equal((await exchange()).status, 200);
  await call('DELETE', `token-exchange-profiles/${made.id}`);
  assert.equal((await exchange()).body.reason, 'subject_token_type_unknown');
});

test('profiles that could mean something else are refused when they are made', async () => {
  const made = await profile('');
  const ask = (more) => api.call('POST', 'token-exchange-profiles', { name: 'n', subject_token_type: 'urn:acme:second', action_id: made.action_id, type: 'custom_authentication', ...more });
  for (const bad of [{ subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }, { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, { subject_token_type: 'urn:auth0:x' }, { subject_token_type: 'no address' }, { subject_token_type: type }, { type: 'other' }])
    assert.equal((await ask(bad)).status, 400, JSON.stringify(bad));
  assert.equal((await ask({})).status, 201);
});
test('an action that is gone is named', async () => {
  const { action_id } = await profile("api.authentication.setUserById('auth0|ada');");
  await call('DELETE', `actions/actions/${action_id}`);
  const answer = await exchange();
  assert.deepEqual([answer.status, answer.body.reason], [403, 'exchange_action_missing'], answer.text);
});
