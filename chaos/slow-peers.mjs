// Servers that hang, are slow or refuse: mail, webhooks, back-channel logout, upstreams. Nothing else waits for them, and
// what was to be sent arrives once when they are back.
import { createServer } from 'node:http';
import { sql } from '../tests/lib/store.mjs';
import { Caller, MailServer, password, pause, percentile, pick, realm, until, Victim } from './lib.mjs';

/** A webhook that takes entries, or hangs, or says 500. */
class Webhook {
  mode = 'take';
  ids = [];
  calls = 0;
  static async start() {
    const it = new Webhook();
    it.server = createServer((request, response) => {
      it.calls++;
      let text = '';
      request.on('data', (d) => (text += d)).on('end', () => {
        if (it.mode === 'hang') return;
        if (it.mode === 'fail') return response.writeHead(500).end();
        it.ids.push(...text.split('\n').filter(Boolean).map((line) => JSON.parse(line).log_id));
        response.end();
      });
    });
    await new Promise((resolve) => { it.server.listen(0, '127.0.0.1', resolve); });
    it.url = `http://127.0.0.1:${it.server.address().port}/`;
    return it;
  }
  stop() { this.server.closeAllConnections(); this.server.close(); }
}

const signUp = (caller, email) => caller.ask('POST', '/dbconnections/signup', { body: { client_id: 'app', connection: realm, email, password } });

/** Seconds until a node that did not make the change honours it: an application loses its grant at one, the other is asked. */
async function followed(one, other, issuer) {
  const ask = (caller) => caller.token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: 'https://api.example.com/' });
  const grants = (await one.api('GET', 'client-grants?client_id=machine')).body;
  const grant = grants.find((g) => g.audience === 'https://api.example.com/');
  if ((await ask(other)).status !== 200) throw new Error('the grant is not there');
  const began = performance.now();
  await one.api('DELETE', `client-grants/${grant.id}`);
  await until(async () => (await ask(other)).status !== 200, 'the other node follows', 90_000);
  const seconds = (performance.now() - began) / 1000;
  await one.api('POST', 'client-grants', { client_id: 'machine', audience: grant.audience, scope: grant.scope });
  await until(async () => (await ask(other)).status === 200, 'the grant is back');
  return seconds;
}

/** Mail: how long a change takes to the other node, and a sign-up, while the mail server is as `mode` says. */
export async function mailThat(mode, { engine = 'postgres', mails = 22, program } = {}) {
  const mail = await MailServer.start();
  mail.mode = mode;
  const first = await Victim.start(engine, { mail, program }), second = engine === 'postgres' ? await first.another() : undefined;
  const { caller } = first;
  const times = await Promise.all(Array.from({ length: mails }, (_, i) => signUp(caller, `${mode}${i}@example.com`).then((a) => (a.status === 200 ? a.ms : NaN))));
  await pause(3000);
  const seconds = second ? await followed(caller, second.caller, first.issuer) : NaN;
  mail.mode = 'take';
  await until(() => new Set(mail.mails.map((m) => m.to)).size >= mails, 'all mails arrive');
  const out = { seconds, signUp: percentile(times, 0.5), twice: mail.mails.length - new Set(mail.mails.map((m) => m.id)).size };
  await second?.stop();
  await first.stop();
  mail.stop();
  first.postgres?.stopServer('immediate');
  return out;
}

/** Two nodes, clocks some seconds apart, and a webhook that hangs, fails and takes: entries that were lost, or came twice. */
export async function webhook({ apart = 2, seconds = 10, engine = 'postgres', program, clock } = {}) {
  const hook = await Webhook.start();
  const more = { logStreams: [{ name: 'hook', type: 'http', sink: { httpEndpoint: hook.url, httpContentType: 'application/json', httpContentFormat: 'JSONLINES', httpAuthorization: 'x' } }] };
  const first = await Victim.start(engine, { program, tenant: { more } });
  const second = engine === 'postgres' ? await first.another({ env: clock?.env }) : first;
  clock?.set(-apart);
  const cookie = await first.caller.session('ada@example.com');
  const end = Date.now() + seconds * 1000;
  const modes = setInterval(() => { hook.mode = pick(['take', 'take', 'fail', 'hang']); }, 700);
  await Promise.all([first, second].flatMap((node) => Array.from({ length: 6 }, async () => { while (Date.now() < end) await node.caller.silent(cookie); })));
  clearInterval(modes);
  hook.mode = 'take';
  await until(() => sql(first.store, 'SELECT count(*) FROM log_deliveries').trim() === '0', 'nothing waits for the webhook any more', 400_000);
  const entries = sql(first.store, 'SELECT id FROM logs').trim().split('\n'), taken = new Set(hook.ids);
  const out = { entries: entries.length, lost: entries.filter((id) => !taken.has(id)).length, twice: hook.ids.length - taken.size };
  if (second !== first) await second.stop();
  await first.stop();
  hook.stop();
  first.postgres?.stopServer('immediate');
  return out;
}

/** An upstream that never answers, and `people` who are sent there: who was left without an answer, and how others fared. */
export async function upstream({ people = 200, engine = 'sqlite', program } = {}) {
  const sockets = new Set();
  const silent = createServer(() => {}).on('connection', (s) => sockets.add(s));
  await new Promise((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
  const at = `http://127.0.0.1:${silent.address().port}/`;
  const more = { connections: [{ name: 'corp', strategy: 'oidc', enabled_clients: ['app'], options: { issuer: at, discovery_url: `${at}.well-known/openid-configuration`, client_id: 'x', client_secret: 'y' } }] };
  const victim = await Victim.start(engine, { program, tenant: { more } });
  const other = new Caller(victim.port), cookie = await other.session('ada@example.com'), silentTimes = [];
  let over = false;
  const others = (async () => { while (!over) { silentTimes.push((await other.silent(cookie)).ms); await pause(20); } })();
  const crowd = new Caller(victim.port, { sockets: people });
  const answers = await Promise.all(Array.from({ length: people }, () => crowd.ask('GET', `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: 'http://localhost:4000/callback', scope: 'openid', state: 's', connection: 'corp' })}`)
    .then(async (a) => { for (let hops = 0; a.status === 302 && a.headers.location?.startsWith('/') && hops < 4; hops++) a = await crowd.ask('GET', a.headers.location); return a; })));
  over = true;
  await others;
  const out = { cut: answers.filter((a) => a.status === 0).length, longest: Math.max(...answers.map((a) => a.ms)) / 1000, others: percentile(silentTimes, 0.99), statuses: [...new Set(answers.map((a) => a.status))] };
  crowd.agent.destroy();
  await victim.stop();
  for (const socket of sockets) socket.destroy();
  silent.close();
  return out;
}

if (import.meta.filename === process.argv[1]) {
  const program = process.env.OSTIA, what = process.argv[2];
  const { wrongClock } = await import('./lib.mjs');
  if (!what || what === 'mail') for (const mode of ['hang', 'slow', 'refuse']) console.log(mode, await mailThat(mode, { program }));
  if (!what || what === 'webhook') console.log('webhook', await webhook({ program, clock: wrongClock() }));
  if (!what || what === 'upstream') console.log('upstream', await upstream({ program }));
  process.exit(0);
}
