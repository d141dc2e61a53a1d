// Numbers are bounded where they come in: by the tenant's file, by `ostia lint` and `import`, and by the Management API, with
// one answer; and what a database has from before breaks no login.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { folder, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, database, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

/** `{ a: { b: value } }` of `a.b`. */
const at = (path, value) => path.split('.').reduceRight((inner, name) => ({ [name]: inner }), value);
const merged = (one, other) => ({ ...one, ...other });

// section of the file, path, least, most, how the Management API is asked to change it
const settings = (path, ...range) => ['tenant', path, ...range, (change) => ['PATCH', 'tenants/settings', change]];
const client = (path, ...range) => ['clients', path, ...range, (change) => ['PATCH', 'clients/app', change]];
const numbers = [
  client('jwt_configuration.lifetime_in_seconds', 1, 2_592_000),
  client('refresh_token.leeway', 0, 315_360_000),
  client('refresh_token.token_lifetime', 1, 157_788_000),
  client('refresh_token.idle_token_lifetime', 1, 157_788_000),
  ['resourceServers', 'token_lifetime', 0, 2_592_000, (change) => ['PATCH', `resource-servers/${encodeURIComponent('https://api.example.com/')}`, change]],
  ['resourceServers', 'token_lifetime_for_web', 0, 2_592_000, (change) => ['PATCH', `resource-servers/${encodeURIComponent('https://api.example.com/')}`, change]],
  ['databases', 'options.password_history.size', 0, 1000, (change, id) => ['PATCH', `connections/${id}`, change]],
  ['emailTemplates', 'urlLifetimeInSeconds', 60, 315_360_000, (change) => ['PATCH', 'email-templates/verify_email', change]],
  settings('session_lifetime', 0.02, 87_600),
  settings('idle_session_lifetime', 0.02, 87_600),
  settings('session_lifetime_in_minutes', 1, 5_256_000),
  settings('ostia.log_retention_days', 1, 3650),
  settings('ostia.log_refusals', 1000, 1e9),
  settings('ostia.script_timeout_s', 1, 20),
  settings('ostia.administration.session_lifetime', 0.02, 87_600),
  settings('ostia.administration.token_lifetime_s', 60, 7200),
  ['attackProtection', 'suspiciousIpThrottling.stage.pre-login.rate', 1, 2_592_000_000, ({ suspiciousIpThrottling }) => ['PATCH', 'attack-protection/suspicious-ip-throttling', suspiciousIpThrottling]],
];
const beyond = (least, most) => [least - 1, most + 1, 9e15, 9.2e18, 1e300, -1e300, '60', true];

const entries = { clients: app, resourceServers: extra.resourceServers[0], databases: database('Username-Password-Authentication'), emailTemplates: { template: 'verify_email', enabled: true, body: 'x', subject: 's' } };
const file = (dir, section, path, value) => {
  const entry = entries[section], change = at(path, value);
  const config = { clients: [app], databases: [entries.databases], [section]: entry ? [merged(entry, change)] : change };
  const name = join(dir, 'tenant.json');
  writeFileSync(name, JSON.stringify(config));
  return name;
};

describe('numbers are bounded where they come in', () => {
  const group = scope();
  let authority, api, connection;
  before(async () => {
    authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, emailTemplates: [entries.emailTemplates], clientGrants: [managementGrant()] } });
    api = await new Management(authority).authenticate();
    connection = (await api.call('GET', 'connections?strategy=auth0')).body[0].id;
  });
  const logIn = () => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' });

  for (const [section, path, least, most, ask] of numbers)
    test(`${section}: ${path} from ${least} to ${most}, by the Management API`, async () => {
      for (const value of beyond(least, most)) {
        const { status, body, text } = await api.call(...ask(at(path, value), connection));
        assert.equal(status, 400, `${value}: ${text}`);
        assert.ok(body.message.includes(path.split('.').at(-1)), body.message);
      }
      for (const value of [least, most]) {
        const { status, text } = await api.call(...ask(at(path, value), connection));
        assert.equal(status, 200, `${value}: ${text}`);
        assert.equal((await logIn()).status, 200);
      }
      await api.reset();
      await api.authenticate();
    });

  test('numbers of documents from before break no login, and the log names them', async () => {
    const old = (kind, id, path, value) => {
      const body = sql(authority, `SELECT body FROM tenant_objects WHERE kind = '${kind}' AND id = '${id}'`).trim();
      const document = JSON.parse(body), change = at(path, value), [first] = path.split('.');
      document[first] = typeof change[first] === 'object' ? merged(document[first], change[first]) : change[first];
      sql(authority, `UPDATE tenant_objects SET body = '${JSON.stringify(document).replaceAll("'", "''")}' WHERE kind = '${kind}' AND id = '${id}'`);
    };
    old('settings', 'tenant', 'session_lifetime', 9e15);
    old('client', 'app', 'jwt_configuration.lifetime_in_seconds', 9.2e18);
    await api.call('PATCH', 'tenants/settings', { friendly_name: 'Another name' }); // now it is read again
    await until(() => authority.log().match(/"number_out_of_range"/g)?.length >= 2, 'the log has them');
    const { status, body, text } = await logIn();
    assert.equal(status, 200, text);
    const { exp, iat } = decode(body.id_token);
    assert.equal(exp - iat, 2_592_000);
  });
});

describe('numbers are bounded where they come in: files', () => {
  for (const [section, path, least, most] of numbers)
    test(`${section}: ${path} from ${least} to ${most}`, async () => {
      const dir = folder(), data = join(dir, 'data');
      for (const value of [least - 1, 9e15, '60']) {
        const { code, stderr } = await runOstia(['import', file(dir, section, path, value), '--data', data]);
        assert.equal(code, 2, stderr);
        for (const part of [path, JSON.stringify(value), `from ${least} to ${most}`]) assert.ok(stderr.includes(part), `${part}: ${stderr}`);
      }
      const linted = await runOstia(['lint', file(dir, section, path, most + 1)]);
      assert.equal(linted.code, 1);
      assert.match(linted.stdout, new RegExp(`${path.replaceAll('.', '\\.')}\n {2}${most + 1} is not a (whole )?number from ${least} to ${most}`));
      for (const value of [least, most]) {
        const { code, stderr } = await runOstia(['import', file(dir, section, path, value), '--data', data]);
        assert.equal(code, 0, stderr);
      }
    });
});
