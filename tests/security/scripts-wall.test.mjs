// What a tenant's script may try, tried from inside: in JavaScript, as a rule or an action could; and as native code, as one
// that got out of JavaScript could. And what becomes of scripts where nothing would hold them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { folder, freePort, ostia, runOstia, serve, startAuthority, tenantFile, users } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';

const group = scope();
const tenant = { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', ostia: { script_timeout_s: 6 } };
const withManagement = { ...extra, tenant, clientGrants: [managementGrant()] };
let authority, api, server, requests;
before(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part)).on('end', () => {
      requests.push({ method: request.method, url: request.url, headers: request.headers, body });
      const to = /^\/redirect\?to=(.*)$/.exec(request.url)?.[1];
      if (to) return response.writeHead(302, { location: decodeURIComponent(to) }).end();
      response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-type': 'application/json', 'x-answer': 'yes' }).end(request.url === '/long' ? 'x'.repeat(600 * 1024) : JSON.stringify({ method: request.method, body }));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  group.after(() => { server.closeAllConnections(); server.close(); });
  process.env.OSTIA_TEST_SECRET = 'of-the-environment';
  authority = await startAuthority(group, { clients: [app, machine], extra: withManagement });
  api = new Management(authority);
});
beforeEach(async () => {
  requests = [];
  await api.reset();
  await api.authenticate();
});
const here = () => `http://127.0.0.1:${server.address().port}`;

const makeRule = async (script, at = api) => {
  const made = await at.call('POST', 'rules', { name: `r${Math.random().toString(36).slice(2)}`, script, enabled: true });
  assert.equal(made.status, 201, made.text);
  return made.body.id;
};
const makeAction = async (name, code, secrets = []) => {
  const made = await api.call('POST', 'actions/actions', { name, code, secrets, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
  assert.equal(made.status, 201, made.text);
};
const bind = async (...names) => assert.equal((await api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: names.map((value) => ({ ref: { type: 'action_name', value } })) })).status, 200);
const logIn = (username = 'ada@example.com', word = 'Correct-Horse-9') => api.token({ grant_type: 'password', client_id: 'app', username, password: word, scope: 'openid profile email' });
/** Runs `body` as a rule's; what it puts into `out`. */
const inside = async (body, { user = {}, at = api } = {}) => {
  const id = await makeRule(`async function (user, context, callback) {
    const out = {};
    const attempt = async (name, f) => { try { const got = await f(); out[name] = got === undefined ? 'undefined' : String(got); } catch (e) { out[name] = 'no: ' + (e && e.message) + (e && e.cause ? ' ' + e.cause.message : ''); } };
    ${body}
    context.out = out;
    callback(null, user, context);
  }`, at);
  const outcome = await at.call('POST', `rules/${id}/test`, { user, context: {} });
  await at.call('DELETE', `rules/${id}`);
  assert.equal(outcome.status, 200, outcome.text);
  assert.ok(outcome.body.result, outcome.text);
  return outcome.body.result.context.out;
};
const allRefused = (out, least) => {
  for (const [name, outcome] of Object.entries(out)) assert.match(outcome, /^no: /, `${name}: ${outcome}`);
  assert.ok(Object.keys(out).length >= least, JSON.stringify(out));
};

// ---- JavaScript

test('what scripts are offered works: modules, timers, a class of their own from a module', async () => {
  const out = await inside(`
    for (const name of ['assert', 'buffer', 'crypto', 'events', 'http', 'https', 'path', 'querystring', 'url', 'util', 'zlib'])
      await attempt(name, () => typeof require(name) + ' ' + (require('node:' + name) === require(name)));
    await attempt('own emitter', () => { class Own extends require('events') { emit(...all) { return super.emit(...all); } } let seen; const own = new Own(); own.on('x', (v) => { seen = v; }); own.emit('x', 'seen'); return seen; });
    await attempt('own properties', () => { const e = new (require('events'))(); e.on = 1; e.toString = () => 'own'; return e.on + String(e); });
    await attempt('hash', () => require('crypto').createHash('sha256').update('x').digest('hex').slice(0, 8));
    await attempt('cipher', () => { const { createCipheriv, randomBytes } = require('crypto'); const c = createCipheriv('aes-256-gcm', randomBytes(32), randomBytes(12)); c.update('x'); c.final(); return c.getAuthTag().length; });
    await attempt('gzip', () => new Promise((done, no) => require('zlib').gzip('hello', (e, z) => (e ? no(e) : done(require('zlib').gunzipSync(z))))));
    await attempt('promisify', () => require('util').promisify((x, done) => done(null, x + 1))(1));
    await attempt('inspect', () => require('util').inspect({ a: [1, new Map([[1, 2]])] }));
    await attempt('asserts', () => require('assert').throws(() => require('assert').equal(1, 2)) ?? 'threw');
    await attempt('urls', () => new URL('https://a.example/?q=1').searchParams.get('q') + require('url').parse('https://b.example/').host);
    await attempt('buffers', () => Buffer.from('aGk=', 'base64') + require('querystring').stringify({ a: 1 }) + require('path').join('a', 'b'));
    await attempt('timers', () => new Promise((done) => { const i = setInterval(() => { clearInterval(i); setImmediate(() => setTimeout(done, 1, 'ticked')); }, 1); }));
    await attempt('response', async () => (await new Response(JSON.stringify({ a: 1 }), { headers: { b: 'c' } }).json()).a + new Headers({ b: 'c' }).get('b'));
    await attempt('error', () => { try { null.x; } catch (e) { return e instanceof TypeError; } });`);
  for (const name of ['assert', 'buffer', 'crypto', 'http', 'https', 'path', 'querystring', 'url', 'util', 'zlib']) assert.match(out[name], /^(object|function) true$/, name);
  assert.deepEqual([out['own emitter'], out['own properties'], out.hash, out.cipher, out.gzip, out.promisify, out.asserts, out.urls, out.buffers, out.timers, out.response, out.error],
    ['seen', '1own', '2d711642', '16', 'hello', '2', 'threw', '1b.example', 'hia=1a/b', 'ticked', '1c', 'true']);
});
test("objects of node's own realm: none that a script holds can be changed, or leads to what it may not have", async () => {
  const out = await inside(`
    const seen = new Set(), bad = [], writable = [];
    const roots = { Buffer, URL, URLSearchParams, TextEncoder, TextDecoder, fetch, Headers, Request, Response, AbortController, AbortSignal, setTimeout, setInterval, setImmediate, clearTimeout };
    for (const name of ['assert', 'buffer', 'crypto', 'events', 'http', 'https', 'path', 'querystring', 'url', 'util', 'zlib']) roots[name] = require(name);
    const ours = new Set(); // what is the realm's own it may change as it likes
    for (const name of Object.getOwnPropertyNames(globalThis)) { const d = Object.getOwnPropertyDescriptor(globalThis, name); if (d.value && !(name in roots)) { ours.add(d.value); if (d.value.prototype) ours.add(d.value.prototype); } }
    const walk = (value, path) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || ours.has(value)) return;
      seen.add(value);
      if (value.pid !== undefined || value.getBuiltinModule || value.binding || value.readFileSync || value._load || value.createConnection || value.runInContext) bad.push(path);
      if (Object.isExtensible(value)) writable.push(path);
      for (const key of Reflect.ownKeys(value)) {
        const d = Object.getOwnPropertyDescriptor(value, key);
        if (typeof key === 'string' && d.writable && typeof value !== 'undefined' && !ArrayBuffer.isView(value)) writable.push(path + '.' + key);
        walk(d.value, path + '.' + String(key)); walk(d.get, path + '.get ' + String(key)); walk(d.set, path + '.set ' + String(key));
      }
      walk(Object.getPrototypeOf(value), path + '.__proto__');
    };
    for (const [name, root] of Object.entries(roots)) walk(root, name);
    out.seen = seen.size; out.bad = bad.slice(0, 20).join(); out.writable = writable.slice(0, 20).join();`);
  assert.ok(out.seen > 500, `${out.seen} objects`);
  assert.deepEqual([out.bad, out.writable], ['', '']);
});
test('poisoning: hooks on emitters, streams, promises, JSON and the language itself are refused', async () => {
  const out = await inside(`await (async () => { 'use strict';
    await attempt('emit', () => { require('events').prototype.emit = () => 0; });
    await attempt('emit, defined', () => { Object.defineProperty(require('events').prototype, 'emit', { value: 0 }); });
    await attempt('on, of a subclass', () => { Object.getPrototypeOf(require('zlib').createGzip().constructor.prototype).on = 1; });
    await attempt('write', () => { Object.getPrototypeOf(Object.getPrototypeOf(require('zlib').Gzip.prototype)).write = 1; });
    await attempt('Buffer.from', () => { Buffer.from = 1; });
    await attempt('Buffer.prototype', () => { Buffer.prototype.toString = 1; });
    await attempt('createHmac', () => { require('crypto').createHmac = 1; });
    await attempt('inspect', () => { require('util').inspect = 1; });
    await attempt('inspect.custom', () => { require('util').inspect.defaultOptions.depth = 1; require('util').inspect.styles.string = 1; });
    await attempt("Object of node's", () => { Buffer.constructor.constructor.prototype.call = 1; });
    await attempt("Object.prototype of node's", () => { Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(Buffer))).x = 1; });
    await attempt("Promise of node's", () => { const p = fetch('http://127.0.0.1:1/'); p.catch(() => {}); Object.getPrototypeOf(p).then = 1; });
    await attempt("Array of node's", () => { Object.getPrototypeOf(require('http').METHODS).push = 1; });
    await attempt('prepareStackTrace', () => { try { Buffer.from(1); } catch (e) { e.constructor.__proto__.__proto__.prepareStackTrace = 1; Object.getPrototypeOf(e.constructor).prepareStackTrace = 1; } });
    await attempt('timers', () => { Object.getPrototypeOf(setTimeout(() => {}, 1)).refresh = 1; });
    await attempt('URL', () => { URL.prototype.toString = 1; });
    await attempt('Response', () => { Response.prototype.json = 1; });
    })();`);
  allRefused(out, 17);
});
test('ways to node: process, constructors, stack frames, errors, this, import, code from strings', async () => {
  const out = await inside(`
    const nothing = (value) => { if (value === undefined || value === null) throw new Error('nothing'); return value; };
    await attempt('process', () => process.pid);
    await attempt('globalThis.process', () => nothing(globalThis.process));
    await attempt('getBuiltinModule', () => process.getBuiltinModule('fs'));
    await attempt('binding', () => process.binding('fs'));
    await attempt('this', () => nothing((function () { return this && this.process; })()));
    for (const name of ['fs', 'child_process', 'worker_threads', 'net', 'tls', 'dgram', 'dns', 'module', 'vm', 'v8', 'inspector', 'os', 'process', 'cluster', 'repl', 'node:fs', 'fs/promises', 'stream'])
      await attempt('require ' + name, () => require(name));
    await attempt('require.main', () => require.main.require('fs'));
    await attempt('require.cache', () => nothing(require.cache));
    await attempt('import', () => import('fs'));
    await attempt('import node:', () => import('node:child_process'));
    await attempt('eval', () => eval('1'));
    await attempt('Function', () => Function('return 1')());
    await attempt("Function of node's", () => Buffer.from.constructor('return process')());
    await attempt("AsyncFunction of node's", () => Object.getPrototypeOf(fetch).constructor('return process')());
    await attempt('generator', () => (function* () {}).constructor('return 1')().next());
    await attempt('console', () => console.log.constructor('return process')());
    await attempt('WebAssembly', () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
    await attempt('setTimeout of a text', () => setTimeout('1', 0));
    await attempt('stack frames', () => { Error.prepareStackTrace = (e, frames) => frames; const frames = new Error().stack; Error.prepareStackTrace = undefined; for (const f of frames) { const t = f.getThis && f.getThis(), g = f.getFunction && f.getFunction(); if (t && t !== globalThis && t.process) return 'this'; if (g && !(g instanceof Function)) return 'function'; } throw new Error('nothing'); });
    await attempt("arguments of node's", () => nothing((function f() { return f.caller instanceof Function ? null : f.caller; })()));
    await attempt('this of listeners', () => new Promise((done, no) => { const e = new (require('events'))(); e.on('x', function () { this && this.pid ? done('process') : no(new Error('nothing')); }); e.emit('x'); }));
    await attempt('this of timers', () => new Promise((done, no) => setTimeout(function () { this && (this.pid || this.process) ? done('process') : no(new Error('nothing')); }, 1)));
    await attempt('setEngine', () => require('crypto').setEngine('/usr/lib/x.so'));
    await attempt('symlink of modules', () => require('../../../etc/passwd'));`);
  allRefused(out, 35);
});
test('files, sockets, listening: refused by what scripts are offered', async () => {
  const socket = join(folder(), 'socket');
  const listener = createSocketServer(() => assert.fail('somebody came')).listen(socket);
  await new Promise((resolve) => listener.once('listening', resolve));
  const out = await inside(`
    const ask = (options) => new Promise((done, no) => { const r = require('http').request(options, () => done('answered')); r.on('error', no); r.end(); });
    await attempt('socketPath', () => ask({ socketPath: '${socket}', path: '/' }));
    await attempt('an agent with a socketPath', () => ask({ host: 'x.invalid', agent: new (require('http').Agent)({ socketPath: '${socket}' }) }));
    await attempt('createConnection', () => ask({ createConnection: () => ({}) }));
    await attempt('lookup', () => ask({ host: 'public.example', lookup: (h, o, done) => done(null, '127.0.0.1', 4) }));
    await attempt('localAddress', () => ask({ host: 'public.example', localAddress: '127.0.0.1' }));
    await attempt('unverified certificates', () => ask({ host: 'public.example', rejectUnauthorized: false }));
    await attempt('file:', () => fetch('file://${authority.data}/master.key'));
    await attempt('gopher:', () => fetch('gopher://127.0.0.1/'));
    await attempt('blob:', () => fetch('blob:nodedata:1'));
    await attempt('createServer', () => require('http').createServer().listen(0));
    await attempt('Server', () => new (require('https').Server)());
    await attempt('a line in a header', () => fetch('${here()}/', { headers: { a: 'b\\r\\nc: d' } }));
    await attempt('a line in a header of a request', () => ask({ host: '127.0.0.1', port: ${server.address().port}, headers: { a: 'b\\r\\nc: d' } }));
    await attempt('a line in a path', () => ask({ host: '127.0.0.1', port: ${server.address().port}, path: '/ HTTP/1.1\\r\\nX: y' }));
    await attempt('a method that is none', () => ask({ host: '127.0.0.1', port: ${server.address().port}, method: 'GET / HTTP/1.1\\r\\nX: y' }));`);
  listener.close();
  allRefused(out, 15);
  assert.deepEqual(requests, []);
});
test('calls that scripts may make: methods, headers, bodies, redirects, at once; with --dev to this machine', async () => {
  const out = await inside(`
    const text = (r) => new Promise((done, no) => { let body = ''; r.on('data', (d) => { body += d; }).on('end', () => done(r.statusCode + r.headers['x-answer'] + body)).on('error', no); });
    await attempt('get', async () => { const r = await fetch('${here()}/a?b=c#d', { headers: { 'x-asks': 'me' } }); return r.status + r.headers.get('x-answer') + r.url + (await r.json()).method; });
    await attempt('post', async () => (await (await fetch('${here()}/', { method: 'POST', body: JSON.stringify({ a: 1 }), headers: { 'content-type': 'application/json' } })).json()).body);
    await attempt('put', async () => (await (await fetch('${here()}/', { method: 'PUT', body: 'x' })).json()).method);
    await attempt('delete', async () => (await (await fetch('${here()}/', { method: 'DELETE' })).json()).method);
    await attempt('head', async () => (await fetch('${here()}/', { method: 'HEAD' })).status);
    await attempt('missing', async () => (await fetch('${here()}/missing')).ok);
    await attempt('redirect', async () => { const r = await fetch('${here()}/redirect?to=%2Fthere'); return r.redirected + r.url; });
    await attempt('redirect by hand', async () => (await fetch('${here()}/redirect?to=%2Fthere', { redirect: 'manual' })).status);
    await attempt('twenty at once', async () => (await Promise.all(Array.from({ length: 20 }, (_, i) => fetch('${here()}/' + i)))).filter((r) => r.ok).length);
    await attempt('abort', async () => { const c = new AbortController(); c.abort(); return fetch('${here()}/', { signal: c.signal }); });
    await attempt('http.get', () => new Promise((done, no) => require('http').get('${here()}/x', (r) => text(r).then(done)).on('error', no)));
    await attempt('http.request', () => new Promise((done, no) => { const r = require('http').request({ hostname: '127.0.0.1', port: ${server.address().port}, path: '/y', method: 'POST', auth: 'u:p', headers: { 'Content-Length': 3 } }, (a) => text(a).then(done)); r.on('error', no); r.write('ab'); r.end('c'); }));
    await attempt('an answer that is too long', async () => (await fetch('${here()}/long')).status);
    await attempt('many', async () => { for (let i = 0; i < 101; i++) await fetch('${here()}/'); });`);
  assert.deepEqual([out.get, out.post, out.put, out.delete, out.head, out.missing], [`200yes${here()}/a?b=cGET`, '{"a":1}', 'PUT', 'DELETE', '200', 'false']);
  assert.deepEqual([out.redirect, out['redirect by hand'], out['twenty at once']], [`true${here()}/there`, '302', '20']);
  assert.match(out.abort, /^no: .*abort/);
  assert.deepEqual([out['http.get'], out['http.request']], ['200yes{"method":"GET","body":""}', '200yes{"method":"POST","body":"abc"}']);
  assert.match(out['an answer that is too long'], /^no: .*longer than/);
  assert.match(out.many, /^no: .*100 calls/);
  const [first] = requests;
  assert.deepEqual([first.url, first.headers['x-asks']], ['/a?b=c', 'me']);
  assert.equal(requests.find((r) => r.url === '/y').headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
});
test('addresses: also with --dev only public ones and this machine, whatever they are called, and by redirect', async () => {
  const out = await inside(`
    for (const url of ['http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', 'http://10.0.0.1/', 'http://192.168.0.1/', 'http://0xa9fea9fe/', 'http://2852039166/', 'http://[::ffff:169.254.169.254]/', 'http://[64:ff9b::a9fe:a9fe]/', '${here()}/redirect?to=http%3A%2F%2F169.254.169.254%2F'])
      await attempt(url, async () => (await fetch(url)).status);`);
  allRefused(out, 9);
  for (const outcome of Object.values(out)) assert.match(outcome, /does not call/);
  assert.equal(requests.length, 1, 'the redirect itself');
  assert.match(authority.log(), /"egress_refused".*169\.254\.169\.254.*--allow-egress 169\.254\.169\.254/);
});

// ---- From one job to the next

test("an earlier person's login, and what a script leaves behind, are not there in the next one", async () => {
  const poison = `function (user, context, callback) {
    context.idToken['https://x/left'] = [typeof globalThis.left, typeof Object.prototype.left, typeof require('events').left, typeof Buffer.left, JSON.parse('{"a":1}').a, String(Promise.prototype.then).includes('native'), typeof Array.prototype.left].join();
    globalThis.left = user.email;
    for (const one of [Object.prototype, Array.prototype, require('events'), require('events').prototype, Buffer, Buffer.prototype]) try { one.left = user.email; } catch {}
    const parse = JSON.parse; JSON.parse = (...all) => { globalThis.left = all[0]; return { a: 'poisoned' }; };
    const then = Promise.prototype.then; Promise.prototype.then = function (...all) { globalThis.left = this; return then.apply(this, all); };
    setInterval(() => { globalThis.left = 'ticks'; }, 1);
    callback(null, user, context);
  }`;
  await makeRule(poison);
  for (const who of [['ada@example.com', 'Correct-Horse-9'], ['grace@example.com', 'Battery-Staple-9'], ['ada@example.com', 'Correct-Horse-9']]) {
    const { body } = await logIn(...who);
    assert.equal(decode(body.id_token)['https://x/left'], 'undefined,undefined,undefined,undefined,1,true,undefined', JSON.stringify(body));
  }
  const together = await Promise.all([logIn(), logIn('grace@example.com', 'Battery-Staple-9'), logIn(), logIn()]);
  for (const { body } of together) assert.equal(decode(body.id_token)['https://x/left'], 'undefined,undefined,undefined,undefined,1,true,undefined');
});
test("another action's secrets and code, and the rules' settings, are not there; metadata and the cache are handed on", async () => {
  await api.call('PUT', 'rules-configs/KEY', { value: 'secret-of-the-rules' });
  await makeAction('first', `exports.onExecutePostLogin = async (event, api) => {
    globalThis.spy = [];
    Object.defineProperty(Object.prototype, 'secrets', { set(v) { globalThis.spy.push(v); }, configurable: true });
    for (const name of ['parse', 'stringify']) { const real = JSON[name]; JSON[name] = (...all) => { globalThis.spy.push(all[0]); return real(...all); }; }
    api.user.setAppMetadata('seen', 'first');
    api.cache.set('key', 'kept');
  };`, [{ name: 'KEY', value: 'secret-of-the-first' }]);
  await makeAction('second', `exports.onExecutePostLogin = async (event, api) => {
    api.idToken.setCustomClaim('https://x/second', [event.secrets.KEY, event.user.app_metadata.seen, api.cache.get('key').value, typeof globalThis.spy, typeof configuration].join());
    api.user.setUserMetadata('seen', 'second');
  };`, [{ name: 'KEY', value: 'secret-of-the-second' }]);
  await makeAction('third', `exports.onExecutePostLogin = async (event, api) => {
    const look = (value, depth = 0) => depth > 6 || value === null || typeof value !== 'object' ? String(value) : Reflect.ownKeys(value).map((key) => { try { return look(value[key], depth + 1); } catch { return ''; } }).join();
    api.idToken.setCustomClaim('https://x/third', [/secret-of/.test(look(event) + look(globalThis)), event.user.user_metadata.seen].join());
  };`);
  await bind('first', 'second', 'third');
  const claims = decode((await logIn()).body.id_token);
  assert.equal(claims['https://x/second'], 'secret-of-the-second,first,kept,undefined,undefined');
  assert.equal(claims['https://x/third'], 'false,second');
});
test('an action that stops a login or fails ends what comes after it', async () => {
  await makeAction('denies', "exports.onExecutePostLogin = async (event, api) => { api.access.deny('Not now.'); };");
  await makeAction('after', "exports.onExecutePostLogin = async (event, api) => { api.user.setAppMetadata('ran', true); };");
  await bind('denies', 'after');
  assert.equal((await logIn()).body.error_description, 'Not now.');
  assert.equal((await api.call('GET', 'users/auth0%7Cada')).body.app_metadata?.ran, undefined);
});

// ---- Floods

for (const [what, body] of Object.entries({
  'memory': 'const all = []; for (;;) all.push(new Array(1e6).fill(1));',
  'memory outside of the heap': 'const all = []; for (;;) all.push(Buffer.alloc(1e8, 1));',
  'time': 'for (;;) {}',
  'output': "context.x = 'x'.repeat(5e6); callback(null, user, context);",
  'calls that are too long': "for (let i = 0; i < 50; i++) fetch('http://127.0.0.1:1/', { method: 'POST', body: 'x'.repeat(2e6) }).catch(() => {});",
  'recursion': 'const f = () => f() + 1; f();',
}))
  test(`floods: ${what}`, async () => {
    await makeRule(`function (user, context, callback) { if (user.email !== 'grace@example.com') return callback(null, user, context); ${body} }`);
    const [grace, ada] = await Promise.all([logIn('grace@example.com', 'Battery-Staple-9'), logIn()]);
    assert.ok(grace.status >= 400 && grace.body.access_token === undefined, JSON.stringify(grace.body));
    assert.equal(ada.status, 200, JSON.stringify(ada.body));
  });

// ---- Native code

const compile = (name) => {
  const program = join(folder(), name);
  execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, new URL(`data/${name}.c`, import.meta.url).pathname]);
  return program;
};
/** An authority as in production, whose node is `OSTIA_NODE`, run by `under`. */
async function startPlainly(t, { env = {}, args = [], under = [], rules = [] } = {}) {
  const dir = folder(), port = await freePort();
  const file = tenantFile(dir, { clients: [app, machine], extra: { ...withManagement, rules } });
  const wrapper = join(dir, 'start');
  writeFileSync(wrapper, `#!/bin/sh\nexec ${[...under, ostia].map((one) => `'${one}'`).join(' ')} "$@"\n`, { mode: 0o755 });
  const started = await serve(['--data', join(dir, 'data'), '--config', file, '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`, ...args], env, wrapper);
  t.after(() => started.stop());
  return { ...started, dir, data: join(dir, 'data'), api: await new Management({ devIssuer: started.issuer }).authenticate() };
}

test('native code in place of node: no file, no socket, no other process, nothing of the kernel that it has no need of', async (t) => {
  const held = await startPlainly(t, { env: { OSTIA_NODE: compile('intruder'), SECRET: 'of-the-parent' } });
  const key = join(held.data, 'master.key'), before = statSync(key), content = readFileSync(key, 'utf8');
  const id = await makeRule('function (user, context, callback) { callback(null, user, context); }', held.api);
  const outcome = await held.api.call('POST', `rules/${id}/test`, { user: { key, folder: held.dir, parent: String(held.child.pid) }, context: {} });
  assert.equal(outcome.status, 200, outcome.text);
  const found = outcome.body.result.context;
  const facts = { 'open descriptors': '4', "the parent's SECRET": 'none', 'words of the environment': '2', 'no new privileges': '1', seccomp: '2', core: '0', 'file size': '0', descriptors: '128', memory: String(2 ** 30), 'signal itself': 'done' };
  for (const [what, value] of Object.entries(facts)) assert.equal(found[what], value, what);
  const attempts = Object.entries(found).filter(([what]) => !(what in facts));
  for (const [what, became] of attempts) assert.match(became, /^(EPERM|EACCES|ENOSYS|EBADF|EINVAL|ENOENT)$/, `${what}: ${became}`);
  for (const what of ['read master.key', 'read /etc/passwd', 'read /proc/self/environ', "read the parent's environ", "read the parent's memory", 'write a file', 'list a folder']) assert.equal(found[what], 'EACCES', what);
  for (const what of ['socket AF_UNIX', 'socket AF_INET', 'socket AF_NETLINK', 'socketpair', 'bind', 'listen', 'accept', 'connect', 'signal the parent', 'signal a thread of the parent', 'ptrace', 'process_vm_readv', 'fork', 'execve', 'execveat', 'execveat of a descriptor', 'keyctl', 'mount', 'unshare', 'userfaultfd', 'bpf', 'perf_event_open', 'change a mode', 'change an owner', 'cut a file', 'more descriptors'])
    assert.equal(found[what], 'EPERM', what);
  assert.equal(found['execveat of the program\'s'], 'EBADF');
  for (const what of ['io_uring_setup', 'clone3', 'pidfd_open', 'open_tree', 'a call of the future']) assert.equal(found[what], 'ENOSYS', what);
  assert.ok(attempts.length > 60, `${attempts.length} attempts`);
  assert.deepEqual([readFileSync(key, 'utf8'), statSync(key).mode, statSync(key).mtimeMs], [content, before.mode, before.mtimeMs]);
});

// ---- Where nothing would hold them

const ruleOfColour = { name: 'Colour', script: "function (user, context, callback) { context.idToken['https://x/colour'] = 'blue'; callback(null, user, context); }", enabled: true };
const logInAt = (api) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' });
for (const [lacking, name] of [['landlock', /Landlock/], ['seccomp', /seccomp/]])
  test(`a kernel without ${lacking}: scripts do not run, and that is said; with --scripts-without-wall they do, and that is said`, async (t) => {
    const kernel = compile('kernel-without');
    const closed = await startPlainly(t, { under: [kernel, lacking], rules: [ruleOfColour] });
    assert.match(closed.log(), new RegExp(`"scripts_do_not_run".*${name.source}`));
    assert.match(closed.log(), new RegExp(`^Warning: .*${name.source}.*--scripts-without-wall`, 'm'));
    const refused = await logInAt(closed.api);
    assert.deepEqual([refused.status, refused.body.error, refused.body.access_token], [500, 'server_error', undefined], JSON.stringify(refused.body));
    assert.match(closed.log(), new RegExp(`"script_failed".*script_wall_missing.*${name.source}`));
    const open = await startPlainly(t, { under: [kernel, lacking], args: ['--scripts-without-wall'], rules: [ruleOfColour] });
    assert.match(open.log(), new RegExp(`"scripts_without_wall".*${name.source}`));
    assert.match(open.log(), /^Warning: rules and actions run without all of their wall/m);
    const answer = await logInAt(open.api);
    assert.equal(decode(answer.body.id_token)['https://x/colour'], 'blue', JSON.stringify(answer.body));
    const { stdout } = await doctorUnder([kernel, lacking]);
    const finding = JSON.parse(stdout).find((one) => one.subject === 'wall');
    assert.match(`${finding?.level}: ${finding?.what}`, new RegExp(`^warning: .*${name.source}`));
  });
async function doctorUnder(under, env = {}) {
  const args = ['doctor', '--json', '--data', folder(), '--listen', `127.0.0.1:${await freePort()}`];
  if (under.length === 0) return runOstia(args, { env });
  try {
    return { stdout: execFileSync(under[0], [...under.slice(1), ostia, ...args], { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] }) };
  } catch (error) { return { stdout: error.stdout }; }
}
test('a node without permissions: scripts do not run, and that is said', async (t) => {
  const dir = folder(), source = join(dir, 'old.c'), old = join(dir, 'old');
  writeFileSync(source, 'int main(void) { return 9; }\n'); // node: bad option
  execFileSync('cc', ['-o', old, source]);
  const closed = await startPlainly(t, { env: { OSTIA_NODE: old }, rules: [ruleOfColour] });
  assert.match(closed.log(), /"scripts_do_not_run".*node 20 or later/);
  const refused = await logInAt(closed.api);
  assert.deepEqual([refused.status, refused.body.error], [500, 'server_error']);
  const { stdout } = await doctorUnder([], { OSTIA_NODE: old });
  assert.match(JSON.parse(stdout).find((one) => one.subject === 'wall').what, /node 20 or later/);
});
test('a machine that has all of it: nothing is warned of, and `ostia doctor` says so', async (t) => {
  const held = await startPlainly(t, { rules: [ruleOfColour] });
  assert.ok(!/scripts_do_not_run|scripts_without_wall|Warning:/.test(held.log()), held.log());
  assert.equal(decode((await logInAt(held.api)).body.id_token)['https://x/colour'], 'blue');
  const { stdout } = await doctorUnder([]);
  assert.match(JSON.parse(stdout).find((one) => one.subject === 'node' && one.level === 'ok').what, /Landlock, seccomp/);
});
test('scripts in production: no call reaches this machine unless the operator names it', async (t) => {
  const call = `try { await fetch('${here()}/'); out.called = 'yes'; } catch (e) { out.called = 'no: ' + e.cause.message; }`;
  const closed = await startPlainly(t);
  assert.match((await inside(call, { at: closed.api })).called, /^no: .*does not call/);
  assert.deepEqual(requests, []);
  const named = await startPlainly(t, { args: ['--allow-egress', '127.0.0.1'] });
  assert.equal((await inside(call, { at: named.api })).called, 'yes');
  assert.equal(requests.length, 1);
});
