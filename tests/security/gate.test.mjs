// Every way to a session or a token passes one gate: whatever somebody holds, what is true of them, of the application and
// of the tenant now decides. The table says what each way answers; here each of its cells is tried.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before as atStart, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { scope } from '../lib/scope.mjs';
import { Refused } from './gate/cell.mjs';
import { conditions } from './gate/conditions.mjs';
import { before, fits, reasons, since } from './gate/table.mjs';
import { ways } from './gate/ways.mjs';
import { World } from './gate/world.mjs';

const group = scope(), world = new World();
atStart(() => world.start(group));

/** How a way ends under a condition, which comes `when` it has begun or before that. */
async function run(way, condition, when) {
  const c = await world.cell(way.who);
  Object.assign(c, condition.as?.(world), way.client && { client: way.client });
  c.accepts = when === 'since' && !!condition.agreed;
  // Who exchanges for an application that they have not agreed to has a token of another one.
  if (when === 'before' && ['third', 'team'].includes(c.client) && !c.request.organization) c.subject = 'app';
  try {
    if (when === 'before') await condition.set(world, c, way);
    const finish = await way.begin(world, c);
    if (when === 'since') await condition.set(world, c, way);
    return await finish();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return when === 'before' ? error.outcome : `not begun: ${error.outcome}`;
  }
}

test('the table has every way and every condition, and each of its cells says something', () => {
  for (const table of [before, since]) {
    assert.deepEqual(Object.keys(table.rows), Object.keys(ways));
    assert.deepEqual(table.columns.filter((name) => !conditions[name]), []);
    assert.deepEqual(table.sizes.filter((size) => size !== table.columns.length), []);
    for (const cell of Object.values(table.rows).flatMap(Object.values)) assert.ok(!cell.startsWith('-') || reasons[cell[1]], cell);
  }
  assert.deepEqual(Object.keys(conditions).filter((name) => !before.columns.includes(name) && !since.columns.includes(name)), []);
});

test('the tables in docs/security.md are what is tried here', () => {
  execFileSync(process.execPath, [`${root}/tools/gate.mjs`, '--check'], { stdio: 'pipe' });
});

for (const [when, table] of Object.entries({ before, since }))
  for (const [name, cells] of Object.entries(table.rows))
    for (const [column, cell] of Object.entries(cells)) {
      if (cell.startsWith('-')) continue;
      test(`${name} × ${column}, ${when}`, async () => {
        const outcome = await run(ways[name], conditions[column], when);
        assert.ok(fits(cell, outcome), `it answered ${outcome}, and should have ${cell}`);
      });
    }
