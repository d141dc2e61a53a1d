import OAuth2 from 'client-oauth2';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const client = new OAuth2({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, accessTokenUri: `${ISSUER}oauth/token`, authorizationUri: `${ISSUER}authorize`, redirectUri: CALLBACK, scopes: ['openid', 'offline_access'], state: 'state' });
const token = await client.code.getToken((await signIn(client.code.getUri())).href, { state: 'state' });
const renewed = await token.refresh();
// end
expect(token.data.id_token && renewed.accessToken, 'tokens');
done();
