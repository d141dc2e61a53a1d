// What makes a test fail on a busy machine, by kinds, so that none of them comes back.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';

const here = 'docs/suite.test.mjs';
const files = readdirSync(`${root}/tests`, { recursive: true }).filter((f) => f.endsWith('.mjs') && f !== here);
/** Lines that have what is told, as FILE:LINE, but for those of the files that are let do it. */
const having = (what, ...but) => files.filter((file) => !but.includes(file)).flatMap((file) =>
  readFileSync(join(root, 'tests', file), 'utf8').split('\n').flatMap((line, at) => (what.test(line) ? [`tests/${file}:${at + 1}: ${line.trim().slice(0, 160)}`] : [])));

test('a running store: tests read and write it by tests/lib/store.mjs, which waits while it is locked', () => {
  assert.deepEqual(having(/['"`]sqlite3['"`]|sqlite3 -|node:sqlite|DatabaseSync|better-sqlite3/, 'lib/store.mjs'), []);
  assert.match(readFileSync(`${root}/tests/lib/store.mjs`, 'utf8'), /'\.timeout \d{5,}'/);
});

test('fixed waits: tests wait for what happens by tests/lib/until.mjs, not for a time', () => {
  // The times that are waited here are what is tested, or in a page that says nothing while it is idle.
  const isTheTime = ['lib/until.mjs', 'lib/siege.mjs', 'lib/upstream.mjs', 'parity/harness.mjs', 'parity/cordova.test.mjs', 'web/better.test.mjs', 'sdk/credentials.test.mjs'];
  assert.deepEqual(having(/await new Promise\(.*setTimeout|waitForTimeout\(|node:timers|['"`]sleep['"`]|\bsleep \d/, ...isTheTime), []);
});

test('little patience: no test gives up on a page or a program after a few seconds', () => {
  assert.deepEqual(having(/setDefault(Navigation)?Timeout\((?!patience)|\btimeout: \d{1,5}\b|AbortSignal\.timeout\(\d{1,2}_?\d{3}\b(?!_)/, 'parity/cases.mjs', 'parity/method-cases.mjs', 'web/better.test.mjs', 'lib/nodes.mjs'), []);
  assert.deepEqual(having(/['"`]timeout (-\S+ )*\d/), []);
});

test('shared ports: each server of a test is at a port of its own', () => {
  assert.deepEqual(having(/\.listen\([1-9]/), []);
  // 99999 is none.
  assert.deepEqual(having(/--(dev-http|metrics-listen|listen)['"`]?[ ,]+['"`]?[\w.[\]:]*:(?!0\b|99999\b)\d/), []);
});

test('the time of day: no test measures how long something took on the clock of the machine', () => {
  assert.deepEqual(having(/Math\.abs\([^)]*Date\.now|performance\.now\(\)|process\.hrtime\(/), []);
});
