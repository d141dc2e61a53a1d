// `make clients`: the programs of the table, each installed, run against an authority of its ecosystem, and its result kept; docs/clients.md
// is made of it. ONLY=java, ONLY=node-jose: a part of it, by ecosystem or by the beginning of a row's name. `--page` only makes the
// page; `--check` says whether it is the one of the table.
import { readFileSync, writeFileSync } from 'node:fs';
import { launch } from '../lib/browser.mjs';
import { makePage, pageFile, readResults, resultsFile } from './lib/page.mjs';
import { runAt } from './lib/at-domain.mjs';
import { runRow } from './lib/row.mjs';
import { table } from './lib/table.mjs';
import { startWorld } from './lib/world.mjs';
import { browsing } from './lib/browsing.mjs';

const only = process.env.ONLY?.split(/[ ,]+/).filter(Boolean) ?? [];
const isWanted = (row) => !only.length || only.some((word) => row.ecosystem === word || row.id.startsWith(word));
const results = readResults();
const write = () => {
  const known = table.flatMap(({ rows }) => rows.map(({ id }) => id)).filter((id) => results[id]);
  writeFileSync(resultsFile, `${JSON.stringify(Object.fromEntries(known.map((id) => [id, results[id]])), null, 1)}\n`);
  writeFileSync(pageFile, makePage(table, results));
};

if (process.argv.includes('--check')) {
  if (readFileSync(pageFile, 'utf8') === makePage(table, results)) process.exit(0);
  console.error('docs/clients.md is not what the table gives: node tests/clients/run.mjs --page');
  process.exit(1);
}
if (process.argv.includes('--page')) {
  write();
  process.exit(0);
}

const counted = { PASS: 0, FAIL: 0, SKIP: 0 };
function note(row, { result, why }, started) {
  counted[result]++;
  results[row.id] = { version: row.version(), result, ...(result === 'SKIP' && { why }) };
  console.log(`${result} ${row.id} ${row.version()} ${((Date.now() - started) / 1000).toFixed(1)} s${result === 'PASS' ? '' : `: ${why}`}`);
}

/** A row of a domain of its own is run by another of these programs, which keeps its result. */
function runElsewhere(row, started) {
  const wrong = runAt(row.domain, row.id), { result = 'SKIP', why } = readResults()[row.id] ?? {};
  note(row, wrong && result === 'PASS' ? { result: 'SKIP', why: 'there can be no network of its own here' } : { result, why: why ?? wrong }, started);
}
const isElsewhere = (row) => row.domain && row.domain !== process.env.AT_DOMAIN;

const browser = browsing(launch);
for (const ecosystem of table) {
  const rows = ecosystem.rows.filter(isWanted);
  if (!rows.length) continue;
  const started = Date.now();
  let dir;
  try {
    dir = ecosystem.install();
  } catch (error) {
    for (const row of rows) note(row, { result: 'SKIP', why: 'could not be installed here' }, started);
    console.log(error.message);
    continue;
  }
  for (const row of rows.filter(isElsewhere)) runElsewhere(row, Date.now());
  const here = rows.filter((row) => !isElsewhere(row));
  if (!here.length) continue;
  const world = await startWorld(here, process.env.AT_DOMAIN);
  for (const row of here) {
    if (row.skip) {
      note(row, { result: 'SKIP', why: row.skip }, Date.now());
      continue;
    }
    const begun = Date.now(), { command, cwd, env } = ecosystem.command(row, dir);
    note(row, await runRow(world, { command, cwd, env: { ...process.env, ...world.environment(row), ...env, ...row.env } }, browser.open), begun);
  }
  if (process.env.LOG) console.log(world.authority.log());
  await world.authority.stop();
}
await browser.close();
write();
console.log(`clients: ${counted.PASS} passed, ${counted.FAIL} failed, ${counted.SKIP} skipped`);
process.exit(counted.FAIL ? 1 : 0);
