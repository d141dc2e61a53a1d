// The dashboard in a browser, as the administrator of the demo tenant: what can be done, that it is accessible, that it
// is light.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { launch, openPage, signIn } from '../lib/browser.mjs';
import { folder, freePort, runOstia, serve } from '../lib/program.mjs';

/**
 * That the lines of the tenant's file which the page shows say what is so now. An entry of a file is a whole one, so bringing
 * these lines in alone would take away what they leave out; what they say themselves must be no change.
 */
async function linesAreTrue(page) {
  const file = join(folder(), 'lines.yaml'), lines = await page.textContent('.notice pre');
  writeFileSync(file, lines);
  const { code, stdout, stderr } = await runOstia(['import', file, '--data', data, '--dry-run']);
  assert.equal(code, 0, `${lines}${stderr}`);
  assert.doesNotMatch(stdout, /^\+/m, `${lines}is about something that is not there`);
  const said = [...lines.matchAll(/^ {2}(?: {2}|- )?(\w+):/gm)].map((m) => m[1]), changed = /^~ .*: (.*)$/m.exec(stdout)?.[1].split(', ') ?? [];
  assert.deepEqual(changed.filter((member) => said.includes(member)), [], `${lines}${stdout}`);
}

const axe = readFileSync(`${root}/node_modules/axe-core/axe.min.js`, 'utf8');
let browser, server, home, data;
before(async () => {
  const dev = await freePort();
  data = join(folder(), 'data');
  server = await serve(['--dev', '--data', data, '--listen', `127.0.0.1:${await freePort()}`, '--dev-http', `127.0.0.1:${dev}`]);
  home = `http://localhost:${dev}/dashboard`;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(t, path = '', options = {}) {
  const page = await openPage(t, browser, home + path, options);
  await signIn(page, 'admin@example.com', 'Open-Sesame-9');
  await page.waitForSelector('main h1');
  return page;
}
const notice = (page) => page.waitForSelector('.notice >> text=Saved.');
/** Calls of the Management API as the page makes them. */
const api = (page, path) => page.waitForResponse((r) => r.url().includes(`/api/v2/${path}`) && r.ok());

test('signing in leads to where one wanted to go; logging out ends it', async (t) => {
  const page = await open(t, '/applications/ostia-demo');
  assert.equal(await page.textContent('main h1'), 'Ostia Playground');
  assert.equal(page.url(), `${home}/applications/ostia-demo`);
  await page.reload(); // without a password
  await page.waitForSelector('text=Ostia Playground');
  await page.click('text=Log out');
  await page.waitForURL(/\/u\/login/);
  assert.deepEqual(page.errors, []);
});

test('somebody else is told that they are not an administrator', async (t) => {
  const page = await openPage(t, browser, home);
  await signIn(page);
  assert.match(await page.textContent('main h1'), /Not an administrator/);
  await page.click('text=Use another account');
  await signIn(page, 'admin@example.com', 'Open-Sesame-9');
  await page.waitForSelector('text=Overview');
});

test('an application: callback URLs, the signature algorithm, and the lines of the file', async (t) => {
  const page = await open(t, '/applications/ostia-demo');
  const callbacks = page.getByLabel('Allowed callback URLs');
  await callbacks.fill(`${await callbacks.inputValue()}\nhttps://new.example.com/callback`);
  await page.click('button[type=submit]');
  await notice(page);
  const lines = await page.textContent('.notice pre');
  assert.match(lines, /^clients:\n {2}- name: Ostia Playground\n {4}client_id: ostia-demo\n {4}callbacks:\n/);
  assert.match(lines, /- https:\/\/new\.example\.com\/callback/);
  await linesAreTrue(page);
  await page.click('[role=tab] >> text=OAuth');
  await page.getByLabel('JsonWebToken signature algorithm').selectOption('HS256');
  await page.click('button[type=submit]');
  await notice(page);
  await page.reload();
  await page.click('[role=tab] >> text=OAuth');
  assert.equal(await page.getByLabel('JsonWebToken signature algorithm').inputValue(), 'HS256');
  await page.getByLabel('JsonWebToken signature algorithm').selectOption('RS256');
  await page.click('button[type=submit]');
  await notice(page);
});

test('a mistake is said with its field, and nothing is lost', async (t) => {
  const page = await open(t, '/applications/ostia-demo');
  await page.getByLabel('Allowed callback URLs').fill('not a url');
  await page.click('button[type=submit]');
  const bad = await page.waitForSelector('.notice.bad');
  assert.match(await bad.textContent(), /callbacks/);
  assert.equal(await page.getByLabel('Allowed callback URLs').inputValue(), 'not a url');
});

test('making and deleting an application', async (t) => {
  const page = await open(t, '/applications');
  await page.click('button >> text=Create application');
  await page.getByLabel('Name').fill('Shop');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('h1 >> text=Shop');
  await page.click('[role=tab] >> text=Delete');
  await page.click('[role=tabpanel] button');
  await page.click('dialog button.danger:not(.outline)');
  await page.waitForURL(`${home}/applications`);
  await page.waitForSelector('text=Ostia Machine');
  assert.equal(await page.getByText('Shop').count(), 0);
});

test('the lines of the file for each kind of change are what is so', async (t) => {
  const page = await open(t, '/apis');
  const create = async (answers) => {
    for (const [label, value] of Object.entries(answers)) await page.locator('dialog').getByLabel(label).fill(value);
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.notice pre');
    await linesAreTrue(page);
  };
  await page.click('button >> text=Create API');
  await create({ Name: 'Orders: v2', Identifier: 'https://orders.example.com/' });
  await page.click('[role=tab] >> text=Permissions');
  await page.click('button >> text=Add permission');
  await create({ 'Permission': 'read:orders', Description: 'Read "orders"' });
  await page.goto(`${home}/connections`);
  await page.click('text=Username-Password-Authentication');
  await page.getByLabel('Requires username').click();
  await page.getByLabel('Password policy').selectOption('excellent');
  await page.click('button[type=submit]');
  await notice(page);
  await linesAreTrue(page);
  await page.click('[role=tab] >> text=Applications');
  await page.getByLabel('Enable Ostia Machine').click();
  await page.waitForSelector('.notice pre >> text=enabled_clients');
  await linesAreTrue(page);
  await page.click('[role=tab] >> text=Settings');
  await page.getByLabel('Requires username').click();
  await page.getByLabel('Password policy').selectOption('good');
  await page.click('button[type=submit]');
  await notice(page);
  for (const [place, label, value] of [['/tenant', 'Support email', 'help@example.com'], ['/attack-protection', 'Failures before the block', '7']]) {
    await page.goto(home + place);
    await page.getByLabel(label).fill(value);
    await page.click('button[type=submit]');
    await notice(page);
    await linesAreTrue(page);
  }
  assert.deepEqual(page.errors, []);
});

test('a user: found, blocked, metadata, reset', async (t) => {
  const page = await open(t, '/users');
  await page.fill('input[type=search]', 'grace');
  await page.click('button >> text=Search');
  await page.waitForSelector('caption >> text=1 users');
  await page.click('text=Grace Hopper');
  await page.getByLabel('Blocked').click();
  await page.click('button[type=submit]');
  await notice(page);
  await page.waitForSelector('mark >> text=blocked');
  await page.getByLabel('Blocked').click();
  await page.click('button[type=submit]');
  await page.waitForSelector('mark', { state: 'detached' });
  await page.click('[role=tab] >> text=Metadata');
  const editor = page.getByLabel('user_metadata', { exact: true });
  await editor.fill('{"plan": "gold"}');
  const saved = api(page, 'users/');
  await page.click('button >> text=Save user_metadata');
  assert.deepEqual((await (await saved).json()).user_metadata, { plan: 'gold' });
  await page.click('[role=tab] >> text=Help or delete');
  await page.click('button >> text=Reset password');
  assert.match(await page.textContent('[role=tabpanel] pre'), /reset-password/);
  assert.deepEqual(page.errors, []);
});

test('sessions of a user, ended at once', async (t) => {
  const other = await openPage(t, browser, home);
  await signIn(other);
  await other.waitForSelector('text=Not an administrator');
  const page = await open(t, `/users/${encodeURIComponent('auth0|ada')}`);
  await page.click('[role=tab] >> text=Sessions and devices');
  await page.click('button >> text=Log out everywhere');
  await page.click('dialog button.danger:not(.outline)');
  await page.waitForSelector('text=Not logged in anywhere.');
  await other.reload();
  await other.waitForURL(/\/u\/login/);
});

test('a rule and an action: written, tried, run', async (t) => {
  const page = await open(t, '/rules');
  await page.click('button >> text=Create rule');
  await page.getByLabel('Name').fill('Greeting');
  await page.click('dialog button[type=submit]');
  await page.click('button >> text=Try it');
  assert.match(await page.textContent('.outcome'), /Hello Ada Lovelace/);
  await page.getByLabel('The rule’s code'.replace('’', "'")).fill('function (user, context, callback) { callback(new Error("no entry")); }');
  await page.click('button >> text=Try it');
  await page.waitForSelector('.outcome >> text=no entry');
  await page.click('a >> text=← Rules');
  await page.getByLabel('Enable Greeting').click();
  await notice(page);
  await page.getByLabel('Enable Greeting').click();
  await page.click('#places >> text=Actions');
  await page.click('button >> text=Create action');
  await page.getByLabel('Name').fill('Hello');
  await page.click('dialog button[type=submit]');
  await page.click('button >> text=Try it');
  assert.match(await page.textContent('.outcome'), /Hello Ada Lovelace/);
  await page.click('button >> text=Deploy');
  await page.waitForSelector('text=The saved code is deployed.');
  assert.deepEqual(page.errors, []);
});

test('a role with a permission for somebody; an organization with a member', async (t) => {
  const page = await open(t, '/roles');
  const create = async (button, answers) => {
    await page.click(`button >> text=${button}`);
    for (const [name, value] of Object.entries(answers)) await page.fill(`dialog [name=${name}]`, value);
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog', { state: 'detached' });
  };
  await create('Create role', { name: 'Reader' });
  await page.click('[role=tab] >> text=Permissions');
  await page.click('button >> text=Add permission');
  await page.locator('dialog select').selectOption({ label: 'read:messages (Example API)' });
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('td >> text=read:messages');
  await page.click('[role=tab] >> text=Users');
  await create('Assign to a user', { user: 'auth0|grace' });
  await page.waitForSelector('td >> text=Grace Hopper');
  await page.click('#places >> text=Organizations');
  await create('Create organization', { name: 'acme', display_name: 'Acme' });
  await page.click('[role=tab] >> text=Members');
  await create('Add member', { user: 'auth0|grace' });
  await page.waitForSelector('td >> text=Grace Hopper');
  await page.click('[role=tab] >> text=Connections');
  await page.getByLabel('Enable Username-Password-Authentication').click();
  await page.getByLabel('Add users of Username-Password-Authentication as members on login').click();
  await page.waitForFunction(() => document.querySelector('[aria-label^="Add users"]')?.checked);
  await page.click('[role=tab] >> text=Invitations');
  await page.waitForSelector('text=No application allows organizations');
  assert.deepEqual(page.errors, []);
});

test('branding with a live preview', async (t) => {
  const page = await open(t, '/branding');
  const preview = page.frameLocator('iframe');
  await preview.locator('button >> text=Continue').waitFor();
  const [, frame] = page.frames();
  await page.getByLabel('Primary colour').fill('#aa2200');
  await frame.waitForURL(/aa2200/);
  assert.equal(await preview.locator('button').evaluate((b) => getComputedStyle(b).backgroundColor), 'rgb(170, 34, 0)');
  await page.click('button[type=submit]');
  await notice(page);
  assert.match(await page.textContent('.notice pre'), /^branding:\n {2}colors:\n {4}primary: "#aa2200"/);
  assert.deepEqual(page.errors, []);
});

test('the log is live', async (t) => {
  const page = await open(t, '/logs');
  await page.waitForSelector('td');
  const other = await openPage(t, browser, home);
  await signIn(other, 'ada@example.com', 'wrong');
  await page.waitForSelector('td >> text=Wrong password');
});

test('keys: rotated, and the old one revoked', async (t) => {
  const page = await open(t, '/keys');
  await page.waitForSelector('td >> text=signs now');
  await page.click('button >> text=Rotate signing key');
  await page.click('dialog button.danger:not(.outline)');
  await page.waitForSelector('td >> text=still trusted');
  await page.click('button >> text=Revoke');
  await page.click('dialog button.danger:not(.outline)');
  // The page's own token was signed by it: it gets another one, unasked.
  await page.waitForSelector('td >> text=revoked');
});

test('a change that takes a recent login asks for one, and is made', async (t) => {
  const page = await open(t, '/keys');
  const clock = (advance_s) => fetch(new URL('/_dev/clock', home), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance_s }) });
  await clock(901);
  await page.click('button >> text=Rotate signing key');
  await page.click('dialog button.danger:not(.outline)');
  await page.waitForURL(/\/u\/login/);
  await signIn(page, 'admin@example.com', 'Open-Sesame-9');
  await page.waitForSelector('.notice >> text=your change was made');
  assert.equal(page.url(), `${home}/keys`);
});

test('a keyboard is enough', async (t) => {
  const page = await open(t);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.focus('#places a[href="/dashboard/tenant"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1 >> text=Tenant settings');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.goto(`${home}/applications/ostia-demo`);
  await page.waitForSelector('[role=tab]');
  await page.focus('[role=tab][aria-selected=true]');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.textContent('[role=tab][aria-selected=true]'), 'OAuth');
});

const places = ['', '/applications', '/applications/ostia-demo', '/apis', '/connections', '/users', `/users/${encodeURIComponent('auth0|ada')}`, '/roles', '/organizations', '/rules', '/actions', '/branding', '/attack-protection', '/tenant', '/logs', '/keys', '/nowhere'];
for (const colorScheme of ['light', 'dark'])
  test(`axe finds nothing on any page (${colorScheme})`, async (t) => {
    const page = await open(t, '', { colorScheme, bypassCSP: true });
    for (const place of places) {
      await page.goto(home + place);
      await page.waitForSelector('main h1');
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], iframes: false }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), [], place);
    }
  });

test('the first load is at most 150 kB', async (t) => {
  const page = await openPage(t, browser, 'about:blank');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  let bytes = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(home);
  await signIn(page, 'admin@example.com', 'Open-Sesame-9');
  await page.waitForSelector('td');
  t.diagnostic(`${bytes} bytes with both visits and the login page`);
  assert.ok(bytes > 40_000 && bytes <= 150_000, `${bytes} bytes`);
});
