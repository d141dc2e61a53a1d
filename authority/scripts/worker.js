// Runs rules and actions, one job a line. Each job has a fresh realm of its own: nothing of one login reaches another.
'use strict';
const vm = require('node:vm');
const crypto = require('node:crypto');
const timers = require('node:timers');

// What an escape from the realm would look for first.
for (const name of ['kill', 'abort', 'binding', '_linkedBinding', 'dlopen', 'chdir', 'setuid', 'setgid', '_debugProcess', 'reallyExit'])
  try { delete process[name]; process[name] = undefined; } catch { /* it stays */ }

const modules = ['assert', 'buffer', 'crypto', 'events', 'http', 'https', 'path', 'querystring', 'url', 'util', 'zlib'];
const load = (name) => {
  const plain = String(name).replace(/^node:/, '').split('@')[0];
  if (!modules.includes(plain)) throw new Error(`Cannot find module '${name}'`);
  return require(`node:${plain}`);
};

const base64url = (data) => Buffer.from(data).toString('base64url');
const mac = (secret, text) => crypto.createHmac('sha256', String(secret)).update(text).digest('base64url');
const sign = (secret, payload) => {
  const input = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(payload))}`;
  return `${input}.${mac(secret, input)}`;
};
const verify = (secret, token) => {
  const [head, body, signature] = String(token).split('.');
  const expected = Buffer.from(mac(secret, `${head}.${body}`)), given = Buffer.from(String(signature));
  if (expected.length !== given.length || !crypto.timingSafeEqual(expected, given)) throw new Error('The session token is invalid: its signature does not fit');
  if (JSON.parse(Buffer.from(head, 'base64url')).alg !== 'HS256') throw new Error('The session token is invalid: its algorithm is not HS256');
  return Buffer.from(body, 'base64url').toString();
};

function realm() {
  const sandbox = {
    console: Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((n) => [n, () => {}])),
    require: load, Buffer, URL, URLSearchParams, TextEncoder, TextDecoder, fetch, Headers, Request, Response, AbortController,
    setTimeout: timers.setTimeout, clearTimeout: timers.clearTimeout, setInterval: timers.setInterval, clearInterval: timers.clearInterval, setImmediate: timers.setImmediate,
    __sign: sign, __verify: verify,
  };
  sandbox.global = sandbox.globalThis = sandbox;
  return vm.createContext(sandbox, { codeGeneration: { strings: false, wasm: false } });
}

// In the realm, so that a script meets objects and errors of its own.
const prelude = `
class UnauthorizedError extends Error { constructor(message) { super(message); this.name = 'UnauthorizedError'; } }
class ValidationError extends Error { constructor(code, message) { super(message); this.name = 'ValidationError'; this.code = code; } }
globalThis.UnauthorizedError = UnauthorizedError;
globalThis.ValidationError = ValidationError;
globalThis.__rules = async (text) => {
  const job = JSON.parse(text), commands = [];
  globalThis.configuration = job.configuration;
  const update = (member) => async (id, metadata) => { commands.push({ type: member, user_id: id, metadata }); };
  globalThis.auth0 = { domain: job.domain, users: { updateUserMetadata: update('user_metadata'), updateAppMetadata: update('app_metadata') } };
  let { user, context } = job;
  for (const rule of job.rules) {
    const run = globalThis.__compile(rule.script, rule.name);
    [user, context] = await new Promise((resolve, reject) => {
      const done = (error, u, c) => (error ? reject(error) : resolve([u ?? user, c ?? context]));
      Promise.resolve(run(user, context, done)).catch(reject);
    });
  }
  return JSON.stringify({ user, context, commands });
};
globalThis.__actions = async (text) => {
  const job = JSON.parse(text), commands = [], event = job.event;
  const cache = new Map();
  let stopped = false;
  const say = (command) => { commands.push(command); };
  const metadata = (member) => (name, value) => {
    const next = { ...event.user[member] };
    if (value === null || value === undefined) delete next[name]; else next[name] = value;
    event.user[member] = next;
    say({ type: member, name, value: value ?? null });
  };
  const second = (type) => (factor, options = {}) => say({ type, factors: [factor, ...(options.additionalFactors ?? [])] });
  const claims = (type) => ({ setCustomClaim: (name, value) => say({ type, name, value }) });
  const actionApi = (action) => ({
    access: { deny: (...reason) => { say({ type: 'deny', reason: String(reason[reason.length - 1] ?? 'Access denied') }); stopped = true; } },
    idToken: claims('id_token'),
    accessToken: { ...claims('access_token'), addScope: (scope) => say({ type: 'add_scope', scope }), removeScope: (scope) => say({ type: 'remove_scope', scope }) },
    user: { setUserMetadata: metadata('user_metadata'), setAppMetadata: metadata('app_metadata') },
    multifactor: { enable: (provider, options = {}) => say({ type: 'multifactor', provider, allowRememberBrowser: options.allowRememberBrowser ?? true }) },
    authentication: {
      challengeWith: second('challenge'), challengeWithAny: (factors) => say({ type: 'challenge', factors }),
      enrollWith: second('enroll'), enrollWithAny: (factors) => say({ type: 'enroll', factors }),
      recordMethod: (url) => say({ type: 'record_method', url }), setPrimaryUser: (id) => say({ type: 'primary_user', user_id: id }),
    },
    redirect: {
      sendUserTo: (url, options = {}) => {
        const to = new URL(url);
        for (const [name, value] of Object.entries(options.query ?? {})) to.searchParams.set(name, value);
        say({ type: 'redirect', url: to.href, action: action.name });
        stopped = true;
      },
      encodeToken: ({ secret, payload, expiresInSeconds = 900 }) => {
        const now = Math.floor(Date.now() / 1000);
        return globalThis.__sign(secret, { iat: now, iss: event.request?.hostname, sub: event.user?.user_id, exp: now + expiresInSeconds, ip: event.request?.ip, ...payload });
      },
      validateToken: ({ secret, tokenParameterName = 'session_token' }) => {
        const token = event.request?.query?.[tokenParameterName] ?? event.request?.body?.[tokenParameterName];
        if (!token) throw new Error('The session token is missing: no parameter ' + tokenParameterName);
        const payload = JSON.parse(globalThis.__verify(secret, token));
        if (!(payload.exp > Date.now() / 1000)) throw new Error('The session token is invalid: it has expired');
        if (payload.sub !== event.user?.user_id) throw new Error('The session token is invalid: it is about somebody else');
        if (payload.state !== undefined && payload.state !== event.request?.query?.state) throw new Error('The session token is invalid: its state is another one');
        return payload;
      },
    },
    cache: {
      get: (key) => (cache.has(key) ? { value: cache.get(key) } : undefined),
      set: (key, value) => { cache.set(key, value); return { type: 'success', record: { value } }; },
      delete: (key) => { cache.delete(key); return { type: 'success' }; },
    },
    rules: { wasExecuted: () => false },
    session: { revoke: (reason) => { say({ type: 'deny', reason: String(reason ?? 'The session was revoked'), revokes: true }); stopped = true; } },
  });
  let waiting = job.continue;
  for (const action of job.actions) {
    if (waiting && action.name !== waiting) continue;
    const exported = globalThis.__module(action.code, action.name);
    const handler = waiting ? exported.onContinuePostLogin : exported.onExecutePostLogin;
    waiting = undefined;
    event.secrets = action.secrets;
    event.configuration = {};
    if (handler) await handler(event, actionApi(action));
    if (stopped) break;
  }
  return JSON.stringify({ commands });
};`;

async function run(text) {
  const job = JSON.parse(text);
  const context = realm();
  const compile = (source, filename, names) => vm.compileFunction(source, names, { parsingContext: context, filename });
  context.__compile = (script, name) => compile(`return (${script}\n);`, name, [])();
  context.__module = (code, name) => {
    const module = { exports: {} };
    compile(code, name, ['exports', 'module', 'require'])(module.exports, module, load);
    return module.exports;
  };
  vm.runInContext(prelude, context, { filename: 'prelude' });
  return (job.rules ? context.__rules : context.__actions)(text);
}

process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
require('node:readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  let answer;
  try {
    answer = `{"result":${await run(line)}}`;
  } catch (error) {
    answer = JSON.stringify({ error: { name: String(error?.name ?? 'Error'), message: String(error?.message ?? error), code: error?.code === undefined ? undefined : String(error.code) } });
  }
  process.stdout.write(`${answer}\n`);
});
