// Where the authority's own calls may go: each that calls, to each kind of address that is not public, in every spelling;
// refused in production, made where the operator names the address. And what is sent with them: no header of two lines.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile, users } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, web } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';
import { ScriptedUpstream } from '../lib/upstream.mjs';

const group = scope();
let called, server, mail, port, mailPort;
before(async () => {
  called = [];
  server = createServer((request, response) => {
    called.push({ address: request.socket.localAddress, path: request.url, headers: request.headers });
    if (request.url.startsWith('/redirect')) return response.writeHead(302, { location: `http://127.0.9.9:${port}/redirected` }).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '0.0.0.0');
  mail = createTcpServer((socket) => { called.push({ address: socket.localAddress, path: 'mail' }); socket.destroy(); }).listen(0, '0.0.0.0');
  await Promise.all([server, mail].map((one) => new Promise((resolve) => (one.listening ? resolve() : one.once('listening', resolve)))));
  group.after(() => { server.closeAllConnections(); server.close(); mail.close(); });
  port = server.address().port;
  mailPort = mail.address().port;
});

/** An authority as in production, behind a proxy. */
async function start(t, { args = [], connections = [], clients = [], more = {} } = {}) {
  const dir = folder(), at = await freePort();
  const file = tenantFile(dir, { clients: [app, machine, web, ...clients], extra: { ...extra, connections: [...extra.connections.filter((c) => !connections.some((own) => own.name === c.name)), ...connections], clientGrants: [managementGrant()], ...more } });
  const started = await serve(['--data', join(dir, 'data'), '--config', file, '--users', users, '--plain-http', '--listen', `127.0.0.1:${at}`, '--issuer', `http://localhost:${at}/`, ...args], { https_proxy: '', http_proxy: '' });
  t.after(() => started.stop());
  const api = await new Management({ devIssuer: started.issuer }).authenticate();
  return { ...started, data: join(dir, 'data'), api, events: (name) => started.log().split('\n').filter((line) => line.includes(`"${name}"`)).map((line) => JSON.parse(line)) };
}
const stream = async (api, name, httpEndpoint, sink = {}) => {
  const made = await api.call('POST', 'log-streams', { name, type: 'http', sink: { httpEndpoint, ...sink } });
  assert.ok(made.status < 300, made.text);
};
const leaveAnEntry = (api) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'wrong' });

// ---- Who calls

// Each at an address of its own, so that the log tells them apart.
const at = (last) => `http://127.0.1.${last}:${port}`;
const callers = {
  'a log stream': [1, async ({ api }) => { await stream(api, 'hook', `${at(1)}/`); await leaveAnEntry(api); }],
  'back-channel logout': [2, async ({ api }) => {
    const person = new Reader(api.issuer);
    const query = new URLSearchParams({ client_id: 'tellable', response_type: 'code', redirect_uri: callback, scope: 'openid' });
    await person.logIn(`${api.issuer}authorize?${query}`);
    await person.open('/v2/logout');
  }],
  'the mail server': [3, ({ api }) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'ada@example.com', send: 'code' })],
  'an SMS gateway': [4, ({ api }) => api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+49301234567', send: 'code' })],
  "an upstream's discovery": [5, ({ api }) => fetch(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, connection: 'elsewhere', nonce: 'n' })}`, { redirect: 'manual' })],
  'a script': [6, async ({ api }) => {
    const { body } = await api.call('POST', 'rules', { name: 'calls', script: `async function (user, context, callback) { try { await fetch('${at(6)}/'); } catch {} callback(null, user, context); }` });
    await api.call('POST', `rules/${body.id}/test`, { user: {}, context: {} });
  }],
};
const everything = () => ({
  clients: [{ ...web, client_id: 'tellable', name: 'Tellable', oidc_logout: { backchannel_logout_urls: [`${at(2)}/`] } }],
  connections: [
    { name: 'sms', strategy: 'sms', options: { provider: 'sms_gateway', gateway_url: `${at(4)}/`, gateway_token: 'g', from: 'Ostia' } },
    { name: 'elsewhere', strategy: 'oidc', options: { client_id: 'x', client_secret: 's', issuer: at(5), discovery_url: `${at(5)}/.well-known/openid-configuration` } },
  ],
  more: { emailProvider: { name: 'smtp', enabled: true, default_from_address: 'doors@example.com', credentials: { smtp_host: '127.0.1.3', smtp_port: mailPort } } },
});
test('each that calls: refused, and the log says which address and which option', async (t) => {
  called.length = 0;
  const production = await start(t, everything());
  for (const [, act] of Object.values(callers)) await act(production);
  for (const [name, [last]] of Object.entries(callers)) {
    const [event] = await until(() => { const found = production.events('egress_refused').filter((e) => e.address === `127.0.1.${last}`); return found.length > 0 && found; }, `${name} is refused`);
    assert.equal(event.host, `127.0.1.${last}`);
    assert.match(event.what, new RegExp(`loopback: --allow-egress 127\\.0\\.1\\.${last} would`));
  }
  assert.deepEqual(called, []);
});
test('each that calls: made, where the operator names the network', async (t) => {
  called.length = 0;
  const production = await start(t, { ...everything(), args: ['--allow-egress', '127.0.1.0/24'] });
  for (const [, act] of Object.values(callers)) await act(production);
  for (const [name, [last]] of Object.entries(callers))
    await until(() => called.some((one) => one.address.replace('::ffff:', '') === `127.0.1.${last}`), `${name} is made`);
  assert.deepEqual(production.events('egress_refused'), []);
});
for (const [what, document] of [['token', 'token_endpoint'], ['profile', 'userinfo_endpoint'], ['keys', 'jwks_uri']])
  test(`an upstream's document that moves its ${what} elsewhere: refused there`, async (t) => {
    called.length = 0;
    const upstream = new ScriptedUpstream();
    await upstream.start(group);
    const honest = Object.fromEntries([['issuer', ''], ['authorization_endpoint', '/authorize'], ['token_endpoint', '/token'], ['userinfo_endpoint', '/userinfo'], ['jwks_uri', '/jwks']].map(([name, path]) => [name, upstream.issuer + path]));
    upstream.change['/.well-known/openid-configuration'] = { body: { ...honest, [document]: `http://127.0.2.1:${port}/moved` } };
    const production = await start(t, { args: ['--allow-egress', '127.0.0.1'], connections: [upstream.connection('acme')] });
    const person = new Reader(production.api.issuer);
    const leave = await person.get(`${production.api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid', nonce: 'n', state: 's', connection: 'acme' })}`);
    const back = await person.open(upstream.approve(leave.headers.get('location')));
    assert.equal(new URLSearchParams(back.location.hash.slice(1)).get('error'), 'access_denied');
    assert.deepEqual(production.events('egress_refused').map((e) => e.address).filter((one, i, all) => all.indexOf(one) === i), ['127.0.2.1']);
    assert.ok(!/loopback/.test(back.location.href), 'what the address is, the log alone says');
    assert.deepEqual(called, []);
  });

// ---- Where to

const forbidden = {
  'loopback': ['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', '[::1]', '[0:0:0:0:0:0:0:1]'],
  'loopback in other spellings': ['2130706433', '0x7f000001', '0x7f.1', '017700000001', '0177.0.0.1', '127.1', '127.0.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]'],
  'unspecified': ['0.0.0.0', '0', '0.1.2.3', '[::]'],
  'private': ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '[fc00::1]', '[fdff::1]', '[::ffff:10.0.0.1]', '[64:ff9b::a00:1]'],
  'link-local and metadata': ['169.254.169.254', '169.254.0.1', '2852039166', '[::ffff:169.254.169.254]', '[fe80::1]', '[febf::1]', '[fd00:ec2::254]', '168.63.129.16'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  'multicast and reserved': ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '[ff02::1]', '[fec0::1]', '192.0.0.1', '198.18.0.1', '198.19.255.255', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  'IPv6 of other kinds': ['[2001:0:1::1]', '[2001:db8::1]', '[2002:808:808::1]', '[64:ff9b:1::1]', '[100::1]', '[::7f00:1]', '[3fff::1]', '[4000::1]', '[5f00::1]', '[1::1]'],
};
for (const [kind, hosts] of Object.entries(forbidden))
  test(`${kind}: refused, in each spelling`, async (t) => {
    called.length = 0;
    const { api, events } = await start(t);
    for (const host of hosts) await stream(api, host, `http://${host}:${port}/`);
    await leaveAnEntry(api);
    for (const host of hosts) {
      const { what } = await until(() => events('log_stream_failed').find((e) => e.stream === host), `${host} is tried`);
      assert.match(what, /an address that this authority does not call/, host);
    }
    assert.deepEqual(called, []);
  });
test('named: an address, a network, a host; nothing beside them', async (t) => {
  called.length = 0;
  const { api, events } = await start(t, { args: ['--allow-egress', '127.0.3.1', '--allow-egress', '127.0.4.0/30', '--allow-egress', 'LocalHost.'] });
  const hosts = { '127.0.3.1': true, '[::ffff:127.0.3.1]': true, '127.0.3.2': false, '127.0.4.0': true, '127.0.4.3': true, '127.0.4.4': false, localhost: true, LOCALHOST: true, '127.0.0.1': false };
  for (const host of Object.keys(hosts)) await stream(api, host, `http://${host}:${port}/${encodeURIComponent(host)}`);
  await leaveAnEntry(api);
  for (const [host, isNamed] of Object.entries(hosts)) {
    if (isNamed) await until(() => called.some((one) => one.path === `/${encodeURIComponent(host)}`), `${host} is called`);
    else assert.match((await until(() => events('log_stream_failed').find((e) => e.stream === host), `${host} is tried`)).what, /does not call/);
  }
});
test('options that name nothing are refused', async () => {
  for (const one of ['10.0.0.0/33', 'http://mail.internal/', 'mail.internal:25', '', '*', '10.0.0', 'a b'])
    assert.match((await runOstia(['serve', '--allow-egress', one])).stderr, /--allow-egress/, one);
});
test('a redirect is not followed, wherever it leads', async (t) => {
  called.length = 0;
  const { api, events } = await start(t, { args: ['--allow-egress', '127.0.3.1', '--allow-egress', '127.0.9.9'] });
  await stream(api, 'moves', `http://127.0.3.1:${port}/redirect`);
  await leaveAnEntry(api);
  assert.match((await until(() => events('log_stream_failed')[0], 'it has failed')).what, /answered 302/);
  assert.ok(called.length > 0 && called.every((one) => one.path === '/redirect'), JSON.stringify(called.map((one) => one.path)));
});
test('other protocols, and hosts that are read in two ways', async (t) => {
  called.length = 0;
  const { api, events } = await start(t, { args: ['--allow-egress', 'localhost'] });
  const urls = { file: 'file:///etc/passwd', ftp: `ftp://localhost:${port}/`, gopher: `gopher://localhost:${port}/`, dict: `dict://localhost:${port}/`, user: `http://localhost@127.0.5.1:${port}/`, backslash: `http://localhost\\@127.0.5.2:${port}/`, hash: `http://127.0.5.3:${port}#@localhost/` };
  const made = [];
  for (const [name, httpEndpoint] of Object.entries(urls))
    if ((await api.call('POST', 'log-streams', { name, type: 'http', sink: { httpEndpoint } })).status < 300) made.push(name);
  await leaveAnEntry(api);
  for (const name of made) await until(() => events('log_stream_failed').find((e) => e.stream === name), `${name} is tried`);
  assert.ok(made.includes('user') && made.includes('file'), made.join());
  assert.deepEqual(called, []);
});
test('a proxy of the environment stands in nobody\'s way', async (t) => {
  called.length = 0;
  const dir = folder(), at = await freePort();
  const file = tenantFile(dir, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } });
  const started = await serve(['--data', join(dir, 'data'), '--config', file, '--users', users, '--plain-http', '--listen', `127.0.0.1:${at}`, '--allow-egress', '127.0.6.1'], { http_proxy: `http://127.0.6.1:${port}`, ALL_PROXY: `http://127.0.6.1:${port}` });
  t.after(() => started.stop());
  const api = await new Management({ devIssuer: started.issuer }).authenticate();
  await stream(api, 'hook', `http://127.0.6.2:${port}/`);
  await leaveAnEntry(api);
  await until(() => started.log().includes('"log_stream_failed"'), 'it is refused');
  assert.deepEqual(called, []);
  assert.match(started.log(), /"proxy_not_used".*http_proxy/);
});
test('with --dev this machine may be called, and nothing else that is not public', async (t) => {
  called.length = 0;
  const authority = await startAuthority(t, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } });
  const api = await new Management(authority).authenticate();
  await stream(api, 'here', `http://127.0.7.1:${port}/here`);
  await stream(api, 'there', `http://10.0.0.1:${port}/there`);
  await leaveAnEntry(api);
  await until(() => called.some((one) => one.path === '/here'), 'it is called');
  await until(() => /"log_stream_failed".*"there".*does not call/.test(authority.log()), 'it is refused');
});

// ---- What is sent along

const broken = { 'a line break in a value': ['X-From', 'ostia\r\nX-Evil: injected'], 'a line feed': ['X-From', 'a\nb'], 'a carriage return': ['X-From', 'a\rb'], 'a NUL': ['X-From', 'a\0b'], 'a control character': ['X-From', 'a\x1bb'], 'a DEL': ['X-From', 'a\x7fb'], 'a line break in a name': ['X-From\r\nX-Evil', 'a'], 'a colon in a name': ['X-From: a', 'b'], 'a space in a name': ['X From', 'a'], 'no name': ['', 'a'] };
test('headers of two lines: 400 at the Management API, refused by an import', async (t) => {
  const { api, data } = await start(t);
  const { body: good } = await api.call('POST', 'log-streams', { name: 'good', type: 'http', sink: { httpEndpoint: 'https://hooks.example/' } });
  const refused = async (what, sink) => {
    const whole = { httpEndpoint: 'https://hooks.example/', ...sink };
    for (const [method, path, body] of [['POST', 'log-streams', { name: what, type: 'http', sink: whole }], ['PATCH', `log-streams/${good.id}`, { sink: whole }]]) {
      const answer = await api.call(method, path, body);
      assert.deepEqual([answer.status, answer.body.errorCode], [400, 'invalid_body'], `${what}: ${answer.text}`);
      assert.ok(!answer.text.includes('secret'), 'no value is told');
    }
    if (what === 'no value') return; // an export without secrets has none, and is taken back
    const dir = folder(), file = join(dir, 'tenant.yaml');
    writeFileSync(file, JSON.stringify({ logStreams: [{ name: what, type: 'http', sink: whole }] }));
    const { code, stderr } = await runOstia(['import', file, '--data', data, '--dry-run']);
    assert.notEqual(code, 0, what);
    assert.match(stderr, /logStreams\[0\]\.sink/, what);
    assert.ok(!stderr.includes('secret'), stderr);
  };
  for (const [what, [header, value]] of Object.entries(broken)) await refused(what, { httpCustomHeaders: [{ header, value }] });
  await refused('no value', { httpCustomHeaders: [{ header: 'X-From' }] });
  await refused('authorization', { httpAuthorization: 'Bearer secret\r\nX-Evil: injected' });
  await refused('content type', { httpContentType: 'text/plain\nX-Evil: injected' });
});
test('headers as they should be are sent as they are, also one without a value', async (t) => {
  called.length = 0;
  const { api } = await start(t, { args: ['--allow-egress', '127.0.8.1'] });
  await stream(api, 'hook', `http://127.0.8.1:${port}/`, { httpCustomHeaders: [{ header: 'X-From', value: 'a\tb, ä: c' }, { header: "x!#$%&'*+-.^_`|~1", value: 'odd' }, { header: 'X-Empty', value: '' }] });
  await leaveAnEntry(api);
  const { headers } = await until(() => called[0], 'it is called');
  assert.deepEqual([Buffer.from(headers['x-from'], 'latin1').toString(), headers["x!#$%&'*+-.^_`|~1"], headers['x-empty']], ['a\tb, ä: c', 'odd', '']);
});
