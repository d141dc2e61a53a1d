// The runs of `make chaos`, in short: what was acknowledged is there, clocks may lie, and nothing slow stops anything else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checks, clocks } from '../../chaos/clock.mjs';
import { durability } from '../../chaos/durability.mjs';
import { wrongClock } from '../../chaos/lib.mjs';
import { logins } from '../../chaos/logins.mjs';
import { mailThat, webhook } from '../../chaos/slow-peers.mjs';

for (const engine of ['sqlite', 'postgres'])
  test(`nothing acknowledged is lost, and nothing comes back: ${engine}`, async () => {
    const { wrong, entries, mails, acknowledged } = await durability(engine, { faults: 5, longest_ms: 1000 });
    assert.deepEqual(wrong, []);
    assert.equal(entries.lost, 0, 'entries of the log of acknowledged sign-ups');
    assert.equal(mails.missing, 0, 'mails that never came');
    assert.ok(Object.keys(acknowledged).length >= 8, `kinds of write: ${Object.keys(acknowledged)}`);
  });

describe('clocks that lie', async () => {
  const found = await clocks('sqlite');
  for (const name of Object.keys(checks)) test(name, () => assert.equal(found[name], undefined));
});

test('nothing waits for a mail server that hangs, and each mail comes once', async () => {
  const { seconds, twice } = await mailThat('hang', { mails: 8 });
  assert.ok(seconds < 10, `the other node followed after ${seconds} s`);
  assert.equal(twice, 0);
});

test('no entry of the log is lost on its way to a webhook, with two nodes whose clocks differ', async () => {
  const { entries, lost, twice } = await webhook({ seconds: 4, clock: wrongClock() });
  assert.ok(entries > 100);
  assert.deepEqual({ lost, twice }, { lost: 0, twice: 0 });
});

test('nobody is logged out without need', async () => {
  const { figures } = await logins({ rounds: 60, seconds: 35 });
  for (const { name, rounds, needless } of figures) {
    assert.ok(rounds > 3, `${name}: ${rounds} rounds`);
    assert.deepEqual(needless, [], name);
  }
});
