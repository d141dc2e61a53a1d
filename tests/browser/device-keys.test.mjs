// Keys of devices as second factors, and passkeys, in Chromium with its virtual authenticator.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { call, launch, openPage, signIn, startApplication } from '../lib/browser.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app as spa, database, extra } from '../lib/tenant.mjs';

const group = scope();
const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
let browser, app, api, options;
before(async () => {
  browser = await launch();
  const port = await freePort();
  app = `https://localhost:${port}`;
  const client = { ...spa, callbacks: [`${app}/callback`], web_origins: [app] };
  const authority = await startAuthority(group, { clients: [client], extra: { ...extra,
    databases: [database('Username-Password-Authentication', { authentication_methods: { passkey: { enabled: true } } })],
    guardianFactors: ['webauthn-roaming', 'webauthn-platform', 'otp'].map((name) => ({ name, enabled: true })) } });
  api = new Api(authority);
  options = { domain: authority.domain, clientID: 'app', redirectUri: `${app}/callback`, responseType: 'token id_token', scope: 'openid profile email' };
  await startApplication(group, 'auth0-js', port, authority, options);
});
after(() => browser.close());
beforeEach(() => api.reset());

const device = async (page, more = {}) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...more } });
  return { cdp, authenticatorId, keys: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials };
};
const leave = (page, more) => page.evaluate(([o, a]) => { new auth0.WebAuth(o).authorize(a); }, [options, more]);
const press = (page, action) => page.click(`button[name=action][value=${action}]`);
const landed = async (page) => {
  await page.waitForURL(`${app}/callback#**`);
  const { error, result } = await call(page, options, 'parseHash');
  assert.equal(error, null);
  return result.idTokenPayload;
};
const later = async (page) => {
  await page.waitForURL(/\/u\/passkey\/new/);
  await press(page, 'later');
};

test('a security key: added at the first login, asked for at the next, refused when it is a copy', async (t) => {
  const page = await openPage(t, browser, app);
  const key = await device(page);
  await leave(page, { acr_values: multiFactor });
  await signIn(page);
  await page.getByRole('link', { name: 'Security key' }).click();
  await press(page, 'default');
  await page.getByText('Save this recovery code').waitFor();
  await press(page, 'default');
  await later(page);
  assert.deepEqual((await landed(page)).amr, ['mfa']);

  await page.context().clearCookies();
  await page.goto(app);
  await leave(page, { acr_values: multiFactor });
  await signIn(page);
  await page.getByText('Use your device').waitFor();
  await press(page, 'default');
  await later(page);
  const payload = await landed(page);
  assert.deepEqual([payload.amr, payload.acr, payload.sub], [['mfa'], multiFactor, 'auth0|ada']);

  const [credential] = await key.keys();
  assert.ok(credential.signCount > 1);
  await key.cdp.send('WebAuthn.removeCredential', { authenticatorId: key.authenticatorId, credentialId: credential.credentialId });
  await key.cdp.send('WebAuthn.addCredential', { authenticatorId: key.authenticatorId, credential: { ...credential, signCount: 0 } });
  await page.context().clearCookies();
  await page.goto(app);
  await leave(page, { acr_values: multiFactor });
  await signIn(page);
  await page.getByText('Use your device').waitFor();
  await press(page, 'default');
  await page.getByRole('alert').waitFor();
  assert.ok((await api.logs()).some((l) => JSON.stringify(l).includes('webauthn_counter')));
  assert.deepEqual(page.errors, []);
});

test('a device that says no: an alert, and another way', async (t) => {
  const page = await openPage(t, browser, app);
  const key = await device(page, { transport: 'internal', isUserVerified: false });
  await leave(page, { acr_values: multiFactor });
  await signIn(page);
  await page.getByRole('link', { name: /This device/ }).click();
  await press(page, 'default');
  await page.getByRole('alert').waitFor();
  assert.deepEqual(await key.keys(), []);
});

test('a passkey: offered after a login with a password, then nothing is typed any more (passkey_was_offered)', async (t) => {
  const page = await openPage(t, browser, app);
  const key = await device(page, { transport: 'internal' });
  await leave(page, {});
  await signIn(page);
  await page.waitForURL(/\/u\/passkey\/new/);
  await press(page, 'default');
  assert.equal((await landed(page)).sub, 'auth0|ada');
  assert.equal((await key.keys()).length, 1);
  await page.context().clearCookies();
  await page.goto(app);
  await leave(page, {});
  await page.getByRole('link', { name: 'Log in with a passkey' }).click();
  await press(page, 'default');
  assert.equal((await landed(page)).sub, 'auth0|ada');
  const [credential] = await key.keys();
  await key.cdp.send('WebAuthn.removeCredential', { authenticatorId: key.authenticatorId, credentialId: credential.credentialId });
  await page.context().clearCookies();
  await page.goto(app);
  await leave(page, {});
  await page.getByRole('link', { name: 'Log in with a passkey' }).click();
  await press(page, 'default');
  await page.getByRole('alert').waitFor();
  assert.deepEqual(page.errors, []);
});

test('who does not want a passkey is not asked again at that browser', async (t) => {
  const page = await openPage(t, browser, app);
  await leave(page, {});
  await signIn(page);
  await later(page);
  await landed(page);
  await leave(page, { prompt: 'login' });
  await signIn(page);
  assert.equal((await landed(page)).sub, 'auth0|ada');
});
