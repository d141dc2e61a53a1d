// The other end of the pipe: runs one job of rules, or one action, and is ended. Nothing of this realm that a script may
// hold can be changed by it, and nothing that it may hold leads to node's own modules. That is the inner wall; the outer
// ones (`wall.cpp`) do not depend on it.
const vm = require('node:vm');
const crypto = require('node:crypto');
const { Socket } = require('node:net');

const pipe = new Socket({ fd: 3 });
const write = (message) => pipe.write(`${message}\n`);
const load = require;

// What nobody may come to, whatever way there might be. Node goes on with what it has itself.
const forbidden = new Map([[globalThis, 'globalThis'], [process, 'process'], [require, 'require'], [module, 'module']]);
for (const name of ['child_process', 'dns', 'fs', 'module', 'net', 'os', 'vm']) forbidden.set(load(`node:${name}`), name);

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
const frozen = new WeakSet();
// A frozen prototype would take from what inherits of it that it may have an own property of the same name.
function keepOverrides(prototype) {
  for (const key of Reflect.ownKeys(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, key);
    // Node sets Error.stackTraceLimit for a moment, where it is writable.
    if (!property.configurable || !property.writable || key === 'stackTraceLimit') continue;
    const { value, enumerable } = property;
    const { get, set } = {
      get() { return value; },
      set(own) {
        if (this === prototype) throw new TypeError(`Cannot assign to '${String(key)}': it is everybody's`);
        Object.defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
      },
    };
    for (const accessor of [get, set]) frozen.add(Object.freeze(accessor));
    Object.defineProperty(prototype, key, { get, set, enumerable, configurable: false });
  }
}
// A property that node has made its own way (`writable`, and not `configurable`) stays as it is: it is a flag that each
// object sets for itself, and freezing it on the prototype would forbid that.
function freeze(one) {
  Object.preventExtensions(one);
  if (ArrayBuffer.isView(one)) return;
  for (const key of Reflect.ownKeys(one)) {
    const property = Object.getOwnPropertyDescriptor(one, key);
    if (property.configurable) Object.defineProperty(one, key, { configurable: false, ...('value' in property && { writable: false }) });
    else if (property.writable && typeof key === 'string') Object.defineProperty(one, key, { writable: false });
  }
}
/** Freezes all that can be reached from `roots` by their properties and prototypes. */
function harden(roots) {
  const found = new Set(), prototypes = new Set();
  const visit = (value) => {
    if (!isObject(value) || frozen.has(value)) return;
    if (forbidden.has(value)) throw new Error(`a script could reach ${forbidden.get(value)}`);
    found.add(value); // which is read to its end below
  };
  roots.forEach(visit);
  for (const one of found) {
    const above = Object.getPrototypeOf(one);
    prototypes.add(above);
    visit(above);
    for (const key of Reflect.ownKeys(one)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(one, key);
      if (key === 'prototype' && isObject(value)) prototypes.add(value);
      [value, get, set].forEach(visit);
    }
  }
  for (const one of found) if (prototypes.has(one)) keepOverrides(one);
  for (const one of found) {
    freeze(one);
    frozen.add(one);
  }
}

// A call of a script's, and its answer.
const calls = new Map();
let lastCall = 0;
const ask = ({ method, url, headers, body }) => new Promise((resolve, reject) => {
  calls.set(++lastCall, { resolve, reject, what: `${method} ${url}` });
  write(JSON.stringify({ call: { id: lastCall, method, url, headers, body: body.toString('base64') } }));
});
function settle({ id, status, headers, body, error, code }) {
  const call = calls.get(id);
  calls.delete(id);
  if (error === undefined) call.resolve({ status, headers, body: Buffer.from(body, 'base64') });
  else call.reject(Object.assign(new Error(`${call.what}: ${error}`), { code: code === 'egress_refused' ? 'EACCES' : 'ECONNREFUSED', reason: code }));
}

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

// What a realm is given is loaded when it is asked for, and frozen before it is there.
const given = new Map();
const once = (name, make) => {
  if (!given.has(name)) {
    const value = make();
    for (const key of Reflect.ownKeys(value)) void value[key]; // what is loaded when it is first read
    harden([value]);
    given.set(name, value);
  }
  return given.get(name);
};
let calling;
const networked = () => (calling ??= network(ask));
// These load programs into the process, or change it as a whole.
const withheld = ['setEngine', 'setFips', 'fips'];
const withoutThese = (from) => Object.fromEntries(Reflect.ownKeys(from).filter((name) => !withheld.includes(name)).map((name) => [name, from[name]]));
const makeModule = (name) => {
  if (name === 'http' || name === 'https') return networked()[name];
  return name === 'crypto' ? withoutThese(crypto) : load(`node:${name}`);
};
const host = {
  modules: ['assert', 'buffer', 'crypto', 'events', 'http', 'https', 'path', 'querystring', 'url', 'util', 'zlib'],
  globals: ['Buffer', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'fetch', 'Headers', 'Request', 'Response', 'AbortController', 'AbortSignal', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  load: (name) => once(`module ${name}`, () => makeModule(name)),
  global: (name) => once(`global ${name}`, () => (name === 'fetch' ? networked().fetch : outer[name])),
  compile: (source, filename, names) => vm.compileFunction(source, names, { parsingContext: realm, filename }),
  sign,
  verify,
};
const outer = globalThis;

// The language itself, and what is behind its syntax.
const language = Reflect.ownKeys(globalThis).filter((name) => typeof name === 'string' && /^[A-Z]/.test(name) && Object.getOwnPropertyDescriptor(globalThis, name).value).map((name) => globalThis[name]);
const behind = [async () => {}, function* () {}, async function* () {}, [][Symbol.iterator](), new Map().entries(), new Set().entries(), ''[Symbol.iterator](), ''.matchAll(/a/g)].map(Object.getPrototypeOf);
const timer = setTimeout(() => {}, 0), immediate = setImmediate(() => {});
clearTimeout(timer);
clearImmediate(immediate);
harden([...language, ...behind, Object.getPrototypeOf(timer), Object.getPrototypeOf(immediate), host]);

const realm = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
const runs = vm.runInContext(realmScript, realm, { filename: 'realm.js' })(host);

process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
const permissions = Boolean(process.permission) && ['fs.read', 'fs.write', 'child', 'worker'].every((scope) => !process.permission.has(scope));
const version = process.version;
// What an escape would look for first.
for (const name of ['kill', 'abort', 'binding', '_linkedBinding', 'dlopen', 'chdir', 'setuid', 'setgid', '_debugProcess', 'reallyExit', 'getBuiltinModule', 'mainModule'])
  try { delete process[name]; process[name] = undefined; } catch { /* it stays */ }
for (const name of ['process', 'require', 'module', 'exports']) delete globalThis[name];

const describe = (error) => ({ name: String(error?.name ?? 'Error'), message: String(error?.message ?? error), code: error?.code === undefined ? undefined : String(error.code) });
async function run(text) {
  let answer;
  try {
    answer = `{"result":${await (JSON.parse(text).rules ? runs.rules(text) : runs.actions(text))}}`;
  } catch (error) {
    answer = JSON.stringify({ error: describe(error) });
  }
  write(answer);
}

let rest = '', isBegun = false;
pipe.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines)
    if (isBegun) settle(JSON.parse(line)); else { isBegun = true; run(line); }
});
write(JSON.stringify({ ready: version, permissions }));
