import { createAuth0Client } from '@auth0/auth0-spa-js';
import { CLIENT_ID, DOMAIN, done, EMAIL, expect, page } from './kit.mjs';

page(async () => {
  // recipe
  const auth0 = await createAuth0Client({ domain: DOMAIN, clientId: CLIENT_ID, authorizationParams: { redirect_uri: `${location.origin}/callback` } });
  await auth0.loginWithPopup();
  const user = await auth0.getUser();
  // end
  expect(user.email === EMAIL, 'profile');
  done();
});
