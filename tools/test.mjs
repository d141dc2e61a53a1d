// `make test`: the native tests, then those from outside. The last line says how many passed.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { run as runTests } from 'node:test';
import { careless, Postgres } from '../tests/lib/postgres.mjs';
import { root } from './lib.mjs';

let passed = 0, failed = 0, skipped = 0;
const failures = []; // once more at the end, where whoever sees only the end of the output finds them

const native = spawnSync('ctest', ['--test-dir', 'build/release', '--output-on-failure', '-j2', '--no-tests=error'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
const summary = /(\d+) tests failed out of (\d+)/.exec(native.stdout);
if (!summary || native.status !== 0) console.log(native.stdout, native.stderr);
failed += summary ? Number(summary[1]) : 1;
passed += summary ? Number(summary[2]) - Number(summary[1]) : 0;
console.log(`native: ${passed} passed, ${failed} failed`);
if (failed > 0) failures.push(`FAILED native: ${/The following tests FAILED:[^]*/.exec(native.stdout)?.[0] ?? 'see above'}`);

const files = readdirSync(`${root}/tests`, { recursive: true }).filter((f) => f.endsWith('.test.mjs')).sort();
// Those with a browser have it to themselves: what they compare is also who waits for how long.
const withBrowser = files.filter((f) => /^(parity|browser|web|peers)\//.test(f)), others = files.filter((f) => !withBrowser.includes(f));

async function runFile(file) {
  let good = 0, bad = 0;
  const start = performance.now();
  const stream = runTests({ files: [`${root}/tests/${file}`], concurrency: 1, timeout: 1_800_000 });
  // Groups are counted by what is in them.
  const isCase = (event) => event.details.type !== 'suite' && event.name !== `${root}/tests/${file}`;
  stream.on('test:pass', (event) => {
    if (!isCase(event)) return;
    if (event.skip !== undefined) skipped++;
    else good++;
  });
  stream.on('test:fail', (event) => {
    const { error } = event.details;
    if (!isCase(event) && error.failureType === 'subtestsFailed') return;
    bad++;
    const what = `FAILED ${file}: ${event.name}\n${error.cause?.stack ?? error.cause ?? error.message}\n`;
    failures.push(what);
    console.log(what);
  });
  await new Promise((resolve) => stream.on('end', resolve).resume());
  console.log(`${file}: ${good} passed, ${bad} failed, ${Math.round((performance.now() - start) / 1000)} s`);
  passed += good;
  failed += bad;
}
/** Runs files, so many at a time. */
async function runFiles(list, lanes) {
  const left = [...list];
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (let file; (file = left.shift());) await runFile(file);
  }));
}
await runFiles(withBrowser, 1);
await runFiles(others, 2); // most of them is waiting for another process

// Once more on the other engine, which the authority's tests must not notice.
const postgres = await Postgres.start({ settings: careless });
process.env.OSTIA_TEST_POSTGRES = postgres.url();
console.log('on PostgreSQL:');
const aboutState = ['account', 'accounts', 'authorize', 'embedded', 'log-streams', 'logout', 'management', 'mfa', 'organizations', 'passwordless', 'token', 'upstream'];
await runFiles([...aboutState.map((name) => `authority/${name}.test.mjs`), 'security/token-orders.test.mjs'], 2);

for (const what of failures) console.log(what);
console.log(`tests: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
