// Makes build/npm, the package `ostia-js`, of the core's WebAssembly module and the glue in web/src.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';
import { bin, root, run } from './lib.mjs';

const work = `${root}/build/web/package`;
const out = `${root}/build/npm`;

const features = ['--enable-bulk-memory', '--enable-bulk-memory-opt', '--enable-sign-ext', '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int', '--enable-reference-types', '--enable-multivalue'];

// The smallest form of a module, and that it asks its host for nothing: the core does no I/O.
export function optimise(wasm, to) {
  run(bin('wasm-opt'), ['-Oz', '--low-memory-unused', '--flatten', '--rereloop', '-Oz', '-Oz', '--converge', '--strip-debug', '--strip-producers', '--strip-target-features', ...features, wasm, '-o', to]);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(to)));
  if (imports.length > 0) throw new Error(`${wasm} imports ${imports.map((i) => i.name)}: the core must not do I/O`);
}

export function toJavaScript(wasm, to) {
  run(bin('wasm2js'), ['-Oz', ...features, wasm, '-o', to]);
}

const shared = { bundle: true, minify: true, legalComments: 'none', target: 'es2020', logLevel: 'warning' };

// The module as text that brotli likes and every encoding of a page can hold: the 87 commonest bytes are a character
// each, the others an escape and a character. web/src/module-wasm.ts reads it.
const escapes = ' !#', characters = [...Array(0x7f - 0x24).keys()].map((i) => String.fromCharCode(0x24 + i)).filter((c) => !'\\`"\''.includes(c));
function toText(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const common = new Set([...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, characters.length));
  const code = [];
  let ones = 0, others = 0;
  for (let byte = 0; byte < 256; byte++)
    code[byte] = common.has(byte) ? characters[ones++] : escapes[Math.floor(others / characters.length)] + characters[others++ % characters.length];
  const isCommon = Array.from({ length: 64 }, (_, i) => [0, 1, 2, 3].reduce((bits, j) => bits | (common.has(4 * i + j) << j), 0).toString(16)).join('');
  return { isCommon, text: Array.from(bytes, (byte) => code[byte]).join(''), escapes, characters: characters.join('') };
}

// Where `ostia:…` imports lead: the one place that tells the two builds apart.
const modules = (kind) => ({
  name: 'ostia-modules',
  setup(b) {
    b.onResolve({ filter: /^ostia:module$/ }, () => ({ path: `${root}/web/src/module-${kind}.ts` }));
    b.onResolve({ filter: /^ostia:core\.js$/ }, () => ({ path: `${work}/core.js` }));
    b.onResolve({ filter: /^ostia:core\.wasm$/ }, () => ({ path: 'core', namespace: 'wasm' }));
    b.onLoad({ filter: /.*/, namespace: 'wasm' }, () => ({ contents: JSON.stringify(toText(readFileSync(`${work}/core.wasm`))), loader: 'json' }));
  },
});

async function bundle(kind, name) {
  const plugins = [modules(kind)];
  const entry = `${root}/web/src/index.ts`;
  await build({ ...shared, plugins, entryPoints: [`${root}/web/src/script.ts`], format: 'iife', outfile: `${out}/dist/${name}.min.js` });
  await build({ ...shared, plugins, entryPoints: [entry], format: 'esm', outfile: `${out}/dist/${name}.esm.js` });
  await build({ ...shared, plugins, entryPoints: [entry], format: 'cjs', outfile: `${out}/dist/${name}.cjs` });
}

const manifest = {
  name: 'ostia-js',
  version: '0.1.0',
  description: 'Login for web pages: a drop-in for auth0-js 10, with its protocol in C++.',
  license: 'MIT',
  type: 'module',
  main: './dist/auth0.cjs',
  module: './dist/auth0.esm.js',
  types: './index.d.ts',
  unpkg: './dist/auth0.min.js',
  jsdelivr: './dist/auth0.min.js',
  exports: {
    '.': { types: './index.d.ts', import: './dist/auth0.esm.js', require: './dist/auth0.cjs' },
    './wasm': { types: './index.d.ts', import: './dist/auth0.wasm.esm.js', require: './dist/auth0.wasm.cjs' },
    './dist/*': './dist/*',
    './package.json': './package.json',
  },
  files: ['dist', 'index.d.ts', 'errors.md', 'README.md', 'LICENSE'],
  sideEffects: ['./dist/*.min.js'],
};

export function compressedSize(file) {
  return brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
}

async function main() {
  run('cmake', ['--preset', 'web'], { stdio: ['ignore', 'ignore', 'pipe'] });
  run('cmake', ['--build', '--preset', 'web']);
  mkdirSync(work, { recursive: true });
  optimise(`${root}/build/web/web/core.wasm`, `${work}/core.wasm`);
  toJavaScript(`${work}/core.wasm`, `${work}/core.js`);
  optimise(`${root}/build/web/web/core-vectors.wasm`, `${work}/core-vectors.wasm`);
  toJavaScript(`${work}/core-vectors.wasm`, `${work}/core-vectors.mjs`);
  execFileSync(bin('tsc'), ['-p', `${root}/web`], { stdio: 'inherit' });

  rmSync(out, { recursive: true, force: true });
  mkdirSync(`${out}/dist`, { recursive: true });
  await bundle('js', 'auth0');
  await bundle('wasm', 'auth0.wasm');
  cpSync(`${root}/web/index.d.ts`, `${out}/index.d.ts`);
  cpSync(`${root}/web/README.md`, `${out}/README.md`);
  cpSync(`${root}/docs/errors.md`, `${out}/errors.md`);
  cpSync(`${root}/LICENSE`, `${out}/LICENSE`);
  writeFileSync(`${out}/package.json`, JSON.stringify(manifest, null, 2) + '\n');
  for (const name of ['auth0.min.js', 'auth0.wasm.min.js']) console.log(`build/npm/dist/${name}: ${compressedSize(`${out}/dist/${name}`)} bytes in brotli`);
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
