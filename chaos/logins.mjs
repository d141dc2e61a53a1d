// Who is logged out? A program that keeps its login (sdk/tests/probe.cpp) renews it, again and again, while it is killed,
// its disk is full or may only be read, answers get lost, clocks differ, and it quits. After each fault somebody asks
// for fresh tokens, as the person would: who has to log in then was logged out. Unavoidable is that only where the
// authority had spent the token, nobody had the answer, and neither a leeway nor the request's name could help.
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { limitFiles } from '../tests/lib/disk.mjs';
import { Probe } from '../tests/lib/probe.mjs';
import { folder } from '../tests/lib/program.mjs';
import { password, pause, pick, realm, Victim, wrongClock } from './lib.mjs';

const force = { force: true }, random = (n) => Math.floor(Math.random() * n);

/** A proxy that can lose what the authority answers. `names`: whether requests keep theirs. */
class Cutting {
  loses = 0; // answers to come that get lost
  onAnswer = () => {};
  async start(port, names) {
    this.server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy()).on('close', () => other.destroy());
      let renews = false;
      near.on('data', (data) => {
        let text = data.toString('latin1');
        if (!names) text = text.replace(/^idempotency-key:.*\r\n/im, '');
        renews ||= text.includes('grant_type=refresh_token') || /^POST \/oauth\/token/m.test(text);
        far.write(text, 'latin1');
      });
      far.on('data', (data) => {
        const isRenewed = renews && /^HTTP\/1\.1 200 /.test(data.toString('latin1'));
        if (isRenewed) this.onAnswer();
        renews = false;
        if (isRenewed && this.loses > 0) { this.loses--; near.destroy(); far.destroy(); } else near.write(data);
      });
    });
    await new Promise((resolve) => { this.server.listen(0, 'localhost', resolve); });
    this.domain = `http://localhost:${this.server.address().port}`;
    return this;
  }
}

/** A login at one application, in a folder of its own (a small disk, where this user may mount one), and programs that share it. */
class Login {
  constructor(t, victim, client_id, gate, clock) { Object.assign(this, { t, victim, client_id, gate, clock, dir: folder() }); }
  async start() {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'tmpfs', this.dir], { stdio: 'ignore' });
      this.isDisk = true;
      this.t.after(() => execFileSync('umount', ['-l', this.dir]));
    } catch { /* then its folder's mode has to do */ }
    await this.logIn();
    return this;
  }
  async program(env = {}) {
    const p = await new Probe(this.t, env).make({ domain: this.gate.domain, client_id: this.client_id, issuer: this.victim.issuer });
    await p.say({ credentials: { directory: this.dir, lock_directory: '', passphrase: '' } });
    return p;
  }
  async logIn() {
    const p = await this.program();
    await p.value('credentials_store', await p.value('client_login', { username: 'ada@example.com', password, realm, scope: 'openid offline_access' }));
    await this.end(p);
  }
  async end(p, signal) {
    if (signal) p.child.kill(signal); else p.child.stdin.end();
    await p.ended;
  }
  fill() {
    const file = openSync(join(this.dir, 'rest'), 'w');
    try { for (const size of [4096, 64, 1]) try { for (let i = 0; i < 1000; i++) writeSync(file, Buffer.alloc(size)); } catch (e) { if (e.code !== 'ENOSPC') throw e; } } finally { closeSync(file); }
  }
  makeRoom() { rmSync(join(this.dir, 'rest'), { force: true }); }
  readOnly(is) {
    if (this.isDisk) execFileSync('mount', ['-o', `remount,${is ? 'ro' : 'rw'}`, this.dir]); else chmodSync(this.dir, is ? 0o500 : 0o700);
  }
}

// What goes wrong. Each leaves the world as it was, but for what the programs have kept.
const faults = {
  async 'SIGKILL while it renews'(login) {
    const p = await login.program();
    (async () => { for (;;) await p.outcome('credentials_get', force); })().catch(() => {});
    await pause(random(60));
    await login.end(p, 'SIGKILL');
  },
  async 'SIGKILL when the answer leaves'(login) {
    const p = await login.program();
    const isAnswered = new Promise((resolve) => { login.gate.onAnswer = resolve; });
    p.outcome('credentials_get', force).catch(() => {});
    await Promise.race([isAnswered, pause(5000)]);
    await login.end(p, 'SIGKILL');
    login.gate.onAnswer = () => {};
  },
  async 'an answer lost'(login) {
    const p = await login.program();
    login.gate.loses = 1 + random(3);
    while (login.gate.loses > 0) {
      const before = login.gate.loses, { error } = await p.outcome('credentials_get', force);
      if (error?.code === 'login_required' || login.gate.loses === before) break;
    }
    login.gate.loses = 0;
    await login.end(p);
  },
  async 'a full disk'(login) {
    if (!login.isDisk) return;
    const p = await login.program();
    login.fill();
    await p.outcome('credentials_get', force);
    login.makeRoom();
    await login.end(p);
  },
  async 'a disk that becomes full meanwhile'(login) {
    if (!login.isDisk) return;
    const p = await login.program();
    login.gate.onAnswer = () => login.fill();
    await p.outcome('credentials_get', force);
    login.gate.onAnswer = () => {};
    login.makeRoom();
    await login.end(p);
  },
  async 'a disk that may only be read'(login) {
    const p = await login.program();
    login.readOnly(true);
    await p.outcome('credentials_get', force);
    login.readOnly(false);
    await login.end(p);
  },
  async 'a limit of files'(login) {
    const p = await login.program();
    limitFiles(p.child.pid, random(12_000));
    await p.outcome('credentials_get', force);
    await login.end(p);
  },
  async 'two programs, other sessions and clocks'(login) {
    login.clock.set(pick([-7200, 7200, -63_000_000, 30_000_000]));
    const both = await Promise.all([{ XDG_RUNTIME_DIR: '/nonexistent' }, { ...login.clock.env, HOME: undefined, XDG_RUNTIME_DIR: undefined }].map((env) => login.program(env)));
    await Promise.all(both.flatMap((p) => [p.outcome('credentials_get', force), p.outcome('credentials_get', {}, { form: 'completion' })]));
    await Promise.all(both.map((p) => login.end(p)));
  },
  async 'it quits while it renews'(login) {
    const p = await login.program();
    await p.outcome('credentials_quit', { after_ms: random(40) });
    await login.end(p);
  },
  async 'the authority is killed'(login) {
    const p = await login.program();
    const renewing = p.outcome('credentials_get', force);
    await pause(random(30));
    await login.victim.kill();
    await renewing;
    await login.end(p);
  },
};

/** `rounds` faults, one after the other; counts by the application's leeway and whether requests keep their names. */
export async function logins({ rounds = 1000, seconds = 600, program } = {}) {
  const endings = [], t = { after: (end) => endings.push(end) };
  const victim = await Victim.start('sqlite', { program }), clock = wrongClock(), begun = Date.now();
  const figures = [];
  for (const [name, client_id, names] of [['no leeway', 'rotating', true], ['no leeway, an authority that knows no Idempotency-Key', 'rotating', false], ['a leeway of 10 s', 'lenient', false]]) {
    const gate = await new Cutting().start(victim.port, names);
    endings.push(() => gate.server.close());
    figures.push({ name, names, leeway: client_id === 'lenient', rounds: 0, unavoidable: 0, needless: [], login: await new Login(t, victim, client_id, gate, clock).start() });
  }
  const kinds = Object.keys(faults), counts = Object.fromEntries(kinds.map((k) => [k, 0]));
  for (let round = 0; round < rounds && Date.now() - begun < seconds * 1000; round++) {
    const it = figures[round % figures.length], kind = kinds[Math.floor(round / figures.length) % kinds.length], { login } = it;
    await faults[kind](login);
    it.rounds++;
    counts[kind]++;
    const p = await login.program(), { value, error } = await p.outcome('credentials_get', force);
    if (!value) {
      const mayHaveLost = /SIGKILL|lost|the authority/.test(kind); // the others have the answer in hand
      if (error.code === 'login_required' && mayHaveLost && !it.names && !it.leeway) it.unavoidable++;
      else it.needless.push(`${kind}: ${error.reason}: ${error.description}`);
      await login.logIn();
    }
    await login.end(p);
  }
  await victim.stop();
  for (const end of endings.reverse()) await end();
  return { counts, figures: figures.map(({ login, ...rest }) => rest) };
}

if (import.meta.filename === process.argv[1]) {
  const [, , rounds = '1000', seconds = '600'] = process.argv;
  const { counts, figures } = await logins({ rounds: Number(rounds), seconds: Number(seconds), program: process.env.OSTIA });
  console.log(Object.entries(counts).map(([kind, n]) => `${n} × ${kind}`).join(', '));
  console.table(figures.map(({ name, rounds, unavoidable, needless }) => ({ 'authority': name, rounds, 'logged out, not to be helped': unavoidable, 'logged out without need': needless.length })));
  for (const { needless } of figures) for (const one of needless) console.log(one);
  process.exit(0);
}
