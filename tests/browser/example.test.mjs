// `make demo` as a newcomer meets it: open the example, log in, see the profile, log out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { launch, openPage, signIn } from '../lib/browser.mjs';
import { folder, runOstia } from '../lib/program.mjs';
import { Person } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';

const url = 'http://localhost:3000/example';
const group = scope();
let browser, demo, output = '';
before(async () => {
  const data = folder();
  demo = spawn(process.execPath, ['tools/demo.mjs'], { cwd: root, env: { ...process.env, OSTIA_DEMO_DATA: data } });
  demo.stderr.on('data', (d) => (output += d));
  await new Promise((resolve, reject) => {
    demo.stdout.on('data', (d) => /^demo: ready$/m.test((output += d)) && resolve());
    demo.on('exit', () => reject(new Error(`the demo ended: ${output}`)));
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  const ended = new Promise((resolve) => demo.on('exit', resolve));
  demo.kill('SIGINT');
  assert.equal(await ended, 0);
});

const sees = (page, text) => page.waitForFunction((t) => document.body?.innerText.includes(t), text);

test('log in, profile, silent login, log out', async (t) => {
  const page = await openPage(t, browser, url);
  await page.click('#login');
  await signIn(page);
  await page.waitForURL(url);
  await sees(page, 'Logged in as Ada Lovelace');
  await sees(page, 'ada@example.com');
  assert.equal(await page.evaluate(() => location.hash), '', 'tokens do not stay in the address');
  await page.click('[data-method="webAuth.checkSession"]');
  await page.waitForSelector('#log li.good >> text=webAuth.checkSession');
  await page.click('#logout');
  await page.waitForURL(url);
  await sees(page, 'Nobody is logged in');
  await page.click('[data-method="webAuth.checkSession"]');
  await sees(page, 'login_required');
  assert.deepEqual(page.errors, []);
});

test('a wrong password', async (t) => {
  const page = await openPage(t, browser, url);
  await page.click('#login');
  await signIn(page, 'ada@example.com', 'wrong');
  assert.equal(await page.textContent('[role=alert]'), 'Wrong email or password.');
});

test('every method has a card whose button does something', async (t) => {
  const page = await openPage(t, browser, url);
  for (const method of ['webAuth.parseHash', 'webAuth.client.buildAuthorizeUrl', 'webAuth.client.buildLogoutUrl', 'webAuth.client.userInfo']) {
    const before = await page.locator('#log li h3').count();
    await page.click(`[data-method="${method}"]`);
    await page.waitForFunction((n) => document.querySelectorAll('#log li h3').length === n, before + 1);
  }
});

for (const [name, options] of [['phone', { viewport: { width: 390, height: 844 } }], ['dark', { colorScheme: 'dark' }]])
  test(`nothing sticks out: ${name}`, async (t) => {
    const page = await openPage(t, browser, url, options);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.click('#login');
    await page.waitForURL(/u\/login/);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });

test('keyboard only', async (t) => {
  const page = await openPage(t, browser, url);
  await page.focus('#login');
  await page.keyboard.press('Enter');
  await page.waitForURL(/u\/login/);
  // A person types once the field shows the focus, which is after the page has loaded.
  await page.waitForFunction(() => document.activeElement?.name === 'username');
  await page.keyboard.type('ada@example.com');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Correct-Horse-9');
  await page.keyboard.press('Enter');
  await page.waitForURL(url);
  await sees(page, 'Logged in as Ada Lovelace');
});

test('without JavaScript the login page works', async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto('http://localhost:8080/authorize?client_id=ostia-demo&response_type=code&redirect_uri=http://localhost:3000/callback&state=s');
  await signIn(page);
  await page.waitForURL(/3000\/callback\?code=/);
});

test("the demo's sign-ins and clients", async () => {
  const authorize = 'http://localhost:8080/authorize?client_id=ostia-demo&response_type=code&redirect_uri=http://localhost:3000/callback&state=s';
  for (const [name, password] of [['ada@example.com', 'Correct-Horse-9'], ['grace@example.com', 'Battery-Staple-9'], ['admin@example.com', 'Open-Sesame-9']])
    assert.ok((await new Person().logIn(authorize, name, password)).searchParams.get('code'));
  await assert.rejects(new Person().logIn(authorize, 'mallory@example.com', 'Blocked-Account-9'), /403/);
  const machine = await fetch('http://localhost:8080/oauth/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'ostia-machine', client_secret: 'ostia-machine-secret', audience: 'https://localhost:8443/api/v2/' }) });
  assert.equal(machine.status, 200);
  const cli = await runOstia(['login', '--domain', 'http://localhost:8080', '--client-id', 'ostia-demo', '--timeout', '1'], { env: { BROWSER: 'true' } });
  assert.match(cli.stderr, /Log in at: /);
});

const results = (page) => page.locator('#log > li:not(.empty)');
async function press(page, selector) {
  const before = await results(page).count();
  await page.click(selector);
  await page.waitForFunction((n) => document.querySelectorAll('#log > li:not(.empty)').length > n, before);
  return results(page).first();
}

test('every method that answers here, with what was sent and the tokens taken apart', async (t) => {
  const page = await openPage(t, browser, url);
  await page.click('#login');
  await signIn(page);
  await sees(page, 'Logged in as Ada Lovelace');
  const leaves = /^webAuth\.(authorize|login|logout|redirect|passwordlessLogin)/, other = ['webAuth.parseHash', 'auth0.Management.linkUser'];
  for (const name of await page.$$eval('[data-method]', (all) => all.map((b) => b.dataset.method))) {
    if (leaves.test(name) || other.includes(name)) continue;
    const result = await press(page, `[data-method="${name}"]`);
    assert.equal(await result.getAttribute('class'), 'good', `${name}: ${await result.innerText()}`);
  }
  const silent = await press(page, '[data-method="webAuth.checkSession, for an API"]');
  assert.match(await silent.innerText(), /hidden frame .*authorize/);
  await silent.locator('summary >> text=accessToken').click();
  assert.match(await silent.innerText(), /"aud"[\s\S]*https:\/\/api\.example\.com\//);
  assert.ok(!(await page.innerText('#log')).includes('Correct-Horse-9'), 'no password is shown');
});

test('embedded login, and passwordless with the code of the mail', async (t) => {
  const page = await openPage(t, browser, url);
  await page.click('[data-method="webAuth.login"]');
  await sees(page, 'Logged in as Ada Lovelace');
  await press(page, '[data-method="webAuth.passwordlessStart"]');
  const [{ code }] = await (await fetch('http://localhost:8080/_dev/messages', { headers: { accept: 'application/json' } })).json();
  const form = page.locator('form', { has: page.locator('[data-method="webAuth.passwordlessLogin"]') });
  await form.locator('[name=verificationCode]').fill(code);
  await form.locator('button').click();
  await page.waitForSelector('#log >> text=webAuth.authorize → webAuth.parseHash');
});

test('linking: another account, logged in by a popup, becomes an identity', async (t) => {
  const page = await openPage(t, browser, url);
  await page.click('#login');
  await signIn(page, 'grace@example.com', 'Battery-Staple-9');
  await sees(page, 'Logged in as Grace Hopper');
  const opening = page.context().waitForEvent('page');
  await page.click('[data-method="auth0.Management.linkUser"]');
  const popup = await opening;
  await popup.waitForURL(/u\/login/);
  await popup.click('text=Sign up');
  await popup.fill('[name=email]', `second-${process.pid}@example.com`);
  await popup.fill('[name=password]', 'Brand-New-7');
  await popup.click('button[value=default]');
  await page.waitForSelector('#log li.good >> text=auth0.Management.linkUser');
  assert.match(await results(page).first().innerText(), /second-/);
});

test('each row of the table of errors, by its button', async (t) => {
  const page = await openPage(t, browser, url);
  const rows = await page.$$eval('#errors tbody tr', (all) => all.map((row) => [...row.cells].slice(0, 3).map((c) => c.textContent)));
  assert.equal(rows.length, 11);
  for (const [at, [status, code, description]] of rows.entries()) {
    const result = await press(page, `#errors tbody tr:nth-child(${at + 1}) button`);
    const text = await result.innerText();
    assert.equal(await result.getAttribute('class'), 'bad');
    if (code !== '–') assert.ok(text.includes(`"${code}"`), text);
    assert.match(text, new RegExp(`\\b${status} |"status(Code)?": ${status}`), `${code} ${description}`);
  }
});

test('axe finds nothing', async (t) => {
  for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }]) {
    const page = await openPage(t, browser, url, { ...options, bypassCSP: true });
    await press(page, '[data-method="webAuth.parseHash"]');
    await page.evaluate(readFileSync(`${root}/node_modules/axe-core/axe.min.js`, 'utf8'));
    const { violations } = await page.evaluate(() => axe.run());
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), []);
  }
});
