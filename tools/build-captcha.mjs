// Makes build/captcha/captcha.js of authority/pages/captcha.js and the library that solves the built-in question: one
// script, which the authority takes into itself and puts into its pages.
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';
import { root } from './lib.mjs';

mkdirSync(`${root}/build/captcha`, { recursive: true });
await build({
  entryPoints: [`${root}/authority/pages/captcha.js`],
  outfile: `${root}/build/captcha/captcha.js`,
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'iife',
  target: 'es2020',
  legalComments: 'inline',
  logLevel: 'warning',
});
