// The wall's clock steps forward and back, is wrong at the start, stands in 1970, 2038 and 2100. Nothing is deleted for
// it, nothing that works once works twice, nobody is locked out, and afterwards all is as it was.
import { sql } from '../tests/lib/store.mjs';
import { Caller, MailServer, password, realm, until, Victim, wrongClock, callback } from './lib.mjs';

const day = 86_400, year = 366 * day;
const counts = (victim) => Object.fromEntries(['sessions', 'refresh_tokens', 'logs', 'users'].map((table) => [table, Number(sql(victim.store, `SELECT count(*) FROM ${table}`))]));

/** Returns when housekeeping has come round: it takes with it what has been over since 1970. */
async function houseWasKept({ store }, meanwhile = () => {}) {
  const name = `canary${Date.now()}`;
  sql(store, `INSERT INTO used_tickets (id, expires_at) VALUES ('${name}', 1)`);
  await meanwhile();
  await until(() => sql(store, `SELECT count(*) FROM used_tickets WHERE id = '${name}'`).trim() === '0', 'what has expired is deleted');
}

/** Lets the clock be wrong for a while, until housekeeping has seen it if there is a `victim`, and sets it right. */
async function step(clock, seconds, meanwhile = () => {}, victim) {
  clock.set(seconds);
  const answer = await meanwhile();
  if (victim) await houseWasKept(victim);
  clock.set(0);
  return answer;
}

const redeem = (caller, code) => caller.token({ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: callback });
const refresh = (caller, client_id, refresh_token) => caller.token({ grant_type: 'refresh_token', client_id, refresh_token });

/** What must be true, each by its name; a sentence where it is not. `victim.clock` is wrong by as much as a check says. */
export const checks = {
  async 'nothing is deleted because the clock jumped ahead'({ victim, clock, caller }) {
    const cookie = await caller.session('ada@example.com'), { body: { refresh_token } } = await caller.login('ada@example.com', password, { fields: { client_id: 'rotating' } });
    const before = counts(victim);
    await step(clock, year, undefined, victim);
    const after = counts(victim);
    for (const table of Object.keys(before)) if (after[table] < before[table]) return `${before[table]} ${table} were there, ${after[table]} are`;
    if ((await caller.silent(cookie)).error) return 'the session has gone';
    if ((await refresh(caller, 'rotating', refresh_token)).status !== 200) return 'the refresh token has gone';
  },
  async 'nothing is deleted because the clock was wrong at the start'({ victim, clock, caller }) {
    const cookie = await caller.session('ada@example.com');
    for (const seconds of [75 * year, -56 * year, 12.2 * year]) {
      const before = counts(victim);
      await victim.node.stop();
      clock.set(seconds);
      await houseWasKept(victim, () => victim.up());
      clock.set(0);
      const after = counts(victim);
      for (const table of Object.keys(before)) if (after[table] < before[table]) return `wrong by ${seconds} s: ${before[table]} ${table} were there, ${after[table]} are`;
    }
    await victim.node.stop();
    await victim.up();
    if ((await caller.silent(cookie)).error) return 'the session has gone';
  },
  async 'a code is redeemed once, whatever the clock does meanwhile'({ victim, clock, caller }) {
    const cookie = await caller.session('ada@example.com');
    for (const seconds of [150, 3600, year, -3600]) {
      const { code } = await caller.silent(cookie);
      const first = await redeem(caller, code);
      if (first.status !== 200) return `wrong by 0 s: the code gave ${first.status}`;
      const meanwhile = await step(clock, seconds, () => redeem(caller, code), victim);
      const after = await redeem(caller, code);
      if (meanwhile.status === 200 || after.status === 200) return `wrong by ${seconds} s: the code gave tokens again`;
    }
  },
  async 'what was made while the clock was ahead is not good until then'({ clock, caller }) {
    const cookie = await caller.session('ada@example.com');
    clock.set(day);
    const { code } = await caller.silent(await caller.session('ada@example.com'));
    clock.set(0);
    const answer = await redeem(caller, code);
    if (answer.status === 200) return 'a code of tomorrow gave tokens';
    if ((await caller.silent(cookie)).error) return 'a session of today has gone';
  },
  async 'a rotated token is not good again'({ clock, caller }) {
    const { body: { refresh_token } } = await caller.login('ada@example.com', password, { fields: { client_id: 'lenient' } });
    if ((await refresh(caller, 'lenient', refresh_token)).status !== 200) return 'it was not rotated';
    const again = await step(clock, -3600, () => refresh(caller, 'lenient', refresh_token));
    if (again.status === 200) return 'an hour back it gave tokens';
  },
  async 'nobody is locked out for days'({ clock, caller }) {
    const wrong = (from) => caller.login('grace@example.com', 'wrong', { from });
    for (const seconds of [day, 3 * day]) {
      const from = `203.0.113.${seconds / day}`;
      await step(clock, seconds, () => wrong(from));
      for (let i = 0; i < 3; i++) {
        const { status } = await caller.login('ada@example.com', password, { from });
        if (status !== 200) return `one wrong password, ${seconds} s ahead: then the right one of somebody else is ${status}`;
      }
    }
    const from = '203.0.113.77';
    for (let i = 0; i < 4; i++) await wrong(from);
    await step(clock, -3600, () => wrong(from));
    const { status } = await caller.login('ada@example.com', password, { from });
    if (status !== 200) return `five wrong passwords, one of them an hour back: ${status}`;
  },
  async 'mails leave though they were written in a future that was wrong'({ clock, caller, mail }) {
    clock.set(day);
    const signUp = (name) => caller.ask('POST', '/dbconnections/signup', { body: { client_id: 'app', connection: realm, email: `${name}@example.com`, password } });
    await signUp('late');
    clock.set(0);
    const { status } = await signUp('now');
    if (status !== 200) return `a sign-up after one of tomorrow: ${status}`;
    for (const name of ['late', 'now']) await until(() => mail.mails.some((m) => m.to.startsWith(name)), `the mail to ${name} comes`);
  },
  async 'logins and tokens work in 1970, 2038 and 2100'({ clock, caller }) {
    const now = Date.now() / 1000;
    for (const when of [86_400, 2 ** 31 - 2, 2 ** 31 + 2, 4_102_444_800]) {
      clock.set(when - now);
      const { status, text } = await caller.login('ada@example.com');
      if (status !== 200) return `at ${when}: ${status} ${text.slice(0, 100)}`;
    }
    clock.set(0);
    const { status } = await caller.login('ada@example.com');
    if (status !== 200) return `afterwards: ${status}`;
  },
};

/** The names of the checks with what was wrong. */
export async function clocks(engine, { program, names = Object.keys(checks), onEach = () => {} } = {}) {
  const out = {};
  const clock = wrongClock(), mail = await MailServer.start();
  const victim = await Victim.start(engine, { mail, program, env: clock.env, tenant: { attackProtection: { bruteForceProtection: { enabled: true }, suspiciousIpThrottling: { enabled: true } } } });
  for (const name of names) {
    clock.set(0);
    const caller = await new Caller(victim.port).authenticate(victim.issuer);
    out[name] = await checks[name]({ victim, clock, caller, mail }).catch((e) => `${e.message}`);
    caller.agent.destroy();
    onEach(name, out[name]);
  }
  clock.set(0);
  await victim.stop();
  mail.stop();
  victim.postgres?.stopServer('immediate');
  return out;
}

if (import.meta.filename === process.argv[1]) {
  const [, , engine = 'sqlite', only] = process.argv;
  await clocks(engine, { program: process.env.OSTIA, ...(only && { names: Object.keys(checks).filter((n) => n.includes(only)) }), onEach: (name, wrong) => console.log(wrong ? `WRONG ${name}: ${wrong}` : `right ${name}`) });
  process.exit(0);
}
