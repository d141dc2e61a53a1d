import * as oauth from 'oauth4webapi';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, EMAIL, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const issuer = new URL(ISSUER), client = { client_id: CLIENT_ID };
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState(), nonce = oauth.generateRandomNonce();
const url = new URL(server.authorization_endpoint);
url.search = new URLSearchParams({ client_id: CLIENT_ID, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid email', audience: AUDIENCE, state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
const parameters = oauth.validateAuthResponse(server, client, await signIn(url.href), state);
const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.ClientSecretPost(CLIENT_SECRET), parameters, CALLBACK, verifier);
const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
const { sub } = oauth.getValidatedIdTokenClaims(tokens);
const user = await oauth.processUserInfoResponse(server, client, sub, await oauth.userInfoRequest(server, client, tokens.access_token));
// end
expect(user.email === EMAIL, 'profile');
done();
