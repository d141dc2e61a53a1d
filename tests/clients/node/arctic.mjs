import * as arctic from 'arctic';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, DOMAIN, done, EMAIL, expect, signIn } from './kit.mjs';

// recipe
const auth0 = new arctic.Auth0(DOMAIN, CLIENT_ID, CLIENT_SECRET, CALLBACK);
const state = arctic.generateState(), verifier = arctic.generateCodeVerifier();
const back = await signIn(auth0.createAuthorizationURL(state, verifier, ['openid', 'profile', 'email', 'offline_access']).href);
const tokens = await auth0.validateAuthorizationCode(back.searchParams.get('code'), verifier);
const claims = arctic.decodeIdToken(tokens.idToken());
const renewed = await auth0.refreshAccessToken(tokens.refreshToken());
await auth0.revokeToken(renewed.hasRefreshToken() ? renewed.refreshToken() : tokens.refreshToken());
// end
expect(back.searchParams.get('state') === state && claims.email === EMAIL, 'claims');
done();
