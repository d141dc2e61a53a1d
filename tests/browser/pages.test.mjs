// The login pages as browsers show them: accessible, light, in both directions, and as their pictures have them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { launch, openPage } from '../lib/browser.mjs';
import { looksLike } from '../lib/picture.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, third } from '../lib/tenant.mjs';

const group = scope();
const axe = readFileSync(`${root}/node_modules/axe-core/axe.min.js`, 'utf8');
let authority, browser;
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, third],
    extra: {
      databases: [database('Username-Password-Authentication', { requires_username: true })],
      connections: [{ name: 'email', strategy: 'email' }, { name: 'twitter', strategy: 'twitter', options: { client_id: 'x', ostia: { stand_in: true } } }],
      guardianFactors: [{ name: 'otp', enabled: true }],
    },
  });
  browser = await launch();
});
after(() => browser?.close());

const url = (more = {}) => `${authority.devIssuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid profile email', state: 's', ...more })}`;
const password = async (page, name = 'ada@example.com', word = 'Correct-Horse-9') => {
  await page.fill('[name=username]', name);
  await page.fill('[name=password]', word);
  await page.click('button[value=default]');
};
// Each page, and how a person comes to it.
const ways = {
  login: (page) => page.goto(url()),
  'wrong password': async (page) => { await page.goto(url()); await password(page, 'ada@example.com', 'wrong'); await page.waitForSelector('[role=alert]'); },
  signup: (page) => page.goto(url({ screen_hint: 'signup' })),
  reset: async (page) => { await page.goto(url()); await page.click('a[href*="reset-password"]'); },
  code: async (page) => { await page.goto(url({ connection: 'email' })); await page.fill('[name=username]', 'ada@example.com'); await page.click('button[value=default]'); await page.waitForSelector('[name=code]'); },
  consent: async (page) => { await page.goto(url({ client_id: 'third', scope: 'openid profile email', prompt: 'consent' })); await password(page); await page.waitForURL(/u\/consent/); },
  'second factor': async (page) => { await page.goto(url({ acr_values: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor' })); await password(page, 'grace@example.com', 'Battery-Staple-9'); await page.waitForSelector('[role=img]'); },
  device: (page) => page.goto(`${authority.devIssuer}activate`),
  error: (page) => page.goto(url({ client_id: 'nobody' })),
  account: async (page) => { await page.goto(`${authority.devIssuer}account`); await password(page); await page.waitForURL(/account$/); },
  'own password': async (page) => { await ways.account(page); await page.click('button[value=password]'); await page.waitForURL(/account\/password/); },
  nothing: (page) => page.goto(authority.devIssuer),
};

for (const [look, options] of Object.entries({ light: {}, dark: { colorScheme: 'dark' }, Arabic: { locale: 'ar' }, phone: { viewport: { width: 390, height: 844 } } }))
  for (const [name, come] of Object.entries(ways))
    test(`axe finds nothing, and nothing sticks out: ${name}, ${look}`, async (t) => {
      const page = await openPage(t, browser, 'about:blank', { ...options, bypassCSP: true });
      await come(page);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      if (look === 'Arabic') assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('h1')).direction), 'rtl');
    });

const pictures = {
  'login-light': ['login', {}], 'login-dark': ['login', { colorScheme: 'dark' }], 'login-phone': ['login', { viewport: { width: 390, height: 844 } }], 'login-arabic': ['login', { locale: 'ar' }],
  'wrong-password': ['wrong password', {}], 'own-password': ['own password', {}], signup: ['signup', {}], 'error-dark': ['error', { colorScheme: 'dark' }],
};
test('the pages look as their pictures do', async (t) => {
  const reader = await openPage(t, browser, 'about:blank');
  for (const [picture, [name, options]] of Object.entries(pictures)) {
    const page = await openPage(t, browser, 'about:blank', { viewport: { width: 800, height: 760 }, ...options });
    await ways[name](page);
    await looksLike(page, reader, picture);
  }
});

test('the first visit: three requests at most, and 20 kB', async (t) => {
  const page = await openPage(t, browser, 'about:blank');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  let bytes = 0, requests = 0;
  cdp.on('Network.requestWillBeSent', () => requests++);
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(url(), { waitUntil: 'networkidle' });
  t.diagnostic(`${requests} requests, ${bytes} bytes`);
  assert.ok(requests <= 3, `${requests} requests`);
  assert.ok(bytes > 2_000 && bytes <= 20_000, `${bytes} bytes`);
});
