// The bill of materials, in CycloneDX 1.5: Debian's packages that the program and the library are linked with or compiled
// from, and npm's that are in the dashboard.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { root, version } from './lib.mjs';

const compiledFrom = ['libboost1.81-dev', 'libcli11-dev', 'libkainjow-mustache-dev', 'libc++-19-dev-wasm32'];
const bundled = ['altcha-lib', 'preact', 'preact-iso', '@picocss/pico', 'codemirror', '@codemirror/lang-javascript', '@codemirror/lang-json'];

const read = (program, args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

function debian(name) {
  const [, release] = read('dpkg-query', ['-W', '-f', '${Package}\t${Version}\n', name]).split('\n')[0].split('\t');
  return { type: 'library', name, version: release, purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(release)}` };
}

/** Debian's packages of the libraries that a program names itself. */
function linkedWith(program) {
  const needed = new Set([...read('readelf', ['-d', program]).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map((m) => m[1]));
  const files = [...read('ldd', [program]).matchAll(/^\s*(\S+) => (\/\S+)/gm)].filter(([, name]) => needed.has(name)).map(([, , file]) => file);
  return files.map((file) => {
    // Debian knows a file by the path that it installed it at, on either side of the merge of /lib and /usr/lib.
    for (const path of [file, `/usr${file}`, file.replace(/^\/usr/, '')])
      try { return read('dpkg-query', ['-S', path]).split(':')[0]; } catch { /* by the other name */ }
    throw new Error(`no package has ${file}`);
  });
}

/** A package of npm's and all that it depends on. */
function npm(name, lock, seen) {
  const entry = lock.packages[`node_modules/${name}`];
  if (!entry || seen.has(name)) return;
  seen.set(name, { type: 'library', name, version: entry.version, ...(entry.license && { licenses: [{ license: { id: entry.license } }] }), purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}` });
  for (const dependency of Object.keys(entry.dependencies ?? {})) npm(dependency, lock, seen);
}

export function bill() {
  const names = new Set([...linkedWith('build/release/ostia'), ...compiledFrom]);
  const scripts = new Map(), lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'));
  for (const name of bundled) npm(name, lock, scripts);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(1000 * Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000)).toISOString(),
      component: { type: 'application', name: 'ostia', version, licenses: [{ license: { id: 'MIT' } }], purl: `pkg:generic/ostia@${version}` },
    },
    components: [...[...names].sort().map(debian), ...[...scripts.values()].sort((a, b) => (a.name < b.name ? -1 : 1))],
  };
}
