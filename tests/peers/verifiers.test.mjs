// `TokenVerifier` beside jose (and PyJWT where PYTHON has it): whatever they disagree about has been decided, and is in
// docs/verifiers.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { compare } from '../lib/tokens/compare.mjs';
import { kinds } from '../lib/tokens/kinds.mjs';

const result = await compare({ count: 3341, seed: 1 });

for (const [peer, { agree, good, kinds: seen, findings }] of Object.entries(result))
  test(`3,341 tokens beside ${peer}: every difference is of a kind that is decided`, () => {
    assert.deepEqual(findings.slice(0, 10), []);
    assert.ok(good > 500, `${good} that both take: the tokens are not all bad`);
    assert.ok(agree > 2500, `${agree} alike`);
    for (const [kind, { laxer }] of Object.entries(seen)) if (laxer) assert.equal(kinds.find(({ id }) => id === kind).way, 'we accept', kind);
  });

test('the table of kinds is that of the page', () => {
  const page = readFileSync(`${root}/docs/verifiers.md`, 'utf8');
  for (const { id, way, says, section } of kinds) assert.ok(page.includes(`| ${id} | ${way} | ${says} | ${section} |`), id);
});
