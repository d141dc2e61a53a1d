// Makes docs/rules.md: from the section of a standard to the rules of ours that come from it, where each is decided and
// what tests it. A rule in the code says so in one line, `// AZ-603 · RFC 7636 section 4.6`; the gate's rows have it as
// `standard` and `ids`. `--check` only compares. Either way a rule without a test is an error.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cases } from '../tests/parity/cases.mjs';
import '../tests/parity/method-cases.mjs';
import { heldBy } from '../tests/parity/checklist.mjs';
import { root } from './lib.mjs';

const read = (file) => readFileSync(`${root}/${file}`, 'utf8');
const list = (folder, pattern) => readdirSync(`${root}/${folder}`, { recursive: true }).filter((f) => pattern.test(f)).map((f) => `${folder}/${f}`).sort();
const problems = [];

// ---- The rules

const id = /\b(?:AZ|WA)-\d+\b/g;
const mark = /^\s*\/\/ ((?:AZ|WA)-\d+(?:, (?:AZ|WA)-\d+)*) · (.+)$/;
const isComment = (line) => /^\s*\/\//.test(line);

/** The name that a declaration or a definition gives. */
function nameOf(declaration) {
  const [, before] = /^(?:template <[^>]*>\s*)?(.*)$/s.exec(declaration);
  return (/([\w:]+)\(/.exec(before) ?? /(\w+)(?:\[\])?\s*[={]/.exec(before))?.[1];
}

/** What a line decides: the reason or the error that its statement gives, else the function that it is in. */
function labelOf(lines, at) {
  let statement = '';
  for (let i = at; i < lines.length && !/(?:[;{]|\},)\s*$/.test(statement); i++) if (!isComment(lines[i])) statement += `${lines[i].trim()} `;
  if (/^\{/.test(statement)) {
    const member = /::(\w+)/.exec(statement)?.[1];
    if (member) return member;
  }
  const reason = /^\S/.test(lines[at]) ? undefined : [...statement.matchAll(/"([a-z]+(?:_[a-z0-9]+)+)"/g)].at(-1)?.[1];
  if (reason) return reason;
  if (/^\S/.test(lines[at])) return nameOf(statement);
  for (let i = at; i >= 0; i--) {
    if (!/^[\w[]/.test(lines[i]) || /^(?:namespace|using|#)/.test(lines[i])) continue;
    return nameOf(lines.slice(i, i + 3).join(' '));
  }
}

const sources = ['authority', 'core/ostia', 'web/src'].flatMap((folder) => list(folder, /(?<!_test)\.(cpp|hpp|ts)$/));
const rules = [];
for (const file of sources) {
  const lines = read(file).split('\n');
  lines.forEach((line, at) => {
    const found = mark.exec(line);
    if (!found) return;
    let next = at + 1;
    while (isComment(lines[next])) next++;
    rules.push({ ids: found[1].split(', '), standards: found[2].split('; '), file, label: labelOf(lines, next) });
  });
}
const table = 'authority/protocol/gate.cpp';
for (const [, label, standard, ids] of read(table).matchAll(/\.label = "(\w+)",\s*\.standard = "([^"]+)",(?:\s*\.ids = "([^"]*)",)?/g))
  rules.push({ ids: ids ? ids.split(', ') : [], standards: [standard], file: table, label, isRow: true });
for (const rule of rules) if (!rule.label) problems.push(`${rule.file}: what does the line with ${rule.ids} decide?`);

// ---- The tests

const tests = list('tests', /\.mjs$/).map((file) => [file, read(file)]);
const unitTests = list('authority', /_test\.cpp$/).map((file) => [file, read(file)]);
const vectors = list('core/testdata', /\.json$/).map((file) => [file, read(file)]);
const byId = new Map();
const add = (one, file) => byId.set(one, (byId.get(one) ?? new Set()).add(file));

for (const [file, text] of tests.filter(([name]) => name.endsWith('.test.mjs'))) {
  for (const [, title] of text.matchAll(/^\s*(?:row|test)\((['"`].*)$/gm)) for (const [one] of title.matchAll(id)) add(one, file);
}
for (const [file, text] of vectors) for (const [, one] of text.matchAll(/"name": ?"(WA-\d+) /g)) add(one, file);
// A title may have placeholders; one of nothing else says nothing.
const escaped = (text) => text.replace(/[.*+?^$(){}|[\]\\]/g, '\\$&');
const shape = (title) => (title.replace(/\$\{[^}]*\}/g, '').length > 8 ? new RegExp(`^${title.split(/\$\{[^}]*\}/).map(escaped).join('.*')}`) : /$^/);
const ours = tests.filter(([file]) => /^tests\/(parity|web)\/.*\.test\.mjs$/.test(file)).map(([file, text]) => ({ file, text, shapes: [...text.matchAll(/test\(`([^`]+)`/g)].map(([, title]) => shape(title)) }));
for (const [one, title] of Object.entries(heldBy)) {
  if (cases.some((c) => c.name.startsWith(title))) add(one, 'tests/parity/differential.test.mjs');
  for (const { file, text, shapes } of ours) if (text.includes(title) || shapes.some((like) => like.test(title))) add(one, file);
}

/** Tests that name the rule itself: its reason, or its row of the gate's table. */
const byLabel = (label) => [
  ...unitTests.filter(([, text]) => text.includes(`"${label}"`)),
  ...tests.filter(([file, text]) => (file.startsWith('tests/authority/reasons/') && text.includes(`['${label}',`))
    || (file.startsWith('tests/security/gate/') && new RegExp(`rule: '(?:\\w+ )*${label}\\b`).test(text))
    || text.includes(`(${label})',`)),
].map(([file]) => file);

for (const rule of rules) {
  for (const one of rule.ids) if (!byId.has(one)) problems.push(`${rule.file}, ${rule.label}: no test has ${one} in its title`);
  rule.tests = [...new Set([...rule.ids.flatMap((one) => [...(byId.get(one) ?? [])]), ...byLabel(rule.label)])].sort();
  if (rule.tests.length === 0) problems.push(`${rule.file}: nothing tests ${rule.label}`);
}
for (const file of sources) for (const [one] of read(file).matchAll(id)) if (!byId.has(one)) problems.push(`${file} names ${one}, which is in no test's title`);

// ---- The page

const documentOf = (standard) => (/^(RFC \d+|ASVS|Auth0)/.exec(standard) ?? /^(.*?)(?= section |:|$)/.exec(standard))[1];
const placeIn = (standard) => standard.slice(documentOf(standard).length).replace(/^(?: section |: | )/, '');
const families = [/^RFC/, /^OAuth/, /^OpenID/, /^ASVS/, /^Auth0/];
const family = (document) => families.findIndex((one) => one.test(document));
const natural = new Intl.Collator('en', { numeric: true }).compare;

const chapters = new Map();
for (const rule of rules)
  for (const standard of rule.standards) {
    const document = documentOf(standard);
    if (family(document) < 0) problems.push(`${rule.file}, ${rule.label}: which standard is ${standard}?`);
    if (!chapters.has(document)) chapters.set(document, new Set());
    const code = (items) => items.map((one) => `\`${one}\``).join(', ');
    chapters.get(document).add(`| ${placeIn(standard)} | ${rule.ids.join(', ')} | \`${rule.label}\` | \`${rule.file}\` | ${code(rule.tests)} |`);
  }
const written = [...chapters.keys()].sort((a, b) => family(a) - family(b) || natural(a, b)).map((document) => `## ${document}

| ${document === 'Auth0' ? 'feature' : 'section'} | row | rule | decided in | tested by |
|---|---|---|---|---|
${[...chapters.get(document)].sort(natural).join('\n')}
`);
const page = `# The rules

Made by \`node tools/rules.mjs\`; do not edit. From the section of a standard to the rule, where it is decided and what tests it. The row is that
of [the compatibility tables](compatibility.md), and stands in the title of its tests; a rule without one is ours. To find the line, search for the row
or for the rule: \`grep -rn AZ-603 authority core tests\`. A rule is named by the reason or the error that it gives
([the catalogue](errors-of-the-authority.md)), by its label in the gate's table, or by its function.

${written.join('\n')}`;

if (problems.length) throw new Error(problems.join('\n'));
const file = `${root}/docs/rules.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (read('docs/rules.md') !== page) throw new Error('docs/rules.md is old: node tools/rules.mjs');
const marked = new Set(rules.flatMap((rule) => rule.ids));
console.log(`${rules.length} rules, ${rules.filter((rule) => rule.ids.length).length} with rows; ${marked.size} of ${byId.size} rows are marked in the code`);
