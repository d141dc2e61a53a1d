import { createAuth0Client } from '@auth0/auth0-spa-js';
import { AUDIENCE, CLIENT_ID, DOMAIN, done, EMAIL, expect, hasAnswer, page } from './kit.mjs';

page(async () => {
  // recipe
  const auth0 = await createAuth0Client({ domain: DOMAIN, clientId: CLIENT_ID, authorizationParams: { redirect_uri: `${location.origin}/callback`, audience: AUDIENCE } });
  if (!hasAnswer()) return auth0.loginWithRedirect();
  await auth0.handleRedirectCallback();
  const user = await auth0.getUser();
  const token = await auth0.getTokenSilently({ cacheMode: 'off' });
  // end
  expect(user.email === EMAIL && token, 'profile');
  done();
});
