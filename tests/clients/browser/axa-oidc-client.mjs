import { OidcClient } from '@axa-fr/oidc-client';
import { APP, CLIENT_ID, done, EMAIL, expect, hasAnswer, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  const client = OidcClient.getOrCreate(() => fetch)({ client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, silent_redirect_uri: `${APP}/silent`, scope: 'openid email offline_access', authority: ISSUER.replace(/\/$/, '') });
  if (!hasAnswer()) return client.loginAsync('/');
  await client.loginCallbackAsync();
  const user = await client.userInfoAsync();
  // end
  expect(user.email === EMAIL, 'profile');
  done();
});
