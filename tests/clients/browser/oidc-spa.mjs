import { createOidc } from 'oidc-spa/core';
import { oidcEarlyInit } from 'oidc-spa/entrypoint';
import { CLIENT_ID, done, EMAIL, expect, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  if (!oidcEarlyInit({ BASE_URL: '/' }).shouldLoadApp) return;
  const oidc = await createOidc({ issuerUri: ISSUER, clientId: CLIENT_ID, scopes: ['email'], BASE_URL: '/', homeUrl: '/' });
  if (!oidc.isUserLoggedIn) return oidc.login({ doesCurrentHrefRequiresAuth: true });
  const { decodedIdToken } = await oidc.getTokens().then(() => ({ decodedIdToken: oidc.getDecodedIdToken() }));
  // end
  expect(decodedIdToken.email === EMAIL, 'profile');
  done();
});
