// Debian's PostgreSQL, in a cluster of the tests' own.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync } from 'node:fs';
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
}

/** Lets go of durability: for tests of behaviour, where a disk would only cost time. */
export const careless = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off'];
