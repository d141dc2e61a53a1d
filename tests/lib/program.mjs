// The program under test, started as its user starts it, on ports of its own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tools/lib.mjs';

export const ostia = process.env.OSTIA ?? `${root}/build/release/ostia`;

/** A port that was free a moment ago, and that no connection on its way out is given (Linux takes those from 32768 on). */
export function freePort() {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  return new Promise((resolve) => {
    const probe = createServer().listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
    probe.on('error', () => resolve(freePort()));
  });
}

const folders = [];
// Programs that a test started may write to its folder until the last of them has ended.
process.on('exit', () => folders.forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 10 })));

/** A folder that goes with the tests of a file. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'ostia-test-'));
  folders.push(path);
  return path;
}

// What a login keeps must not reach the home of whoever runs the tests.
const nobodysHome = folder();

/** Runs the program to its end. */
export function runOstia(args, { env = {}, input } = {}) {
  return new Promise((resolve) => {
    const child = spawn(ostia, args, { env: { ...process.env, HOME: nobodysHome, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', ...env } });
    let stdout = '', stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    if (input) child.stdin.write(input);
    child.stdin.end();
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Starts `ostia serve` and waits until it answers. */
export async function serve(args, env = {}) {
  const child = spawn(ostia, ['serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
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

/** A tenant for tests: the contract's demo users, and the applications that a test names. */
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

/** Runs SQL on an authority's database, past it; the text of the answer. */
export function sql(authority, text) {
  const { database, data } = authority;
  return database ? execFileSync('psql', [database, '-AtqXc', text], { encoding: 'utf8' }) : execFileSync('sqlite3', [join(data, 'ostia.db'), text], { encoding: 'utf8' });
}

/** All that an authority's database has, as text. */
export function dump({ database, data }) {
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
  return database ? execFileSync('pg_dump', ['--inserts', database], options) : execFileSync('sqlite3', [join(data, 'ostia.db'), '.dump'], options);
}

/** An authority with a test's own tenant, stopped after the test. */
export async function startAuthority(t, { clients, args = [], dev = true, extra, usersFile = users, port } = {}) {
  const dir = folder();
  port ??= await freePort();
  const devPort = await freePort();
  const config = tenantFile(dir, { clients, extra });
  const all = ['--data', join(dir, 'data'), '--config', config, '--users', usersFile, '--listen', `127.0.0.1:${port}`,
    ...(dev ? ['--dev', '--dev-http', `127.0.0.1:${devPort}`] : []), ...(args.includes('--database') ? [] : newDatabase()), ...args];
  const server = await serve(all);
  t?.after(() => server.stop());
  return { ...server, dir, data: join(dir, 'data'), args: all, database: all.includes('--database') ? all[all.indexOf('--database') + 1] : undefined, port, devPort, devIssuer: `http://localhost:${devPort}/`, domain: `localhost:${port}` };
}
