// What the documentation says is what there is: options and their man pages, make's commands, links, the files it names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { ostia } from '../lib/program.mjs';
import { cases } from '../parity/cases.mjs';
import { heldBy } from '../parity/checklist.mjs';
import '../parity/method-cases.mjs';

const text = (file) => readFileSync(join(root, file), 'utf8');

for (const verb of ['serve', 'login', 'device', 'token', 'userinfo', 'logout', 'decode', 'import', 'export', 'lint', 'backup', 'restore', 'verify', 'doctor', 'keys rotate-master', 'dev-domain'])
  test(`each option of ostia ${verb} has a place in its man page, and the other way round`, () => {
    const help = execFileSync(ostia, [...verb.split(' '), '--help'], { encoding: 'utf8' });
    const real = [...help.matchAll(/^ {2}(?:-\w,)?(--[\w-]+)/gm)].map((m) => m[1]).filter((o) => o !== '--help');
    const page = text(`docs/man/ostia-${verb.split(' ')[0]}.1`).split('.SH OPTIONS')[1].split('.SH')[0].replaceAll('\\-', '-');
    const documented = [...page.matchAll(/^\.B[I]? (.*)$/gm)].flatMap((m) => m[1].match(/--[\w-]+/g) ?? []);
    assert.ok(real.length > 1);
    assert.deepEqual([...new Set(documented)].sort(), real.sort());
  });

test('the verbs that the program lists are those that its man page lists', () => {
  const help = execFileSync(ostia, ['--help'], { encoding: 'utf8' });
  const real = [...help.split('Subcommands:')[1].matchAll(/^ {2}([\w-]+)/gm)].map((m) => m[1]).filter((v) => v !== 'help');
  const page = [...text('docs/man/ostia.1').matchAll(/BR ostia\\-([\w\\-]+)/g)].map((m) => m[1].replaceAll('\\', ''));
  assert.deepEqual(page.sort(), real.sort());
});

test("the commands that people are told of are make's", () => {
  const help = execFileSync('make', ['--no-print-directory', 'help'], { cwd: root, encoding: 'utf8' });
  for (const command of ['demo', 'test', 'build', 'bench', 'fuzz', 'lint', 'package', 'install', 'docs', 'example']) assert.match(help, new RegExp(`make ${command} `));
});

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'fuzz/README.md', 'examples/README.md', ...readdirSync(join(root, 'authority')).map((folder) => `authority/${folder}/README.md`).filter((file) => existsSync(join(root, file))), ...readdirSync(join(root, 'docs'), { recursive: true }).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
for (const page of pages)
  test(`links of ${page} lead somewhere`, () => {
    for (const [, target] of text(page).replace(/```[^]*?```/g, '').replace(/^ {4}.*$/gm, '').matchAll(/\]\(([^)#]+)[^)]*\)/g))
      if (!target.startsWith('http')) assert.ok(existsSync(join(root, dirname(page), target)), target);
  });

const everyTest = readdirSync(join(root, 'tests'), { recursive: true }).filter((f) => f.endsWith('.mjs')).map((f) => text(`tests/${f}`)).join('\n');
test('each test that docs/security.md names exists', () => {
  const named = text('docs/security.md').split('\n').filter((line) => line.startsWith('|')).flatMap((line) => line.split(' | ').slice(1)).join('\n');
  const names = [...named.matchAll(/\b(AZ-\d+|CVE-\d+-\d+|GHSA(?:-\w+){3}|GO-\d+-\d+)\b/g)].map(([, name]) => name);
  const quoted = [...named.matchAll(/"([^"]{15,})"/g)].map(([, title]) => title.replace(/…$/, ''));
  const files = [...named.matchAll(/`(tests\/[^`]+)`/g)].map(([, file]) => file);
  assert.ok(names.length > 100 && quoted.length > 10 && files.length > 10);
  assert.deepEqual([...names, ...quoted].filter((name) => !everyTest.includes(name)), []);
  assert.deepEqual(files.filter((file) => !existsSync(join(root, file))), []);
});

const known = JSON.parse(text('tests/docs/known-failures.json')); // of clients, servers and libraries like ours
test('each known failure of others is a test of its name', () => {
  assert.ok(known.length > 60);
  assert.deepEqual(known.filter((name) => !everyTest.includes(name)), []);
});

const chapters = { 6: [3, 12, 8, 6, 8, 4, 2, 4], 7: [3, 4, 2, 5, 3, 2], 9: [3, 4], 10: [2, 3, 5, 16, 5, 2, 3] };
test('each requirement of four chapters of ASVS has a row', () => {
  const rows = text('docs/security.md').split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(' | ')[0]).join('\n');
  const wanted = Object.entries(chapters).flatMap(([v, sections]) => sections.flatMap((n, i) => Array.from({ length: n }, (_, j) => `${v}.${i + 1}.${j + 1}`)));
  assert.equal(wanted.length, 109);
  assert.deepEqual(wanted.filter((id) => !new RegExp(`(^|[ ,])${id.replaceAll('.', '\\.')}([ ,]|$)`, 'm').test(rows)), []);
});

test('each row of the compatibility table is held by a test that exists', () => {
  const sources = ['parity', 'web'].flatMap((folder) => readdirSync(join(root, 'tests', folder)).filter((f) => f.endsWith('.test.mjs')).map((f) => text(`tests/${folder}/${f}`))).join('\n');
  const quote = (part) => part.replace(/[.*+?^$(){}|[\]\\]/g, '\\$&');
  // A title of nothing but placeholders says nothing.
  const titled = [...sources.matchAll(/test\(`([^`]+)`/g)].filter(([, title]) => title.replace(/\$\{[^}]*\}/g, '').length > 8);
  const templates = titled.map(([, title]) => new RegExp(`^${title.split(/\$\{[^}]*\}/).map(quote).join('.*')}`));
  const rows = [...text('docs/compatibility.md').matchAll(/^\| (WA-\d+) \|.* \| (.*?) \|$/gm)];
  assert.equal(rows.length, Object.keys(heldBy).length);
  for (const [, id, title] of rows) {
    assert.equal(title, heldBy[id], id);
    assert.ok(cases.some((c) => c.name.startsWith(title)) || sources.includes(title) || templates.some((t) => t.test(title)), `${id}: no test is called ${title}`);
  }
});

test('the compatibility table is what its rows and the cases make', () => {
  execFileSync(process.execPath, [join(root, 'tools/compatibility.mjs'), '--check'], { stdio: 'pipe' });
});

test('the C++ reference is what the headers make, with each method of the page', () => {
  execFileSync(process.execPath, [join(root, 'tools/reference.mjs'), '--check'], { stdio: 'pipe' });
});

for (const [name, what] of [['javascript', 'the types'], ['http', 'the authority says of itself'], ['kept', 'the tables of what is kept']])
  test(`the reference docs/reference/${name}.md is what ${what} make`, () => {
    execFileSync(process.execPath, [join(root, `tools/reference-${name}.mjs`), '--check'], { stdio: 'pipe' });
  });

test('each reason is in the catalogue, and nothing else is', () => {
  const named = [...text('docs/errors.md').matchAll(/^### `([a-z_]+)`$/gm)].map((m) => m[1]);
  assert.equal(new Set(named).size, named.length);
  const glue = readdirSync(join(root, 'web/src')).map((f) => text(`web/src/${f}`)).join('\n');
  const core = ['auth0/id_token.cpp', 'auth0/response.cpp', 'oidc/id_token.cpp', 'jose/jws.cpp'].map((f) => text(`core/ostia/${f}`)).join('\n');
  const authoritys = ['login_required', 'consent_required', 'interaction_required']; // handed on as they come
  for (const reason of named.filter((r) => !authoritys.includes(r)))
    assert.ok(`${glue}${core}`.includes(reason) || core.includes(`"${reason.replace(/_(missing|mismatch)$/, '')}"`), `nothing gives ${reason}`);
  const given = [...text('core/testdata/operations.json').matchAll(/"reason": ?"([a-z_]+)"/g), ...core.matchAll(/refuse\("([a-z_]+)"/g), ...glue.matchAll(/reason: '([a-z_]+)'/g)].map((m) => m[1]);
  const nativeOnly = ['invalid_option', 'code_missing', 'no_random', 'id_token_used', 'jti_malformed'];
  assert.ok(given.length > 20);
  for (const reason of new Set(given)) if (!nativeOnly.includes(reason)) assert.ok(named.includes(reason), `${reason} is not in docs/errors.md`);
});
