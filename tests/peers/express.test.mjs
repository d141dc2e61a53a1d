// express-openid-connect, unchanged: a Node web application that logs in and out with this authority.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { launch, openPage, signIn } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { root } from '../../tools/lib.mjs';
import { scope } from '../lib/scope.mjs';
import { extra } from '../lib/tenant.mjs';

const group = scope();
let browser, authority, app;
before(async () => {
  browser = await launch();
  const port = await freePort();
  app = `http://localhost:${port}`;
  authority = await startAuthority(group, {
    clients: [{ name: 'Express', client_id: 'express', client_secret: 'express-secret-of-some-length', app_type: 'regular_web', callbacks: [`${app}/callback`], allowed_logout_urls: [app], grant_types: ['authorization_code', 'refresh_token'] }],
    extra,
  });
  const child = spawn(process.execPath, ['tests/peers/express-app.mjs', String(port), authority.issuer], { cwd: root, env: { ...process.env, NODE_EXTRA_CA_CERTS: `${authority.data}/ca.pem` }, stdio: ['ignore', 'pipe', 'inherit'] });
  group.after(() => child.kill());
  await once(child.stdout, 'data');
});
after(() => browser.close());

test('express-openid-connect: log in, read the profile, refresh, log out', async (t) => {
  const page = await openPage(t, browser, `${app}/me`);
  await signIn(page);
  await page.waitForURL(`${app}/me`);
  const me = JSON.parse(await page.innerText('body'));
  assert.deepEqual([me.user.sub, me.user.email, me.profile.name], ['auth0|ada', 'ada@example.com', 'Ada Lovelace']);
  assert.equal(me.refreshed, true);
  await page.goto(`${app}/logout`);
  await page.waitForURL(`${app}/`);
  await page.goto(`${app}/me`);
  await page.waitForURL(/\/u\/login/);
});
