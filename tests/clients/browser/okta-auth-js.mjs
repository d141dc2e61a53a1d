import { OktaAuth } from '@okta/okta-auth-js';
import { APP, CLIENT_ID, done, EMAIL, expect, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  const auth = new OktaAuth({
    issuer: ISSUER, clientId: CLIENT_ID, redirectUri: `${APP}/callback`, scopes: ['openid', 'email'], pkce: true,
    authorizeUrl: `${ISSUER}authorize`, tokenUrl: `${ISSUER}oauth/token`, userinfoUrl: `${ISSUER}userinfo`, ignoreSignature: false,
  });
  if (!auth.isLoginRedirect()) return auth.token.getWithRedirect();
  const { tokens } = await auth.token.parseFromUrl();
  // end
  expect(tokens.idToken.claims.email === EMAIL, 'profile');
  done();
});
