// docs/rules.md says which rule comes from where, and each rule has a test.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';

test('each rule that the code marks has a test of its row or its name, and docs/rules.md lists them', () => {
  execFileSync(process.execPath, [join(root, 'tools/rules.mjs'), '--check'], { stdio: 'pipe' });
});
