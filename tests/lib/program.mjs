// The program under test, started as its user starts it, on ports of its own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tools/lib.mjs';

export const ostia = process.env.OSTIA ?? `${root}/build/release/ostia`;

// Between the moment when a port is found free and the one when somebody listens there, another test may ask: so each is
// taken by a file, for as long as the process that asked lives.
const claims = join(tmpdir(), `ostia-test-ports-${process.getuid()}`);
const isAlive = (pid) => {
  try { return process.kill(pid, 0); } catch (error) { return error.code === 'EPERM'; }
};
function claim(port) {
  const file = join(claims, String(port));
  try {
    mkdirSync(claims, { recursive: true, mode: 0o700 });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    atEnd.push(() => rmSync(file, { force: true }));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = Number(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
    if (owner && !isAlive(owner)) rmSync(file, { force: true }); // for the next one who asks
    return false;
  }
}

/** A port where nobody listens, that is nobody else's, and that no connection on its way out is given (Linux takes those from 32768 on). */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (!claim(port)) continue;
    const isFree = await new Promise((resolve) => {
      const probe = createServer().listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
      probe.on('error', () => resolve(false));
    });
    if (isFree) return port;
  }
}

// What a test has begun ends with its file, also when the file ends before its time.
const atEnd = [], running = new Set(), folders = [];
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const end of atEnd) end();
  // Programs that a test started may write to its folder until the last of them has ended.
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 10 });
});

/** A folder that goes with the tests of a file. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'ostia-test-'));
  folders.push(path);
  return path;
}

function started(child) {
  running.add(child);
  return child.on('close', () => running.delete(child));
}

// What a login keeps must not reach the home of whoever runs the tests.
const nobodysHome = folder();

/** Runs the program to its end. */
export function runOstia(args, { env = {}, input } = {}) {
  return new Promise((resolve) => {
    const child = started(spawn(ostia, args, { env: { ...process.env, HOME: nobodysHome, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', ...env } }));
    let stdout = '', stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    if (input) child.stdin.write(input);
    child.stdin.end();
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Starts `ostia serve` and waits until it answers. */
export async function serve(args, env = {}, program = ostia) {
  const child = started(spawn(program, ['serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }));
  let stderr = '';
  child.stderr.on('data', (d) => (stderr += d));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const issuer = await new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout.on('data', (d) => {
      const ready = /^ostia: ready at (.*)$/m.exec((stdout += d));
      if (ready) resolve(ready[1]);
    });
    ended.then(({ code }) => reject(new Error(`ostia serve ended with ${code}: ${stderr}`)));
  });
  return {
    issuer,
    child,
    ended,
    log: () => stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A tenant for tests: the demo's users, and the applications that a test names. */
export function tenantFile(dir, { clients, issuer = '', extra = {} }) {
  const tenant = {
    tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', allowed_logout_urls: ['https://tenant.example/bye'] },
    clients,
    databases: [{ name: 'Username-Password-Authentication', strategy: 'auth0' }],
    resourceServers: [{ name: 'API', identifier: 'https://api.example.com/', scopes: [{ value: 'read:messages' }, { value: 'write:messages' }] }],
    clientGrants: clients.filter((c) => c.grant_types?.includes('client_credentials'))
      .map((c) => ({ client_id: c.client_id ?? c.name, audience: 'https://api.example.com/', scope: ['read:messages', 'write:messages'] })),
    ...extra,
  };
  const file = join(dir, 'tenant.yaml');
  writeFileSync(file, JSON.stringify(tenant)); // JSON is YAML
  return file;
}

export const users = `${root}/authority/tenant/demo-users.json`;

// `OSTIA_TEST_POSTGRES`: the URL of a server on which each authority gets a database of its own, and the tests are the same.
const newDatabase = () => {
  const server = process.env.OSTIA_TEST_POSTGRES;
  if (!server) return [];
  const name = `d${process.pid}_${process.hrtime.bigint()}`;
  execFileSync('psql', [server, '-qXc', `CREATE DATABASE ${name}`]);
  const url = new URL(server);
  url.pathname = name;
  return ['--database', url.href];
};

/** An authority with a test's own tenant, stopped after the test. */
export async function startAuthority(t, { clients, args = [], dev = true, extra, usersFile = users, port, env } = {}) {
  const dir = folder();
  port ??= await freePort();
  const devPort = await freePort();
  const config = tenantFile(dir, { clients, extra });
  const all = ['--data', join(dir, 'data'), '--config', config, '--users', usersFile, '--listen', `127.0.0.1:${port}`,
    ...(dev ? ['--dev', '--dev-http', `127.0.0.1:${devPort}`] : []), ...(args.includes('--database') ? [] : newDatabase()), ...args];
  const server = await serve(all, env);
  t?.after(() => server.stop());
  return { ...server, dir, data: join(dir, 'data'), args: all, database: all.includes('--database') ? all[all.indexOf('--database') + 1] : undefined, port, devPort, devIssuer: `http://localhost:${devPort}/`, domain: `localhost:${port}` };
}
