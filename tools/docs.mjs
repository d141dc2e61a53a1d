// `make docs`: the documentation site, in build/site, of docs/ and what is made of it: a page for each reason of an error.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root, run } from './lib.mjs';

const source = `${root}/build/site-source`;
rmSync(source, { recursive: true, force: true });
cpSync(`${root}/docs`, source, { recursive: true, filter: (path) => !path.includes('/docs/man') });
cpSync(`${root}/CHANGELOG.md`, `${source}/changelog.md`);

// A page a reason; the catalogue becomes its index.
const [intro, ...entries] = readFileSync(`${source}/errors.md`, 'utf8').split(/^### /m);
mkdirSync(`${source}/errors`);
const reasons = entries.map((entry) => {
  const [title, ...text] = entry.split('\n');
  return { name: title.replaceAll('`', '').trim(), text: text.join('\n').split(/^## /m)[0].trim() };
});
const toPages = (text) => text.replace(/\(#([a-z_]+)\)/g, '($1.md)').replace(/See `([a-z_]+)`/g, 'See [`$1`]($1.md)');
for (const { name, text } of reasons) writeFileSync(`${source}/errors/${name}.md`, `# \`${name}\`\n\n${toPages(text)}\n\n[All reasons](index.md)\n`);
writeFileSync(`${source}/errors/index.md`, `${intro}\n${reasons.map(({ name, text }) => `- [\`${name}\`](${name}.md): ${text.split(/(?<=\.)\s/)[0]}`).join('\n')}\n`);
rmSync(`${source}/errors.md`);

// What a link leads to that is no page of the site stays in the repository; its name says where.
const pages = readdirSync(source, { recursive: true }).filter((f) => f.endsWith('.md'));
const all = new Set(readdirSync(source, { recursive: true }));
for (const page of pages) {
  const text = readFileSync(`${source}/${page}`, 'utf8').replace(/\[([^\]]*)\]\(([^)#\s]*)(#[^)]*)?\)/g, (whole, words, target, anchor = '') => {
    if (!target || /^(https?|mailto):/.test(target)) return whole;
    const to = posix.normalize(posix.join(posix.dirname(page), target));
    if (to === 'errors.md') return `[${words}](${posix.relative(posix.dirname(page), 'errors/index.md')})`;
    if (to === '../CHANGELOG.md') return `[${words}](${posix.relative(posix.dirname(page), 'changelog.md')})`;
    if (all.has(to) && to.includes('.')) return whole;
    if (to === 'decisions' || to === 'decisions/') return `[${words}](${posix.relative(posix.dirname(page), 'decisions/0001-operations-await-effects.md')})`;
    return words;
  });
  writeFileSync(`${source}/${page}`, text);
}

// The generator knows no folders in its list of pages.
const nav = readFileSync(`${root}/mkdocs.yml`, 'utf8')
  .replace(/^( *)- Errors: errors\/$/m, (_, indent) => [`${indent}- Errors:`, 'errors/index.md', ...reasons.map((r) => `errors/${r.name}.md`)].join(`\n${indent}    - `))
  .replace(/^( *)- decisions\/$/m, (_, indent) => readdirSync(`${source}/decisions`).sort().map((f) => `${indent}- decisions/${f}`).join('\n'))
  .replaceAll('build/', `${root}/build/`);
writeFileSync(`${root}/build/mkdocs.yml`, nav);
run('mkdocs', ['build', '--quiet', '--clean', '--config-file', 'build/mkdocs.yml']);
console.log('build/site/index.html');
