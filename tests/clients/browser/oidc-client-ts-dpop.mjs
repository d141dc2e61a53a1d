import { IndexedDbDPoPStore, UserManager } from 'oidc-client-ts';
import { APP, CLIENT_ID, done, EMAIL, expect, hasAnswer, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  const manager = new UserManager({ authority: ISSUER, client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, scope: 'openid email offline_access', dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() } });
  if (!hasAnswer()) return manager.signinRedirect();
  const user = await manager.signinRedirectCallback();
  // end
  expect(user.profile.email === EMAIL && user.token_type === 'DPoP', `a token that is bound, not ${user.token_type}`);
  done();
});
