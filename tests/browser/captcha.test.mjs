// The built-in CAPTCHA in a browser: on the authority's pages, which do without scripts where none is asked, and in an
// application's own page with our package; and what auth0-js shows for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Api } from '../lib/authority.mjs';
import { startProvider } from '../lib/captcha.mjs';
import { launch, openPage, packages, startApplication } from '../lib/browser.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app as spa, callback, extra } from '../lib/tenant.mjs';

const axe = readFileSync(`${root}/node_modules/axe-core/axe.min.js`, 'utf8');
const always = { ...extra, attackProtection: { botDetection: { challenge_password_policy: 'always' } } };
const connection = 'Username-Password-Authentication';
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

describe('Universal Login', () => {
  const group = scope();
  let authority, api;
  before(async () => {
    authority = await startAuthority(group, { clients: [spa], extra: always });
    api = new Api(authority);
  });
  beforeEach(() => api.reset());
  const url = (more = {}) => `${authority.devIssuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', ...more })}`;
  const fill = async (page, fields) => {
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
    await page.click('button[value=default]');
  };

  test('the form is sent once the work is done, however early the button is pressed', async (t) => {
    const page = await openPage(t, browser, 'about:blank');
    const refused = [];
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
    await page.route(`${callback}*`, (route) => route.fulfill({ body: 'application' }));
    await page.goto(url());
    await fill(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
    await page.waitForURL(`${callback}*`);
    assert.deepEqual([refused, page.errors], [[], []]);
  });

  test('sign-up, a code and a new password, too', async (t) => {
    const page = await openPage(t, browser, url({ connection: 'email' }));
    await fill(page, { username: 'ada@example.com' });
    await page.waitForSelector('[name=code]');
    await page.goto(url());
    await page.click('a[href*="reset-password"]');
    await fill(page, { email: 'ada@example.com' });
    await page.waitForSelector('h1:has-text("Check your email")');
    await page.goto(url({ screen_hint: 'signup' }));
    await page.route(`${callback}*`, (route) => route.fulfill({ body: 'application' }));
    await fill(page, { email: 'new@example.com', password: 'Brand-New-7' });
    await page.waitForURL(`${callback}*`);
    assert.deepEqual(page.errors, []);
  });

  test('it says what it does, and when it is done', async (t) => {
    const page = await openPage(t, browser, url());
    await page.waitForFunction(() => document.querySelector('[name=captcha]').value);
    assert.equal(await page.textContent('.captcha [role=status]'), 'Checked: you can go on.');
    assert.equal(await page.isVisible('.captcha progress'), false);
  });

  test('without scripts it says that it needs them', async (t) => {
    const page = await openPage(t, browser, url(), { javaScriptEnabled: false, locale: 'de' });
    assert.match(await page.textContent('noscript'), /JavaScript/);
  });

  for (const [look, options] of Object.entries({ light: {}, dark: { colorScheme: 'dark' }, phone: { viewport: { width: 390, height: 844 } }, Arabic: { locale: 'ar' } }))
    test(`axe finds nothing, and nothing sticks out: ${look}`, async (t) => {
      const page = await openPage(t, browser, url(), { ...options, bypassCSP: true });
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/captcha-${look}-working.png` });
      await page.waitForFunction(() => document.querySelector('[name=captcha]').value);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/captcha-${look}.png` });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
});

// A provider's script as far as our page uses it: each gives `token` at once.
const widget = '{ ready: (then) => then(), render: (element, options) => { element.textContent = "widget"; options.callback("token"); return 1; } }';
const scripts = {
  recaptcha_v2: ['https://www.recaptcha.net/**', `window.grecaptcha = ${widget}`],
  recaptcha_enterprise: ['https://www.recaptcha.net/**', `window.grecaptcha = { enterprise: ${widget} }`],
  hcaptcha: ['https://js.hcaptcha.com/**', `window.hcaptcha = ${widget}`],
  turnstile: ['https://challenges.cloudflare.com/**', `window.turnstile = ${widget}`],
  friendly_captcha: ['https://cdn.jsdelivr.net/**', 'window.friendlyChallenge = { WidgetInstance: class { constructor(element, options) { options.doneCallback("token"); } } }'],
  arkose: ['https://client-api.arkoselabs.com/**', 'window[document.currentScript.dataset.callback]({ setConfig: (config) => config.onCompleted({ token: "token" }) })'],
};
describe('the widgets of providers, on the login page', () => {
  const group = scope();
  let api;
  before(async () => {
    api = new Management(await startAuthority(group, { clients: [spa, machine], extra: { ...always, clientGrants: [...extra.clientGrants, managementGrant()] } }));
    await api.authenticate();
  });
  const open = async (t, name, script, more = {}) => {
    const right = { success: true, tokenProperties: { valid: true }, session_details: { solved: true } };
    const server = await startProvider(t, () => ({ body: right }));
    const keys = { site_key: 'site-key', [name === 'recaptcha_enterprise' ? 'api_key' : 'secret']: 's', ...(name === 'recaptcha_enterprise' && { project_id: 'p' }), ostia: { verify_url: server.url }, ...more };
    assert.equal((await api.call('PATCH', 'attack-protection/captcha', { active_provider_id: name, [name]: keys })).status, 200);
    const page = await openPage(t, browser, 'about:blank');
    const refused = [];
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
    await page.route(script[0], (route) => (script[1] ? route.fulfill({ contentType: 'text/javascript', body: script[1] }) : route.abort()));
    await page.route(`${callback}*`, (route) => route.fulfill({ body: 'application' }));
    await page.goto(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid' })}`);
    await page.waitForFunction(() => document.querySelector('[name=captcha]').value);
    await page.fill('[name=username]', 'ada@example.com');
    await page.fill('[name=password]', 'Correct-Horse-9');
    await page.click('button[value=default]');
    return { page, server, refused };
  };

  for (const [name, script] of Object.entries(scripts))
    test(`${name}: its answer is what the provider is asked about`, async (t) => {
      const { page, server, refused } = await open(t, name, script);
      await page.waitForURL(`${callback}*`);
      assert.match(JSON.stringify(server.asked[0].sent), /"token"/);
      assert.deepEqual([refused, page.errors], [[], []]);
    });

  for (const name of ['turnstile', 'arkose'])
    test(`${name}: where its script cannot be had, fail_open decides`, async (t) => {
      const through = await open(t, name, [scripts[name][0]], { fail_open: true });
      await through.page.waitForURL(`${callback}*`);
      const { page } = await open(t, name, [scripts[name][0]], { fail_open: false });
      await page.waitForSelector('[role=alert]');
    });
});

for (const name of Object.keys(packages))
  describe(name, () => {
    const group = scope();
    let authority, app, options;
    before(async () => {
      const port = await freePort();
      app = `https://localhost:${port}`;
      authority = await startAuthority(group, { clients: [{ ...spa, callbacks: [`${app}/callback`], web_origins: [app] }], extra: always });
      options = { domain: authority.domain, clientID: 'app', redirectUri: `${app}/callback`, responseType: 'token id_token', state: 'a-state' };
      await startApplication(group, name, port, authority, options);
    });

    // Shows the question, and gives what it says and the form's value.
    const render = (page, method) => page.evaluate(([o, m]) => new Promise((resolve) => {
      const element = document.body.appendChild(document.createElement('div'));
      window.captcha = new auth0.WebAuth(o)[m](element, {}, (error) => resolve({ error: error && error.description, text: element.textContent, value: window.captcha.getValue() }));
    }), [options, method]);
    const call = (page, path, given) => page.evaluate(([o, p, g]) => new Promise((resolve) => {
      const names = p.split('.'), method = names.pop();
      names.reduce((object, n) => object[n], new auth0.WebAuth(o))[method](g, (error, result) => resolve({ error: error && { ...error, original: undefined }, result }));
    }), [options, path, given]);

    test('the built-in question: an error that it shows, and hands on', async (t) => {
      const page = await openPage(t, browser, app);
      const { error, text } = await render(page, 'renderSignupCaptcha');
      assert.match(error, /on its own page/);
      assert.match(text, /contact the system administrator/);
    });

    test('a login of an application\'s own form says that the page must ask', async (t) => {
      const page = await openPage(t, browser, app);
      const { error } = await call(page, 'login', { realm: connection, username: 'ada@example.com', password: 'Correct-Horse-9' });
      assert.equal(error.code, 'requires_verification');
    });
  });
