// The client's verbs as a person or a script uses them: log in once, have fresh tokens, look at them, log out.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { approveDevice } from '../lib/person.mjs';
import { folder, ostia, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
let authority, domain, browser;
before(async () => {
  authority = await startAuthority(group, {
    clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'] }],
  });
  domain = authority.devIssuer.slice(0, -1);
  browser = join(authority.dir, 'browser');
  writeFileSync(browser, `#!${process.execPath}\nimport('${root}/tests/lib/person.mjs').then(async ({ Person }) => fetch(await new Person().logIn(process.argv[2])));\n`);
  chmodSync(browser, 0o755);
});

// A home of the test's own.
function home(t, more = {}) {
  const dir = folder();
  const env = { HOME: dir, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', XDG_RUNTIME_DIR: '', DBUS_SESSION_BUS_ADDRESS: '', BROWSER: browser, OSTIA_PASSPHRASE: 'test', ...more };
  const run = (...args) => runOstia(args, { env });
  run.env = env;
  run.dir = dir;
  return run;
}
const logIn = (run, ...more) => run('login', '--domain', domain, '--client-id', 'native', ...more);

test('login, token, userinfo, logout', async (t) => {
  const run = home(t);
  const before = await run('token');
  assert.equal(before.code, 3);
  assert.match(before.stderr, /Nobody is logged in/);
  assert.equal((await logIn(run)).code, 0);
  const token = await run('token');
  assert.equal(token.code, 0, token.stderr);
  assert.match(token.stdout, /^\S{20,}\n$/);
  assert.equal((await run('token')).stdout, token.stdout, 'the same while it is good');
  assert.notEqual((await run('token', '--refresh')).stdout, token.stdout);
  const json = JSON.parse((await run('token', '--json')).stdout);
  assert.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'scope']);
  assert.equal(JSON.parse((await run('userinfo', '--json')).stdout).email, 'ada@example.com');
  assert.match((await run('userinfo')).stdout, /^ +email +ada@example.com$/m);
  assert.equal((await run('token', '--scope', 'read:messages')).code, 2);
  const out = await run('logout', '--no-browser');
  assert.equal(out.stdout, 'Logged out\n');
  assert.equal((await run('token')).code, 3);
});

test('a profile that cannot be read is not nobody', async (t) => {
  const run = home(t), file = join(run.dir, '.config/ostia/default.json');
  await logIn(run);
  for (const damage of ['{"domain":', '[]', '']) {
    writeFileSync(file, damage);
    const { code, stderr } = await run('token');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /cannot read .*default\.json/);
  }
  assert.equal((await logIn(run)).code, 0);
  assert.equal((await run('token')).code, 0);
});

test('an export that could not be written is no success', { skip: !existsSync('/dev/full') }, async (t) => {
  const run = home(t), full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  const { status, stderr } = spawnSync(ostia, ['export', '--data', authority.data], { env: { ...process.env, ...run.env }, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /cannot write/);
});

test('several accounts are told apart by --profile', async (t) => {
  const run = home(t);
  await logIn(run, '--profile', 'one');
  assert.equal((await run('token')).code, 3);
  assert.equal((await run('token', '--profile', 'one')).code, 0);
  assert.equal((await run('token', '--profile', '../one')).code, 2);
});

test('--storage none keeps nothing; a wrong passphrase opens nothing', async (t) => {
  const run = home(t);
  assert.equal((await logIn(run, '--storage', 'none')).code, 0);
  assert.ok(!existsSync(join(run.dir, '.local')));
  await logIn(run);
  const other = await runOstia(['token'], { env: { ...run.env, OSTIA_PASSPHRASE: 'wrong' } });
  assert.equal(other.code, 1);
  assert.match(other.stderr, /does not open with this passphrase/);
});

test('device: the code is shown, another device approves it', async (t) => {
  const run = home(t);
  const child = spawn(ostia, ['device', '--domain', domain, '--client-id', 'native', '--json'], { env: { ...process.env, ...run.env } });
  let stdout = '', stderr = '';
  child.stderr.on('data', (d) => (stderr += d));
  const first = new Promise((resolve) => child.stdout.on('data', (d) => /\n/.test((stdout += d)) && resolve(JSON.parse(stdout.split('\n')[0]))));
  const code = await first;
  await approveDevice(code.verification_uri_complete, 'ada@example.com', 'Correct-Horse-9');
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, stderr);
  assert.equal(JSON.parse(stdout.split('\n')[1]).id_token_payload.sub, 'auth0|ada');
  assert.equal(stderr, '', 'both streams are for programs');
  assert.equal((await run('token')).code, 0);
});

test('on a terminal the link is also a QR code', async (t) => {
  const child = spawn('script', ['-qec', `exec ${ostia} device --domain ${domain} --client-id native`, '/dev/null'], { env: { ...process.env, HOME: authority.dir }, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  t.after(() => { child.kill(); return ended; });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (d) => (stdout += d));
  await until(() => (stdout.match(/\x1b\[30;107m[ █▀▄]{25,}\x1b\[0m/g) ?? []).length > 10, 'the code is shown').catch((error) => assert.fail(`${error.message}: ${stdout}`));
});

describe('decode', () => {
  let run, tokens;
  before(async () => {
    run = home(group);
    tokens = JSON.parse((await logIn(run, '--json', '--audience', 'https://api.example.com/', '--scope', 'openid read:messages')).stdout);
  });
  const decode = async (token, ...args) => {
    const result = await runOstia(['decode', ...args, '--json', '-'], { env: run.env, input: token });
    return { ...result, ...(result.stdout && JSON.parse(result.stdout)) };
  };
  const failures = (result) => result.checks.filter((c) => !c.passed).map((c) => c.check);
  test('a good access token and a good ID token', async () => {
    const access = await decode(tokens.access_token, '--audience', 'https://api.example.com/');
    assert.equal(access.valid, true, access.stdout);
    assert.equal(access.code, 0);
    const id = await decode(tokens.id_token);
    assert.equal(id.valid, true, id.stdout);
    assert.equal(id.payload.sub, 'auth0|ada');
  });
  test('each failed check says why', async () => {
    const wrong = await decode(tokens.access_token, '--audience', 'https://other.example/');
    assert.deepEqual(failures(wrong), ['audience']);
    assert.equal(wrong.code, 1);
    const [h, p, s] = tokens.access_token.split('.');
    assert.deepEqual(failures(await decode(`${h}.${p}.${s.slice(0, -6)}AAAAAA`, '--audience', 'https://api.example.com/')), ['signature']);
    const foreign = await decode(tokens.access_token, '--domain', authority.domain, '--cacert', `${authority.data}/ca.pem`, '--audience', 'https://api.example.com/');
    assert.ok(failures(foreign).includes('issuer'));
  });
  test('for people: header, payload, checks', async () => {
    const { stdout } = await runOstia(['decode', tokens.id_token], { env: run.env });
    assert.match(stdout, /^header$/m);
    assert.match(stdout, /^ +sub +"auth0\|ada"$/m);
    assert.match(stdout, /^ +ok +signature/m);
  });
  test('what is no token, and whose nobody said', async () => {
    assert.equal((await decode('nonsense')).code, 1);
    const strange = await runOstia(['decode', '-'], { env: home(group).env, input: tokens.id_token });
    assert.match(strange.stdout, /Nothing is checked: say whose token/);
    assert.match((await runOstia(['decode', tokens.access_token], { env: run.env })).stdout, /^ +ok +audience +not checked: say which/m);
  });
});

test('a wrong verb is named', async () => {
  const wrong = await runOstia(['tokn']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /tokn/);
  assert.match((await runOstia([])).stderr, /a verb is required/);
});

test('errors are JSON with --json', async (t) => {
  const { stderr, code } = await home(t)('token', '--json');
  assert.equal(code, 3);
  assert.equal(JSON.parse(stderr).error, 'login_required');
});

test('completion scripts work in their shells', async (t) => {
  const script = join(folder(), 'completion');
  writeFileSync(script, (await runOstia(['completion', 'bash'])).stdout);
  const complete = (...words) => spawnSync('bash', ['-c', `. ${script}; COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _ostia; echo "\${COMPREPLY[@]}"`], { encoding: 'utf8' }).stdout.trim().split(' ');
  assert.deepEqual(complete('ostia', 'to'), ['token']);
  assert.ok(complete('ostia', 'login', '--cl').includes('--client-id'));
  assert.match((await runOstia(['completion', 'fish'])).stdout, /^complete -c ostia -n '__fish_seen_subcommand_from token' -l refresh /m);
  assert.match((await runOstia(['completion', 'zsh'])).stdout, /^#compdef ostia$/m);
  assert.equal((await runOstia(['completion', 'tcsh'])).code, 2);
});

test('in a desktop session tokens are in its secret store', async (t) => {
  const run = home(t);
  const script = join(run.dir, 'session.sh');
  writeFileSync(script, `set -e
printf test | gnome-keyring-daemon --unlock --components=secrets > /dev/null 2>&1
${ostia} login --domain ${domain} --client-id native > /dev/null
${ostia} token --storage desktop
test ! -e "$HOME/.local/state/ostia" || test -z "$(ls "$HOME/.local/state/ostia" | grep secret)"
`);
  const { stdout, stderr, status } = spawnSync('dbus-run-session', ['--', 'sh', script], { encoding: 'utf8', env: { ...process.env, ...run.env, OSTIA_PASSPHRASE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined } });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^\S{20,}\n$/);
});
