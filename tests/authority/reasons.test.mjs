// Each reason that the catalogue names (docs/errors-of-the-authority.md), provoked from outside: with `--dev` it is in the
// answer; where the answer is a page or a redirect, it is in the tenant's log.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';
import embedded from './reasons/embedded.mjs';
import pages from './reasons/pages.mjs';
import token from './reasons/token.mjs';
import { World } from './reasons/world.mjs';

const group = scope(), w = new World();
before(() => w.start(group));
beforeEach(() => w.reset());

describe('in the answer', () => {
  for (const [reason, status, error, provoke] of [...token, ...embedded])
    test(reason, async () => {
      const answer = await provoke(w);
      assert.deepEqual([answer.body?.reason, answer.status, answer.body?.error ?? answer.body?.code], [reason, status, error], answer.text);
    });
});

describe('in the log', () => {
  for (const [reason, type, error, provoke] of pages)
    test(reason, async () => {
      const answer = await provoke(w);
      const entry = await until(async () => (await w.api.logs(type)).find((l) => l.reason === reason), `${reason} is logged`, 3000);
      assert.ok(entry);
      const told = answer.location ? new URLSearchParams(answer.location.hash.slice(1) || answer.location.search).get('error') : answer.status;
      assert.equal(told, error, answer.text);
    });
});
