// What four searches over everybody cost those who log in silently meanwhile: `node bench/search.mjs [people] [seconds]`.
// OSTIA names the program, OSTIA_DATABASE a PostgreSQL database; silent logins come at a steady rate, one after another.
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Management, machine, managementGrant } from '../tests/lib/management.mjs';
import { authorizeUrl, Person } from '../tests/lib/person.mjs';
import { folder, runOstia, startAuthority } from '../tests/lib/program.mjs';
import { app, callback, extra } from '../tests/lib/tenant.mjs';

const people = Number(process.argv[2] ?? 100_000), seconds = Number(process.argv[3] ?? 15), searches = 4, every_ms = 10;
const file = join(folder(), 'people.json');
writeFileSync(file, `[${Array.from({ length: people }, (_, i) => JSON.stringify({ email: `p${i}@example.com`, name: `Person number ${i}`, email_verified: true })).join(',\n')}]`);

const args = ['--database', process.env.OSTIA_DATABASE ?? `sqlite:${join(folder(), 'bench.db')}`];
const authority = await startAuthority(undefined, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] }, args });
const imported = await runOstia(['import', '--users', file, '--data', authority.data, ...args]);
if (imported.code !== 0) throw new Error(imported.stderr);
const api = await new Management(authority).authenticate(), person = new Person();
const login = { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' };
await person.logIn(authorizeUrl(authority.devIssuer, login));

const agent = new Agent({ keepAlive: true }), cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
const path = new URL(authorizeUrl(authority.devIssuer, { ...login, prompt: 'none' }));
const once = (url, options = {}) => new Promise((resolve, reject) => {
  const began = performance.now();
  request(url, { agent, ...options }, (response) => response.resume().on('end', () => resolve({ ms: performance.now() - began, status: response.statusCode }))).on('error', reject).end();
});
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)]?.toFixed(2);

async function measure(name) {
  const silent = [], keys = [], end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const [one, other] = await Promise.all([once(path, { headers: { cookie } }), once(`${authority.devIssuer}.well-known/jwks.json`)]);
    if (one.status !== 302) throw new Error(`silent login answered ${one.status}`);
    silent.push(one.ms);
    keys.push(other.ms);
    await new Promise((resolve) => setTimeout(resolve, every_ms));
  }
  console.log(`${name}: silent login p50 ${at(silent, 0.5)} p90 ${at(silent, 0.9)} p99 ${at(silent, 0.99)} ms of ${silent.length}; keys p50 ${at(keys, 0.5)} p99 ${at(keys, 0.99)} ms`);
}

await measure('calm        ');
let over = false;
const took = [], statuses = {};
const crowd = Array.from({ length: searches }, async () => {
  while (!over) {
    const began = performance.now();
    const { status } = await api.call('GET', 'users?q=name:*xyz*&search_engine=v3').catch(() => ({ status: 'cut' }));
    took.push(performance.now() - began);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
});
await measure(`${searches} searches  `);
over = true;
await Promise.all(crowd);
console.log(`searches: ${JSON.stringify(statuses)}, p50 ${at(took, 0.5)} ms`);
await authority.stop();
process.exit(0);
