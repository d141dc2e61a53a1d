// Debian's PostgreSQL, in a cluster of the tests' own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, freePort } from './program.mjs';

const bin = '/usr/lib/postgresql/15/bin';
// The server refuses to run as root.
const asPostgres = (command, args) => process.getuid() === 0
  ? execFileSync('runuser', ['-u', 'postgres', '--', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', cwd: '/' })
  : execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const withEnvironment = (env) => Object.entries(env).map(([name, value]) => `${name}=${value}`);

/** A server; `settings` are lines of its configuration. It is durable unless told otherwise. */
export class Postgres {
  static async start({ settings = [], from, initdb = [] } = {}) {
    const it = new Postgres();
    it.dir = folder();
    it.data = join(it.dir, 'cluster');
    it.port = await freePort();
    chmodSync(it.dir, 0o755);
    mkdirSync(it.data);
    if (process.getuid() === 0) execFileSync('chown', ['postgres', it.data, it.dir]);
    chmodSync(it.data, 0o700);
    if (from) asPostgres(`${bin}/pg_basebackup`, ['-h', '127.0.0.1', '-p', String(from.port), '-U', 'postgres', '-D', it.data, '-R', '-X', 'stream', '-c', 'fast']);
    else asPostgres(`${bin}/initdb`, ['-D', it.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', ...initdb]);
    appendFileSync(join(it.data, 'postgresql.conf'), [`port = ${it.port}`, `unix_socket_directories = ''`, `listen_addresses = '127.0.0.1'`, 'max_connections = 200', `synchronous_standby_names = ''`, ...settings, ''].join('\n'));
    it.startServer();
    process.on('exit', () => it.stopServer('immediate'));
    return it;
  }

  startServer(env = {}) { asPostgres('env', [...withEnvironment(env), `${bin}/pg_ctl`, '-D', this.data, '-w', '-l', join(this.dir, 'server.log'), 'start']); }
  /** All its processes, at once. */
  kill() { process.kill(-Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL'); }
  /** `fast`: its clients are thrown out; `immediate`: as if it had crashed. */
  stopServer(mode = 'fast') {
    const run = process.getuid() === 0 ? ['runuser', ['-u', 'postgres', '--', `${bin}/pg_ctl`]] : [`${bin}/pg_ctl`, []];
    spawnSync(run[0], [...run[1], '-D', this.data, '-m', mode, '-w', 'stop'], { cwd: '/' });
  }
  promote() { asPostgres(`${bin}/pg_ctl`, ['-D', this.data, '-w', 'promote']); }

  url(name = 'postgres') { return `postgres://postgres@127.0.0.1:${this.port}/${name}`; }
  sql(text, name = 'postgres') { return execFileSync('psql', ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-d', name, '-AtqXc', text], { encoding: 'utf8' }).trim(); }

  /** A new database; its URL. */
  database(name = `d${process.hrtime.bigint()}`) {
    this.sql(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** Its processes that serve a program's connections to a database, as process ids. */
  backends(name) { return this.sql(`SELECT pid FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'ostia'`).split('\n').filter(Boolean).map(Number); }
  /** All its processes. */
  processes() {
    const first = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0];
    return [Number(first), ...execFileSync('ps', ['-o', 'pid=', '--ppid', first], { encoding: 'utf8' }).trim().split(/\s+/).map(Number)];
  }

  /** Holds a transaction in which `text` was run, until the promise's function is called. */
  async hold(text, name = 'postgres') {
    const child = spawn('psql', ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-d', name, '-AtqX'], { stdio: ['pipe', 'pipe', 'ignore'] });
    process.on('exit', () => child.kill());
    child.stdin.write(`BEGIN; ${text}; SELECT 'held';\n`);
    await new Promise((resolve) => child.stdout.on('data', (d) => { if (String(d).includes('held')) resolve(); }));
    return () => new Promise((resolve) => { child.on('close', resolve); child.stdin.end('ROLLBACK;\n'); });
  }

  /** A PgBouncer before the server, which pools sessions (or transactions, or statements); the URL of that database through it. */
  async bouncer(name, mode = 'session') {
    const port = await freePort(), config = join(this.dir, `pgbouncer-${mode}.ini`);
    writeFileSync(config, ['[databases]', `* = host=127.0.0.1 port=${this.port} user=postgres`, '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = any', `pool_mode = ${mode}`,
      'default_pool_size = 150', ''].join('\n'));
    const [command, args] = process.getuid() === 0 ? ['runuser', ['-u', 'postgres', '--', '/usr/sbin/pgbouncer', config]] : ['/usr/sbin/pgbouncer', [config]];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    process.on('exit', () => child.kill());
    let log = '';
    await new Promise((resolve, reject) => {
      child.stderr.on('data', (d) => { if (/process up/.test(log += d)) resolve(); });
      child.on('exit', () => reject(new Error(`PgBouncer ended: ${log}`)));
    });
    child.unref();
    child.stderr.unref();
    return Object.assign(new URL(this.url(name)), { port: String(port) }).href;
  }
}

/** Lets go of durability: for tests of behaviour, where a disk would only cost time. */
export const careless = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off'];
