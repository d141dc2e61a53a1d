// Makes build/npm, the package `ostia-js`, of the core's WebAssembly module and the glue in web/src.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';
import ts from 'typescript';
import { bin, root, run, version } from './lib.mjs';

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
  // What the module begins with is mostly text, which compresses as such and not in base64.
  const code = readFileSync(to, 'utf8');
  const decoder = /  var base64ReverseLookup[^]*?\n  }\n(?=function initActiveSegments)/;
  const segment = /base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\)/g;
  if (!decoder.test(code) || !segment.test(code)) throw new Error('wasm2js writes its data in another way now');
  writeFileSync(to, code
    .replace(decoder, '  function put(at, text) { for (var i = 0; i < text.length; i++) bufferView[at + i] = text.charCodeAt(i); }\n')
    .replace(segment, (_, at, data) => `put(${at}, ${JSON.stringify(Buffer.from(data, 'base64').toString('latin1'))})`));
}

// ES5, which auth0-js is: old webviews, and bundlers that are older than the syntax of today. What bundles the files can't
// do that, so it gets them from TypeScript; what those ask for is in web/src/helpers.ts.
const { compilerOptions } = ts.convertCompilerOptionsFromJson(JSON.parse(readFileSync(`${root}/web/tsconfig.json`)).compilerOptions);
const es5 = { ...compilerOptions, target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext, ignoreDeprecations: '5.0', noEmit: false, noEmitHelpers: true, inlineSourceMap: true, inlineSources: true };
// `a${b}` as 'a' + b, which compresses better than concat.
const sums = (context) => (file) => {
  const { factory } = context;
  const visit = (node) => {
    const seen = ts.visitEachChild(node, visit, context);
    if (!ts.isTemplateExpression(seen)) return seen;
    const text = ({ text }) => factory.createStringLiteral(text);
    const parts = seen.templateSpans.flatMap(({ expression, literal }) => [factory.createParenthesizedExpression(expression), ...(literal.text ? [text(literal)] : [])]);
    return factory.createParenthesizedExpression(parts.reduce((sum, part) => factory.createAdd(sum, part), text(seen.head)));
  };
  return ts.visitNode(file, visit);
};
const lowered = {
  name: 'es5',
  setup(b) {
    b.onLoad({ filter: /\/web\/src\/.*\.ts$/ }, ({ path }) => {
      const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), { fileName: path, compilerOptions: es5, transformers: { before: [sums] } });
      // `?.` and `??` in the short form, which only `document.all` can tell from the long one.
      const contents = outputText.replace(/ === null \|\| \w+ === void 0 \?/g, ' == null ?').replace(/ !== null && \w+ !== void 0 \?/g, ' != null ?');
      return { contents, loader: 'js' };
    });
  },
};

const shared = { bundle: true, write: false, sourcemap: 'external', minifySyntax: true, legalComments: 'none', target: 'es5', logLevel: 'warning', define: { globalThis: '__global' }, inject: [`${root}/web/src/helpers.ts`] };

// The module as ASCII text, which brotli likes, every encoding of a page holds, and the page's own functions turn back: a
// byte below 128 is its character, so that the module's words are the script's words; another is `escape` and its lower
// half. `zero` stands for the zeros, which a script would have to escape; where it or `escape` is itself meant, `rare`
// says so, in pairs of a place and a byte. web/src/module-wasm.ts reads it.
function toText(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  // Characters that a script writes as they are: a backslash as `escape` would double a tenth of the module.
  const plain = [...Array(0x7f).keys()].filter((byte) => byte > 0x20 && !'\\`\'"$'.includes(String.fromCharCode(byte)));
  const [escape, zero] = plain.sort((a, b) => counts[a] - counts[b]);
  const rare = [];
  const text = Array.from(bytes, (byte, at) => {
    const low = byte & 0x7f;
    if (low === zero || byte === escape) return rare.push(at, byte), ' ';
    return (byte > 0x7f ? String.fromCharCode(escape) : '') + String.fromCharCode(low || zero);
  });
  return { text: text.join(''), escape, zero: String.fromCharCode(zero), rare };
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

// Names are terser's to shorten: a percent less than esbuild makes of them.
async function emit(name, options, more = {}) {
  const outfile = `${out}/dist/${name}`;
  const { young, ...rest } = more;
  const { outputFiles } = await build({ ...shared, ...options, ...(young ? { target: 'es2020', define: {}, inject: [] } : { plugins: [lowered, ...(options.plugins ?? [])] }), outfile });
  const [map, code] = outputFiles.map((file) => file.text);
  const made = await minify(code, {
    ecma: young ? 2020 : 5,
    module: options.format === 'esm',
    compress: { passes: 3, pure_getters: true, ...(young ? { unsafe_arrows: true } : { hoist_vars: true, inline: 1 }) },
    sourceMap: { content: map, url: `${name}.map`, includeSources: true },
    ...rest,
  });
  writeFileSync(outfile, made.code);
  writeFileSync(`${outfile}.map`, made.map);
}

// A module of CommonJS whose exports are put there one by one: what the bundler makes of `export` goes through all that it
// finds, and on an old page finds what that has added to `Object.prototype`.
const asCommonJs = (imports, ...parts) => ({
  stdin: { contents: `${imports}; __cjs.exports = Object.assign({ __esModule: true }, ${parts});`, resolveDir: `${root}/web/src` },
  format: 'iife',
  banner: { js: 'var __cjs=module;' },
});

// Whatever encoding the page has, a script is read right; the other module is ASCII already, with characters that would be escaped.
const ways = { js: { format: { ascii_only: true } }, wasm: { young: true } };

async function bundle(kind, name) {
  const more = ways[kind];
  const plugins = [modules(kind)];
  const entryPoints = [`${root}/web/src/index.ts`];
  await emit(`${name}.min.js`, { plugins, entryPoints: [`${root}/web/src/script.ts`], format: 'iife' }, more);
  await emit(`${name}.esm.js`, { plugins, entryPoints, format: 'esm' }, more);
  await emit(`${name}.cjs`, { plugins, ...asCommonJs("import auth0 from './index.js'", 'auth0', '{ default: auth0 }') }, more);
}

// Management needs no protocol, so no module: a tenth of the whole.
async function management() {
  const entryPoints = [`${root}/web/src/management.ts`];
  await emit('management.esm.js', { entryPoints, format: 'esm' });
  await emit('management.cjs', asCommonJs("import { Management } from './management.js'", '{ Management: Management }'));
}

// The plugin is loaded by script tags and by bundlers alike, under the name that it has in auth0-js.
async function cordova() {
  const wrapper = {
    banner: "(function(root,make){typeof module==='object'&&module.exports?module.exports=make():root.CordovaAuth0Plugin=make()})(typeof self==='object'?self:global,function(){var __made;",
    footer: 'return __made})',
  };
  await emit('cordova-auth0-plugin.min.js', { stdin: { contents: "import plugin from './cordova.js'; __made = plugin;", resolveDir: `${root}/web/src` }, format: 'iife', banner: { js: wrapper.banner }, footer: { js: wrapper.footer } });
}

// Whose bytes these are: the module's digest, and what made it; `make reproduce` makes it again.
function provenance() {
  const wasm = readFileSync(`${work}/core.wasm`);
  const version = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0];
  const tools = { clang: version('clang++-19', '--version'), lld: version('wasm-ld-19', '--version'), binaryen: version(bin('wasm-opt'), '--version') };
  writeFileSync(`${out}/provenance.json`, JSON.stringify({ module: { bytes: wasm.length, sha256: createHash('sha256').update(wasm).digest('hex') }, tools }, null, 2) + '\n');
}

const manifest = {
  name: 'ostia-js',
  version,
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
    './management': { types: './management.d.ts', import: './dist/management.esm.js', require: './dist/management.cjs' },
    './dist/*': './dist/*',
    './build/*': './dist/*',
    './package.json': './package.json',
  },
  files: ['dist', 'index.d.ts', 'management.d.ts', 'errors.md', 'errors-of-the-authority.md', 'provenance.json', 'README.md', 'LICENSE'],
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
  await management();
  await cordova();
  provenance();
  for (const name of ['index', 'management']) cpSync(`${root}/web/${name}.d.ts`, `${out}/${name}.d.ts`);
  cpSync(`${root}/web/README.md`, `${out}/README.md`);
  for (const name of ['errors', 'errors-of-the-authority']) cpSync(`${root}/docs/${name}.md`, `${out}/${name}.md`);
  cpSync(`${root}/LICENSE`, `${out}/LICENSE`);
  writeFileSync(`${out}/package.json`, JSON.stringify(manifest, null, 2) + '\n');
  for (const name of ['auth0.min.js', 'auth0.wasm.min.js']) console.log(`build/npm/dist/${name}: ${compressedSize(`${out}/dist/${name}`)} bytes in brotli`);
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
