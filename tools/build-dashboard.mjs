// Makes what the program has in it for browsers: build/captcha, and build/dashboard of dashboard/: checked, bundled by Vite, and packed with brotli once, so that no request pays for
// it. The authority takes the files into itself. Does nothing when there is nothing new.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import './build-captcha.mjs';
import { bin, root, run } from './lib.mjs';

const out = `${root}/build/dashboard`;
const under = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => `${e.parentPath ?? e.path}/${e.name}`);

const made = existsSync(`${out}/index.html`) ? statSync(`${out}/index.html`).mtimeMs : 0;
const sources = [...under(`${root}/dashboard`), `${root}/package-lock.json`, `${root}/build/npm/dist/auth0.esm.js`, import.meta.filename];
// The browser package is made anew each time, mostly of the same bytes.
const kept = `${root}/build/dashboard.package`;
const isSamePackage = existsSync(kept) && readFileSync(kept).equals(readFileSync(`${root}/build/npm/dist/auth0.esm.js`));
const isOld = sources.some((file) => !(isSamePackage && file.endsWith('auth0.esm.js')) && statSync(file).mtimeMs > made);
if (isOld) {
  run(bin('tsc'), ['-p', `${root}/dashboard`]);
  run(process.execPath, [`${root}/build/bundlers/node_modules/vite/bin/vite.js`, 'build', `${root}/dashboard`, '--logLevel', 'warn']);
  for (const file of under(out)) {
    const packed = brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    writeFileSync(`${file}.br`, packed);
  }
  writeFileSync(kept, readFileSync(`${root}/build/npm/dist/auth0.esm.js`));
}
