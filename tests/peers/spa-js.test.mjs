// Auth0's package for single-page applications, unchanged, in Chromium: code with PKCE, refresh tokens, silent login.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openPage, signIn, startApplication } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { extra } from '../lib/tenant.mjs';

describe('@auth0/auth0-spa-js', () => {
  const group = scope();
  let browser, authority, app, current;
  before(async () => {
    browser = await launch();
    const port = await freePort(), newer = await freePort();
    current = `https://localhost:${newer}`;
    app = `https://localhost:${port}`;
    authority = await startAuthority(group, {
      clients: [{ name: 'SPA', client_id: 'spa', app_type: 'spa', callbacks: [`${app}/callback`, `${current}/callback`], web_origins: [app, current], allowed_logout_urls: [`${app}/bye`], grant_types: ['authorization_code', 'refresh_token'] }],
      extra,
    });
    await startApplication(group, 'spa-js', port, authority);
    await startApplication(group, 'current spa-js', newer, authority);
  });
  after(() => browser.close());

  const run = (page, more, body, ...args) => page.evaluate(async ([domain, options, text, list]) => {
    const client = await auth0.createAuth0Client({ domain, clientId: 'spa', cacheLocation: 'localstorage', authorizationParams: { redirect_uri: `${location.origin}/callback`, ...options.authorizationParams }, ...options });
    try { return { result: await new Function('client', '...args', `return (async () => { ${text} })()`)(client, ...list) }; } catch (e) { return { error: e.error, description: e.error_description }; }
  }, [authority.domain, more, body, args]);

  for (const useRefreshTokens of [false, true]) {
    test(useRefreshTokens ? 'with refresh tokens, rotated' : 'with silent login in a frame', async (t) => {
      const options = { useRefreshTokens, authorizationParams: { redirect_uri: `${app}/callback`, audience: 'https://api.example.com/', scope: 'openid profile email read:messages' } };
      // The page's policy has no eval; this test's has.
      const page = await openPage(t, browser, app, { bypassCSP: true });
      assert.equal((await run(page, options, 'return client.getTokenSilently()')).error, useRefreshTokens ? 'missing_refresh_token' : 'login_required');
      await Promise.all([page.waitForURL(/\/u\/login/), run(page, options, 'await client.loginWithRedirect({ appState: 7 })').catch(() => {})]);
      await signIn(page);
      await page.waitForURL(`${app}/callback?**`);
      const landed = await run(page, options, 'const r = await client.handleRedirectCallback(); return [r.appState, (await client.getUser()).email]');
      assert.deepEqual(landed.result, [7, 'ada@example.com']);
      const first = (await run(page, options, 'return client.getTokenSilently()')).result;
      const second = await run(page, options, 'return client.getTokenSilently({ cacheMode: "off" })');
      assert.equal(second.error, undefined, JSON.stringify(second));
      assert.notEqual(second.result, first);
      const third = await run(page, options, 'return client.getTokenSilently({ cacheMode: "off" })');
      assert.equal(third.error, undefined, JSON.stringify(third));
      await Promise.all([page.waitForURL(`${app}/bye`), run(page, options, 'await client.logout({ logoutParams: { returnTo: location.origin + "/bye" } })').catch(() => {})]);
      assert.equal((await run(page, options, 'return client.getTokenSilently({ cacheMode: "off" })')).error, useRefreshTokens ? 'missing_refresh_token' : 'login_required');
    });
  }

  // Versions from 2.5 on (RFC 9449).
  test('2.28 with useDpop: tokens that are bound to a key of the page, refreshed, and a call of the API with them', async (t) => {
    const options = { useDpop: true, useRefreshTokens: true, authorizationParams: { redirect_uri: `${current}/callback`, audience: 'https://api.example.com/', scope: 'openid profile email read:messages' } };
    const page = await openPage(t, browser, current, { bypassCSP: true });
    await Promise.all([page.waitForURL(/\/u\/login/), run(page, options, 'await client.loginWithRedirect()').catch(() => {})]);
    await signIn(page);
    await page.waitForURL(`${current}/callback?**`);
    const landed = await run(page, options, 'await client.handleRedirectCallback(); return (await client.getUser()).email');
    assert.deepEqual(landed, { result: 'ada@example.com' });
    const answers = [];
    page.on('response', async (response) => { if (response.url().endsWith('/oauth/token') && response.request().method() === 'POST') answers.push([response.status(), (await response.json()).token_type]); });
    const token = await run(page, options, 'return client.getTokenSilently({ cacheMode: "off" })');
    assert.equal(token.error, undefined, JSON.stringify(token));
    const { cnf } = JSON.parse(Buffer.from(token.result.split('.')[1], 'base64url'));
    assert.match(cnf.jkt, /^[\w-]{43}$/);
    // The page's own key, by the package's own fetch, at a resource of the authority.
    const profile = await run(page, options, `const f = client.createFetcher({ dpopNonceId: 'authority', baseUrl: location.origin, getAccessToken: () => client.getTokenSilently() }); const r = await f.fetchWithAuth('${authority.url ?? `https://${authority.domain}`}/userinfo'); return [r.status, (await r.json()).email]`);
    assert.deepEqual(profile, { result: [200, 'ada@example.com'] });
    assert.deepEqual(answers.at(-1), [200, 'DPoP']);
  });
});
