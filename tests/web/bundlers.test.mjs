// The package in the hands of the usual bundlers: what they make of it runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { root } from '../../tools/lib.mjs';

// tools/setup.sh puts these beside the workspace's own packages.
const beside = createRequire(`${root}/build/bundlers/`);
const load = (name) => import(pathToFileURL(beside.resolve(name)));

let dir;
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'ostia-bundle-'));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(`${root}/build/npm`, join(dir, 'node_modules/ostia-js'));
  writeFileSync(join(dir, 'package.json'), '{"type": "module"}');
});
after(() => rmSync(dir, { recursive: true }));

const bundlers = {
  async esbuild(entry, out) {
    const { build } = await import('esbuild');
    await build({ entryPoints: [entry], bundle: true, minify: true, format: 'esm', outfile: join(out, 'main.mjs') });
  },
  async rollup(entry, out) {
    const { rollup } = await load('rollup');
    const { default: resolve } = await load('@rollup/plugin-node-resolve');
    const bundle = await rollup({ input: entry, plugins: [resolve()] });
    await bundle.write({ file: join(out, 'main.mjs'), format: 'esm' });
  },
  async webpack(entry, out) {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((resolve, reject) =>
      webpack({ mode: 'production', target: 'node', entry, output: { path: out, filename: 'main.cjs' } }, (error, s) => (error ? reject(error) : resolve(s))));
    assert.ok(!stats.hasErrors(), stats.toString());
  },
  async vite(entry, out) {
    const { build } = await load('vite');
    await build({ root: dir, logLevel: 'error', build: { outDir: out, minify: true, lib: { entry, formats: ['es'], fileName: () => 'main.mjs' } } });
  },
};

for (const [name, bundle] of Object.entries(bundlers))
  for (const from of ['ostia-js', 'ostia-js/wasm'])
    test(`${name}: ${from}`, async () => {
      const entry = join(dir, `${name}-${from.replace('/', '-')}.js`), out = join(dir, `out-${name}-${from.replace('/', '-')}`);
      writeFileSync(entry, `import auth0, { WebAuth } from '${from}'; if (auth0.WebAuth !== WebAuth) throw new Error('default');
        console.log(new WebAuth({ domain: 'tenant.example', clientID: 'c', responseType: 'token' }).client.buildAuthorizeUrl({ state: 's' }));`);
      await bundle(entry, out);
      const made = readdirSync(out).find((f) => /^main\.[cm]js$/.test(f));
      assert.match(execFileSync(process.execPath, [join(out, made)], { encoding: 'utf8' }), /^https:\/\/tenant\.example\/authorize\?client_id=c&response_type=token&state=s/);
    });
