// One page for each package, used again for every case: loads the package, makes the call, writes down what a page can
// observe.
import { readFileSync } from 'node:fs';
import { packages } from '../lib/browser.mjs';
import { now } from './cases.mjs';

const cors = { 'access-control-allow-origin': 'https://app.example', 'access-control-allow-credentials': 'true', 'access-control-allow-headers': '*, authorization, auth0-client, content-type, x-mine, x-request-language', 'access-control-allow-methods': 'GET, POST, PATCH' };

// What is made at random is the same kind of thing, not the same thing.
const random = (text) => text
  .replace(/(state|nonce)(=|%22:%22|\\":\\"|\\?":\\?"|%3D)([\w.~-]{32})(?=&|%22|\\"|"|%26|$)/g, '$1$2RANDOM')
  .replace(/com\.auth0\.auth\.[\w.~-]{32}(?==|_compat=|")/g, 'com.auth0.auth.RANDOM')
  .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[^"\\]*/g, 'DATE')
  .replace(/Callback_\d+/g, 'Callback_N');

async function until(done, ms) {
  for (const end = Date.now() + ms; !done() && Date.now() < end;) await new Promise((r) => setTimeout(r, 5));
}

// A popup's first request has no frame yet.
function frameOf(request) {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}

/** `wrap`: what the library is in, such as a page that has less. */
export async function open(browser, name, wrap = (library) => library) {
  const context = await browser.newContext();
  await context.addInitScript(beginAt, now * 1000);
  const library = wrap(readFileSync(packages[name].script, 'utf8'));
  const page = await context.newPage();
  let one, log, armed;
  page.on('console', (m) => m.type() === 'warning' && armed && log.warnings.push(m.text()));
  page.on('pageerror', (e) => armed && log.warnings.push(`uncaught ${e.message}`));

  await context.route('**/*', async (route) => {
    const request = route.request(), url = request.url();
    const html = (body) => route.fulfill({ contentType: 'text/html; charset=utf-8', body });
    if (url === 'https://app.example/library.js') return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: library });
    const here = request.isNavigationRequest() && frameOf(request)?.page() === page;
    if (request.isNavigationRequest() && !here) {
      if (!url.endsWith('/away')) log.requests.push(`popup ${url}`);
      if (url.startsWith('https://app.example/')) return html(`<!doctype html><script src="https://app.example/library.js"></script><script>${one.popup ?? ''}</script>`);
      return html(one.authority ? `<script>${one.authority}</script>` : '');
    }
    if (here && frameOf(request) !== page.mainFrame()) {
      log.requests.push(`frame ${url}`);
      if (url.startsWith('https://app.example/')) return html(one.framed ? `<script>${one.framed}</script>` : '');
      return html(one.message ? `<script>parent.postMessage(${JSON.stringify(one.message)}, '*')</script>` : one.authority ? `<script>${one.authority}</script>` : '');
    }
    if (here) {
      if (!armed) return html('<!doctype html><script src="https://app.example/library.js"></script><body><div id="captcha"></div>');
      log.navigations.push(url);
      return route.fulfill({ status: 204 });
    }
    const widget = one.widgets?.[new URL(url).host];
    if (widget) return route.fulfill({ contentType: 'text/javascript', body: widget });
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: cors });
    const ofThisCase = log; // which a late answer must not mistake for the next one's
    const { 'auth0-client': client, authorization, 'content-type': type, 'x-mine': mine, 'x-request-language': language, cookie } = await request.allHeaders();
    ofThisCase.requests.push([request.method(), url, url.includes('jwks') ? '' : JSON.stringify({ client, authorization, type, mine, language, cookie: !!cookie }), request.postData()].join(' '));
    const answer = one.answers[url.replace('https://', '')];
    if (!answer || answer.abort) return route.abort();
    return route.fulfill({ status: answer.status ?? 200, headers: { ...cors, 'content-type': answer.type ?? (answer.text !== undefined ? 'text/plain' : 'application/json') }, body: answer.text ?? JSON.stringify(answer.body) });
  });

  return {
    /** What the case shows; patience multiplies the times that are waited. */
    async observe(case_, patience = 1) {
      one = { ...case_, patience };
      log = { warnings: [], requests: [], navigations: [] };
      armed = false;
      await context.clearCookies();
      for (const other of context.pages()) if (other !== page) await other.close();
      await page.goto('about:blank');
      await page.goto(`https://app.example/${one.fragment ?? ''}`);
      await page.evaluate((cookies) => {
        localStorage.clear();
        sessionStorage.clear();
        for (const cookie of cookies) document.cookie = `${cookie}; path=/`;
      }, one.cookies);
      if (one.setUp) await page.evaluate(one.setUp);
      armed = true;
      const observed = page.evaluate(call, one);
      if (one.navigates) await until(() => log.navigations.length, 4000 * patience);
      if (one.navigates) await page.evaluate(() => window.goOn?.());
      const outcome = await observed;
      if (one.again) await until(() => log.requests.length > 1, 3000 * patience);
      if (outcome.seen?.length && outcome.seen[0][0].startsWith('http')) await until(() => log.requests.length, 3000 * patience);
      return JSON.parse(random(JSON.stringify({ ...outcome, ...log })));
    },
    close: () => context.close(),
  };
}

// Runs in the page: there it is this time, and goes on from it.
function beginAt(time) {
  const real = Date, ahead = real.now() - time, now = () => real.now() - ahead;
  window.Date = new Proxy(real, {
    construct: (_, args, as) => Reflect.construct(real, args.length ? args : [now()], as),
    get: (_, name) => (name === 'now' ? now : real[name]),
  });
}

// Runs in the page.
async function call(c) {
  const special = { '@undefined': undefined, '@NaN': NaN, '@function': () => 1, '@date': new Date(0), '@element': document.getElementById('captcha'), '@proceed': (done) => done(), '@later': () => {}, '@template': (argument) => `<b title="${argument.image}">own</b>` };
  const revive = (v) => (typeof v === 'string' && v in special ? special[v] : Array.isArray(v) ? v.map(revive) : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, revive(x)])) : v);
  const original = (o) => (typeof o !== 'object' || !o ? o : o instanceof Error
    ? { text: o.message, status: o.status, crossDomain: o.crossDomain, body: o.response?.body, sent: o.response?.req?._data }
    : simple(o));
  const simple = (v) => (v === undefined ? '@undefined' : typeof v === 'function' ? '@function' : v === null || typeof v !== 'object' ? v : Array.isArray(v) ? v.map(simple)
    : v instanceof Error ? `${v.name}: ${v.message}` : Object.fromEntries(Object.entries(v).map(([k, x]) => [k, k === 'original' ? original(x) : simple(x)])));
  const result = { calls: [] };
  const used = c.args?.map(revive);
  let sync = true;
  try {
    if (!c.method) {
      const given = c.undefinedOptions ? undefined : revive(c.construct);
      const made = new auth0[c.of ?? 'WebAuth'](given);
      const { tenant, token_issuer, rootUrl, jwksURI, _timesToRetryFailedRequests, _sendTelemetry, legacySameSiteCookie, headers } = made.baseOptions;
      result.value = { same: made.baseOptions === given, tenant, token_issuer, rootUrl, jwksURI, _timesToRetryFailedRequests, _sendTelemetry, legacySameSiteCookie, headers };
    } else {
      const options = revive(Object.fromEntries(Object.entries(c.options).filter(([, v]) => v !== undefined)));
      const path = c.method.split('.');
      const last = path.pop();
      const target = path.reduce((o, n) => o[n], new auth0[c.of ?? 'WebAuth'](options));
      await new Promise((resolve, reject) => {
        const args = c.args.map((a, i) => (a === '@cb' ? (...r) => { result.calls.push({ sync, args: simple(r) }); if (result.calls.length >= (c.callbacks ?? 1)) resolve(); } : used[i]));
        try {
          const value = target[last](...args);
          result.value = typeof value === 'string' ? value : value === undefined ? '@undefined' : value === null ? null : c.returns ? Object.keys(value).filter((k) => !/^_|^request$/.test(k)).sort() : typeof value;
        } catch (error) { return reject(error); }
        sync = false;
        // Once it is there, asked for anew: by its handle, or by the person.
        if (c.again) setTimeout(() => (c.again === 'reload' ? value.reload((...r) => result.calls.push({ again: true, args: simple(r) })) : document.querySelector('.captcha-reload').click()), 200 * c.patience);
        if (c.again) return void setTimeout(resolve, 500 * c.patience);
        // A callback that never comes is an observation too.
        window.goOn = resolve;
        setTimeout(resolve, c.patience * (c.navigates ? 4000 : !c.args.includes('@cb') || c.silent ? c.wait ?? 30 : 2500));
      });
      await new Promise((r) => setTimeout(r, 20 * c.patience));
    }
  } catch (error) { result.thrown = `${error.name}: ${error.message}`; }
  const element = document.getElementById('captcha');
  return {
    ...result,
    options: c.mutates ? used.map(simple) : undefined,
    cookies: document.cookie.split('; ').filter(Boolean).sort(),
    storage: Object.entries(localStorage).sort(),
    frames: document.querySelectorAll('iframe').length,
    captcha: [element.outerHTML, element.querySelector('input')?.value],
    scripts: [...document.querySelectorAll('body script')].map((s) => [s.src, s.async, s.defer, s.dataset.callback]),
    seen: window.seen,
  };
}
