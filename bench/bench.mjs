// `make bench`: what the issue of speed asks for, each figure beside its peer in the same run. Ratios are worth more than
// single times: machines are shared.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressedSize } from '../tools/build-web.mjs';
import { root } from '../tools/lib.mjs';
import { launch, packages } from '../tests/lib/browser.mjs';
import { jwks, token } from '../tests/parity/cases.mjs';
import { createServer } from 'node:http';
import { algorithms, authority } from './authority.mjs';
import { builds } from './builds.mjs';
import { fixed, line, median } from './lib.mjs';


const dir = mkdtempSync(join(tmpdir(), 'ostia-bench-'));

function sizes() {
  const peer = compressedSize(packages['auth0-js'].script);
  for (const [name, { script }] of Object.entries(packages).slice(1))
    line(`${name}: script, brotli -11, bytes`, compressedSize(script), `${fixed(compressedSize(script) / peer)} of auth0.min.js (${peer})`);
}

// From the script tag to the first URL, in a fresh page each time, the packages in turn.
async function firstUrl(throttle) {
  const server = createServer((request, response) => {
    const name = Object.keys(packages)[Number(request.url[1])];
    if (request.url.endsWith('.js')) return response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(packages[name].script));
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bench</title>');
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  const browser = await launch();
  const times = Object.keys(packages).map(() => []);
  for (let round = 0; round < 15; round++)
    for (let i = 0; i < times.length; i++) {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${server.address().port}/${i}`);
      await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: throttle });
      const text = readFileSync(Object.values(packages)[i].script, 'utf8');
      const time = await page.evaluate((code) => {
        const start = performance.now();
        const script = document.createElement('script');
        script.textContent = code; // compiled and run on insertion; the network is not what is measured
        document.head.append(script);
        new auth0.WebAuth({ domain: 'tenant.example', clientID: 'c', responseType: 'token' }).client.buildAuthorizeUrl({ state: 's' });
        return performance.now() - start;
      }, text);
      if (round > 0) times[i].push(time);
      await page.close();
    }
  await browser.close();
  server.close();
  const [peer, ...ours] = times.map(median);
  Object.keys(packages).slice(1).forEach((name, i) =>
    line(`${name}: script to first URL, ${throttle}x CPU, ms`, fixed(ours[i]), `${fixed(ours[i] / peer)} of auth0.min.js (${fixed(peer)} ms)`));
}

// `parseHash` of a signed token, its keys from a real server, on an origin with the browser's cryptography and on one without;
// cold is the first of a fresh page. Then a thousand more, and what they leave on the heap.
async function parseHash() {
  const server = createServer((request, response) => {
    const [, kind, i] = /^\/(\w+)\/?(\d?)/.exec(request.url) ?? [];
    if (kind === 'keys') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks.body));
    if (kind === 'script') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(Object.values(packages)[i].script));
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script src="/script/${i}"></script>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const browser = await launch(['--host-resolver-rules=MAP app.test 127.0.0.1', '--js-flags=--expose-gc']);
  for (const [kind, host] of [['secure', 'localhost'], ['plain-http', 'app.test']]) {
    const times = Object.keys(packages).map(() => ({ cold: [], warm: [], kept: [] }));
    for (let round = 0; round < 7; round++)
      for (let i = 0; i < times.length; i++) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(`http://${host}:${port}/page/${i}`);
        const { cold, warm, kept } = await page.evaluate(async ([token, keys, many]) => {
          const w = new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client', responseType: 'token id_token', overrides: { __jwks_uri: keys } });
          const once = () => new Promise((resolve, reject) => w.parseHash({ hash: `#access_token=AT&state=S&id_token=${token}`, state: 'S', nonce: 'N' }, (e) => (e ? reject(new Error(e.errorDescription)) : resolve())));
          const timed = async () => { const start = performance.now(); await once(); return performance.now() - start; };
          const first = await timed(), next = [];
          for (let n = 0; n < 15; n++) next.push(await timed());
          // What the browser lets go of when it is idle is not kept.
          const heap = async () => { gc(); await new Promise((r) => setTimeout(r, many && 1500)); gc(); return performance.memory.usedJSHeapSize; };
          const before = await heap();
          for (let n = 0; n < many; n++) await once();
          return { cold: first, warm: next.sort((a, b) => a - b)[7], kept: many ? (await heap()) - before : 0 };
        }, [token(), `http://${host}:${port}/keys`, round === 0 ? 1000 : 0]);
        if (round === 0) times[i].kept.push(kept);
        else times[i].cold.push(cold), times[i].warm.push(warm);
        await context.close();
      }
    const [peer, ...ours] = times;
    Object.keys(packages).slice(1).forEach((name, i) => {
      for (const state of ['cold', 'warm'])
        line(`${name}: parseHash, ${kind} origin, ${state}, ms`, fixed(median(ours[i][state])), `${fixed(median(ours[i][state]) / median(peer[state]))} of auth0.min.js (${fixed(median(peer[state]))} ms)`);
      line(`${name}: ${kind} origin, heap after 1,000 more, kB`, fixed(ours[i].kept[0] / 1024, 0), `auth0.min.js ${fixed(peer.kept[0] / 1024, 0)}`);
    });
  }
  await browser.close();
  server.close();
}

// ID tokens validated on one core, the same key and token for all: ours, `jose`, auth0-js's own verifier, and the bare
// verification of `openssl speed`, each in turn.
async function validation() {
  const { createLocalJWKSet, jwtVerify } = await import('jose');
  const { default: IdTokenVerifier } = await import('idtoken-verifier');
  const now = Math.floor(Date.now() / 1000), compact = token();
  const claims = JSON.parse(Buffer.from(compact.split('.')[1], 'base64url'));
  const file = join(dir, 'jwks.json');
  writeFileSync(file, JSON.stringify(jwks.body));
  const keys = createLocalJWKSet(jwks.body);
  const hex = (part) => Buffer.from(part, 'base64url').toString('hex');
  const [{ n, e }] = jwks.body.keys;
  const cached = { has: () => true, get: () => ({ modulus: hex(n), exp: hex(e) }), set() {} };
  const legacy = new IdTokenVerifier({ issuer: claims.iss, audience: claims.aud, jwksCache: cached });
  const rate = async (once) => {
    for (let i = 0; i < 50; i++) await once();
    let count = 0;
    const start = performance.now();
    for (; performance.now() - start < 1500; count++) await once();
    return (count * 1000) / (performance.now() - start);
  };
  const rounds = { ours: [], forged: [], openssl: [], jose: [], legacy: [] };
  let allocations = 0, openssls = 0;
  for (let round = 0; round < 3; round++) {
    const ofOurs = (...more) => execFileSync(`${root}/build/release/sdk/tests/sdk_bench`, [file, compact, claims.nonce, String(now), ...more], { encoding: 'utf8' }).split(' ').map(Number);
    const [rateOfOurs, each, inside] = ofOurs();
    rounds.ours.push(rateOfOurs);
    rounds.forged.push(ofOurs('64')[0]);
    allocations = each;
    openssls = inside;
    const speed = execFileSync('openssl', ['speed', '-seconds', '2', 'rsa2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    rounds.openssl.push(Number(/rsa\s+2048 bits\s+\S+\s+\S+\s+[\d.]+\s+([\d.]+)/.exec(speed)[1]));
    rounds.jose.push(await rate(() => jwtVerify(compact, keys, { issuer: claims.iss, audience: claims.aud, algorithms: ['RS256'] })));
    rounds.legacy.push(await rate(() => new Promise((resolve, reject) => legacy.verify(compact, claims.nonce, (error) => (error ? reject(error) : resolve())))));
  }
  const [ours, forged, openssl, jose, own] = Object.values(rounds).map(median);
  line('ID tokens validated per second, one core', fixed(ours, 0), `${fixed(ours / openssl)} of openssl speed verify (${fixed(openssl, 0)}), ${fixed(ours / jose, 1)}x jose (${fixed(jose, 0)}), ${fixed(ours / own, 0)}x auth0-js's verifier (${fixed(own, 0)})`);
  line('the same after tokens of 64 forged headers', fixed(forged, 0), `a good token takes ${fixed(ours / forged)} times as long; at most 1.1`);
  line('heap allocations for each', allocations, `at most 10; and ${openssls} inside OpenSSL's verification`);
}

// What the hardened build costs, beside the same sources without it (cmake/hardening.cmake).
async function hardening() {
  for (const args of [['--preset', 'unhardened'], ['--build', '--preset', 'unhardened', '--target', 'ostia']]) execFileSync('cmake', args, { cwd: root, stdio: 'pipe' });
  await builds(`${root}/build/unhardened/ostia`, `${root}/build/release/ostia`);
}

const only = process.argv[2];
try {
  // One part alone, by its name.
  if (only) {
    await { validation, authority, algorithms, hardening }[only]();
    process.exit();
  }
  sizes();
  await firstUrl(1);
  await firstUrl(4);
  await parseHash();
  await validation();
  await authority();
  await algorithms();
  await hardening();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
