// Embedded login, sign-up, passwordless and the rest of the page's methods, with the real auth0-js 10.2.1 and both builds
// of ours, unchanged, in Chromium against one authority, over HTTPS.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { call, launch, openPage, packages, startApplication } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app as spa, extra } from '../lib/tenant.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());
const connection = 'Username-Password-Authentication';

for (const name of Object.keys(packages)) {
  describe(name, () => {
    let authority, api, app, options;
    const group = scope();
    before(async () => {
      const port = await freePort();
      app = `https://localhost:${port}`;
      const client = { ...spa, callbacks: [`${app}/callback`], web_origins: [app], cross_origin_loc: `${app}/verify` };
      authority = await startAuthority(group, { clients: [client], extra });
      api = new Api(authority);
      options = { domain: authority.domain, clientID: 'app', redirectUri: `${app}/callback`, responseType: 'token id_token' };
      await startApplication(group, name, port, authority, options);
    });
    beforeEach(() => api.reset());

    const landed = async (page) => {
      await page.waitForURL(`${app}/callback#**`);
      return call(page, options, 'parseHash');
    };
    // Starts something that navigates away, and does not wait for its callback.
    const leave = (page, method, o) => page.evaluate(([opts, m, a]) => { new auth0.WebAuth(opts)[m](a, (error) => { window.failed = error && { ...error, original: undefined }; }); }, [options, method, o]);

    test('login: tokens at the callback, and a session', async (t) => {
      const page = await openPage(t, browser, app);
      await leave(page, 'login', { realm: connection, username: 'ada@example.com', password: 'Correct-Horse-9' });
      const { error, result } = await landed(page);
      assert.equal(error, null);
      assert.equal(result.idTokenPayload.sub, 'auth0|ada');
      assert.equal((await call(page, options, 'checkSession', {})).result.idTokenPayload.sub, 'auth0|ada');
      assert.deepEqual(page.errors, []);
    });

    test('login: the errors of the page\'s table', async (t) => {
      const page = await openPage(t, browser, app);
      const login = async (more) => (await call(page, options, 'login', { realm: connection, username: 'ada@example.com', password: 'Correct-Horse-9', ...more })).error;
      const wrong = await login({ password: 'no' });
      assert.deepEqual([wrong.code, wrong.error, wrong.description, wrong.error_description], ['access_denied', 'access_denied', 'Wrong email or password.', 'Wrong email or password.']);
      assert.equal((await login({ realm: 'non-existent-connection' })).description, 'Unknown realm non-existent-connection.');
      assert.equal((await login({ username: 'mallory@example.com', password: 'Blocked-Account-9' })).code, 'blocked_user');
      assert.equal((await login({ credentialType: 'telepathy' })).code, 'unsupported_credential_type');
      for (let i = 0; i < 10; i++) await login({ username: 'grace@example.com', password: 'no' });
      assert.equal((await login({ username: 'grace@example.com', password: 'Battery-Staple-9' })).code, 'too_many_attempts');
      assert.equal(JSON.stringify(wrong).includes('"no"'), false);
    });

    test('login without its cookie: the verification page proves it', async (t) => {
      const page = await openPage(t, browser, app);
      let asked = false;
      page.on('request', (request) => { asked ||= request.url().endsWith('/co/verify'); });
      await page.exposeFunction('clearProof', () => page.context().clearCookies({ name: /auth0_co/ }));
      await page.evaluate(([o, realm]) => {
        new auth0.WebAuth(o).login({ realm, username: 'ada@example.com', password: 'Correct-Horse-9', onRedirecting: (done) => window.clearProof().then(done) }, () => {});
      }, [options, connection]);
      const { error, result } = await landed(page);
      assert.equal(error, null);
      assert.equal(result.idTokenPayload.sub, 'auth0|ada');
      assert.ok(asked);
    });

    test('popup.loginWithCredentials', async (t) => {
      const page = await openPage(t, browser, app);
      const { error, result } = await call(page, options, 'popup.loginWithCredentials', { realm: connection, username: 'ada@example.com', password: 'Correct-Horse-9' });
      assert.equal(error, null);
      assert.equal(result.idTokenPayload.sub, 'auth0|ada');
    });

    test('signup, and its errors; signupAndAuthorize; changePassword', async (t) => {
      const page = await openPage(t, browser, app);
      const made = await call(page, options, 'signup', { connection, email: 'new@example.com', password: 'Brand-New-7', user_metadata: { plan: 'silver' } });
      assert.equal(made.error, null);
      assert.deepEqual([made.result.email, made.result.emailVerified], ['new@example.com', false]);
      const again = await call(page, options, 'signup', { connection, email: 'new@example.com', password: 'Brand-New-7' });
      assert.deepEqual([again.error.code, again.error.statusCode], ['invalid_signup', 400]);
      const weak = await call(page, options, 'signup', { connection, email: 'w@example.com', password: 'x' });
      assert.deepEqual([weak.error.name, weak.error.code], ['PasswordStrengthError', 'invalid_password']);
      assert.match(weak.error.policy, /At least 8 characters/);
      const tokens = await call(page, options, 'signupAndAuthorize', { connection, email: 'second@example.com', password: 'Brand-New-7' });
      assert.equal(tokens.error, null);
      assert.ok(tokens.result.accessToken);
      const changed = await call(page, options, 'changePassword', { connection, email: 'new@example.com' });
      assert.equal(changed.error, null);
      assert.match(changed.result, /We've just sent you an email/);
      assert.equal((await api.message('new@example.com')).template, 'reset_email');
    });

    test('passwordlessStart, passwordlessLogin and passwordlessVerify', async (t) => {
      const page = await openPage(t, browser, app);
      const start = () => call(page, options, 'passwordlessStart', { connection: 'email', send: 'code', email: 'code@example.com' });
      const started = await start();
      assert.equal(started.error, null);
      assert.equal(started.result.email, 'code@example.com');
      await leave(page, 'passwordlessLogin', { connection: 'email', email: 'code@example.com', verificationCode: (await api.message('code@example.com')).code });
      assert.equal((await landed(page)).result.idTokenPayload.email, 'code@example.com');
      await page.goto(app);
      await start();
      const { code } = await api.message('code@example.com');
      const wrong = await call(page, options, 'passwordlessVerify', { connection: 'email', email: 'code@example.com', verificationCode: code === '000000' ? '111111' : '000000' });
      assert.ok(wrong.error);
      await leave(page, 'passwordlessVerify', { connection: 'email', email: 'code@example.com', verificationCode: code });
      await page.click('button[name=action][value=default]');
      assert.equal((await landed(page)).result.idTokenPayload.email, 'code@example.com');
    });

    test('the client\'s own calls: login, oauthToken with a refresh token, getSSOData', async (t) => {
      const page = await openPage(t, browser, app);
      const tokens = await call(page, options, 'client.login', { realm: connection, username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid offline_access' });
      assert.equal(tokens.error, null);
      const next = await call(page, options, 'client.oauthToken', { grantType: 'refresh_token', refreshToken: tokens.result.refreshToken });
      assert.equal(next.error, null);
      assert.ok(next.result.accessToken);
      const none = await call(page, options, 'client.getSSOData');
      assert.deepEqual(none.result, { sso: false });
    });
  });
}
