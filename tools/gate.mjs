// Writes the tables of "One gate" in docs/security.md from what tests/security/gate.test.mjs tries; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { markdown } from '../tests/security/gate/table.mjs';
import { root } from './lib.mjs';

const file = `${root}/docs/security.md`, text = readFileSync(file, 'utf8');
const [begin, end] = ['<!-- made by `node tools/gate.mjs` -->', '<!-- end of what is made -->'];
const from = text.indexOf(begin), to = text.indexOf(end);
if (from < 0 || to < from) throw new Error('docs/security.md has lost the marks of its tables');
const page = `${text.slice(0, from + begin.length)}\n${markdown()}\n${text.slice(to)}`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (page !== text) throw new Error('docs/security.md is old: node tools/gate.mjs');
