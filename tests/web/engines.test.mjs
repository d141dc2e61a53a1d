// Where auth0-js runs this runs: the syntax of ES5, what browsers have had since 2015, and nothing else without asking.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { JSDOM } from 'jsdom';
import { root } from '../../tools/lib.mjs';
import { launch, packages } from '../lib/browser.mjs';
import { folder } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { cases } from '../parity/cases.mjs';
import '../parity/method-cases.mjs';
import { open } from '../parity/harness.mjs';

const group = scope();
const dist = `${root}/build/npm/dist`;
const text = (name) => readFileSync(`${dist}/${name}`, 'utf8');
const files = readdirSync(dist).filter((name) => /js$/.test(name));

describe('syntax', () => {
  for (const name of files) test(`${name}: ASCII, whatever encoding the page has`, () => assert.doesNotMatch(text(name), /[^\0-\x7f]/u));
  for (const name of files)
    test(`${name}: ${/wasm/.test(name) ? 'as young as its WebAssembly' : 'ES5'}`, () => void parse(text(name), { ecmaVersion: /wasm/.test(name) ? 2020 : 5, sourceType: /esm/.test(name) ? 'module' : 'script' }));
});

// What the published lists say of each global, static method and method that the file uses.
describe('library', () => {
  const { javascript: { builtins }, api } = createRequire(import.meta.url)('@mdn/browser-compat-data');
  const kinds = ['Array', 'String', 'Number', 'Promise', 'RegExp', 'Function', 'Object', 'TypedArray', 'DataView', 'Date', 'ArrayBuffer'];
  /** Asked for by name before they are used; what there is without them is tested below. */
  const optional = ['BigInt', 'AbortController', 'BroadcastChannel', 'fetch', 'TextEncoder', 'TextDecoder', 'caches', 'Response'];
  const own = ['at']; // members of our own objects, too
  const browsers = { chrome: 45, safari: 10, firefox: 34, edge: 12 };
  function since(feature, browser) {
    const { version_added: added, flags } = [feature.__compat.support[browser]].flat()[0];
    return typeof added === 'string' && !flags ? parseFloat(added.replace('≤', '')) : Infinity;
  }
  function used(code) {
    const out = new Map();
    const note = (name, found) => { found = found.filter((f) => f?.__compat); if (found.length) out.set(name, found); };
    full(parse(code, { ecmaVersion: 5 }), (node) => {
      if (node.type === 'Identifier' && !optional.includes(node.name)) note(node.name, [builtins[node.name] ?? api[node.name]]);
      if (node.type !== 'MemberExpression' || node.computed || own.includes(node.property.name)) return;
      const { object, property: { name } } = node;
      if (object.type === 'Identifier') note(`${object.name}.${name}`, [builtins[object.name]?.[name] ?? api[object.name]?.[`${name}_static`]]);
      note(`.${name}`, kinds.map((kind) => builtins[kind]?.[name]));
    });
    return out;
  }
  for (const [browser, version] of Object.entries(browsers))
    test(`${browser} ${version} has all of it`, () => {
      const later = [...used(text('auth0.min.js'))].filter(([, found]) => Math.min(...found.map((f) => since(f, browser))) > version).map(([name]) => name);
      assert.deepEqual(later, []);
    });
  test('the guide says so', () => {
    for (const file of ['docs/guides/browser.md', 'web/README.md']) assert.match(readFileSync(`${root}/${file}`, 'utf8'), /Chrome 45, Firefox 34, Safari 10 and\s+Edge 12/);
  });
});

// An engine of the time: ES5, typed arrays, no Promise, no Symbol.iterator.
test('Duktape loads it and makes an address', () => {
  const file = join(folder(), 'page.js');
  writeFileSync(file, `var self = this, window = { location: { protocol: 'https:', href: 'https://app.example/', hostname: 'app.example', host: 'app.example' } };
var btoa = function (text) { return Duktape.enc('base64', text); };
${text('auth0.min.js')}
print(new auth0.WebAuth({ domain: 'tenant.example', clientID: 'c', responseType: 'token', _sendTelemetry: false }).client.buildAuthorizeUrl({ state: 's', nonce: 'n' }));`);
  assert.match(execFileSync('duk', [file], { encoding: 'utf8' }), /^https:\/\/tenant\.example\/authorize\?client_id=c&response_type=token&state=s&nonce=n/);
});

// The versions that Jest's environment has: no TextEncoder, no fetch, no crypto.subtle.
describe('jsdom', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const b64 = (v) => Buffer.from(JSON.stringify(v)).toString('base64url');
  let domain, requests;
  before(async () => {
    const server = createServer((q, r) => {
      requests.push(`${q.method} ${q.url}`);
      r.writeHead(200, { 'content-type': 'application/json', 'access-control-allow-origin': 'https://app.example', 'access-control-allow-headers': '*, auth0-client, content-type', 'access-control-allow-credentials': 'true' });
      if (q.url === '/.well-known/jwks.json') return r.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] }));
      r.end(JSON.stringify({ access_token: 'AT', expires_in: 60, name: 'Adà ☃ 😀' }));
    });
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    group.after(() => { server.closeAllConnections(); server.close(); });
    domain = `http://localhost:${server.address().port}`;
  });
  const idToken = (claims) => {
    const now = Math.floor(Date.now() / 1000), input = `${b64({ alg: 'RS256', typ: 'JWT', kid: 'k' })}.${b64({ iss: `${domain}/`, aud: 'c', sub: 'auth0|ada', iat: now, exp: now + 600, nonce: 'N', name: 'Adà ☃ 😀', ...claims })}`;
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };
  const loaders = {
    'script tag': (window) => window.eval(text('auth0.min.js')),
    require: (window) => window.eval(`(function () { var exports = {}, module = { exports: exports }; (function (exports, module) {${text('auth0.cjs')}\n})(exports, module); window.auth0 = module.exports; })()`),
  };
  for (const [how, load] of Object.entries(loaders)) {
    const page = () => {
      requests = [];
      const { window } = new JSDOM('<!doctype html><body>', { url: 'https://app.example/', runScripts: 'outside-only', pretendToBeVisual: true });
      for (const missing of ['TextEncoder', 'TextDecoder', 'fetch']) assert.equal(window[missing], undefined, missing);
      load(window);
      return window;
    };
    const auth = (window) => new window.auth0.WebAuth({ domain, clientID: 'c', redirectUri: 'https://app.example/cb', responseType: 'token id_token' });
    test(`${how}: an address, with every kind of text`, () => {
      const url = new URL(auth(page()).client.buildAuthorizeUrl({ state: 'ä☃😀', nonce: 'N', login_hint: 'a\u0000\u07ff\uffff' }));
      assert.equal(url.searchParams.get('state'), 'ä☃😀');
      assert.equal(url.searchParams.get('login_hint'), 'a\u0000\u07ff\uffff');
    });
    test(`${how}: a request and its answer`, async () => {
      const user = await auth(page()).client.userInfo('AT');
      assert.equal(user.name, 'Adà ☃ 😀');
    });
    for (const [name, change] of Object.entries({ good: (t) => t, forged: (t) => `${t.slice(0, -8)}AAAAAAAA` }))
      test(`${how}: a response with a ${name} ID token`, async () => {
        const window = page();
        window.document.cookie = `com.auth0.auth.S=${encodeURIComponent(JSON.stringify({ nonce: 'N', state: 'S' }))}; path=/`;
        const read = auth(window).parseHash({ hash: `#state=S&access_token=AT&token_type=Bearer&expires_in=60&id_token=${change(idToken({}))}`, __enableIdPInitiatedLogin: false });
        if (name === 'good') assert.equal((await read).idTokenPayload.name, 'Adà ☃ 😀');
        else await assert.rejects(read, { error: 'invalid_token' });
        assert.deepEqual(requests, ['GET /.well-known/jwks.json']);
      });
  }
});

// Chromium without what old webviews lack, beside auth0-js in a whole one: it needs fetch for the issuer's keys.
describe('a webview without TextEncoder, fetch and their like', () => {
  const without = ['TextEncoder', 'TextDecoder', 'fetch', 'AbortController', 'BroadcastChannel', 'globalThis', 'queueMicrotask', 'structuredClone', 'ReadableStream'];
  const wrap = (library) => `(function (${without}) {\n${library}\n}).call(window)`;
  const pages = {};
  let browser;
  before(async () => {
    browser = await launch();
    pages.theirs = await open(browser, 'auth0-js');
    pages.ours = await open(browser, 'ostia-js (universal)', wrap);
  });
  after(() => browser.close());
  for (const one of cases.filter(({ name, exception }, i) => !exception && (/^parseHash/.test(name) || i % 6 === 0)))
    test(one.name, async () => {
      const observe = (patience) => Promise.all(Object.values(pages).map((page) => page.observe(one, patience)));
      let [expected, found] = await observe(1);
      if (!isDeepStrictEqual(found, expected)) [expected, found] = await observe(10);
      assert.deepEqual(found, expected);
    });
});

// Jest's environment again, with a page's own additions.
describe('CommonJS beside an old Object.prototype', () => {
  for (const name of ['auth0.cjs', 'auth0.wasm.cjs', 'management.cjs'])
    test(name, () => {
      const script = `Object.prototype.foo = 1; Object.prototype.extend = function () {}; Object.prototype.error = 'x';
        const made = require(${JSON.stringify(`${dist}/${name}`)});
        console.log(Object.keys(made).sort().join(' '), made.WebAuth ? new made.WebAuth({ domain: 'tenant.example', clientID: 'c', responseType: 'token' }).client.buildAuthorizeUrl({ state: 's' }) : '');`;
      const said = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
      assert.match(said, name === 'management.cjs' ? /^Management __esModule/ : /^Authentication Management WebAuth __esModule default version https:\/\/tenant\.example\/authorize/);
    });
});

// Libraries of the past put things on Object.prototype and Array.prototype; some of them can be seen by `for … in`.
describe('a page whose prototypes have been added to', () => {
  const additions = {
    'an enumerable text': 'Object.prototype.extra = "text";',
    'an enumerable function': 'Object.prototype.each = function () {}; Array.prototype.remove = function () {}; String.prototype.chop = function () {}; Function.prototype.inherits = function () {};',
    'names of the core\'s replies': 'Object.prototype.error = "x"; Object.prototype.foo = 1; Object.prototype.response = 0;',
    'a toJSON of Prototype.js': 'Array.prototype.toJSON = function () { return this; };',
  };
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());
  for (const [name, script] of Object.entries(additions))
    for (const [file, { script: path }] of Object.entries(packages).slice(1))
      test(`${file}: ${name}`, async () => {
        const page = await browser.newPage();
        await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><script>${script}</script>` }));
        await page.goto('https://app.example/');
        const errors = [];
        page.on('pageerror', (e) => errors.push(e.message));
        await page.addScriptTag({ content: readFileSync(path, 'utf8') });
        const url = await page.evaluate(() => new auth0.WebAuth({ domain: 'tenant.example', clientID: 'c', responseType: 'token', redirectUri: 'https://app.example/cb' }).client.buildAuthorizeUrl({ nonce: 'n', state: 't' }));
        assert.deepEqual(errors, []);
        assert.match(url, /^https:\/\/tenant\.example\/authorize\?client_id=c&response_type=token&redirect_uri=https%3A%2F%2Fapp\.example%2Fcb&/);
        await page.close();
      });
});
