// Many who want to change the same at once, at two nodes: nobody's change is lost, and hardly anybody is sent away.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { startNodes } from '../lib/nodes.mjs';
import { authorizeUrl } from '../lib/person.mjs';
import { Postgres } from '../lib/postgres.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';

const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const group = scope();
const fifty = [...Array(50).keys()];
let nodes, api, at, management;
before(async () => {
  const postgres = await Postgres.start();
  nodes = await startNodes(group, postgres.database('pair'), { clients: [app, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
  api = new Api(nodes);
  at = (i) => Object.assign(new Api(nodes), { url: (path) => new URL(path, nodes.url(i % 2)).href });
  management = await Object.assign(new Management(nodes), { issuer: nodes.issuer }).authenticate();
});
const call = (i, method, path, body) => management.call.call({ ...management, issuer: nodes.url(i % 2) }, method, path, body, management.bearer);

test('fifty change one user at once: each change is made', async () => {
  for (let round = 0; round < 4; round++) {
    const answers = await Promise.all(fifty.map((i) => call(i, 'PATCH', 'users/auth0%7Cada', { user_metadata: { [`r${round}k${i}`]: i } })));
    assert.deepEqual(answers.filter((a) => a.status !== 200).map((a) => a.text), []);
    const { user_metadata } = (await call(0, 'GET', 'users/auth0%7Cada')).body;
    assert.equal(fifty.filter((i) => user_metadata[`r${round}k${i}`] === i).length, 50);
  }
});

test('fifty change one application at once: each is told what became of it', async () => {
  const answers = await Promise.all(fifty.map((i) => call(i, 'PATCH', 'clients/app', { client_metadata: { [`k${i}`]: 'x' } })));
  for (const { status, text } of answers) assert.ok([200, 409].includes(status), text);
});

test('of one code, fifty times at once, at most one gets tokens, and what it got ends with the replay', async () => {
  for (let round = 0; round < 5; round++) {
    const person = new Reader(nodes.issuer);
    const page = await person.open(authorizeUrl(nodes.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid offline_access', state: 's', prompt: 'login', ...challenge }));
    const code = (await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' })).location.searchParams.get('code');
    const answers = await Promise.all(fifty.map((i) => at(i).token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code, code_verifier })));
    const good = answers.filter((a) => a.status === 200);
    assert.ok(good.length <= 1, answers.map((a) => a.text).join('\n'));
    for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body.error], [403, 'invalid_grant']);
    for (const { body } of good) {
      assert.equal((await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).status, 401);
      if (body.refresh_token) assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token })).status, 403);
    }
  }
});
