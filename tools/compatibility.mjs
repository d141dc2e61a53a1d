// Makes docs/compatibility.md: each row of what auth0-js 10.2.1 does (tests/parity/rows.json), the test that holds it, and
// where ours differs on purpose; then what the authority does, from the rows of its tests. `--check` only compares.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cases } from '../tests/parity/cases.mjs';
import '../tests/parity/method-cases.mjs';
import { rows } from '../tests/parity/checklist.mjs';
import { root } from './lib.mjs';

const table = rows.map(({ id, method, given, expected, test }) => `| ${id} | ${method} | ${given} | ${expected} | ${test} |`);
const differences = cases.filter((c) => c.exception).map((c) => `| ${c.name} | ${c.exception} |`);

// The authority's rows are in its tests, where each is a test.
const marks = { p: 'Auth0’s page', d: 'vendor’s documentation', o: 'clients', x: 'ours' };
const string = String.raw`('(?:[^'\\]|\\.)*'|\w+)`;
const pattern = new RegExp(String.raw`row\(` + Array(5).fill(string).join(', '), 'g');
const unquote = (s) => (s.startsWith("'") ? s.slice(1, -1).replace(/\\(.)/g, '$1') : 'every endpoint that takes a body').replaceAll('|', '\\|');
const authority = readdirSync(`${root}/tests/authority`).filter((f) => f.endsWith('.test.mjs')).flatMap((file) =>
  [...readFileSync(`${root}/tests/authority/${file}`, 'utf8').matchAll(pattern)].map(([, ...cells]) => {
    const [id, mark, endpoint, given, expected] = cells.map(unquote);
    return { id, number: Number(id.slice(3)), mark: marks[mark], endpoint, given, expected, file };
  })).sort((a, b) => a.number - b.number);
const absent = [
  ['AZ-1902', 'POST /oidc/register', 'dynamic registration'],
];
const authorityTable = authority.map((r) => `| ${r.id} | ${r.endpoint} | ${r.given} | ${r.expected} | ${r.mark} | ${r.file} |`);
const page = `# Compatibility with auth0-js 10.2.1

Made by \`node tools/compatibility.mjs\`; do not edit. Each row is covered by a test that runs the real package beside both of our builds in
Chromium or, if there is nothing to compare, by one of our own tests.

## What differs on purpose
Without a callback auth0-js throws \`cb parameter is not valid\`; ours returns a Promise. And:

| case | why |
|---|---|
${differences.join('\n')}

## The checklist
| id | method | given | expected | test |
|---|---|---|---|---|
${table.join('\n')}

## The authority
What \`ostia serve\` answers, from the tests in \`tests/authority/\`: each row is a test's title. The source column says where the
fact comes from.

| id | endpoint | given | expected | source | test |
|---|---|---|---|---|---|
${authorityTable.join('\n')}

Missing:

| id | what | |
|---|---|---|
${absent.map((r) => `| ${r[0]} | ${r[1]} | ${r[2]} |`).join('\n')}
`;
const file = `${root}/docs/compatibility.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) throw new Error('docs/compatibility.md is old: node tools/compatibility.mjs');
