// An upstream that hangs: whoever wanted to log in there is told so, and nobody else notices.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { app, callback, extra, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';
import { ScriptedUpstream } from '../lib/upstream.mjs';

test('nothing slow stops anything else: two hundred wait for an upstream that hangs, each is answered, and others log in', async (t) => {
  const hanging = await new ScriptedUpstream().start(t), good = await new ScriptedUpstream().start(t);
  const connections = [...extra.connections, hanging.connection('hanging'), good.connection('good')];
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, connections } });
  const api = new Api(authority);
  const url = (connection) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', connection })}`;
  const leave = async (upstream, connection) => {
    const person = new Reader(api.issuer), response = await person.get(url(connection));
    return { person, back: upstream.approve(response.headers.get('location')) };
  };
  const arrive = async ({ person, back }) => (await person.open(back)).location?.searchParams;
  assert.ok((await arrive(await leave(hanging, 'hanging'))).has('code'), 'it works while it does');

  const people = [];
  for (let i = 0; i < 200; i++) people.push(await leave(hanging, 'hanging'));
  for (const path of ['/token', '/jwks', '/.well-known/openid-configuration', '/userinfo']) hanging.change[path] = { hangs: true };
  const answers = people.map((one) => arrive(one).catch((error) => error));
  const others = [];
  for (let i = 0; i < 20; i++) {
    others.push((await arrive(await leave(good, 'good')))?.has('code'));
    others.push((await api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication' })).status === 200);
  }
  assert.ok(others.every(Boolean), 'others log in meanwhile');
  for (const answer of await Promise.all(answers)) {
    assert.ok(answer instanceof URLSearchParams, String(answer));
    assert.ok(['access_denied', 'temporarily_unavailable'].includes(answer.get('error')), String(answer));
    assert.equal(answer.get('state'), 's');
  }
  assert.match(authority.log(), /"event":"destination_resting"/);

  hanging.reset();
  await until(async () => (await arrive(await leave(hanging, 'hanging'))).has('code'), 'it is used again once it answers');
  assert.match(authority.log(), /"event":"destination_back"/);
});

test('nothing slow stops anything else: one person waits once for an upstream whose every answer is late', async (t) => {
  const upstream = await new ScriptedUpstream().start(t);
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, connections: [...extra.connections, upstream.connection('late')] } });
  const person = new Reader(authority.devIssuer);
  const response = await person.get(`${authority.devIssuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', connection: 'late' })}`);
  upstream.change.late_ms = 6000;
  const page = await person.open(upstream.approve(response.headers.get('location')));
  assert.equal(page.location?.searchParams.get('error'), 'access_denied');
});
