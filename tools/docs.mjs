// `make docs`: the documentation site, in build/site, of docs/ and what is made of it: a page for each reason of an error.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root, run } from './lib.mjs';

const source = `${root}/build/site-source`;
rmSync(source, { recursive: true, force: true });
cpSync(`${root}/docs`, source, { recursive: true, filter: (path) => !path.includes('/docs/man') });
cpSync(`${root}/CHANGELOG.md`, `${source}/changelog.md`);

/** Of a catalogue a page a reason, in `folder`; the catalogue becomes its index. The pages, the index first. */
function explode(catalogue, folder) {
  const [intro, ...entries] = readFileSync(`${source}/${catalogue}`, 'utf8').split(/^### /m);
  rmSync(`${source}/${catalogue}`);
  mkdirSync(`${source}/${folder}`);
  const reasons = entries.map((entry) => {
    const [title, ...text] = entry.split('\n');
    return { name: title.replaceAll('`', '').trim(), text: text.join('\n').split(/^## /m)[0].trim() };
  });
  const toPages = (text) => text.replace(/\(#([a-z_]+)\)/g, '($1.md)').replace(/See `([a-z_]+)`/g, 'See [`$1`]($1.md)');
  for (const { name, text } of reasons) writeFileSync(`${source}/${folder}/${name}.md`, `# ${name}\n\n${toPages(text)}\n\n[All reasons](index.md)\n`);
  // Links of the introduction are those of a page one folder up.
  const moved = intro.replace(/\]\((?!https?:|#)([^)]+)\)/g, '](../$1)');
  writeFileSync(`${source}/${folder}/index.md`, `${moved}\n${reasons.map(({ name, text }) => `- [\`${name}\`](${name}.md): ${text.split(/(?<=\.)\s/)[0]}`).join('\n')}\n`);
  return [`${folder}/index.md`, ...reasons.map((r) => `${folder}/${r.name}.md`)];
}
const catalogues = { 'errors.md': 'errors', 'errors-of-the-authority.md': 'errors-of-the-authority' };
const errorPages = Object.fromEntries(Object.entries(catalogues).map(([catalogue, folder]) => [folder, explode(catalogue, folder)]));

// What a link leads to that is no page of the site stays in the repository; its name says where.
const pages = readdirSync(source, { recursive: true }).filter((f) => f.endsWith('.md'));
const all = new Set(readdirSync(source, { recursive: true }));
for (const page of pages) {
  const text = readFileSync(`${source}/${page}`, 'utf8').replace(/\[([^\]]*)\]\(([^)#\s]*)(#[^)]*)?\)/g, (whole, words, target, anchor = '') => {
    if (!target || /^(https?|mailto):/.test(target)) return whole;
    const to = posix.normalize(posix.join(posix.dirname(page), target));
    if (catalogues[to]) return `[${words}](${posix.relative(posix.dirname(page), `${catalogues[to]}/index.md`)})`;
    if (to === '../CHANGELOG.md') return `[${words}](${posix.relative(posix.dirname(page), 'changelog.md')})`;
    if (all.has(to) && to.includes('.')) return whole;
    if (to === 'decisions' || to === 'decisions/') return `[${words}](${posix.relative(posix.dirname(page), 'decisions/0001-operations-await-effects.md')})`;
    return words;
  });
  writeFileSync(`${source}/${page}`, text);
}

// The generator knows no folders in its list of pages.
const nav = readFileSync(`${root}/mkdocs.yml`, 'utf8')
  .replace(/^( *)- (Errors.*): (errors.*)\/$/gm, (_, indent, title, folder) => [`${indent}- ${title}:`, ...errorPages[folder]].join(`\n${indent}    - `))
  .replace(/^( *)- decisions\/$/m, (_, indent) => readdirSync(`${source}/decisions`).sort().map((f) => `${indent}- decisions/${f}`).join('\n'))
  .replaceAll('build/', `${root}/build/`);
writeFileSync(`${root}/build/mkdocs.yml`, nav);
run('mkdocs', ['build', '--quiet', '--clean', '--config-file', 'build/mkdocs.yml']);
console.log('build/site/index.html');
