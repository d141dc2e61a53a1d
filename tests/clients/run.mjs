// `make clients`: the programs of the table, each installed, run against an authority of its ecosystem, and its result kept; docs/clients.md
// is made of it. ONLY=java, ONLY=node-jose: a part of it, by ecosystem or by the beginning of a row's name. `--page` only makes the
// page; `--check` says whether it is the one of the table.
import { readFileSync, writeFileSync } from 'node:fs';
import { launch } from '../lib/browser.mjs';
import { makePage, pageFile, readResults, resultsFile } from './lib/page.mjs';
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
  const world = await startWorld(rows);
  for (const row of rows) {
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
