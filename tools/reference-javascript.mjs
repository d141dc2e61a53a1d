// The JavaScript reference, from the types: docs/reference/javascript.md. `node tools/reference-javascript.mjs [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { root } from './lib.mjs';

const source = ts.createSourceFile('index.d.ts', readFileSync(`${root}/web/index.d.ts`, 'utf8'), ts.ScriptTarget.ES2022, true);
const text = (node) => node.getText(source).replace(/\s+/g, ' ').replace(/ \| undefined$/, '');
const doc = (node) => ts.getJSDocCommentsAndTags(node).map((d) => (typeof d.comment === 'string' ? d.comment : ts.getTextOfJSDocComment(d.comment) ?? '')).join(' ').replace(/\s+/g, ' ').trim();
const cell = (words) => words.replaceAll('|', '\\|');

const classes = [], options = [];
for (const node of source.statements) {
  if (ts.isClassDeclaration(node)) classes.push(node);
  if (ts.isInterfaceDeclaration(node) && node.members.some(ts.isPropertySignature)) options.push(node);
}

function classPart(node) {
  const lines = [`## ${node.name.text}`, '', doc(node), ''];
  const methods = new Map();
  for (const member of node.members) {
    if (ts.isPropertyDeclaration(member)) lines.push(`- \`${member.name.getText(source)}\`: ${text(member.type)}${doc(member) ? `. ${doc(member)}` : ''}`);
    if (!ts.isMethodDeclaration(member) && !ts.isConstructorDeclaration(member)) continue;
    const name = member.name?.getText(source) ?? 'constructor';
    methods.set(name, [...(methods.get(name) ?? []), member]);
  }
  for (const [name, forms] of methods)
    lines.push('', `### ${node.name.text}.${name}`, '', forms.map(doc).find(Boolean) ?? '', '', '```ts', ...forms.map((f) => text(f).replace(/^constructor/, `new ${node.name.text}`)), '```');
  return lines.join('\n');
}

function optionsPart(node) {
  const base = node.heritageClauses?.flatMap((h) => h.types.map((t) => `\`${text(t)}\``)).join(', ');
  const rows = node.members.filter(ts.isPropertySignature).map((m) => `| \`${m.name.getText(source)}\` | \`${cell(text(m.type))}\` | ${m.questionToken ? '' : 'required'} | ${cell(doc(m))} |`);
  return [`### ${node.name.text}`, '', `${doc(node)}${base ? ` With what ${base} has.` : ''}`, '', '| member | type | | |', '|---|---|---|---|', ...rows].join('\n');
}

const page = `# JavaScript reference

Made from \`web/index.d.ts\` by \`node tools/reference-javascript.mjs\`. Without its callback a method returns a Promise. What each method does is
auth0-js's own behaviour: [row by row](../compatibility.md). [What is new](../guides/browser.md), [errors](../errors.md).

${classes.map(classPart).join('\n\n')}

## Options and results

${options.map(optionsPart).join('\n\n')}
`.replace(/\n{3,}/g, '\n\n');

const file = `${root}/docs/reference/javascript.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) throw new Error('docs/reference/javascript.md is old: run `node tools/reference-javascript.mjs`');
