// What somebody with narrow rights may store does not make the program eat memory or time when a stranger triggers it.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';

const group = scope();
let api;
before(async () => {
  api = new Management(await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } }));
  await api.authenticate();
});

const bodies = {
  'a text that is shown again and again': `{% assign a = "${'A'.repeat(200_000)}" %}${'{{a}}'.repeat(20_000)}`,
  'blocks in blocks': `${'{% if true %}'.repeat(20_000)}x${'{% endif %}'.repeat(20_000)}`,
  'filters after filters': `{{ "x"${' | upcase'.repeat(20_000)} }}`,
  'a path of twenty thousand members': `{{ a${'.a'.repeat(20_000)} }}`,
};
for (const [what, body] of Object.entries(bodies))
  test(`bounded: a mail's own wording with ${what}`, async () => {
    const { id } = (await api.call('GET', 'connections')).body.find((c) => c.name === 'email');
    const changed = await api.call('PATCH', `connections/${id}`, { options: { email: { syntax: 'liquid', from: 'x@example.com', subject: 's', body } } });
    assert.ok([200, 400].includes(changed.status), changed.text);
    const sent = await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'x@example.com', send: 'code' });
    assert.ok(sent.status < 500, sent.text);
    assert.equal((await fetch(`${api.issuer}health/live`)).status, 200);
    const [message] = await api.messages('x@example.com');
    assert.ok(!message || JSON.stringify(message).length < 4_000_000);
  });

test('bounded: numbers of a tenant that are larger than any machine', async () => {
  for (const change of [{ session_lifetime: 9e15 }, { session_lifetime_in_minutes: 9e15 }, { idle_session_lifetime: 1e15 }, { ostia: { log_retention_days: 9e15, rate_limits: { address: { per_second: 1e300, burst: 1e300 } } } }]) {
    const changed = await api.call('PATCH', 'tenants/settings', change);
    assert.ok([200, 400].includes(changed.status), changed.text);
    assert.equal((await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' })).status, 200);
  }
});
