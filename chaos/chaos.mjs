// All runs of chaos, each bounded to ten minutes, and their figures as a table in docs/reliability.md: `make chaos`.
// `node chaos/chaos.mjs durability clock` runs some of them; with OSTIA=program, another program is tried.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { root } from '../tools/lib.mjs';
import { clocks } from './clock.mjs';
import { durability, sum } from './durability.mjs';
import { logins } from './logins.mjs';
import { hasPostgres, percentile, wrongClock } from './lib.mjs';
import { ending, guessers, searching } from './overload.mjs';
import { mailThat, upstream, webhook } from './slow-peers.mjs';

const program = process.env.OSTIA, minutes = Number(process.env.CHAOS_MINUTES ?? 10), page = `${root}/docs/reliability.md`;
const engines = ['sqlite', ...(hasPostgres ? ['postgres'] : [])], called = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
const whole = (n) => Math.round(n).toLocaleString('en');

const runs = {
  async durability() {
    const rows = [];
    for (const engine of engines) {
      const f = await durability(engine, { program, faults: engine === 'sqlite' ? 1000 : 300, longest_ms: 600, seconds: (minutes * 60) / engines.length });
      const name = called[engine], faults = Object.entries(f.faults).map(([what, n]) => `${n} × ${what}`).join(', ');
      rows.push([`${name}: acknowledged writes that were lost, or came back`, `${f.wrong.length} of ${whole(sum(f.acknowledged))}, ${f.replays} replays, over ${faults}`, '0']);
      rows.push([`${name}: entries of the log of acknowledged sign-ups that were lost`, `${f.entries.lost} of ${f.entries.acts}`, '0']);
      rows.push([`${name}: mails that came twice; that never came`, `${f.mails.twice}; ${f.mails.missing} of ${whole(f.mails.sent)}`, '≤ 1 of 10,000; 0']);
      if (f.readyIn.length) rows.push([`${name}: ready after a kill, median and longest`, `${whole(percentile(f.readyIn, 0.5))} and ${whole(Math.max(...f.readyIn))} ms`, '']);
      for (const wrong of f.wrong.slice(0, 5)) rows.push([`${name}: wrong`, wrong, 'nothing']);
    }
    return rows;
  },
  async clock() {
    const rows = [];
    for (const engine of engines)
      for (const [name, wrong] of Object.entries(await clocks(engine, { program }))) rows.push([`${called[engine]}: ${name}`, wrong ?? 'right', 'right']);
    return rows;
  },
  async logins() {
    const { counts, figures } = await logins({ rounds: 1000, seconds: minutes * 60, program });
    return [
      ...figures.map((f) => [`${f.name[0].toUpperCase()}${f.name.slice(1)}: logged out without need; not to be helped`, `${f.needless.length}; ${f.unavoidable} of ${f.rounds} rounds`, '0']),
      ['Faults of these rounds', Object.entries(counts).map(([what, n]) => `${n} × ${what}`).join(', '), ''],
    ];
  },
  async 'slow peers'() {
    const rows = [];
    for (const mode of hasPostgres ? ['hang', 'slow', 'refuse'] : []) {
      const { seconds, signUp, twice } = await mailThat(mode, { program });
      const text = { hang: 'hangs', slow: 'takes 3 s a mail', refuse: 'refuses' }[mode];
      rows.push([`The mail server ${text}: a withdrawn grant is honoured by the other node for`, `${seconds.toFixed(1)} s`, '≤ 2 s']);
      rows.push([`The mail server ${text}: a sign-up, median of 22 at once; mails that came twice`, `${whole(signUp)} ms; ${twice}`, '; 0']);
    }
    if (hasPostgres) {
      const { entries, lost, twice } = await webhook({ program, clock: wrongClock() });
      rows.push(['A webhook that hangs and fails, two nodes, clocks 2 s apart: entries that were lost; came twice', `${lost}; ${twice} of ${whole(entries)}`, '0; 0']);
    }
    const { cut, longest, others } = await upstream({ program });
    rows.push(['An upstream that never answers: of 200 people, left without an answer; the longest wait', `${cut}; ${longest.toFixed(1)} s`, '0; ≤ 20 s']);
    rows.push(['Silent logins of others meanwhile, p99', `${whole(others)} ms`, '']);
    return rows;
  },
  async overload() {
    const rows = [];
    for (const addresses of [1, 150]) {
      const g = await guessers({ addresses, program }), from = addresses === 1 ? 'one address' : `${addresses} addresses`;
      rows.push([`150 clients guess from ${from}: somebody else's logins within 5 × calm`, `${g.in} of ${g.of} (calm ${whole(g.usual)} ms, p50 then ${whole(g.p50)} ms)`, '≥ 95 %']);
      rows.push([`150 clients guess from ${from}: requests without an answer`, `${g.cut} of ${whole(g.asked)}`, '0']);
    }
    for (const engine of engines) {
      const s = await searching({ engine, program });
      rows.push([`${called[engine]}: p99 of silent logins during four searches of 100,000 people`, `${s.loaded.toFixed(1)} ms, ${(s.loaded / s.calm).toFixed(1)} × calm`, '≤ 1.5 × calm']);
    }
    const e = await ending({ program });
    rows.push(['SIGTERM under load, 12 times, 30 clients: accepted connections without an answer', `${e.reset} of ${whole(e.answered)}`, '0']);
    return rows;
  },
};

const begin = '<!-- figures -->', over = '<!-- /figures -->';
const table = (rows) => ['| what | figure | goal |', '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');

const wanted = process.argv.slice(2), results = {};
for (const [name, run] of Object.entries(runs)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const began = Date.now();
  results[name] = await run();
  console.log(`\n${name}, ${whole((Date.now() - began) / 1000)} s\n${table(results[name])}`);
}
if (!wanted.length && !program) {
  const text = readFileSync(page, 'utf8'), commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const figures = [`Of ${new Date().toISOString().slice(0, 10)}, at ${commit}, on ${cpus().length} processors, with the load on the same machine.`, ...Object.entries(results).map(([name, rows]) => `### ${name[0].toUpperCase()}${name.slice(1)}\n${table(rows)}`)].join('\n\n');
  writeFileSync(page, `${text.slice(0, text.indexOf(begin) + begin.length)}\n${figures}\n${text.slice(text.indexOf(over))}`);
}
process.exit(0);
