// Who is signed in at a browser is told to our own applications: not to a third party's page, which asks for consent, and
// not to one that the person could not have come in by.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, extra } from '../lib/tenant.mjs';

const group = scope();
const ours = 'https://ours.example', theirs = 'https://theirs.example', shared = 'https://shared.example', payroll = 'https://payroll.example';
let authority;
before(async () => {
  authority = await startAuthority(group, {
    clients: [
      { ...app, web_origins: [ours, shared] },
      { ...app, name: 'Third', client_id: 'third', is_first_party: false, web_origins: [theirs, shared], allowed_origins: ['https://theirs-too.example'], callbacks: ['https://theirs-by-callback.example/cb'] },
      { ...app, name: 'Payroll', client_id: 'payroll', web_origins: [payroll] },
    ],
    extra: { ...extra, databases: [database('Username-Password-Authentication', {}, { enabled_clients: ['app', 'third'] }), database('Staff', {}, { enabled_clients: ['payroll'] })] },
  });
});
const asked = async (person, from, query = '', headers = {}) => {
  const response = await person.get(`/user/ssodata${query}`, { headers: { ...(from && { origin: from }), ...headers } });
  return response.json();
};

test('who is signed in: told to first-party applications at their own origins, and to nobody else', async () => {
  const person = new Reader(authority.devIssuer);
  assert.deepEqual(await asked(person, ours), { sso: false });
  await person.logIn(`${authority.devIssuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback })}`);
  const own = authority.devIssuer.slice(0, -1);
  for (const [from, query] of [[ours, ''], [ours, '?client_id=app'], [shared, ''], [shared, '?client_id=app'], [ours, '?ldaps=1&client_id=app'], [own, ''], [undefined, '']]) {
    const data = await asked(person, from, query);
    assert.deepEqual([data.sso, data.lastUsedUserID, data.lastUsedUsername], [true, 'auth0|ada', 'ada@example.com'], `${from} ${query}`);
  }
  for (const [from, query] of [
    [theirs, ''], [theirs, '?client_id=third'], [theirs, '?client_id=app'], [shared, '?client_id=third'], ['https://theirs-too.example', ''], ['https://theirs-by-callback.example', ''],
    [payroll, ''], [payroll, '?client_id=payroll'], [ours, '?client_id=payroll'], [ours, '?client_id=nobody'], ['https://elsewhere.example', ''], ['null', ''], [`${ours}:8443`, ''], [`${ours}.evil.example`, ''], ['http://ours.example', ''],
  ])
    assert.deepEqual(await asked(person, from, query), { sso: false }, `${from} ${query}`);
});
