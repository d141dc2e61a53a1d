// The npm package as its users load it: script tag, import, require, types, and under the strictest policies.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compressedSize } from '../../tools/build-web.mjs';
import { bin, root } from '../../tools/lib.mjs';
import { launch, openPage, packages } from '../lib/browser.mjs';
import { scope } from '../lib/scope.mjs';

const dist = `${root}/build/npm/dist`;
const group = scope();
let dir, browser, origin, policy;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ostia-npm-'));
  writeFileSync(join(dir, 'package.json'), '{"private": true, "type": "module"}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--install-links', `${root}/build/npm`], { cwd: dir, stdio: 'pipe' });
  browser = await launch();
  const server = createServer((request, response) => {
    const name = request.url.slice(1);
    if (name.endsWith('.js')) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(`${dist}/${name}`));
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
    response.end(`<!doctype html><script src="/${name || 'auth0.min.js'}.js"></script>`);
  });
  await new Promise((resolve) => server.listen(0, resolve));
  group.after(() => server.close());
  group.after(() => server.closeAllConnections());
  origin = `http://localhost:${server.address().port}`;
});
after(async () => {
  await browser.close();
  rmSync(dir, { recursive: true });
});

const options = { domain: 'tenant.example', clientID: 'client', responseType: 'token' };

for (const name of ['ostia-js', 'ostia-js/wasm']) {
  test(`${name}: import in Node, without a window`, async () => {
    const script = `import auth0, { WebAuth, Authentication, version } from '${name}';
      if (auth0.WebAuth !== WebAuth || auth0.Authentication !== Authentication || auth0.version !== version) throw new Error('default');
      console.log(new WebAuth(${JSON.stringify(options)}).client.buildAuthorizeUrl({}));`;
    writeFileSync(join(dir, 'use.mjs'), script);
    assert.match(execFileSync(process.execPath, ['use.mjs'], { cwd: dir, encoding: 'utf8' }), /^https:\/\/tenant.example\/authorize\?client_id=client&response_type=token&auth0Client=/);
  });
  test(`${name}: require`, () => {
    const { WebAuth, version } = createRequire(`${dir}/`)(name);
    assert.equal(version.raw, '10.2.1');
    assert.match(new WebAuth(options).client.buildLogoutUrl(), /\/v2\/logout\?client_id=client/);
  });
}

test('a program of every method type-checks, a wrong one does not', () => {
  const good = `import auth0, { WebAuth, type Auth0DecodedHash } from 'ostia-js';
    const w = new WebAuth({ domain: 'd', clientID: 'c', redirectUri: 'r', scope: 's', audience: 'a', responseType: 'token', responseMode: 'form_post', leeway: 1, _disableDeprecationWarnings: true });
    w.authorize(); w.authorize({ connection: 'twitter', prompt: 'none' }); w.logout({ returnTo: 'x', clientID: 'y' });
    w.parseHash({ hash: '#' }, (error, result) => { const token: string | null | undefined = result?.accessToken; const why: string | undefined = error?.reason; });
    const r: Promise<Auth0DecodedHash> = w.checkSession({ audience: 'a' });
    w.checkSession({}, (error, result) => {}); w.client.userInfo('t', (error, user) => { user.sub.length; });
    const u: string = w.client.buildAuthorizeUrl({ state: 's' }) + new auth0.Authentication({ domain: 'd', clientID: 'c' }).buildLogoutUrl();`;
  const check = (text) => {
    writeFileSync(join(dir, 'use.ts'), text);
    execFileSync(bin('tsc'), ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom', 'use.ts'], { cwd: dir, stdio: 'pipe' });
  };
  check(good);
  assert.throws(() => check("import { WebAuth } from 'ostia-js'; new WebAuth({ clientID: 'c' });"));
});

test('every type of @types/auth0-js: what its programs give is taken, what they read is there', () => {
  const theirs = readFileSync(`${root}/node_modules/@types/auth0-js/index.d.ts`, 'utf8');
  const checks = [...theirs.matchAll(/^export (?:class|interface|type) (\w+)(<)?/gm)].map(([, name, generic], i) => {
    if (generic) return `export type T${i} = ours.${name}<string>;`;
    if (/Options|Params|Configuration|Templates|TokenProvider/.test(name)) return `export const v${i}: ours.${name} = null! as theirs.${name};`;
    // Classes with private members are like nobody but themselves.
    if (name === 'Popup') return `export const v${i}: Pick<theirs.Popup, keyof theirs.Popup> = null! as ours.Popup;`;
    if (name === 'WebAuth') return `export const v${i}: Omit<theirs.WebAuth, 'popup'> = null! as ours.WebAuth;`;
    return `export const v${i}: theirs.${name} = null! as ours.${name};`;
  });
  assert.ok(checks.length > 50);
  writeFileSync(`${root}/build/types.ts`, `import * as theirs from 'auth0-js';\nimport * as ours from './npm/index.js';\n${checks.join('\n')}\n`);
  execFileSync(bin('tsc'), ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom', `${root}/build/types.ts`], { stdio: 'pipe' });
});

test('what the package does not export stays inside', async () => {
  for (const path of ['src/index.js', 'plugins/cordova', 'index.d.ts'])
    assert.throws(() => createRequire(`${dir}/`).resolve(`ostia-js/${path}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

test('source maps lead to the sources', () => {
  for (const name of readdirSync(dist).filter((f) => /js$/.test(f))) {
    const map = JSON.parse(readFileSync(`${dist}/${name}.map`, 'utf8'));
    assert.ok(map.sources.some((s) => s.endsWith('.ts')), name);
    assert.equal(map.sourcesContent.length, map.sources.length);
    assert.match(readFileSync(`${dist}/${name}`, 'utf8'), new RegExp(`sourceMappingURL=${name.replaceAll('.', '\\.')}\\.map`));
  }
});

test('Management alone: a tenth of the whole, and no module', async () => {
  writeFileSync(join(dir, 'management.mjs'), "import { Management } from 'ostia-js/management'; console.log(new Management({ domain: 'd', token: 't' }).baseOptions.rootUrl);");
  assert.equal(execFileSync(process.execPath, ['management.mjs'], { cwd: dir, encoding: 'utf8' }), 'https://d/api/v2\n');
  assert.ok(compressedSize(`${dist}/management.esm.js`) < compressedSize(`${dist}/auth0.wasm.esm.js`) / 10);
});

describe('script tag', () => {
  const cases = [['auth0.min', "default-src 'none'; script-src 'self'"], ['auth0.wasm.min', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"]];
  for (const [name, strictest] of cases)
    test(`${name}: the global, at once, under ${strictest}`, async (t) => {
      policy = strictest;
      const page = await openPage(t, browser, `${origin}/${name}`);
      assert.deepEqual(await page.evaluate(() => Object.keys(auth0).sort()), ['Authentication', 'Management', 'WebAuth', 'default', 'version']);
      assert.match(await page.evaluate((o) => new auth0.WebAuth(o).client.buildAuthorizeUrl({}), options), /^https:\/\/tenant.example\/authorize/);
      assert.deepEqual(page.errors, []);
    });
  test('the WebAssembly build says what it needs when it is refused', async (t) => {
    policy = "default-src 'none'; script-src 'self'";
    const page = await openPage(t, browser, `${origin}/auth0.wasm.min`);
    const said = await page.evaluate((o) => { try { new auth0.WebAuth(o); } catch (error) { return error.message; } }, options);
    assert.match(said, /'wasm-unsafe-eval'/);
  });
});

test('in a worker: URLs, and responses that are handed in', async (t) => {
  policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:";
  for (const name of ['auth0.min', 'auth0.wasm.min']) {
    const page = await openPage(t, browser, `${origin}/${name}`);
    const seen = await page.evaluate(([script, o]) => new Promise((resolve) => {
      const code = `importScripts('${script}');
        const w = new auth0.WebAuth(${JSON.stringify(o)});
        const { state } = w.transactionManager.process({ responseType: 'token' });
        const url = w.client.buildAuthorizeUrl({ state });
        w.parseHash({ hash: '#access_token=AT&state=' + state }, (error, result) => postMessage([new URL(url).searchParams.get('state') === state, error, result && result.accessToken]));`;
      const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve(message);
    }), [`${origin}/${name}.js`, options]);
    assert.deepEqual(seen, [true, null, 'AT'], name);
  }
});

test('plain-http origins without crypto.subtle: RS256 is checked all the same', async (t) => {
  // What such an origin lacks is taken away before the page's scripts run.
  const { generateKeyPairSync, createSign } = await import('node:crypto');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
  const input = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: 'https://tenant.example/', sub: 's', aud: 'client', iat: now, exp: now + 60 })}`;
  const token = `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}`;
  policy = "script-src 'self'";
  for (const name of ['auth0.min', 'auth0.wasm.min']) {
    policy = "script-src 'self' 'wasm-unsafe-eval'";
    const context = await browser.newContext();
    t.after(() => context.close());
    await context.addInitScript(() => Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined }));
    await context.route('https://tenant.example/**', (route) => route.fulfill({ json: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] }, headers: { 'access-control-allow-origin': '*' } }));
    const page = await context.newPage();
    await page.goto(`${origin}/${name}`);
    const check = (idToken) => page.evaluate(([o, id]) => new auth0.WebAuth(o).validateToken(id).then((c) => c.sub, (e) => e.errorDescription), [options, idToken]);
    assert.equal(await page.evaluate(() => crypto.subtle), undefined);
    assert.equal(await check(token), 's');
    const bytes = Buffer.from(token.split('.')[2], 'base64url');
    bytes[100] ^= 1;
    assert.equal(await check(`${input}.${bytes.toString('base64url')}`), 'Invalid ID token signature.');
    assert.equal(await check(`${input}.AAAA`), 'Invalid ID token signature.');
  }
});

test('an aborted request never calls back, and the next one is answered (WA-205)', async (t) => {
  policy = "script-src 'self' 'wasm-unsafe-eval'";
  for (const name of ['auth0.min', 'auth0.wasm.min']) {
    const context = await browser.newContext();
    t.after(() => context.close());
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, auth0-client, content-type' };
    await context.route('https://tenant.example/**', (route) => route.fulfill({ json: { sub: 'a' }, headers }));
    const page = await context.newPage();
    await page.goto(`${origin}/${name}`);
    const seen = await page.evaluate((o) => new Promise((resolve) => {
      const { client } = new auth0.WebAuth(o);
      const calls = [];
      const aborted = client.userInfo('first', () => calls.push('first'));
      aborted.abort();
      client.userInfo('second', (error, user) => { calls.push(`second ${user?.sub}`); aborted.abort(); setTimeout(() => resolve(calls)); });
    }), options);
    assert.deepEqual(seen, ['second a']);
  }
});

// With WebAssembly it was 0.7495 until the core got stricter about keys and times, and renewals waited for each other's storage.
test('scripts no larger than nine tenths of auth0.min.js, with WebAssembly 0.77', () => {
  const theirs = compressedSize(packages['auth0-js'].script);
  assert.ok(compressedSize(`${dist}/auth0.min.js`) <= 0.9 * theirs);
  assert.ok(compressedSize(`${dist}/auth0.wasm.min.js`) <= 0.77 * theirs);
});

test("the module is what its provenance says, and is the script's", () => {
  const { module } = JSON.parse(readFileSync(`${root}/build/npm/provenance.json`, 'utf8'));
  const wasm = readFileSync(`${root}/build/web/package/core.wasm`);
  assert.equal(createHash('sha256').update(wasm).digest('hex'), module.sha256);
  // What the script compiles when it is first used.
  const script = `import { createHash } from 'node:crypto';
    const { Module } = WebAssembly;
    WebAssembly.Module = function (bytes) { console.log(createHash('sha256').update(bytes).digest('hex')); return new Module(bytes); };
    const { WebAuth } = await import('ostia-js/wasm');
    new WebAuth(${JSON.stringify(options)});`;
  writeFileSync(join(dir, 'module.mjs'), script);
  assert.equal(execFileSync(process.execPath, ['module.mjs'], { cwd: dir, encoding: 'utf8' }).trim(), module.sha256);
});

test('the module is made again, from a copy of the sources elsewhere, byte for byte', () => {
  assert.match(execFileSync(process.execPath, [`${root}/tools/reproduce.mjs`], { encoding: 'utf8' }), /^the same: [0-9a-f]{64}\n$/);
});
