import { UserManager } from 'oidc-client-ts';
import { APP, CLIENT_ID, done, EMAIL, expect, hasAnswer, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  const manager = new UserManager({ authority: ISSUER, client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, scope: 'openid email offline_access', loadUserInfo: true });
  if (!hasAnswer()) return manager.signinRedirect();
  const user = await manager.signinRedirectCallback();
  const renewed = await manager.signinSilent();
  // end
  expect(user.profile.email === EMAIL && renewed.access_token, 'profile');
  done();
});
