import * as client from 'openid-client';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: CALLBACK, scope: 'openid email', audience: AUDIENCE, state: 'state', dpop_jkt: await DPoP.calculateThumbprint(),
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
});
const tokens = await client.authorizationCodeGrant(config, await signIn(url.href), { pkceCodeVerifier, expectedState: 'state' }, undefined, { DPoP });
const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
// end
expect(tokens.token_type === 'dpop' && user.sub, `a token that is bound, not ${tokens.token_type}`);
expect(JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url')).cnf.jkt === await DPoP.calculateThumbprint(), 'cnf');
done();
