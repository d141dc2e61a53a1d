// A page of a single-page application: bundled, served over HTTPS with the authority's certificate, and looked at in Chromium. What
// it says on its console ends it: `done`, or `fail` and why.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { launch } from '../../lib/browser.mjs';
import { signInWhereAsked } from './browsing.mjs';

const [file] = process.argv.slice(2);
const { ISSUER, DOMAIN, CLIENT_ID, AUDIENCE, APP, PORT, DATA, EMAIL, PASSWORD } = process.env;
// auth0-js says that it is a module and is not: whoever is required by Lock has to be given its ESM file.
const plugins = /lock/.test(file) ? [{
  name: 'auth0-js',
  setup: ({ onResolve }) => onResolve({ filter: /^auth0-js$/ }, () => ({ path: `${process.cwd()}/node_modules/auth0-lock/node_modules/auth0-js/dist/auth0.min.esm.js` })),
}] : [];
const { outputFiles } = await build({
  entryPoints: [file], bundle: true, write: false, format: 'iife', platform: 'browser', mainFields: ['browser', 'module', 'main'], jsx: 'automatic', loader: { '.mjs': 'jsx', '.js': 'jsx' }, plugins, logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
});
const told = JSON.stringify({ ISSUER, DOMAIN, CLIENT_ID, AUDIENCE, APP, EMAIL, PASSWORD });
const html = `<!doctype html><meta charset="utf-8"><title>app</title><body><div id="app"></div><script>window.told=${told}</script><script src="/page.js"></script>`;
const server = createServer({ cert: readFileSync(`${DATA}/tls.pem`), key: readFileSync(`${DATA}/tls-key.pem`) }, (request, response) => {
  if (request.url === '/favicon.ico') return response.writeHead(404).end();
  if (request.url === '/page.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(outputFiles[0].contents);
  response.writeHead(200, { 'content-type': 'text/html' }).end(html);
});
await new Promise((resolve) => server.listen(Number(PORT), 'localhost', resolve));

const browser = await launch();
const context = await browser.newContext({ ignoreHTTPSErrors: true });
const end = async (line, code) => {
  console.log(line);
  await browser.close();
  process.exit(code);
};
async function attend(page) {
  page.on('console', (message) => {
    const text = message.text();
    if (text === 'done') end('@done', 0);
    else if (text.startsWith('fail ')) end(text, 1);
    else console.log(text.replace(/^@/, ' @'));
  });
  page.on('pageerror', (error) => console.log(String(error.stack)));
  page.on('requestfailed', (request) => console.log(`${request.url().slice(0, 200)} ${request.failure().errorText}`));
  await signInWhereAsked(page);
}
context.on('page', attend);
const page = await context.newPage();
await page.goto(APP);
// A login box in the page itself.
if (/lock/.test(file)) {
  await page.fill('.auth0-lock-input[name=email], .auth0-lock-input[name=username]', EMAIL);
  await page.fill('.auth0-lock-input[name=password]', PASSWORD);
  await page.click('.auth0-lock-submit');
}
