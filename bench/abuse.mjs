// What somebody gets by asking again and again, in two programs beside each other: `node bench/abuse.mjs BEFORE AFTER`.
// Guesses and messages are counted in an hour of the program's own clock; silent logins are timed while nobody and while
// one IPv6 /64 does its worst, in a network of its own (root, `unshare`), so that this machine keeps its addresses.
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { Api } from '../tests/lib/authority.mjs';
import { machine, Management, managementGrant } from '../tests/lib/management.mjs';
import { authorizeUrl, Person } from '../tests/lib/person.mjs';
import { folder, freePort, serve, tenantFile, users as demoUsers } from '../tests/lib/program.mjs';
import { app, callback, extra, grants, users } from '../tests/lib/tenant.mjs';
import { totp } from '../tests/lib/totp.mjs';
import { fixed, median } from './lib.mjs';

const realm = 'Username-Password-Authentication', [ada, right] = users.ada;
const mfa = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const client = { ...app, grant_types: [...app.grant_types, mfa('otp'), mfa('recovery-code')] };
const addresses = Number(process.env.ABUSE_ADDRESSES ?? 10_000), requests = 1000, attackers = Number(process.env.ABUSE_CONNECTIONS ?? 2000);
const stranger = (i) => ({ 'x-forwarded-for': `203.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` }), home = { 'x-forwarded-for': '198.51.100.1' };

async function start(program, more, tenant = {}) {
  const dir = folder(), port = await freePort(), devPort = await freePort();
  const config = tenantFile(dir, { clients: [client, machine], extra: { ...extra, tenant: { friendly_name: 'Bench', default_directory: realm, ...tenant }, guardianFactors: ['otp', 'recovery-code'].map((name) => ({ name, enabled: true })), clientGrants: [...extra.clientGrants, managementGrant()] } });
  const server = await serve(['--data', `${dir}/data`, '--config', config, '--users', demoUsers, ...more({ port, devPort })], {}, program);
  return { ...server, port, devPort, devIssuer: `http://localhost:${devPort}/` };
}
const startForDevelopers = (program) => start(program, ({ port, devPort }) => ['--dev', '--dev-http', `127.0.0.1:${devPort}`, '--listen', `127.0.0.1:${port}`, '--trusted-proxy', '127.0.0.1']);

/** Tells how far it is, on a terminal's other stream. */
const told = (text) => process.stderr.write(`  ${text}\n`);
/** `count` times, so many at once. */
async function many(count, atOnce, once) {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (next < count) await once(next++); }));
}

// ---- Guesses

/** Ways to guess: what is needed first, what is done each minute, and one guess; its answer. */
const secrets = {
  'a password': { guess: (api, i) => api.token({ grant_type: grants.realm, client_id: 'app', username: i % 2 ? ada : ada.toUpperCase(), password: `wrong-${i}`, realm }, stranger(i)) },
  'a code, at the token endpoint': {
    minute: (api, i) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: ada, send: 'code' }, stranger(i)),
    guess: (api, i) => api.token({ grant_type: grants.otp, client_id: 'app', username: ada, otp: '000000', realm: 'email' }, stranger(i)),
  },
  'a code, at /passwordless/verify': {
    minute: (api, i) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: ada, send: 'code' }, stranger(i)),
    guess: (api, i) => api.post('/passwordless/verify', { client_id: 'app', connection: 'email', email: ada, verification_code: '000000' }, stranger(i)),
  },
  ...Object.fromEntries([['a second factor', 'otp', { otp: '000000' }], ['a recovery code', 'recovery-code', { recovery_code: 'AAAAAAAAAAAAAAAAAAAAAAAA' }]].map(([name, way, proof]) => [name, {
    async before(api) {
      const { body: { mfa_token } } = await passwordOf(api, home), { body } = await api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${mfa_token}`, ...home });
      const done = await api.token({ grant_type: mfa('otp'), client_id: 'app', mfa_token, otp: totp(body.secret, Date.parse((await api.get('/_dev/clock')).body.now) / 1000) }, home);
      if (done.status !== 200) throw new Error(done.text);
    },
    // The thief has the password, and asks anew before the token is over.
    async minute(api, i) { api.thief = (await passwordOf(api, stranger(i))).body.mfa_token ?? api.thief; },
    guess: (api) => api.token({ grant_type: mfa(way), client_id: 'app', mfa_token: api.thief, ...proof }, stranger(api.next = (api.next ?? 0) + 1)),
  }])),
};
const passwordOf = (api, headers) => api.token({ grant_type: grants.realm, client_id: 'app', username: ada, password: right, realm }, headers);
/** Whether the guess was compared with what is right. */
const wasJudged = ({ status, text }) => status === 401 || ((status === 403 || status === 400) && !/too_many|429|expired/.test(text));

async function guessesOf(program) {
  const out = {};
  for (const [name, { before, minute, guess }] of Object.entries(secrets)) {
    const authority = await startForDevelopers(program), api = new Api(authority); // each with all its limits
    const isFactor = !!before;
    await (await new Management(authority).authenticate()).call('PUT', 'guardian/policies', isFactor ? ['all-applications'] : []);
    await before?.(api);
    await api.advance(60);
    let judged = 0;
    for (let slice = 0; slice < 60; slice++) {
      await minute?.(api, slice * 100 + 60_000);
      const count = Math.floor(addresses / 60);
      // Codes have three tries each: whoever guesses asks for new ones.
      const renews = /a code/.test(name);
      await many(count, renews ? 1 : 8, async (j) => {
        const i = slice * count + j;
        if (renews && j % 3 === 0) await minute(api, i);
        if (wasJudged(await guess(api, i))) judged++;
      });
      await api.advance(59);
    }
    await authority.stop();
    out[name] = judged;
    told(`${name}: ${judged}`);
  }
  return out;
}

// ---- Messages

async function messagesOf(program) {
  const authority = await startForDevelopers(program), api = new Api(authority), to = 'flood@example.com', out = {};
  const ways = {
    'a code': (i) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: i % 2 ? to : to.toUpperCase(), send: 'code' }, stranger(i)),
    'a link to reset': (i) => api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: ada }, stranger(i)),
    'a text message': (i) => api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+15005550006', send: 'code' }, stranger(i)),
  };
  for (const [name, ask] of Object.entries(ways)) {
    await api.reset();
    const logged = async () => (await api.messages()).length;
    const before = await logged();
    // What the list shows has an end, so it is read as it grows.
    let sent = 0;
    const seen = new Set();
    for (let slice = 0; slice < 20; slice++) {
      await many(requests / 20, 8, (i) => ask(slice * 50 + i));
      for (const one of await api.messages()) seen.add(one.id ?? JSON.stringify(one));
    }
    sent = seen.size - before;
    out[name] = sent;
    told(`${name}: ${sent}`);
  }
  await authority.stop();
  return out;
}

// ---- Silent logins

const silentUrl = (issuer) => authorizeUrl(issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', nonce: 'n', prompt: 'none' });
const cookieOf = (person) => [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
async function signedIn(issuer, name, word) {
  const person = new Person(), url = authorizeUrl(issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's' });
  const { searchParams } = await person.logIn(url, name, word);
  if (!searchParams.has('code')) throw new Error('no login');
  return cookieOf(person);
}
/** One silent login over a kept connection; how long it took, in ms. */
function silent(url, cookie, options) {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { headers: { cookie }, ...options }, (incoming) => {
      incoming.resume().on('end', () => (/[?&]code=/.test(incoming.headers.location) ? resolve(performance.now() - began) : reject(new Error(`${incoming.statusCode} ${incoming.headers.location}`))));
    }).on('error', reject);
  });
}

async function profileOf(program) {
  const authority = await startForDevelopers(program), management = await new Management(authority).authenticate();
  const path = 'users/auth0%7Cgrace';
  let kept = 0;
  for (const [size, times] of [[60_000, 40], [20_000, 5], [5000, 5], [1000, 5]])
    for (let i = 0; i < times; i++) {
      if ((await management.call('PATCH', path, { user_metadata: { [`m${size}_${i}`]: 'x'.repeat(size) } })).status !== 200) break;
      kept += size;
    }
  const url = silentUrl(authority.devIssuer), agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const cookies = [await signedIn(authority.devIssuer, ...users.ada), await signedIn(authority.devIssuer, ...users.grace)], ratios = [];
  for (let round = 0; round < 9; round++) {
    const times = [[], []];
    for (let i = 0; i < 100; i++) for (const which of i % 2 ? [0, 1] : [1, 0]) times[which].push(await silent(url, cookies[which], { agent }));
    ratios.push(median(times[1]) / median(times[0]));
  }
  await authority.stop();
  return { ratio: median(ratios), kept };
}

const network = '2001:db8:bad:1:';
/** The program with so many descriptors as a service has by default, which are fewer than the connections of the siege. */
function withDescriptors(program, count = 1024) {
  const file = `${folder()}/few`;
  writeFileSync(file, `#!/bin/sh\nulimit -n ${count}\nexec '${program}' "$@"\n`, { mode: 0o755 });
  return file;
}
/** In a network of its own: the p99 of silent logins, each over a new connection, calm and under siege. */
async function besieged(program) {
  const batch = [...Array.from({ length: attackers }, (_, i) => `${network}:${(i + 1).toString(16)}`), '2001:db8:9::1'].map((a) => `addr add ${a}/128 dev lo nodad`).join('\n');
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  execFileSync('ip', ['-6', '-batch', '-'], { input: `${batch}\n` });
  const authority = await start(withDescriptors(program), ({ port }) => ['--plain-http', '--trusted-proxy', '192.0.2.1', '--listen', `[::]:${port}`, '--issuer', `http://[::1]:${port}/`], { ostia: { rate_limits: { exempt: ['127.0.0.0/8', '::1', '2001:db8:9::/64'] } } });
  const issuer = `http://[::1]:${authority.port}/`, cookie = await signedIn(issuer, ...users.ada);
  const p99 = async () => {
    const times = [];
    let failed = 0;
    for (let i = 0; i < 1500 && failed < 10; i++) {
      await silent(silentUrl(issuer), cookie, { agent: false, localAddress: '2001:db8:9::1', family: 6, signal: AbortSignal.timeout(5000) }).then((ms) => times.push(ms), () => failed++);
      await new Promise((resolve) => { setTimeout(resolve, 1); });
    }
    return { ms: failed < 10 ? times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] : Infinity, failed };
  };
  await p99(); // warm
  const rounds = [];
  for (let i = 0; i < 7; i++) {
    const calm = await p99(), siege = spawn('nice', ['-n', '19', process.execPath, import.meta.filename, '--siege', String(authority.port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => siege.stdout.once('data', resolve));
    const under = await p99();
    siege.kill('SIGKILL');
    await new Promise((resolve) => siege.once('close', resolve));
    told(`${fixed(calm.ms)} ms, besieged ${fixed(under.ms)}`);
    rounds.push({ calm: calm.ms, under: under.ms, ratio: under.ms / calm.ms, failed: under.failed });
  }
  await authority.stop();
  return rounds.sort((a, b) => a.ratio - b.ratio)[3];
}

/** Connections of one /64: heads that never end, bodies that drip, and requests as fast as each address may; what is closed is opened again. */
function siege(port) {
  let open = 0, first = true;
  const begin = (i) => {
    const socket = connect({ host: '::1', port, localAddress: `${network}:${(i + 1).toString(16)}`, family: 6 }), host = `Host: [::1]:${port}\r\n`;
    let timer;
    socket.on('connect', () => {
      open++;
      const kind = i % 4;
      if (kind === 0) socket.write(`GET /authorize?client_id=nobody HTTP/1.1\r\n${host}X: `);
      if (kind === 1) socket.write(`POST /oauth/token HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`);
      if (kind >= 2) socket.write(kind === 2 ? `GET / HTTP/1.1\r\n${host}\r\n` : '');
      timer = setInterval(() => socket.write(kind === 3 ? `GET /authorize?client_id=nobody HTTP/1.1\r\n${host}\r\n` : kind === 2 ? '' : ' '), 1000);
    });
    socket.on('data', () => {}).on('error', () => {}).on('close', () => { clearInterval(timer); setTimeout(begin, 200 + Math.random() * 800, i); });
  };
  for (let i = 0; i < attackers; i++) begin(i);
  setTimeout(() => { if (first) console.log(`under siege: ${open}`); first = false; }, 3000);
}

/** The same file in a network of its own, which gives its result as JSON. */
const apart = (program) => new Promise((resolve, reject) => {
  const child = spawn('unshare', ['-n', process.execPath, import.meta.filename, '--besieged', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (d) => (out += d));
  child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out.trim().split('\n').at(-1))) : reject(new Error(`unshare ended with ${code}`))));
});

// ---- The table

async function all(program) {
  const rows = [];
  told(program);
  for (const [name, count] of Object.entries(await guessesOf(program))) rows.push([`guesses judged, ${name}, ${addresses} addresses, one hour`, String(count), count <= 20]);
  for (const [name, count] of Object.entries(await messagesOf(program))) rows.push([`messages to one recipient, ${name}, ${requests} requests`, String(count), count <= 5]);
  const profile = await profileOf(program);
  rows.push(['silent login, largest profile, of an empty one', `${fixed(profile.ratio)} (${Math.round(profile.kept / 1000)} kB)`, profile.ratio <= 1.2]);
  if (process.getuid() === 0) {
    const one = await apart(program);
    rows.push([`silent login p99, ${attackers} connections of a /64, of calm`, `${one.ratio === null ? 'no answers' : fixed(one.ratio)} (${fixed(one.calm)} ms${one.failed ? `, ${one.failed} failed` : ''})`, one.ratio !== null && one.ratio <= 1.5 && !one.failed]);
  } else told('the siege needs root');
  return rows;
}

const [first, second] = process.argv.slice(2);
if (first === '--siege') siege(Number(second));
else if (first === '--besieged') {
  console.log(JSON.stringify(await besieged(second)));
  process.exit();
} else if (first && second) {
  const goals = { guesses: '≤ 20', messages: '≤ 5', 'silent login,': '≤ 1.20', 'silent login p99': '≤ 1.50' };
  const before = await all(first), after = await all(second);
  console.log('| measure | before | after | goal | |\n|---|---|---|---|---|');
  for (const [i, [name, value]] of before.entries()) console.log(`| ${name} | ${value} | ${after[i][1]} | ${goals[Object.keys(goals).find((g) => name.startsWith(g))]} | ${after[i][2] ? 'met' : 'not met'} |`);
  process.exit();
} else {
  console.error('node bench/abuse.mjs BEFORE AFTER');
  process.exit(2);
}
