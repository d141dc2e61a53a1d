// What strangers write (in tokens, claims, answers, redirects, files, arguments) is no command to the terminal that shows
// it, and no line that the program did not say. With --json both streams are JSON.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { folder, ostia, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
// A title, a colour, C1 alone, a line that looks like ours, turned writing, a mark nobody sees, bytes that are no text.
const hostile = '\x1b]0;PWN\x07\x1b[31m\u009b2J\r\n  ok   everything\u2028\u202egnp\u2066\u200f\u061c\ufeff\u{e0041}\x7f';
const acts = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u; // eslint-disable-line no-control-regex
const forged = /^ {2}ok {3}everything/m;

const b64 = (v) => Buffer.from(typeof v === 'string' ? v : JSON.stringify(v)).toString('base64url');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
function token(header, claims) {
  const input = `${b64(header)}.${b64(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

// An authority whose every answer is hostile.
let domain, run;
const answers = {
  '/.well-known/jwks.json': [200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] }],
  '/oauth/device/code': [200, { device_code: hostile, user_code: hostile, verification_uri: `https://x.example/${hostile}`, verification_uri_complete: `https://x.example/${hostile}`, expires_in: 900, interval: 1 }],
  '/oauth/token': [403, { error: hostile, error_description: hostile }],
};
before(async () => {
  const server = createServer((q, r) => {
    const [status, body] = answers[new URL(q.url, 'http://x').pathname] ?? [500, { error: hostile }];
    r.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  group.after(() => { server.closeAllConnections(); server.close(); });
  domain = `http://localhost:${server.address().port}`;
  const dir = folder();
  run = (args, more) => runOstia(args, { env: { HOME: dir, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', XDG_RUNTIME_DIR: '', DBUS_SESSION_BUS_ADDRESS: '', OSTIA_PASSPHRASE: 'test', BROWSER: 'true' }, ...more });
});

function harmless({ stdout, stderr }) {
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, acts);
    assert.doesNotMatch(text, forged);
  }
  assert.match(stdout + stderr, /\\u001b\]0;PWN\\u0007/); // it is shown, as what it is
}
const isJson = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** A login that comes to its redirect; `answer` is added to it. */
async function login(answer, ...more) {
  const child = spawn(ostia, ['login', '--domain', domain, '--client-id', 'c', '--no-browser', '--storage', 'none', ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdout.on('data', (d) => (out.stdout += d));
  const url = new URL(await new Promise((resolve) => child.stderr.on('data', (d) => { const found = /https?:\/\/[^\s"]*authorize[^\s"]*/.exec(out.stderr += d); if (found) resolve(found[0]); })));
  const back = new URL(url.searchParams.get('redirect_uri'));
  back.search = new URLSearchParams({ state: url.searchParams.get('state'), ...answer });
  await fetch(back);
  return { code: await ended, ...out };
}

describe('decode', () => {
  const header = { alg: 'ES256', kid: 'k' };
  const tokens = {
    'a name of the header': [{ ...header, [hostile]: 1 }, { iss: 'x' }],
    alg: [{ ...header, alg: hostile }, { iss: 'x' }],
    kid: [{ ...header, kid: hostile }, { iss: 'x' }],
    typ: [{ ...header, typ: hostile }, { iss: 'x' }],
    iss: [header, { iss: hostile }],
    aud: [header, { iss: 'x', aud: [hostile, 'b'] }],
    sub: [header, { iss: 'x', sub: hostile }],
    azp: [header, { iss: 'x', aud: ['a', 'b'], azp: hostile }],
    'a time': [header, { iss: 'x', exp: hostile, nbf: hostile, iat: hostile }],
    'a name of the claims': [header, { iss: 'x', [hostile]: { [hostile]: [hostile] } }],
  };
  for (const [name, [h, claims]] of Object.entries(tokens))
    for (const json of [false, true])
      test(`${name}${json ? ', --json' : ''}`, async () => {
        const result = await run(['decode', '--domain', domain, '--audience', 'a', '--algorithms', 'ES256', ...(json ? ['--json'] : []), '-'], { input: token(h, claims) });
        harmless(result);
        if (json) assert.deepEqual(JSON.parse(result.stdout).payload, claims, 'the same JSON');
      });
  test('what is no token', async () => {
    const { stdout, stderr } = await run(['decode', hostile]);
    assert.doesNotMatch(stdout + stderr, acts);
  });
});

describe('answers', () => {
  for (const json of [false, true]) {
    const more = json ? ['--json'] : [], as = json ? ', --json' : '';
    test(`the error of a redirect${as}`, async () => harmless(await login({ error: 'access_denied', error_description: hostile }, ...more)));
    test(`the error of the token endpoint${as}`, async () => harmless(await login({ code: 'x' }, ...more)));
    test(`a device code${as}`, async () => harmless(await run(['device', '--domain', domain, '--client-id', 'c', '--storage', 'none', ...more])));
  }
});

describe('files', () => {
  const write = (name, text) => { const file = join(folder(), name); writeFileSync(file, text); return file; };
  test('a tenant', async () => {
    const file = write('tenant.json', JSON.stringify({ clients: [{ name: hostile, app_type: hostile, callbacks: ['http://*.example/'], grant_types: ['implicit'] }] }));
    harmless(await run(['lint', file]));
    const data = join(folder(), 'data');
    const { stdout, stderr } = await run(['import', file, '--data', data]);
    assert.doesNotMatch(stdout + stderr, acts);
  });
  test('users', async () => {
    const data = join(folder(), 'data'), file = write('users.json', JSON.stringify([{ email: hostile, [hostile]: 1 }]));
    const { stdout, stderr } = await run(['import', '--users', file, '--data', data]);
    assert.doesNotMatch(stdout + stderr, acts);
  });
  test('a name of a file', async () => {
    const { stdout, stderr } = await run(['lint', join(folder(), hostile.replaceAll('\0', ''))]);
    harmless({ stdout, stderr });
  });
});

test('an option', async () => {
  const { stdout, stderr } = await run([`--${hostile}`]);
  harmless({ stdout, stderr });
});

test('bytes that are no text', async () => {
  const { stdout, stderr } = await run(['decode', '-'], { input: Buffer.concat([Buffer.from(`${b64('{"alg":"ES256"}')}.`), Buffer.from(Buffer.from('{"a":"\xff\x9b2J"}', 'latin1').toString('base64url')), Buffer.from('.AA')]) });
  assert.doesNotMatch(stdout + stderr, acts);
});

describe('a claim of the profile', () => {
  let authority;
  before(async () => {
    authority = await startAuthority(group, { clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token'] }] });
  });
  test('is shown as what it is', async () => {
    const { Person } = await import('../lib/person.mjs');
    const { Management } = await import('../lib/management.mjs');
    const api = await new Management(authority).authenticate().catch(() => null);
    if (api) await api.call('PATCH', `users/${encodeURIComponent('auth0|ada')}`, { nickname: hostile });
    const child = spawn(ostia, ['login', '--domain', authority.devIssuer.slice(0, -1), '--client-id', 'native', '--no-browser', '--storage', 'none'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '', stderr = '';
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.stdout.on('data', (d) => (stdout += d));
    const url = await new Promise((resolve) => child.stderr.on('data', (d) => { const found = /http\S*authorize\S*/.exec(stderr += d); if (found) resolve(found[0]); }));
    await fetch(await new Person().logIn(url));
    assert.equal(await ended, 0, stderr);
    assert.doesNotMatch(stdout + stderr, acts);
  });
});

describe('--json is JSON on both streams', () => {
  for (const [name, args] of Object.entries({
    'an option that there is not': ['token', '--json', '--nonsense'],
    'a verb that there is not': ['tokn', '--json'],
    'nobody is logged in': ['token', '--json'],
    'a missing option': ['login', '--json', '--domain', 'x'],
    'a file that is not there': ['lint', '--json', '/dev/null/none'],
    'a folder instead of a file': ['lint', '--json', '/'],
    'two options that belong together': ['doctor', '--json', '--callback', 'https://x.example/'],
  }))
    test(name, async () => {
      const { stdout, stderr, code } = await run(args);
      assert.notEqual(code, 0);
      assert.equal(stdout, '');
      assert.deepEqual(isJson(stderr).map((line) => Object.keys(line)), [['error', 'error_description', 'reason']]);
    });
  test('a login', async () => {
    const { stdout, stderr } = await login({ error: 'access_denied', error_description: 'No' }, '--json');
    assert.equal(stdout, '');
    assert.deepEqual(isJson(stderr).map((line) => Object.keys(line)[0]), ['log_in_at', 'error']);
  });
  test('a login that could not be kept', async () => {
    const dir = folder();
    mkdirSync(join(dir, '.local'));
    writeFileSync(join(dir, '.local/state'), ''); // where a folder must be
    const { stderr } = await run(['device', '--json', '--domain', domain, '--client-id', 'c', '--storage', 'file'], { env: { HOME: dir, XDG_STATE_HOME: '', BROWSER: 'true', OSTIA_PASSPHRASE: 'x' } });
    isJson(stderr);
  });
});
