import * as client from 'openid-client';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, EMAIL, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const pkceCodeVerifier = client.randomPKCECodeVerifier(), expectedState = client.randomState(), expectedNonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: CALLBACK, scope: 'openid profile email offline_access', audience: AUDIENCE, state: expectedState, nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
});
const tokens = await client.authorizationCodeGrant(config, await signIn(url.href), { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
// end
expect(user.email === EMAIL, 'profile');
const next = await client.refreshTokenGrant(config, tokens.refresh_token);
const refreshToken = next.refresh_token ?? tokens.refresh_token;
await client.tokenRevocation(config, refreshToken);
await client.refreshTokenGrant(config, refreshToken).then(() => expect(false, 'a revoked token is refused'), (error) => expect(error.error === 'invalid_grant', 'invalid_grant'));
const pushed = await client.buildAuthorizationUrlWithPAR(config, { redirect_uri: CALLBACK, scope: 'openid', state: 's', nonce: 'n', code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' });
const again = await client.authorizationCodeGrant(config, await signIn(pushed.href), { pkceCodeVerifier, expectedState: 's', expectedNonce: 'n', idTokenExpected: true });
expect(again.claims().aud === CLIENT_ID, 'a pushed request');
done();
