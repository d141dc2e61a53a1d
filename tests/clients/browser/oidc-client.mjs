import { UserManager } from 'oidc-client';
import { APP, CLIENT_ID, done, EMAIL, expect, hasAnswer, ISSUER, page } from './kit.mjs';

page(async () => {
  // recipe
  const manager = new UserManager({ authority: ISSUER, client_id: CLIENT_ID, redirect_uri: `${APP}/callback`, response_type: 'code', scope: 'openid email' });
  if (!hasAnswer()) return manager.signinRedirect();
  const user = await manager.signinRedirectCallback();
  // end
  expect(user.profile.email === EMAIL, 'profile');
  done();
});
