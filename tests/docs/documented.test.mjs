// What the documentation says is what there is: options and their man pages, make's commands, links, the files it names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { ostia } from '../lib/program.mjs';

const text = (file) => readFileSync(join(root, file), 'utf8');

for (const verb of ['serve', 'login'])
  test(`each option of ostia ${verb} has a place in its man page, and the other way round`, () => {
    const help = execFileSync(ostia, [verb, '--help'], { encoding: 'utf8' });
    const real = [...help.matchAll(/^ {2}(?:-\w,)?(--[\w-]+)/gm)].map((m) => m[1]).filter((o) => o !== '--help');
    const page = text(`docs/man/ostia-${verb}.1`).split('.SH OPTIONS')[1].split('.SH')[0].replaceAll('\\-', '-');
    const documented = [...page.matchAll(/^\.B[I]? (.*)$/gm)].flatMap((m) => m[1].match(/--[\w-]+/g) ?? []);
    assert.ok(real.length > 5);
    assert.deepEqual([...new Set(documented)].sort(), real.sort());
  });

test('the verbs that the program lists are those that its man page lists', () => {
  const help = execFileSync(ostia, ['--help'], { encoding: 'utf8' });
  const real = [...help.split('Subcommands:')[1].matchAll(/^ {2}(\w+)/gm)].map((m) => m[1]).filter((v) => v !== 'help');
  const page = [...text('docs/man/ostia.1').matchAll(/BR ostia\\-(\w+)/g)].map((m) => m[1]);
  assert.deepEqual(page.sort(), real.sort());
});

test("the contract's commands are make's", () => {
  const help = execFileSync('make', ['--no-print-directory', 'help'], { cwd: root, encoding: 'utf8' });
  for (const command of ['demo', 'test', 'build', 'bench', 'fuzz', 'lint', 'package', 'install']) assert.match(help, new RegExp(`make ${command} `));
});

const pages = ['README.md', 'fuzz/README.md', ...readdirSync(join(root, 'docs'), { recursive: true }).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
for (const page of pages)
  test(`links of ${page} lead somewhere`, () => {
    for (const [, target] of text(page).matchAll(/\]\(([^)#]+)[^)]*\)/g))
      if (!target.startsWith('http')) assert.ok(existsSync(join(root, dirname(page), target)), target);
  });

test('each reason that the core gives is in the guide, or is of a kind that is', () => {
  const guide = text('docs/guides/browser.md');
  const named = [...guide.matchAll(/`([a-z_]+(?:_…)?)`/g)].map((m) => m[1]);
  const inVectors = [...text('core/testdata/operations.json').matchAll(/"reason":"([a-z_]+)"/g)].map((m) => m[1]);
  const inRules = [...text('core/ostia/oidc/id_token.cpp').matchAll(/refuse\("([a-z_]+)"/g)].map((m) => m[1]);
  const nativeOnly = ['invalid_option', 'code_missing']; // what a page's callback never gets
  const reasons = new Set([...inVectors, ...inRules].filter((r) => !nativeOnly.includes(r)));
  assert.ok(reasons.size > 20, `found ${reasons.size}`);
  for (const reason of reasons)
    assert.ok(named.some((n) => n === reason || (n.endsWith('_…') && reason.startsWith(n.slice(0, -1)))), `${reason} is not in docs/guides/browser.md`);
});
