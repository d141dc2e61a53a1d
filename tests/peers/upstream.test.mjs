// Signing in at others: oidc-provider from npm as the upstream of an authority, and one authority as the upstream of
// another, in Chromium with the real auth0-js.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { call, launch, openPage, signIn, startApplication } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app as spa, extra } from '../lib/tenant.mjs';

const group = scope();
let browser, app, options, authority;
before(async () => {
  browser = await launch();
  const port = await freePort(), own = await freePort();
  app = `https://localhost:${port}`;
  const issuer = `https://localhost:${own}/`;
  const provider = spawn(process.execPath, [`${root}/tests/peers/oidc-provider.mjs`], { env: { ...process.env, DOWNSTREAM: issuer }, stdio: ['ignore', 'pipe', 'inherit'] });
  group.after(() => provider.kill());
  const foreignPort = await new Promise((resolve) => provider.stdout.on('data', (d) => /^\d+$/m.test(d) && resolve(Number(/^\d+$/m.exec(d)[0]))));
  const upper = await startAuthority(group, { clients: [{ name: 'Lower', client_id: 'lower', client_secret: 'lower-secret', app_type: 'regular_web', callbacks: [`${issuer}login/callback`], allowed_logout_urls: [`${issuer}v2/logout/callback`], grant_types: ['authorization_code'] }], extra });
  const client = { ...spa, callbacks: [`${app}/callback`], web_origins: [app], allowed_logout_urls: [`${app}/bye`] };
  authority = await startAuthority(group, {
    clients: [client],
    port: own,
    extra: { ...extra, connections: [
      { name: 'npm', strategy: 'oidc', display_name: 'Foreign', options: { client_id: 'downstream', client_secret: 'a/secret+of%ours', issuer: `http://localhost:${foreignPort}`, token_endpoint_auth_method: 'client_secret_basic' } },
      { name: 'upper', strategy: 'oidc', display_name: 'Upper', options: { client_id: 'lower', client_secret: 'lower-secret', issuer: upper.issuer } },
    ] },
  });
  assert.equal(authority.issuer, issuer);
  options = { domain: `localhost:${own}`, clientID: 'app', redirectUri: `${app}/callback`, responseType: 'token id_token', scope: 'openid profile email' };
  await startApplication(group, 'auth0-js', port, authority, options);
});
after(() => browser.close());

const leave = (page, more) => page.evaluate(([o, a]) => { new auth0.WebAuth(o).authorize(a); }, [options, more]);
const landed = async (page) => {
  await page.waitForURL(`${app}/callback#**`);
  return (await call(page, options, 'parseHash')).result;
};

test('oidc-provider: there and back, a profile, a session; `federated` ends the session there, too', async (t) => {
  const page = await openPage(t, browser, app);
  await leave(page, { connection: 'npm' });
  await page.waitForURL(/interaction/);
  await page.fill('input[name=login]', 'someone');
  await page.fill('input[name=password]', 'x');
  await page.click('button[type=submit]');
  await page.getByRole('button', { name: 'Continue' }).click();
  const { idTokenPayload } = await landed(page);
  assert.deepEqual([idTokenPayload.sub, idTokenPayload.name, idTokenPayload.email], ['oidc|npm|someone', 'Foreign Person', 'someone@foreign.example']);
  assert.equal((await call(page, options, 'checkSession', {})).result.idTokenPayload.sub, 'oidc|npm|someone');
  await page.evaluate(([o, returnTo]) => { new auth0.WebAuth(o).logout({ clientID: 'app', returnTo, federated: true }); }, [options, `${app}/bye`]);
  await page.waitForURL(/session\/end/);
  await page.getByRole('button', { name: /yes/i }).click();
  await page.waitForURL(`${app}/bye`);
  assert.equal((await call(page, options, 'checkSession', {})).error.code, 'login_required');
  await leave(page, { connection: 'npm' });
  await page.waitForURL(/interaction/);
  assert.ok(await page.locator('input[name=login]').isVisible(), 'it asks again who is there');
});

test("the page's linking: an account at an upstream becomes an identity of the one that is signed in", async (t) => {
  const page = await openPage(t, browser, app);
  await leave(page, { audience: `${authority.issuer}api/v2/`, scope: 'openid profile email read:current_user update:current_user_identities' });
  await signIn(page);
  await page.waitForURL(`${app}/callback#**`);
  const mine = (await call(page, options, 'parseHash')).result;
  await leave(page, { connection: 'npm', prompt: 'login' });
  await page.waitForURL(/interaction/);
  await page.fill('input[name=login]', 'second');
  await page.fill('input[name=password]', 'x');
  await page.click('button[type=submit]');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${app}/callback#**`);
  const other = (await call(page, options, 'parseHash')).result;
  assert.equal(other.idTokenPayload.sub, 'oidc|npm|second');
  const linked = await page.evaluate(([domain, token, id]) => new Promise((resolve) => new auth0.Management({ domain, token }).linkUser('auth0|ada', id, (error, result) => resolve({ error, result }))), [options.domain, mine.accessToken, other.idToken]);
  assert.deepEqual(linked.result.map((i) => `${i.provider}|${i.user_id}`), ['auth0|ada', 'oidc|npm|second']);
  await page.goto(app);
  await leave(page, { connection: 'npm' });
  await page.waitForURL(`${app}/callback#**`);
  assert.equal((await call(page, options, 'parseHash')).result.idTokenPayload.sub, 'auth0|ada', 'who comes by it is the linked one');
});

test('an authority behind another: by the button of its login page, and out of both', async (t) => {
  const page = await openPage(t, browser, app);
  await leave(page, {});
  await page.waitForURL(/\/u\/login/);
  await page.getByRole('link', { name: 'Continue with Upper' }).click();
  await signIn(page);
  const { idTokenPayload } = await landed(page);
  assert.deepEqual([idTokenPayload.sub, idTokenPayload.email], ['oidc|upper|auth0|ada', 'ada@example.com']);
  await leave(page, { connection: 'upper', prompt: 'login' });
  await page.waitForURL(/\/u\/login/);
  await signIn(page);
  assert.equal((await landed(page)).idTokenPayload.sub, 'oidc|upper|auth0|ada');
  await page.evaluate(([o, returnTo]) => { new auth0.WebAuth(o).logout({ clientID: 'app', returnTo, federated: true }); }, [options, `${app}/bye`]);
  await page.waitForURL(`${app}/bye`);
  await leave(page, { connection: 'upper' });
  await page.waitForURL(/\/u\/login/);
  assert.deepEqual(page.errors, []);
});
