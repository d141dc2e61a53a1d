import * as auth0 from 'auth0-js';
import { APP, CLIENT_ID, DOMAIN, done, EMAIL, expect, fail, hasAnswer, page } from './kit.mjs';

page(async () => {
  const { WebAuth } = auth0.default ?? auth0;
  // recipe
  const client = new WebAuth({ domain: DOMAIN, clientID: CLIENT_ID, redirectUri: `${APP}/callback`, responseType: 'token id_token', scope: 'openid email' });
  if (!hasAnswer()) return client.authorize();
  client.parseHash((error, result) => {
    if (error) return fail(error);
    client.client.userInfo(result.accessToken, (failure, user) => {
      // end
      if (failure) return fail(failure);
      expect(user.email === EMAIL && result.idTokenPayload.email === EMAIL, 'profile');
      done();
    });
  });
});
