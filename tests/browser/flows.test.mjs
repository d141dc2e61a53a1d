// What a person and a web developer see, with the real auth0-js 10.2.1 and both builds of ours, unchanged, against one
// authority, over HTTPS as auth0-js always talks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { authorize, call, launch, openPage, packages, signIn, startApplication } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const spa = (origin) => ({
  name: 'Test application', client_id: 'app', app_type: 'spa', callbacks: [`${origin}/callback`, `${origin}/form`],
  allowed_logout_urls: [`${origin}/bye`], web_origins: [origin], grant_types: ['authorization_code', 'implicit'],
  ostia: { compat: 'auth0-js' },
});

for (const name of Object.keys(packages)) {
  const ours = name.startsWith('ostia');
  describe(name, () => {
    let authority, app, options;
    const group = scope();
    before(async () => {
      const port = await freePort();
      app = { origin: `https://localhost:${port}` };
      authority = await startAuthority(group, { clients: [spa(app.origin)] });
      await startApplication(group, name, port, authority);
      options = { domain: authority.domain, clientID: 'app', redirectUri: `${app.origin}/callback`, responseType: 'token id_token' };
    });

    const signedIn = async (t, parameters) => {
      const page = await openPage(t, browser, app.origin);
      await authorize(page, options, parameters);
      await signIn(page);
      await page.waitForURL(`${app.origin}/callback**`);
      return page;
    };

    test('log in, read the response, get the profile', async (t) => {
      const page = await signedIn(t, { appState: { from: 'here' } });
      const { error, result } = await call(page, options, 'parseHash');
      assert.equal(error, null);
      assert.equal(result.idTokenPayload.sub, 'auth0|ada');
      assert.equal(result.idTokenPayload.iss, authority.issuer);
      assert.deepEqual(result.appState, { from: 'here' });
      assert.equal(result.expiresIn, 7200);
      assert.equal(result.tokenType, 'Bearer');
      const user = await call(page, options, 'client.userInfo', result.accessToken);
      assert.equal(user.error, null);
      assert.equal(user.result.email, 'ada@example.com');
      assert.equal(user.result.name, 'Ada Lovelace');
      assert.deepEqual(page.errors, []);
    });

    test('silent login: tokens while signed in, login_required otherwise', async (t) => {
      const page = await signedIn(t);
      const silent = await call(page, options, 'checkSession', {});
      assert.equal(silent.error, null);
      assert.equal(silent.result.idTokenPayload.sub, 'auth0|ada');
      const api = await call(page, options, 'checkSession', { audience: 'https://api.example.com/', scope: 'openid read:messages' });
      assert.equal(api.error, null);
      const claims = JSON.parse(Buffer.from(api.result.accessToken.split('.')[1], 'base64url'));
      assert.deepEqual(claims.aud, ['https://api.example.com/', `${authority.issuer}userinfo`]);
      assert.equal(claims.scope, 'openid read:messages');

      const stranger = await openPage(t, browser, app.origin);
      const refused = await call(stranger, options, 'checkSession', {});
      assert.equal(refused.error.code, 'login_required');
      assert.equal(refused.error.error, 'login_required');
      assert.equal(refused.error.description, 'Login required');
      assert.equal(await stranger.locator('iframe').count(), 0);
    });

    if (ours) test('code with PKCE: redeemed by parseHash, renewed silently, in a popup too', async (t) => {
      const code = { ...options, responseType: 'code', useRefreshTokens: true };
      const page = await openPage(t, browser, app.origin);
      await authorize(page, code, { appState: 'mine' });
      await signIn(page);
      await page.waitForURL(`${app.origin}/callback?*`);
      const { error, result } = await call(page, code, 'parseHash');
      assert.equal(error, null);
      assert.deepEqual([result.idTokenPayload.sub, result.appState], ['auth0|ada', 'mine']);
      const silent = await call(page, code, 'checkSession', {});
      assert.equal(silent.error, null);
      assert.equal(silent.result.idTokenPayload.sub, 'auth0|ada');
      // The popup ends at the application, whose page answers.
      const opened = page.context().waitForEvent('page');
      const answered = call(page, code, 'popup.authorize', {});
      const popup = await opened;
      await popup.waitForURL(`${app.origin}/callback?*`);
      await popup.evaluate((o) => { new auth0.WebAuth(o).popup.callback(); }, code);
      assert.equal((await answered).result.idTokenPayload.sub, 'auth0|ada');
      assert.deepEqual(page.errors, []);
    });

    test('single sign-on: a second login shows no page', async (t) => {
      const page = await signedIn(t);
      await page.goto(app.origin);
      await authorize(page, options);
      await page.waitForURL(`${app.origin}/callback**`);
      const { result } = await call(page, options, 'parseHash');
      assert.equal(result.idTokenPayload.sub, 'auth0|ada');
    });

    test('prompt=login asks again, and the new login counts', async (t) => {
      const page = await signedIn(t);
      await page.goto(app.origin);
      await authorize(page, options, { prompt: 'login' });
      await signIn(page, 'grace@example.com', 'Battery-Staple-9');
      await page.waitForURL(`${app.origin}/callback**`);
      const { result } = await call(page, options, 'parseHash');
      assert.equal(result.idTokenPayload.sub, 'auth0|grace');
    });

    test('a wrong password and an unknown person look the same; the right one goes on', async (t) => {
      const page = await openPage(t, browser, app.origin);
      await authorize(page, options, { login_hint: 'ada@example.com' });
      await page.waitForURL(/u\/login/);
      assert.equal(await page.inputValue('input[name=username]'), 'ada@example.com');
      await signIn(page, 'ada@example.com', 'wrong');
      assert.equal(await page.textContent('[role=alert]'), 'Wrong email or password.');
      await signIn(page, 'nobody@example.com', 'wrong');
      assert.equal(await page.textContent('[role=alert]'), 'Wrong email or password.');
      await signIn(page, 'mallory@example.com', 'Blocked-Account-9');
      assert.match(await page.textContent('[role=alert]'), /blocked/);
      await signIn(page);
      await page.waitForURL(`${app.origin}/callback**`);
    });

    test('log out ends the session and returns', async (t) => {
      const page = await signedIn(t);
      await page.evaluate(([o, to]) => new auth0.WebAuth(o).logout({ returnTo: to }), [options, `${app.origin}/bye`]);
      await page.waitForURL(`${app.origin}/bye`);
      const { error } = await call(page, options, 'checkSession', {});
      assert.equal(error.code, 'login_required');
    });

    test('a logout address that is not listed: a page, no redirect, and the session is over', async (t) => {
      const page = await signedIn(t);
      await page.evaluate(([o, to]) => new auth0.WebAuth(o).logout({ returnTo: to }), [options, `${app.origin}/elsewhere`]);
      await page.waitForURL(/v2\/logout/);
      assert.match(await page.textContent('main'), /not on its list/);
      await page.goto(app.origin);
      assert.equal((await call(page, options, 'checkSession', {})).error.code, 'login_required');
    });

    test('a callback that is not listed: a page and no redirect', async (t) => {
      const page = await openPage(t, browser, app.origin);
      await authorize(page, options, { redirectUri: `${app.origin}/evil` });
      await page.waitForURL(/\/authorize/);
      assert.match(await page.textContent('main'), /not on its list/);
    });

    test('a response counts once, and only in the browser that asked', async (t) => {
      const page = await signedIn(t);
      const hash = await page.evaluate(() => location.hash);
      const other = await openPage(t, browser, `${app.origin}/callback`);
      const { error, reason } = await call(other, options, 'parseHash', { hash });
      assert.equal(error.error, 'invalid_token');
      assert.equal(error.errorDescription, '`state` does not match.');
      if (ours) assert.equal(reason, 'state_unknown');
    });

    test('code in the query, response as a form post', async (t) => {
      const page = await openPage(t, browser, app.origin);
      await authorize(page, options, { responseType: 'code' });
      await signIn(page);
      await page.waitForURL(/callback\?code=/);
      const query = new URL(page.url()).searchParams;
      assert.equal(query.get('iss'), authority.issuer);
      assert.ok(query.get('state'));
      await page.goto(app.origin);
      await authorize(page, options, { responseType: 'code id_token token', responseMode: 'form_post', redirectUri: `${app.origin}/form` });
      const posted = JSON.parse(await page.textContent('#posted'));
      assert.ok(posted.code && posted.id_token && posted.access_token && posted.state);
    });

    test('a forged token and an HS256 token are refused', async (t) => {
      const page = await signedIn(t);
      const hash = await page.evaluate(() => location.hash);
      const state = new URLSearchParams(hash.slice(1)).get('state');
      const token = new URLSearchParams(hash.slice(1)).get('id_token');
      const forged = token.slice(0, -8) + (token.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA');
      const forgedResult = await call(page, options, 'parseHash', { hash: `#access_token=x&id_token=${forged}&state=${state}`, state });
      assert.equal(forgedResult.error.error, 'invalid_token');
      const hs = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${token.split('.')[1]}.AAAA`;
      const hsResult = await call(page, options, 'parseHash', { hash: `#access_token=x&id_token=${hs}&state=${state}`, state });
      assert.equal(hsResult.error.errorDescription, 'Signature algorithm of "HS256" is not supported. Expected the ID token to be signed with "RS256".');
    });

    test('maxAge asks again when the login is too old', async (t) => {
      const page = await signedIn(t);
      await page.goto(app.origin);
      await authorize(page, options, { max_age: 0 });
      await page.waitForURL(/u\/login/);
    });
  });
}
