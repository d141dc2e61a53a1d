import { createAuth0Client } from '@auth0/auth0-spa-js';
import { CLIENT_ID, DOMAIN, done, EMAIL, expect, hasAnswer, page, PASSWORD } from './kit.mjs';

// The native application, which opens this page with its login: `session_transfer.can_create_session_transfer_token`.
async function transferred() {
  const ask = async (fields) => (await fetch(`https://${DOMAIN}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: CLIENT_ID, ...fields }) })).json();
  const { refresh_token } = await ask({ grant_type: 'password', username: EMAIL, password: PASSWORD, scope: 'openid offline_access' });
  return (await ask({ grant_type: 'refresh_token', refresh_token, audience: `urn:${new URL(`https://${DOMAIN}`).hostname}:session_transfer` })).access_token;
}

page(async () => {
  if (!location.search) return location.replace(`/?session_transfer_token=${encodeURIComponent(await transferred())}`);
  // recipe
  // The application's `session_transfer.allowed_authentication_methods` has `query`.
  const auth0 = await createAuth0Client({ domain: DOMAIN, clientId: CLIENT_ID, sessionTransferTokenQueryParamName: 'session_transfer_token', authorizationParams: { redirect_uri: `${location.origin}/callback` } });
  if (!hasAnswer()) return auth0.loginWithRedirect({ authorizationParams: { prompt: 'none' } });
  await auth0.handleRedirectCallback();
  const user = await auth0.getUser();
  // end
  expect(user.email === EMAIL, 'the person of the native application');
  done();
});
