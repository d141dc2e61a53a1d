// Debian's Chromium, and the pages that it opens in tests.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { root } from '../../tools/lib.mjs';

const patience = 120_000; // for a machine that has other things to do

export async function launch(more = []) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    timeout: patience,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    return context;
  };
  return browser;
}

/** Auth0's other package for single-page applications, unchanged. */
const currentSpaJs = { script: `${root}/node_modules/auth0-spa-js-current/dist/auth0-spa-js.production.js`, csp: "script-src 'self'" };
export const spaJs = { script: `${root}/node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.production.js`, csp: "script-src 'self'" };

/** The packages that the same tests run with: the real one, and both builds of ours. */
export const packages = {
  'auth0-js': { script: `${root}/node_modules/auth0-js/dist/auth0.min.js`, csp: "script-src 'self'" },
  'ostia-js (universal)': { script: `${root}/build/npm/dist/auth0.min.js`, csp: "script-src 'self'" },
  'ostia-js (WebAssembly)': { script: `${root}/build/npm/dist/auth0.wasm.min.js`, csp: "script-src 'self' 'wasm-unsafe-eval'" },
};

/**
 * An application: one page that loads a package, at every path. Form posts are echoed as JSON. It is served over HTTPS
 * with the authority's certificate: the same site as the authority, so that silent login meets no third-party cookies.
 */
export async function startApplication(t, name, port, authority, options) {
  const { script, csp } = packages[name] ?? (name === 'current spa-js' ? currentSpaJs : spaJs);
  const verification = options && `new auth0.WebAuth(${JSON.stringify(options)}).crossOriginVerification();`;
  const tls = { cert: readFileSync(`${authority.data}/tls.pem`), key: readFileSync(`${authority.data}/tls-key.pem`) };
  const server = createServer(tls, (request, response) => {
    if (request.url === '/auth0.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(script));
    if (request.url === '/verify.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(verification);
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (d) => (body += d));
      return request.on('end', () => response.writeHead(200, { 'content-type': 'text/html' }).end(`<pre id="posted">${JSON.stringify(Object.fromEntries(new URLSearchParams(body)))}</pre>`));
    }
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': csp });
    const more = request.url === '/verify' ? '<script src="/verify.js"></script>' : '';
    response.end(`<!doctype html><title>app</title><script src="/auth0.js"></script>${more}<body>application`);
  });
  await new Promise((resolve) => server.listen(port, 'localhost', resolve));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
}

/** A page that runs an application with a package; certificates of the tests' making are accepted. */
export async function openPage(t, browser, url, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(error.message));
  await page.goto(url);
  return page;
}

/** Fills in the login page as a person does. */
export async function signIn(page, username = 'ada@example.com', password = 'Correct-Horse-9') {
  await page.waitForURL(/\/u\/login/);
  await page.fill('input[name=username]', username);
  await page.fill('input[name=password]', password);
  await page.click('button[name=action][value=default]');
}

/** Runs `method` of a `WebAuth` made of `options` in the page, with its arguments and a callback; gives {error, result}. */
export function call(page, options, method, ...args) {
  return page.evaluate(
    ([o, path, list]) => new Promise((resolve) => {
      const names = path.split('.');
      const name = names.pop();
      const target = names.reduce((object, n) => object[n], new auth0.WebAuth(o));
      target[name](...list, (error, result) =>
        resolve({ error: error && { ...error, original: undefined }, reason: error && error.reason, result }));
    }),
    [options, method, args],
  );
}

/** Starts a redirect to the authority with the page's package, and waits until the page has left. */
export async function authorize(page, options, parameters = {}) {
  const left = page.waitForEvent('framenavigated');
  await page.evaluate(([o, p]) => { new auth0.WebAuth(o).authorize(p); }, [options, parameters]);
  await left;
}
