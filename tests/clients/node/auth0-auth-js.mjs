import { AuthClient } from '@auth0/auth0-auth-js';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, DOMAIN, done, EMAIL, expect, signIn } from './kit.mjs';

// recipe
const auth0 = new AuthClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, authorizationParams: { redirect_uri: CALLBACK, scope: 'openid email offline_access' } });
const { authorizationUrl, codeVerifier } = await auth0.buildAuthorizationUrl();
const tokens = await auth0.getTokenByCode(await signIn(authorizationUrl.href), { codeVerifier });
const renewed = await auth0.getTokenByRefreshToken({ refreshToken: tokens.refreshToken });
const machine = await auth0.getTokenByClientCredentials({ audience: AUDIENCE });
// end
expect(tokens.claims.email === EMAIL && renewed.accessToken && machine.accessToken, 'tokens');
done();
