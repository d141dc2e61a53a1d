// The attacks on a fresh tenant with default settings, one after the other, on one program that is never started again.
// Each ends with nothing gained; and at the end the program is the one that was started, its log has no secret, and its
// database none in clear.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { scope } from '../lib/scope.mjs';
import { afterwards } from './attacks/afterwards.mjs';
import edge from './attacks/edge.mjs';
import forged from './attacks/forged.mjs';
import kept from './attacks/kept.mjs';
import takenOver from './attacks/taken-over.mjs';
import { World } from './attacks/world.mjs';
import wornDown from './attacks/worn-down.mjs';

describe('attacks', { concurrency: 1 }, () => {
  const group = scope(), w = new World();
  before(() => w.start(group));

  for (const [name, attack] of Object.entries({ ...forged, ...takenOver, ...wornDown, ...kept, ...edge }))
    test(`nothing gained: ${name}`, async (t) => {
      await attack(w, t);
      assert.equal((await fetch(`${w.issuer}health/live`)).status, 200, 'the program lives');
      assert.deepEqual([w.authority.child.exitCode, w.authority.child.signalCode], [null, null]);
    });
  for (const [name, look] of Object.entries(afterwards)) test(`afterwards: ${name}`, () => look(w));
});
