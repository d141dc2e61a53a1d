// The C++ reference, from the headers: docs/reference/cpp.md, and a table from the page's methods to ours.
// `node tools/reference.mjs [--check]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { root } from './lib.mjs';

const headers = ['web_auth', 'authentication', 'credentials', 'device', 'mfa', 'management', 'token_verifier', 'options', 'task', 'loop', 'environment', 'storage', 'asio', 'qt'];
const read = (name) => readFileSync(`${root}/sdk/include/ostia/${name}.hpp`, 'utf8').split('\n');
const anchor = (title) => title.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-');

// A declaration from its first line: to the `;` or the `{` of a body; structs whole.
function declaration(lines, at) {
  const isStruct = /^struct \w+( : \w+)? \{/.test(lines[at]);
  const out = [];
  for (let i = at, depth = 0; i < lines.length; i++) {
    out.push(lines[i]);
    depth += (lines[i].match(/\{/g) ?? []).length - (lines[i].match(/\}/g) ?? []).length;
    if (isStruct ? depth === 0 : /[;{]\s*(\/\/.*)?$/.test(lines[i])) break;
  }
  return out;
}

const parts = [], table = [];
for (const header of headers) {
  const lines = read(header);
  const intro = lines.slice(0, lines.findIndex((l) => !l.startsWith('//'))).map((l) => l.replace(/^\/\/ ?/, ''));
  parts.push(`## \`<ostia/${header}.hpp>\`\n\n${intro.map((l) => (l.startsWith('  ') ? `    ${l}` : l)).join('\n')}\n`);
  let owner = '', hidden = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line === 'namespace detail {') at = lines.indexOf('}  // namespace detail', at);
    const type = /^(?:class OSTIA_API|class \[\[nodiscard\]\]|class|struct) (\w+)/.exec(line);
    if (type && /[{:]/.test(line)) { owner = type[1]; hidden = false; }
    if (/^ private:/.test(line)) hidden = true;
    if (/^};/.test(line)) hidden = false;
    if (hidden || !/^ {0,2}\/\/\/ /.test(line)) continue;
    const doc = [];
    while (/^ {0,2}\/\/\/(?!<)/.test(lines[at])) doc.push(lines[at++].replace(/^ *\/\/\/ ?/, ''));
    if (/^template/.test(lines[at]?.trim() ?? '')) at++;
    const code = declaration(lines, at);
    const own = /^(?:class OSTIA_API|class \[\[nodiscard\]\]|class|struct) (\w+)/.exec(code[0]);
    const name = own ? own[1] : /(\w+)\s*(?:\(|=|;)/.exec(code[0])?.[1] ?? code[0].trim();
    const title = own || !code[0].startsWith('  ') ? name : `${owner}::${name}`;
    if (own) owner = own[1];
    // The task form follows the blocking one.
    if (/^ {2}Task</.test(lines[at + code.length] ?? '')) code.push(...declaration(lines, at + code.length));
    const isClass = own && !/^struct \w+( : \w+)? \{/.test(code[0]);
    const text = doc.join(' ').trim();
    const shown = code.map((l) => (own ? l : l.replace(/^ {2}/, '')).replace(' OSTIA_API', '').replace('OSTIA_API ', '')).join('\n');
    parts.push(`### ${title}\n\n${text}\n${isClass ? '' : `\n\`\`\`cpp\n${shown}\n\`\`\`\n`}`);
    for (const [, page] of text.matchAll(/`((?:webAuth|client|management|passwordless|popup|redirect)\.[\w.]+)`/g)) table.push([page, title]);
  }
}

const reference = `# C++ reference\n\nMade from the headers by \`node tools/reference.mjs\`.\n\n| page | C++ |\n|---|---|\n${table
  .map(([page, title]) => `| \`${page}\` | [\`${title}\`](#${anchor(title)}) |`).join('\n')}\n\n${parts.join('\n')}`;
const file = `${root}/docs/reference/cpp.md`;
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== reference) throw new Error('docs/reference/cpp.md is old: run `node tools/reference.mjs`');
} else {
  mkdirSync(`${root}/docs/reference`, { recursive: true });
  writeFileSync(file, reference);
}
