// Makes docs/compatibility.md: each row of the checklist of what auth0-js 10.2.1 does, the test that holds it, and where
// ours differs on purpose. The rows' words come from ../shared, which lies beside a checkout; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { cases } from '../tests/parity/cases.mjs';
import '../tests/parity/method-cases.mjs';
import { heldBy } from '../tests/parity/checklist.mjs';
import { root } from './lib.mjs';

const text = readFileSync(`${root}/../shared/reference/client-api.md`, 'utf8');
const rows = [...text.matchAll(/^\| (WA-\d+) \| (.*?) \| (.*?) \| (.*?) \| *(?:seed)? *\|$/gm)].map(([, id, method, given, expect]) => ({ id, method, given, expect }));
const table = rows.map(({ id, method, given, expect }) => `| ${id} | ${method} | ${given} | ${expect} | ${heldBy[id]} |`);
const differences = cases.filter((c) => c.exception).map((c) => `| ${c.name} | ${c.exception} |`);
const page = `# Compatibility with auth0-js 10.2.1

Made by \`node tools/compatibility.mjs\`; do not edit. Each row is held by a test that runs the real package beside both builds of ours in
Chromium, or, where there is nothing to compare, by a test of ours; § is a section of the reference that the row comes from.

## What differs on purpose
Without a callback auth0-js throws \`cb parameter is not valid\`; ours returns a Promise. And:

| case | why |
|---|---|
${differences.join('\n')}

## The checklist
| id | method | given | expected | test |
|---|---|---|---|---|
${table.join('\n')}
`;
const file = `${root}/docs/compatibility.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) throw new Error('docs/compatibility.md is old: node tools/compatibility.mjs');
