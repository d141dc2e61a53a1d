// Log streams: the tenant's log at a webhook, and how long the log is kept.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';

const group = scope();
let api, webhook, status, calls, arrived;
before(async () => {
  webhook = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    calls.push({ headers: request.headers, body });
    response.writeHead(status).end();
    arrived();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => webhook.once('listening', resolve));
  group.after(() => webhook.close());
  api = new Management(await startAuthority(group, { clients: [app, machine], extra: { ...extra, tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', ostia: { log_retention_days: 2 } }, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  status = 200;
  calls = [];
  arrived = () => {};
});
const url = () => `http://127.0.0.1:${webhook.address().port}/logs`;
const make = async (sink = {}, more = {}) => {
  const made = await api.call('POST', 'log-streams', { name: 'hook', type: 'http', sink: { httpEndpoint: url(), httpContentType: 'application/json', httpContentFormat: 'JSONARRAY', httpAuthorization: 'Bearer hook-secret', ...sink }, ...more });
  assert.ok(made.status < 300, made.text);
  return made.body;
};
const until = (condition) => new Promise((resolve) => { arrived = () => condition() && resolve(); arrived(); });
const logIn = (password = 'Correct-Horse-9') => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password });
const entries = () => calls.flatMap((call) => (call.body.startsWith('[') ? JSON.parse(call.body) : call.body.split('\n').map((line) => JSON.parse(line))));

row('AZ-1801', 'd', '/api/v2/log-streams', 'a stream to a webhook', 'every entry arrives, in its order, with the authorization that was set; filters by category; lines or an array', async () => {
  await make({ httpCustomHeaders: [{ header: 'X-From', value: 'ostia' }] });
  await logIn();
  await logIn('wrong');
  await until(() => entries().some((e) => e.data.type === 'fepft'));
  assert.equal(calls[0].headers.authorization, 'Bearer hook-secret');
  assert.deepEqual([calls[0].headers['x-from'], calls[0].headers['content-type']], ['ostia', 'application/json']);
  const types = entries().map((e) => e.data.type);
  assert.ok(types.indexOf('sepft') >= 0 && types.indexOf('sepft') < types.indexOf('fepft'), types.join());
  assert.ok(entries().every((e) => e.log_id === e.data.log_id));
  await api.reset();
  await api.authenticate();
  calls = [];
  await make({ httpContentFormat: 'JSONLINES' }, { filters: [{ type: 'category', name: 'auth.token_exchange.fail' }] });
  await logIn();
  await logIn('wrong');
  await until(() => calls.length > 0);
  assert.deepEqual(entries().map((e) => e.data.type), ['fepft']);
});
row('AZ-1802', 'x', '/api/v2/log-streams', 'a webhook that refuses, then takes them; one that is paused', 'nothing is lost; nothing is sent', async () => {
  const { id } = await make();
  status = 500;
  await logIn('wrong');
  await until(() => calls.length > 0);
  status = 200;
  await until(() => calls.length > 1);
  assert.deepEqual(entries().filter((e) => e.data.type === 'fepft').map((e) => e.log_id).filter((one, i, all) => all.indexOf(one) === i).length, 1);
  assert.equal((await api.call('PATCH', `log-streams/${id}`, { status: 'paused' })).status, 200);
  calls = [];
  await logIn('wrong');
  const { body: second } = await api.call('POST', 'log-streams', { name: 'other', type: 'http', sink: { httpEndpoint: url() }, filters: [{ type: 'category', name: 'auth.token_exchange.success' }] });
  assert.ok(second.id);
  await logIn();
  await until(() => calls.length > 0);
  assert.ok(!calls.some((call) => call.body.includes('fepft')));
});
row('AZ-1803', 'd', '/api/v2/logs', 'log_retention_days', 'older entries are gone, younger ones are there', async () => {
  await logIn('wrong');
  const count = async () => (await api.call('GET', 'logs?q=type:fepft')).body.length;
  const settled = async (wanted) => { while (await count() !== wanted) await new Promise((resolve) => setImmediate(resolve)); };
  await settled(1);
  await api.advance(24 * 3600);
  await api.authenticate();
  await logIn('wrong');
  await settled(2);
  await api.advance(25 * 3600);
  await api.authenticate();
  await settled(1);
});
