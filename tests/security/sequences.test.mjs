// Logins, tokens, changes and withdrawals in orders that nobody has thought of, against the model of `lib/sequences/`.
// Many sequences run at once, each with people of its own, and wait for each other where time is to go by: an authority has
// one clock. Half of them are where a second factor is asked of all. First come those of `data/sequences.json`, which have
// found something before.
//
// `RUNS=` how many, `SEED=` runs those of a failure again, `KEEP=1` writes what is found to the file. There, an entry with
// `"known": true` is skipped, and its kind is not reported: for a fault that waits for its mending. `WITHOUT=` names moves
// that are not made, with commas between them: to see what lies behind a fault.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { folder, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { choose, guarded, mfaGrants, realm, take } from '../lib/sequences/moves.mjs';
import { firstPassword, hangUp, Violation, World } from '../lib/sequences/world.mjs';
import { app, callback, database, deviceGrant, exchangeGrant, extra, third } from '../lib/tenant.mjs';

// What lands is tried with orders that everybody can try again; `SEED=$RANDOM RUNS=20000` looks for others.
const runs = Number(process.env.RUNS ?? 2000), seed = Number(process.env.SEED ?? 40_184_081);
const file = new URL('data/sequences.json', import.meta.url);
const kept = JSON.parse(readFileSync(file, 'utf8')), known = new Set(kept.filter((one) => one.known).map((one) => one.kind));
const without = process.env.WITHOUT?.split(',');
const width = 16; // sequences at once, at each of the two authorities
const longest = 25; // steps
const waits = [40, 40, 70, 70, 200, 330, 700, 1000, 7300, 90_000, 270_000]; // seconds, on both sides of what lives how long

const refresh_token = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, token_lifetime: 2_592_000, idle_token_lifetime: 1_296_000 };
const clients = [
  { ...app, refresh_token, grant_types: [...app.grant_types, ...mfaGrants] },
  { name: 'Web', client_id: 'web', client_secret: 'web-secret', app_type: 'regular_web', callbacks: [callback], refresh_token, grant_types: ['authorization_code', 'refresh_token', exchangeGrant] },
  { ...third, refresh_token, grant_types: ['authorization_code', 'refresh_token', deviceGrant] },
  machine,
];
const words = ['read:messages', 'write:messages'], scopes = words.map((value) => ({ value }));

const group = scope();
const authorities = new Map(); // by whether a second factor is asked of all
async function start(usersFile, mfa) {
  const api = new Management(await startAuthority(group, {
    clients, usersFile,
    extra: {
      ...extra,
      tenant: { friendly_name: 'Test', default_directory: realm, ostia: { rate_limits: false } },
      databases: [database(realm, { brute_force_protection: false })],
      attackProtection: { bruteForceProtection: { enabled: false }, suspiciousIpThrottling: { enabled: false } }, // one address for all
      guardianFactors: [{ name: 'otp', enabled: true }],
      guardianPolicies: { policies: mfa ? ['all-applications'] : [] },
      resourceServers: [{ ...extra.resourceServers[0], scopes }, { name: 'Guarded', identifier: guarded, scopes, enforce_policies: true, token_dialect: 'access_token_authz' }],
      clientGrants: [managementGrant(), ...[guarded, extra.resourceServers[0].identifier].map((audience) => ({ client_id: 'web', audience, scope: words }))],
    },
  }));
  authorities.set(mfa, api);
}
before(async () => {
  const usersFile = join(folder(), 'users.json'), temporary = process.env.TMPDIR;
  const people = Array.from({ length: width }, (_, slot) => ['a', 'e'].map((name) => ({ user_id: `${name}${slot}`, email: `${name}${slot}@example.com`, email_verified: false, password: firstPassword })));
  writeFileSync(usersFile, JSON.stringify(people.flat()));
  if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm'; // what is written is of no use afterwards
  const starting = [false, true].map((mfa) => start(usersFile, mfa));
  if (temporary) process.env.TMPDIR = temporary;
  else delete process.env.TMPDIR;
  await Promise.all(starting);
  group.after(hangUp);
});

/** The authority's clock, which goes on when all who run want it to. */
class Clock {
  offset = 0;
  parked = [];
  constructor(api, running) { Object.assign(this, { api, running }); }
  now() { return Date.now() / 1000 + this.offset; }
  pass(seconds) {
    return new Promise((resolve, reject) => {
      this.parked.push({ resolve, reject, seconds });
      this.#go();
    });
  }
  leave() {
    this.running--;
    this.#go();
  }
  #go() {
    if (!this.parked.length || this.parked.length < this.running) return;
    const { api, parked } = this, [{ seconds }] = parked;
    this.parked = [];
    this.offset += seconds;
    api.advance(seconds).then(() => api.authenticate()) // a token of a day ago is none
      .then(() => parked.forEach(({ resolve }) => resolve()), (error) => parked.forEach(({ reject }) => reject(error)));
  }
}

// A small generator with a seed (mulberry32).
const generator = (from) => () => {
  from = (from + 0x6d2b79f5) | 0;
  let t = Math.imul(from ^ (from >>> 15), 1 | from);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (random, list) => list[Math.floor(random() * list.length)];

/** Runs sequences side by side; `next(i)(world)` gives their steps one by one. What each did, and ended with. */
async function runSideBySide(count, mfa, next) {
  const api = authorities.get(mfa), clock = new Clock(api, count);
  await api.reset();
  await api.authenticate();
  return Promise.all(Array.from({ length: count }, async (_, slot) => {
    const world = new World(api.issuer, slot, mfa, clock, api), give = next(slot), steps = [];
    let step;
    try {
      while ((step = give(world)) !== undefined) if (await take(world, step)) steps.push(step);
      return { mfa, steps };
    } catch (error) {
      if (!(error instanceof Violation)) throw new Error(`${error.stack}\nafter:\n${world.trace.join('\n')}`);
      return { mfa, steps: [...steps, step], violation: error };
    } finally {
      clock.leave();
    }
  }));
}

async function replay({ mfa, steps }) {
  const left = [...steps];
  return (await runSideBySide(1, mfa, () => () => left.shift()))[0];
}

/** The same violation by as few steps as possible: without longer and shorter pieces, as long as it still comes. */
async function shrink(found) {
  let { mfa, steps, violation } = found;
  const attempt = async (fewer) => {
    const again = await replay({ mfa, steps: fewer });
    if (again.violation?.kind === found.violation.kind) ({ steps, violation } = again);
  };
  for (let size = steps.length >> 1; size >= 1; size >>= 1)
    for (let at = steps.length - size; at >= 0; at -= size) await attempt(steps.toSpliced(at, size));
  for (let at = steps.length - 1; at >= 0; at--) await attempt(steps.toSpliced(at, 1));
  return { kind: violation.kind, mfa, steps, violation };
}

/** Sequences of which time goes by for all alike. */
function batch(number, mfa) {
  const random = generator(seed + number * 7919), pauses = Array.from({ length: 4 }, () => pick(random, waits));
  return runSideBySide(width, mfa, (slot) => {
    const own = generator(seed + number * 7919 + slot + 1), length = 4 + Math.floor(own() * (longest - 3));
    let made = 0, paused = 0;
    return (world) => {
      if (made++ >= length) return undefined;
      if (paused < pauses.length && world.held.length > 2 && own() < 0.09) return `wait ${pauses[paused++]}`;
      return choose(world, own, without);
    };
  });
}

const listed = ({ mfa, steps, violation }) => `${violation.message}\n  steps${mfa ? ', a second factor for all' : ''}: ${JSON.stringify(steps)}`;

for (const { kind, known: skip, ...sequence } of kept)
  test(`kept sequence: ${kind}`, { skip }, async () => {
    const { steps, violation } = await replay(sequence);
    assert.ok(!violation, violation && listed({ ...sequence, violation }));
    assert.deepEqual(steps, sequence.steps, 'each step has something to be made with');
  });

test(`${runs} sequences in random orders`, async () => {
  const kinds = new Map();
  let made = 0, steps = 0;
  await Promise.all([false, true].map(async (mfa) => {
    for (let number = Number(mfa); number * width < runs; number += 2)
      for (const one of await batch(number, mfa)) {
        made++;
        steps += one.steps.length;
        const kind = one.violation?.kind;
        if (!kind || known.has(kind)) continue;
        const before = kinds.get(kind);
        kinds.set(kind, { ...(before && before.steps.length <= one.steps.length ? before : one), times: (before?.times ?? 0) + 1 });
      }
  }));
  console.log(`${made} sequences, ${steps} steps`);
  const found = [];
  for (const one of [...kinds.values()].slice(0, 40)) found.push({ ...await shrink(one), times: one.times });
  if (process.env.KEEP) {
    const more = found.map(({ kind, mfa, steps }) => ({ kind, mfa, steps })).filter((one) => !kept.some((other) => other.kind === one.kind));
    writeFileSync(file, `[\n${[...kept, ...more].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
  }
  assert.equal(found.length, 0, `SEED=${seed} RUNS=${runs}\n\n${found.map((one) => `${one.times} times: ${listed(one)}`).join('\n\n')}`);
});
