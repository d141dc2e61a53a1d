// Each reason that the catalogue names (docs/errors-of-the-authority.md), provoked from outside: with `--dev` it is in the
// answer; where the answer is a page or a redirect, it is in the tenant's log.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';
import embedded from './reasons/embedded.mjs';
import { busy, disks, inProduction, onPostgres } from './reasons/operations.mjs';
import pages from './reasons/pages.mjs';
import token from './reasons/token.mjs';
import { documented, given, hintOf } from './reasons/sources.mjs';
import { World } from './reasons/world.mjs';

const group = scope();

// Names in the sources that nothing outside ever shows.
const unseen = {
  body_invalid: 'the Management API has `errorCode`', document_contended: 'as well', multipart_malformed: 'as well', administrator_by_metadata: 'as well',
  read_busy: 'as well', read_too_long: 'as well',
  email_changed: 'its page says that the link is over', password_contended: 'as well', par_unknown: 'its page is that of `par_invalid`',
  pool_full: 'two thousand calls at once', destination_busy: 'three hundred to one upstream at once: tests/faults/upstreams.test.mjs',
};
const provoked = [...token, ...embedded, ...pages].map(([reason]) => reason).concat(...[busy, disks, inProduction, onPostgres].map(Object.keys));

test('the catalogue has each reason that the sources give, and no other', () => {
  assert.ok(given.length > 150);
  assert.deepEqual(Object.keys(unseen).filter((reason) => !given.includes(reason)), []);
  assert.deepEqual(documented, given.filter((reason) => !(reason in unseen)));
});
test('each reason of the catalogue is provoked here, once', () => assert.deepEqual([...provoked].sort(), documented));

// Those that need an authority of their own wait for nobody.
describe('reasons', { concurrency: true }, () => {
  describe('of one authority', { concurrency: 1 }, () => {
    const w = new World();
    before(() => w.start(group));
    beforeEach(() => w.reset());

    for (const [reason, status, error, provoke] of [...token, ...embedded])
      test(reason, async () => {
        const answer = await provoke(w);
        assert.deepEqual([answer.body?.reason, answer.status, answer.body?.error ?? answer.body?.code], [reason, status, error], answer.text);
        assert.equal(answer.body.hint, hintOf(reason));
      });

    for (const [reason, type, error, provoke] of pages)
      test(reason, async () => {
        const answer = await provoke(w);
        await until(async () => (await w.api.logs(type)).some((l) => l.reason === reason), `${reason} is logged`);
        const told = answer.location ? new URLSearchParams(answer.location.hash.slice(1) || answer.location.search).get('error') : answer.status;
        assert.equal(told, error, answer.text);
      });

    test('a password that its policy refuses: the log has the name of the violation', async () => {
      assert.equal((await w.signUp({ password: 'short' })).body.name, 'PasswordStrengthError');
      await until(async () => (await w.api.logs('fs')).some((l) => l.reason === 'PasswordStrengthError'), 'it is logged');
    });

    for (const [reason, provoke] of Object.entries(busy)) test(reason, () => provoke(w));
  });

  describe('in production', { concurrency: 1 }, () => {
    for (const [reason, provoke] of Object.entries(inProduction)) test(reason, provoke);
  });
  describe('of a disk', { concurrency: 1 }, () => {
    for (const [reason, provoke] of Object.entries(disks)) test(reason, provoke);
  });
  describe('on PostgreSQL', { concurrency: 1 }, () => {
    for (const [reason, provoke] of Object.entries(onPostgres)) test(reason, () => provoke(group));
  });
});
