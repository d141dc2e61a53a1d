// More than the authority can do: guesses, searches, connections, an end under load. Others get on, and whoever is not
// served is told so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from '../tests/lib/program.mjs';
import { Caller, password, pause, percentile, Victim } from './lib.mjs';

const limited = { attackProtection: { bruteForceProtection: { enabled: true }, suspiciousIpThrottling: { enabled: true } }, ostia: { rate_limits: undefined } };

/** Somebody else's login while `guessers` guess, from one address or from as many: calm time, and how it went. */
export async function guessers({ addresses = 1, clients = 150, logins = 20, program } = {}) {
  const victim = await Victim.start('sqlite', { program, tenant: limited });
  const people = new Caller(victim.port), crowd = new Caller(victim.port, { sockets: clients });
  let stranger = 10;
  const login = () => people.login('ada@example.com', password, { from: `203.0.113.${stranger++}` });
  const calm = [];
  for (let i = 0; i < 10; i++) calm.push((await login()).ms);
  let over = false, cut = 0, asked = 0;
  const guessing = Array.from({ length: clients }, async (_, i) => {
    while (!over) {
      const { status } = await crowd.login(`victim${i}@example.com`, `wrong-${Math.random()}`, { from: addresses === 1 ? '198.51.100.7' : `198.51.${100 + (i >> 8)}.${i & 255}` });
      asked++;
      if (status === 0) cut++;
    }
  });
  await pause(1500);
  const answers = [];
  for (let i = 0; i < logins; i++) { answers.push(await login()); await pause(250); }
  over = true;
  await Promise.all(guessing);
  people.agent.destroy(), crowd.agent.destroy();
  await victim.stop();
  const usual = percentile(calm, 0.5);
  return { usual, in: answers.filter((a) => a.status === 200 && a.ms <= 5 * usual).length, right: answers.filter((a) => a.status === 200).length, of: answers.length, p50: percentile(answers.map((a) => a.ms), 0.5), cut, asked };
}

/** So many people, as a file to import. */
function crowdFile(count) {
  const file = join(folder(), 'users.json');
  writeFileSync(file, JSON.stringify(Array.from({ length: count }, (_, i) => ({ user_id: `p${i}`, email: `p${i}@example.com`, name: `Person ${i}`, email_verified: true, app_metadata: { plan: i % 7 ? 'free' : 'pro' } }))));
  return file;
}

/** Silent logins while nobody and while `searches` search all of `people` people. */
export async function searching({ people = 100_000, searches = 4, seconds = 8, engine = 'sqlite', program } = {}) {
  const demo = await import('../tests/lib/program.mjs').then(({ users }) => users);
  const victim = await Victim.start(engine, { program, userList: demo, args: [] });
  const { runOstia } = await import('../tests/lib/program.mjs');
  await victim.node.stop();
  const imported = await runOstia(['import', '--users', crowdFile(people), '--data', victim.data, ...(victim.database ? ['--database', victim.database] : [])]);
  if (imported.code !== 0) throw new Error(imported.stderr.slice(0, 500));
  await victim.up();
  const caller = await new Caller(victim.port).authenticate(victim.issuer), cookie = await caller.session('ada@example.com');
  const silent = async (ms) => {
    const times = [];
    for (const end = Date.now() + ms; Date.now() < end;) { const { ms: took, code } = await caller.silent(cookie); times.push(code ? took : NaN); await pause(5); }
    return times;
  };
  await silent(1000);
  const calm = await silent(seconds * 500);
  let over = false;
  const answers = [];
  const asking = Array.from({ length: searches }, async () => { while (!over) answers.push((await caller.api('GET', 'users?q=name%3A*erson%2099*&search_engine=v3')).status); });
  const loaded = await silent(seconds * 1000);
  over = true;
  await Promise.all(asking);
  caller.agent.destroy();
  await victim.stop();
  victim.postgres?.stopServer('immediate');
  return { calm: percentile(calm, 0.99), loaded: percentile(loaded, 0.99), answers: answers.reduce((n, s) => ({ ...n, [s]: (n[s] ?? 0) + 1 }), {}) };
}

/** SIGTERM while `clients` ask: connections that were accepted and got no answer. */
export async function ending({ times = 12, clients = 30, program } = {}) {
  const out = { reset: 0, refused: 0, answered: 0, lost: 0 };
  for (let n = 0; n < times; n++) {
    const victim = await Victim.start('sqlite', { program });
    let over = false;
    const asking = Array.from({ length: clients }, async () => {
      const caller = new Caller(victim.port, { sockets: 1 });
      caller.agent.options.keepAlive = false; // one request a connection
      while (!over) {
        const { status, why } = await caller.ask('GET', '/.well-known/jwks.json', { headers: { connection: 'close' } });
        if (status) out.answered++;
        else if (why === 'ECONNREFUSED') { out.refused++; return; } else out.reset++;
      }
    });
    await pause(300);
    victim.caller.agent.destroy();
    await victim.node.stop();
    over = true;
    await Promise.all(asking);
  }
  return out;
}

if (import.meta.filename === process.argv[1]) {
  const program = process.env.OSTIA, what = process.argv[2];
  if (!what || what === 'guessers') for (const addresses of [1, 150]) console.log(`guessers, ${addresses}`, await guessers({ addresses, program }));
  if (!what || what === 'searching') console.log('searching', await searching({ program }));
  if (!what || what === 'ending') console.log('ending', await ending({ program }));
  process.exit(0);
}
