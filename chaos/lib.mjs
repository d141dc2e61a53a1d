// What the runs of chaos share: an authority that can be killed and started again, a mail server that misbehaves, and
// requests that say truly what came back.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { managementGrant, machine } from '../tests/lib/management.mjs';
import { Postgres } from '../tests/lib/postgres.mjs';
import { folder, freePort, ostia, runOstia, serve, tenantFile, users } from '../tests/lib/program.mjs';
import { callback, grants } from '../tests/lib/tenant.mjs';
import { until } from '../tests/lib/until.mjs';

export { callback, freePort, grants, until };
export const realm = 'Username-Password-Authentication', password = 'Correct-Horse-9', audience = 'https://api.example.com/';
export const pick = (list) => list[Math.floor(Math.random() * list.length)];
export const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? NaN;
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const app = {
  name: 'App', client_id: 'app', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password', grants.realm],
  ostia: { compat: 'auth0-js' }, allowed_logout_urls: ['https://app.example.com/bye'], oidc_conformant: true,
};
const rotating = (client_id, leeway) => ({ ...app, client_id, name: client_id, refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway } });

/** A client that keeps its connections; `status: 0` is no answer at all. */
export class Caller {
  constructor(port, { sockets = 200, from } = {}) {
    this.port = port;
    this.from = from;
    this.agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  ask(method, path, { fields, body, headers = {}, from = this.from } = {}) {
    const text = fields ? String(new URLSearchParams(fields)) : body === undefined ? undefined : JSON.stringify(body);
    const type = fields ? 'application/x-www-form-urlencoded' : 'application/json', began = performance.now();
    return new Promise((resolve) => {
      const none = (e) => resolve({ status: 0, why: e.code ?? e.message, text: '', headers: {}, ms: performance.now() - began });
      const asking = send({ agent: this.agent, host: '127.0.0.1', port: this.port, method, path, timeout: 120_000, headers: { host: `localhost:${this.port}`, ...(from && { 'x-forwarded-for': from }), ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }), ...headers } }, (response) => {
        const parts = [];
        response.on('data', (d) => parts.push(d)).on('error', none).on('end', () => {
          const answer = { status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString(), ms: performance.now() - began };
          try { answer.body = JSON.parse(answer.text); } catch { /* a text, then */ }
          resolve(answer);
        });
      });
      asking.on('error', none).on('timeout', () => asking.destroy(new Error('timeout'))).end(text);
    });
  }

  token(fields, more) { return this.ask('POST', '/oauth/token', { fields, ...more }); }
  login(username, word = password, { fields, ...more } = {}) { return this.token({ grant_type: grants.realm, client_id: 'app', username, password: word, realm, scope: 'openid offline_access', ...fields }, more); }
  api(method, path, body) { return this.ask(method, `/api/v2/${path}`, { body, headers: { authorization: `Bearer ${this.bearer}` } }); }
  async authenticate(issuer) {
    const answer = await this.token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: `${issuer}api/v2/` });
    if (answer.status !== 200) throw new Error(answer.text);
    this.bearer = answer.body.access_token;
    return this;
  }

  /** A session's cookie, by the password and the page of a cross-origin login. */
  async session(username, word = password) {
    const authorize = `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' })}`;
    const jar = new Map();
    const step = async (method, path, fields) => {
      const answer = await this.ask(method, path, { fields, headers: { cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } });
      for (const line of answer.headers['set-cookie'] ?? []) { const [, name, value] = /^([^=]+)=([^;]*)/.exec(line); jar.set(name, value); }
      return answer;
    };
    let answer = await step('GET', authorize);
    for (let hops = 0; hops < 8 && answer.headers.location && !answer.headers.location.startsWith(callback); hops++) {
      const at = new URL(answer.headers.location, `http://localhost:${this.port}`);
      answer = await step('GET', at.pathname + at.search);
      if (answer.status === 200) answer = await step('POST', '/u/login', { state: at.searchParams.get('state'), username, password: word, action: 'default' });
    }
    if (!answer.headers.location) throw new Error(`no session: ${answer.status} ${answer.text.slice(0, 200)}`);
    return [...jar].map(([k, v]) => `${k}=${v}`).join('; ');
  }

  /** A silent login by that cookie: a code, or the error. */
  async silent(cookie, client_id = 'app', more = {}) {
    const answer = await this.ask('GET', `/authorize?${new URLSearchParams({ client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', prompt: 'none' })}`, { headers: { cookie }, ...more });
    const back = answer.headers.location ? new URL(answer.headers.location) : undefined;
    return { ...answer, code: back?.searchParams.get('code'), error: back?.searchParams.get('error') };
  }
}

/** A mail server: it takes, is slow, hangs or refuses, as `mode` says, and keeps what it has taken. */
export class MailServer {
  mails = [];
  mode = 'take';
  static async start() {
    const it = new MailServer();
    it.server = createServer((socket) => it.serve(socket));
    await new Promise((resolve) => { it.server.listen(0, '127.0.0.1', resolve); });
    it.port = it.server.address().port;
    return it;
  }

  serve(socket) {
    let text = '', inData = false;
    const say = (line, ms = 0) => { // what is taken is told at once
      const write = () => { if (socket.writable) socket.write(`${line}\r\n`); };
      return ms ? setTimeout(write, ms) : write();
    };
    socket.on('error', () => {});
    if (this.mode === 'hang') return;
    if (this.mode === 'refuse') return socket.destroy();
    say('220 mail.test');
    socket.on('data', (data) => {
      text += data;
      for (let end; (end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const part = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          this.mails.push({ to: /^To: (.*)$/m.exec(part)?.[1].trim(), id: /^Message-ID: (.*)$/im.exec(part)?.[1].trim(), at: Date.now(), text: part.replace(/=\r\n/g, '').replaceAll('=3D', '=') });
          say('250 taken', this.mode === 'slow' ? 3000 : 0);
        } else if (/^DATA/i.test(part)) { inData = true; say('354 go on'); } else if (/^QUIT/i.test(part)) socket.end('221 bye\r\n');
        else say('250 fine');
      }
    });
  }
  stop() { this.server.close(); }
}

/** An authority with a database of its own, of either engine, that may be ended in any way and started again. */
export class Victim {
  static async start(engine, { mail, args = [], env = {}, program = ostia, tenant = {}, postgres, userList } = {}) {
    const it = Object.assign(new Victim(), { engine, mail, program, env, dir: folder(), port: await freePort(), readyIn: [] });
    it.issuer = `http://localhost:${it.port}/`;
    it.data = join(it.dir, 'data');
    if (engine === 'postgres') it.database = (it.postgres = postgres ?? await Postgres.start({})).database();
    const config = tenantFile(it.dir, {
      clients: [app, rotating('rotating', 0), rotating('lenient', 10), machine],
      extra: {
        tenant: { friendly_name: 'Chaos', default_directory: realm, session_lifetime: 720, idle_session_lifetime: 72, ostia: { rate_limits: false, ...tenant.ostia }, ...tenant.settings },
        attackProtection: { bruteForceProtection: { enabled: false }, suspiciousIpThrottling: { enabled: false }, ...tenant.attackProtection },
        resourceServers: [{ name: 'API', identifier: audience, scopes: [{ value: 'read:messages' }], allow_offline_access: true }],
        guardianFactors: [{ name: 'otp', enabled: true }],
        clientGrants: [managementGrant(), { client_id: 'machine', audience, scope: ['read:messages'] }].map((g) => ({ ...g, audience: g.audience.replace('{issuer}', it.issuer) })),
        ...(mail && { emailProvider: { name: 'smtp', enabled: true, default_from_address: 'login@example.com', credentials: { smtp_host: '127.0.0.1', smtp_port: mail.port } } }),
        ...tenant.more,
      },
    });
    it.args = ['--data', it.data, '--config', config, '--users', userList ?? users, '--plain-http', '--trusted-proxy', '127.0.0.0/8', '--listen', `127.0.0.1:${it.port}`, '--issuer', it.issuer, '--allow-egress', '127.0.0.0/8', ...(it.database ? ['--database', it.database] : []), ...args];
    await it.up();
    it.caller = await new Caller(it.port).authenticate(it.issuer);
    return it;
  }

  /** One more node on the same database. */
  async another({ env = this.env } = {}) {
    const it = Object.assign(new Victim(), { ...this, env, port: await freePort(), data: join(this.dir, `node${Date.now()}`), readyIn: [] });
    const at = (name) => this.args.indexOf(name) + 1;
    it.args = [...this.args, '--master-key', join(this.data, 'master.key')];
    it.args[at('--data')] = it.data;
    it.args[at('--listen')] = `127.0.0.1:${it.port}`;
    await it.up();
    it.caller = await new Caller(it.port).authenticate(it.issuer);
    return it;
  }

  get store() { return { data: this.data, database: this.database }; }
  get pid() { return this.node.child.pid; }

  async up() {
    const began = performance.now();
    this.node = await serve(this.args, this.env, this.program);
    this.readyIn.push(performance.now() - began);
  }

  async kill() {
    await this.node.stop('SIGKILL');
    await this.up();
  }

  async verify() { return runOstia(['verify', '--data', this.data, ...(this.database ? ['--database', this.database] : [])]); }
  async stop() {
    this.caller?.agent.destroy();
    await this.node.stop();
  }
}

/** The clock that the programs of a run believe: `clock.c`, preloaded. */
export function wrongClock() {
  const library = join(folder(), 'clock.so'), file = join(dirname(library), 'offset');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-o', library, new URL('clock.c', import.meta.url).pathname]);
  const set = (seconds) => { const bytes = Buffer.alloc(8); bytes.writeBigInt64LE(BigInt(Math.round(seconds))); writeFileSync(file, bytes, { flag: 'r+' }); };
  writeFileSync(file, Buffer.alloc(8));
  execFileSync('chmod', ['-R', 'a+rX', dirname(library)]);
  return { env: { LD_PRELOAD: library, OSTIA_CLOCK: file }, set };
}

/** Whether the machine has what PostgreSQL's part needs. */
export const hasPostgres = spawnSync('test', ['-x', '/usr/lib/postgresql/15/bin/initdb']).status === 0;
