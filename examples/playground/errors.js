// The page's table of errors, each made to happen: by the browser package where it can, by hand where no caller of it
// could, and by an order to the authority (`/_dev/faults`) where this tenant would never answer so.
import { webAuth } from './methods.js';

const { domain, clientID } = window.playground;
const realm = 'Username-Password-Authentication';
const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm';

async function byHand(fields) {
  const body = JSON.stringify({ client_id: clientID, credential_type: passwordRealm, username: 'ada@example.com', password: 'wrong', realm, ...fields });
  const response = await fetch(`${domain}/co/authenticate`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const text = await response.text();
  throw { statusCode: response.status, ...(text.startsWith('{') ? JSON.parse(text) : { text }) };
}

async function onOrder(status, body) {
  await fetch('/example/fault', { method: 'POST', body: JSON.stringify({ path: '/co/authenticate', method: 'POST', status, body }) });
  return webAuth.login({ realm, username: 'ada@example.com', password: 'wrong' });
}

export const errors = [
  { status: 400, code: 'invalid_request', text: 'Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.', run: () => byHand({ username: undefined }) },
  { status: 401, code: 'unauthorized_client', text: 'Cross origin login not allowed.', run: () => byHand({ client_id: 'no-such-client' }) },
  { status: 400, code: 'unsupported_credential_type', text: 'Unknown credential type parameter.', run: () => byHand({ credential_type: 'a-wink' }) },
  { status: 400, code: 'invalid_request', text: 'Unknown realm non-existent-connection.', run: () => webAuth.login({ realm: 'non-existent-connection', username: 'ada@example.com', password: 'wrong' }) },
  { status: 403, code: 'access_denied', text: 'Wrong email or password.', run: () => webAuth.login({ realm, username: 'ada@example.com', password: 'wrong' }) },
  { status: 403, code: 'access_denied', text: 'Authentication error', run: () => onOrder(403, { error: 'access_denied', error_description: 'Authentication error' }) },
  { status: 403, code: 'blocked_user', text: 'Blocked user', run: () => webAuth.login({ realm, username: 'mallory@example.com', password: 'Blocked-Account-9' }) },
  { status: 401, code: 'password_leaked', text: 'This login attempt has been blocked because the password you’re using was previously disclosed through a data breach (not in this application).', run: () => onOrder(401, { error: 'password_leaked', error_description: "This login attempt has been blocked because the password you're using was previously disclosed through a data breach (not in this application)." }) },
  {
    status: 429,
    code: 'too_many_attempts',
    text: 'Your account has been blocked after multiple consecutive login attempts.',
    run: async () => {
      const username = `locked-${Date.now()}@example.com`;
      await webAuth.signup({ connection: realm, email: username, password: 'Brand-New-7' });
      for (let attempts = 0; attempts < 10; attempts++) await webAuth.client.login({ realm, username, password: 'wrong' }).catch(() => {});
      return webAuth.login({ realm, username, password: 'wrong' });
    },
  },
  { status: 429, code: 'too_many_attempts', text: 'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.', run: () => onOrder(429, { error: 'too_many_attempts', error_description: 'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.' }) },
  { status: 403, code: '', text: 'Origin https://test.app is not allowed.', run: () => onOrder(403, 'Origin https://test.app is not allowed.') },
];
