import { createAuth0Client } from '@auth0/auth0-spa-js';
import { AUDIENCE, CLIENT_ID, DOMAIN, done, expect, hasAnswer, page } from './kit.mjs';

page(async () => {
  // recipe
  // The application's `refresh_token.policies` name both APIs.
  const auth0 = await createAuth0Client({ domain: DOMAIN, clientId: CLIENT_ID, useRefreshTokens: true, useMrrt: true, cacheLocation: 'localstorage', authorizationParams: { redirect_uri: `${location.origin}/callback`, audience: AUDIENCE, scope: 'openid email read:messages' } });
  if (!hasAnswer()) return auth0.loginWithRedirect();
  await auth0.handleRedirectCallback();
  const token = await auth0.getTokenSilently({ cacheMode: 'off', authorizationParams: { audience: 'https://other.example.com/', scope: 'read:messages' } });
  // end
  const { aud } = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  expect([aud].flat().includes('https://other.example.com/'), `a token of the other API, not of ${aud}`);
  done();
});
