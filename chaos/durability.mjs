// Kinds of write × faults. Each kind remembers what was acknowledged; after each fault it looks whether that is there,
// and whether something that was over has come back.
import { sql } from '../tests/lib/store.mjs';
import { callback, grants, MailServer, password, pick, realm, until, Victim } from './lib.mjs';

/** Counts of one run: writes that were acknowledged, by kind, and what was found wrong. */
const newFigures = () => ({ acknowledged: {}, faults: {}, wrong: [], entries: { acts: 0, lost: 0 }, mails: { sent: 0, twice: 0, missing: 0 }, readyIn: [], unanswered: 0, answered: 0, replays: 0 });

// ---- Kinds of write. `step` makes one; `check` runs after a fault, with nothing else under way.

/** A value that is written again and again: what is read is what was acknowledged last, or what was under way. */
class Register {
  constructor(name, write, read) { Object.assign(this, { name, write, read, known: 0, tried: 0 }); }
  async step(it) {
    const next = (this.tried = Math.max(this.tried, this.known) + 1);
    const { status } = await it.count(this.name, this.write(next));
    if (status >= 200 && status < 300) this.known = next;
  }
  async check(it) {
    const found = await this.read();
    if (found !== this.known && found !== this.tried) it.wrong(`${this.name}: ${found} is there, ${this.known} was acknowledged`);
    this.known = this.tried = found;
  }
}

class Passwords {
  name = 'password';
  constructor(victim, id, email) { Object.assign(this, { victim, id, email, known: 0, tried: 0 }); }
  word(n) { return n === 0 ? password : `${password}-${n}`; }
  async step(it) {
    this.tried = this.known + 1;
    const { status } = await it.count(this.name, this.victim.caller.api('PATCH', `users/${this.id}`, { password: this.word(this.tried), connection: realm }));
    if (status === 200) this.known = this.tried;
  }
  async check(it) {
    const works = async (n) => (await this.victim.caller.login(this.email, this.word(n))).status === 200;
    if (await works(this.known)) this.tried = this.known;
    else if (await works(this.tried)) this.known = this.tried;
    else it.wrong('password: neither the one that was acknowledged nor the next works');
  }
}

/** A family of refresh tokens that rotate. One whose answer was lost is given up: whether it was rotated is not known. */
class Family {
  name = 'rotation';
  constructor(victim) { this.victim = victim; }
  use(refresh_token) { return this.victim.caller.token({ grant_type: 'refresh_token', client_id: 'rotating', refresh_token }); }
  async step(it) {
    if (!this.token) {
      const answer = await this.victim.caller.login('ada@example.com', password, { fields: { client_id: 'rotating' } });
      if (answer.status === 200) this.token = answer.body.refresh_token;
      return;
    }
    const answer = await it.count(this.name, this.use(this.token));
    if (answer.status === 200) [this.old, this.token] = [this.token, answer.body.refresh_token];
    else {
      if (answer.status >= 400 && answer.status < 500) it.wrong(`rotation: the newest token was refused: ${answer.text.slice(0, 120)}`);
      this.token = this.old = undefined;
    }
  }
  async check(it) {
    if (!this.token) return;
    const answer = await this.use(this.token);
    if (answer.status !== 200) { it.wrong(`rotation: the newest token is refused: ${answer.text.slice(0, 120)}`); this.token = undefined; return; }
    it.replays++;
    if (Math.random() < 0.2) { // it ends the family, so not always
      if ((await this.use(this.token)).status === 200) it.wrong('rotation: a rotated token is good again');
      this.token = undefined;
    } else this.token = answer.body.refresh_token;
  }
}

/** Codes are redeemed once; tokens that were revoked stay so. */
class Codes {
  name = 'code';
  used = [];
  revoked = [];
  constructor(victim) { this.victim = victim; }
  async step(it) {
    const { caller } = this.victim;
    this.cookie ??= await caller.session('ada@example.com').catch(() => undefined);
    if (!this.cookie) return;
    const { code, status } = await caller.silent(this.cookie);
    if (!code) { if (status === 302) it.wrong('code: the session has gone'); return; }
    const redeem = () => caller.token({ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: callback });
    const { status: redeemed } = await it.count(this.name, redeem());
    if (redeemed === 200) this.used = [...this.used.slice(-5), redeem];
    if (Math.random() < 0.9) return;
    const answer = await caller.login('ada@example.com');
    if (answer.status !== 200) return;
    const token = answer.body.refresh_token;
    const gone = await it.count('revocation', caller.ask('POST', '/oauth/revoke', { fields: { client_id: 'app', token } }));
    if (gone.status === 200) this.revoked.push(token);
  }
  async check(it) {
    for (const redeem of this.used.splice(0)) { it.replays++; if ((await redeem()).status === 200) it.wrong('code: one that was redeemed gave tokens again'); }
    for (const refresh_token of this.revoked.splice(0)) {
      it.replays++;
      if ((await this.victim.caller.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token })).status === 200) it.wrong('revocation: a revoked token is good again');
    }
  }
}

/** Sessions that begin and end. */
class Sessions {
  name = 'session';
  ended = [];
  constructor(victim) { this.victim = victim; }
  async step(it) {
    const { caller } = this.victim;
    if (!this.cookie) { this.cookie = await it.count(this.name, caller.session('ada@example.com').then((cookie) => ({ status: 200, cookie }), () => ({ status: 0 }))).then((r) => r.cookie); return; }
    const cookie = this.cookie;
    this.cookie = undefined;
    const answer = await it.count('logout', caller.ask('GET', `/v2/logout?${new URLSearchParams({ client_id: 'app', returnTo: 'https://app.example.com/bye' })}`, { headers: { cookie } }));
    if (answer.status === 302) this.ended.push(cookie);
  }
  async check(it) {
    const { caller } = this.victim;
    if (this.cookie && (await caller.silent(this.cookie)).error) it.wrong('session: one that was begun is not there');
    for (const cookie of this.ended.splice(0)) { it.replays++; if ((await caller.silent(cookie)).code) it.wrong('logout: a session that was ended is there again'); }
  }
}

/** Accounts, with the entry of the log and the mail that each has. */
class SignUps {
  name = 'sign-up';
  people = [];
  constructor(victim, name) { Object.assign(this, { victim, prefix: name, count: 0 }); }
  async step(it) {
    const email = `${this.prefix}${this.count++}@example.com`;
    const { status } = await it.count(this.name, this.victim.caller.ask('POST', '/dbconnections/signup', { body: { client_id: 'app', connection: realm, email, password } }));
    if (status === 200) { this.people.push(email); it.signedUp.add(email); }
  }
  async check(it) {
    for (const email of this.people.splice(0))
      if (sql(this.victim.store, `SELECT count(*) FROM users WHERE email = '${email}'`).trim() !== '1') it.wrong(`sign-up: ${email} was told so and is not there`);
  }
}

/** Second factors that are added and taken away. */
class Factors {
  name = 'second factor';
  constructor(victim, id, email) { Object.assign(this, { victim, id, email }); }
  async step(it) {
    const { caller, issuer } = this.victim;
    this.token ??= (await caller.login(this.email, password, { fields: { audience: `${issuer}mfa/`, scope: 'enroll read:authenticators remove:authenticators' } })).body?.access_token;
    if (!this.token) return;
    const headers = { authorization: `Bearer ${this.token}` };
    const answer = this.there
      ? await it.count('second factor removed', caller.api('DELETE', `users/${this.id}/authentication-methods`))
      : await it.count(this.name, caller.ask('POST', '/mfa/associate', { headers, body: { authenticator_types: ['otp'] } }));
    if (answer.status >= 300 || answer.status === 0) this.unsure = true;
    else [this.there, this.unsure] = [!this.there, false];
  }
  async check(it) {
    const found = sql(this.victim.store, `SELECT count(*) FROM authenticators WHERE user_id = '${this.id}' AND type = 'otp'`).trim() !== '0';
    if (!this.unsure && found !== !!this.there) it.wrong(`second factor: ${found ? 'there' : 'not there'}, the other was acknowledged`);
    [this.there, this.unsure] = [found, false];
  }
}

// ---- Faults

const faultsOf = {
  sqlite: { SIGKILL: (victim) => victim.kill() },
  postgres: {
    'SIGKILL of the node': (victim) => victim.kill(),
    'backends ended': (victim) => { victim.postgres.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ostia'"); },
    'the server ended at once': (victim) => { victim.postgres.stopServer('immediate'); victim.postgres.startServer(); },
    'the server restarted': (victim) => { victim.postgres.stopServer('fast'); victim.postgres.startServer(); },
  },
};

const isReady = (victim) => until(async () => (await victim.caller.ask('GET', '/health/ready')).status === 200, 'the node is ready');

async function makeUser(victim, email) {
  const { body, status, text } = await victim.caller.api('POST', 'users', { connection: realm, email, password, email_verified: true });
  if (status !== 201) throw new Error(text);
  return body.user_id;
}

/** Until `seconds` are over or there were `faults` faults. `seconds`: of writing before a fault, at most. */
export async function durability(engine, { faults = 40, longest_ms = 1500, seconds = 600, program } = {}) {
  const mail = await MailServer.start(), figures = newFigures();
  const victim = await Victim.start(engine, { mail, program });
  const it = {
    ...figures, signedUp: new Set(),
    wrong: (what) => figures.wrong.push(what),
    async count(kind, asking) {
      const answer = await asking;
      if (answer.status >= 200 && answer.status < 400) figures.acknowledged[kind] = (figures.acknowledged[kind] ?? 0) + 1;
      return answer;
    },
    get replays() { return figures.replays; }, set replays(n) { figures.replays = n; },
  };
  const { caller } = victim;
  const ids = await Promise.all([0, 1, 2, 3].map((n) => makeUser(victim, `person${n}@example.com`)));
  const client = await caller.api('POST', 'clients', { name: 'Register', app_type: 'spa' }); // one that the tenant's file does not set back
  const register = (name, path, member) => new Register(name, (n) => caller.api('PATCH', path, { [member]: { n: String(n) } }), async () => Number((await caller.api('GET', path)).body?.[member]?.n ?? 0));
  const kinds = [
    register('profile', `users/${ids[0]}`, 'user_metadata'), register('profile', `users/${ids[1]}`, 'app_metadata'),
    register('tenant', `clients/${client.body.client_id}`, 'client_metadata'),
    new Passwords(victim, ids[2], 'person2@example.com'), new Factors(victim, ids[3], 'person3@example.com'),
    new Family(victim), new Family(victim), new Family(victim), new Codes(victim), new Codes(victim), new Sessions(victim),
    new SignUps(victim, 'a'), new SignUps(victim, 'b'), new SignUps(victim, 'c'),
  ];
  const end = Date.now() + seconds * 1000;
  for (let n = 0; n < faults && Date.now() < end; n++) {
    let over = false;
    const working = kinds.map(async (kind) => { while (!over) await kind.step(it); });
    await new Promise((resolve) => { setTimeout(resolve, Math.random() * longest_ms); });
    const name = pick(Object.keys(faultsOf[engine]));
    const breaking = faultsOf[engine][name](victim);
    over = true;
    await breaking;
    await Promise.all(working);
    await isReady(victim);
    figures.faults[name] = (figures.faults[name] ?? 0) + 1;
    for (const kind of kinds) await kind.check(it);
  }
  // Entries of the log, and mails: one by one.
  const entries = new Set(sql(victim.store, "SELECT body FROM logs WHERE type = 'ss'").split('\n').map((line) => /"user_name":"([^"]*)"/.exec(line)?.[1]));
  await until(() => sql(victim.store, "SELECT count(*) FROM messages WHERE state = 'queued'").trim() === '0', 'all mails are on their way');
  for (const email of it.signedUp) {
    figures.entries.acts++;
    if (!entries.has(email)) figures.entries.lost++;
    if (!mail.mails.some((m) => m.to === email)) figures.mails.missing++;
  }
  figures.mails.sent = mail.mails.length;
  const of = (mails) => mails.length - new Set(mails.map((m) => m.id)).size;
  figures.mails.twice = of(mail.mails);
  figures.readyIn = victim.readyIn.slice(1);
  await victim.stop();
  const verified = await victim.verify();
  if (verified.code !== 0) figures.wrong.push(`verify: ${verified.stdout}${verified.stderr}`);
  mail.stop();
  victim.postgres?.stopServer('immediate');
  return figures;
}

export const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

if (import.meta.filename === process.argv[1]) {
  const [, , engine = 'sqlite', faults = '20'] = process.argv;
  const figures = await durability(engine, { faults: Number(faults), program: process.env.OSTIA });
  console.log(JSON.stringify(figures, null, 1));
  process.exit(0);
}
