import { generateCodeVerifier, OAuth2Client } from '@badgateway/oauth2-client';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const client = new OAuth2Client({ server: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, discoveryEndpoint: '.well-known/openid-configuration', authenticationMethod: 'client_secret_post' });
const codeVerifier = await generateCodeVerifier();
const url = await client.authorizationCode.getAuthorizeUri({ redirectUri: CALLBACK, state: 'state', codeVerifier, scope: ['openid', 'offline_access'] });
const tokens = await client.authorizationCode.getTokenFromCodeRedirect(await signIn(url), { redirectUri: CALLBACK, state: 'state', codeVerifier });
const renewed = await client.refreshToken(tokens);
const machine = await client.clientCredentials({ extraParams: { audience: AUDIENCE } });
// end
expect(tokens.accessToken && renewed.accessToken && machine.accessToken, 'three tokens');
done();
