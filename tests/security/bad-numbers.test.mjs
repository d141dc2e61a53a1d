// No number in a query ends the process: every query parameter of every GET of the Management API, with numbers that are
// negative, huge, no numbers, empty or there twice. What is no place in a list is refused.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { scope } from '../lib/scope.mjs';
import { Siege } from '../lib/siege.mjs';
import { app, callback, extra, web } from '../lib/tenant.mjs';

const group = scope();
let siege, api, gets;
const slots = {}; // what stands for `{…}` in a path, by the word before it

before(async () => {
  const rules = [1, 2].map((i) => ({ name: `Rule ${i}`, order: i, script: 'function (user, context, callback) { callback(null, user, context); }', enabled: false }));
  siege = await Siege.start(group, { clients: [app, web, machine], extra: { ...extra, rules, clientGrants: [...extra.clientGrants, managementGrant()] } });
  api = await new Management(siege.authority).authenticate();
  await fill();
  const { paths } = (await api.get('/api/v2/openapi.json')).body;
  gets = Object.entries(paths).filter(([, one]) => one.get).map(([path, { get }]) => ({
    path: `/api/v2${path.replace(/([\w-]+)\/\{(\w+)\}/g, (_, before, name) => `${before}/${encodeURIComponent(slots[`${before}/${name}`] ?? slots[before] ?? 'none')}`)}`, template: path,
    isEmpty: get.summary.startsWith('Nothing'), isKept: Boolean(get['x-ostia-kept']), parameters: (get.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name) }));
});
beforeEach(() => siege.forget());

/** Something in every list. */
async function fill() {
  const make = async (method, path, body, expected = [200, 201, 202, 204]) => {
    const answer = await api.call(method, path, body);
    assert.ok(expected.includes(answer.status), `${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const ada = 'users/auth0%7Cada';
  const roles = [];
  for (const name of ['one', 'two', 'three']) roles.push(await make('POST', 'roles', { name }));
  const permissions = [{ resource_server_identifier: 'https://api.example.com/', permission_name: 'read:messages' }];
  await make('POST', `roles/${roles[0].id}/permissions`, { permissions });
  await make('POST', `roles/${roles[0].id}/users`, { users: ['auth0|ada', 'auth0|grace'] });
  await make('POST', `${ada}/permissions`, { permissions });
  const organization = await make('POST', 'organizations', { name: 'acme', display_name: 'Acme' });
  await make('POST', 'organizations', { name: 'other', display_name: 'Other' });
  await make('POST', `organizations/${organization.id}/members`, { members: ['auth0|ada', 'auth0|grace'] });
  await make('POST', `organizations/${organization.id}/members/auth0%7Cada/roles`, { roles: [roles[0].id] });
  const [connection] = await make('GET', 'connections?strategy=auth0');
  await make('POST', `organizations/${organization.id}/enabled_connections`, { connection_id: connection.id });
  const [key] = await make('GET', 'keys/signing');
  const action = await make('POST', 'actions/actions', { name: 'act', supported_triggers: [{ id: 'post-login', version: 'v3' }], code: 'exports.onExecutePostLogin = async () => {};' });
  for (let i = 0; i < 2; i++) await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid offline_access', audience: 'https://api.example.com/' });
  const [refresh] = (await make('GET', `${ada}/refresh-tokens`)).tokens;
  Object.assign(slots, { users: 'auth0|ada', members: 'auth0|ada', roles: roles[0].id, organizations: organization.id, name: 'acme', connections: connection.id, enabled_connections: connection.id, signing: key.kid, actions: action.id, clients: 'app', 'resource-servers': 'https://api.example.com/', 'refresh-tokens': refresh.id, triggers: 'post-login', 'user-blocks': 'auth0|ada', rules: (await make('GET', 'rules'))[0].id, logs: (await make('GET', 'logs'))[0]?.log_id, prompts: 'login', 'client-grants': (await make('GET', 'client-grants'))[0].id });
}

const place = (text) => Buffer.from(String(text)).toString('base64url');
const powers = [31, 32, 53, 62, 63, 64].flatMap((n) => [2n ** BigInt(n) - 1n, 2n ** BigInt(n)]), huge = [...powers, 10n ** 18n, 10n ** 30n, 10n ** 300n];
const numbers = ['-1', '-5', '-0', '0', '1', '+1', '00', ' 1', '1 ', '1,5', '1.5', '-1.5', '.5', '1.', '1e3', '1e308', '1e999', '-1e999', '0x10', '0b1', '1_000', 'NaN', 'nan', 'Infinity', '-Infinity', 'null', 'undefined', 'true', '[]', '{}', '１', '-', '--1', '', ' ', '\0', '%', '%00', ...huge.flatMap((n) => [n, -n])].map(String);
const places = [...numbers.map(place), 'LTU', 'LTU=', 'LTEK', '!!!', 'A', '====', 'LTU.LTU', place('5;'), place('1\0'), place('9'.repeat(5000)), '_w', 'gIA', 'MQD_'];
const query = (...pairs) => pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
const asked = (get, text) => ['GET', `${get.path}?${text}`, { headers: { authorization: `Bearer ${api.bearer}` } }, `GET ${get.template}?${text.slice(0, 200)}`];

describe('no number in a query ends the process', () => {
  test('each path of the description has something to show', async () => {
    assert.ok(gets.length > 80, String(gets.length));
    const missing = [];
    for (const get of gets) {
      const { status } = await siege.ask(...asked(get, ''));
      if (status !== 200 && !get.isKept) missing.push(`${status} ${get.template}`);
    }
    assert.deepEqual(missing.filter((one) => !/\{(id|\w+_id|item)\}$|\{id\}\/errors|emails\/provider|name\}|user-blocks$|users-by-email|custom-domains\/default/.test(one)), [], 'what the test looks at is there');
  });

  test('no number in a query ends the process: each parameter of each GET of the Management API', async () => {
    const list = [];
    for (const get of gets)
      for (const name of [...get.parameters, 'unknown']) {
        for (const value of name === 'from' ? [...places, ...numbers] : numbers) list.push(asked(get, query([name, value])));
        for (const value of ['-5', '1', '1e999']) list.push(asked(get, query([name, value], [name, '2'])), asked(get, query([name, '2'], [name, value])));
        list.push(asked(get, encodeURIComponent(name)), asked(get, `${encodeURIComponent(name)}=%FF`), asked(get, `${encodeURIComponent(name)}=%`), asked(get, query([`${name}[]`, '-1'])));
      }
    assert.ok(list.length > 15_000, String(list.length));
    const odd = [];
    await siege.askAll(list, ({ status, text }, [, , , name]) => { if (![200, 400, 404].includes(status)) odd.push(`${status} ${name}: ${text.slice(0, 200)}`); });
    await siege.survives();
    assert.deepEqual(odd.slice(0, 20), [], 'answers that are none of 200, 400 and 404');
  });

  test('no number in a query ends the process: two parameters of a page at once', async () => {
    const list = [], few = ['-5', '0', '100', '1.5', String(2n ** 63n - 1n), String(-(2n ** 63n)), '', 'NaN'];
    for (const get of gets.filter((one) => one.parameters.includes('take')))
      for (const from of [place('-5'), place(2n ** 63n - 1n), place(-(2n ** 63n)), place('1'), 'x', ''])
        for (const take of few) list.push(asked(get, query(['from', from], ['take', take])));
    for (const get of gets.filter((one) => one.parameters.includes('page')))
      for (const page of few)
        for (const per_page of few) for (const more of [[], [['include_totals', 'true']]]) if (get.parameters.includes('per_page')) list.push(asked(get, query(['page', page], ['per_page', per_page], ...more.filter(([name]) => get.parameters.includes(name)))));
    await siege.askAll(list);
    await siege.survives();
  });

  // Where lists go on after an id, or from a day, `from` is no number.
  const byId = ['/users', '/logs', '/users/{id}/logs', '/stats/daily'];
  test('no number in a query ends the process: from is a place in the list, or 400', async () => {
    const lists = gets.filter((one) => one.parameters.includes('from') && !one.isEmpty && !one.isKept && !byId.includes(one.template)), wrong = [];
    assert.ok(lists.length > 15, String(lists.length));
    const no = ['-1', '-5', -(2n ** 31n), -(2n ** 63n), 2n ** 63n, 2n ** 64n, 10n ** 30n, -(10n ** 30n), '1.5', '1e3', 'NaN', 'x', ' 1', '0x10', '1;'].map(place).concat('!!!', 'A', '5', '-5');
    for (const get of lists)
      for (const take of ['', '&take=1']) {
        for (const from of no) {
          const { status } = await siege.ask(...asked(get, `from=${encodeURIComponent(from)}${take}`));
          if (status !== 400) wrong.push(`${status} ${get.template}?from=${from}${take} (${Buffer.from(from, 'base64url')})`);
        }
        for (const from of ['0', '1', '1000'].map(place)) {
          const { status } = await siege.ask(...asked(get, `from=${from}${take}`));
          if (status !== 200) wrong.push(`${status} ${get.template}?from=${from}${take}: a good place`);
        }
      }
    assert.deepEqual(wrong.slice(0, 40), [], `${wrong.length} answers`);
  });

  test('no number in a query ends the process: a list that is walked from place to place is the whole list', async () => {
    for (const path of ['clients', 'roles', 'organizations', 'connections', 'users']) {
      const name = path, seen = [];
      for (let next = '', i = 0; next !== undefined && i < 50; i++) {
        const { body, text } = await api.call('GET', `${path}?take=1${next && `&from=${next}`}`);
        assert.ok(Array.isArray(body?.[name]), `${path}: ${text}`);
        seen.push(...body[name].map((one) => JSON.stringify(one)));
        next = body.next;
      }
      const all = (await api.call('GET', path)).body;
      assert.deepEqual([seen.length, new Set(seen).size], [all.length, all.length], path);
    }
  });

  test('no number in a query ends the process: numbers of the Authentication API', async () => {
    const list = [], base = { client_id: 'app', response_type: 'code', redirect_uri: callback, state: 's', scope: 'openid', prompt: 'none' };
    for (const name of ['max_age', 'expires_in', 'leeway', 'page', 'auth_time']) for (const value of numbers) list.push(['GET', `/authorize?${new URLSearchParams({ ...base, [name]: value })}`]);
    for (const value of numbers) list.push(['POST', '/oauth/token', { body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', refresh_token: value, expires_in: value }) }], ['GET', `/v2/logout?${query(['federated', value], ['client_id', value])}`], ['GET', `/user/ssodata?${query(['x', value])}`]);
    await siege.askAll(list);
    await siege.survives();
  });
});
