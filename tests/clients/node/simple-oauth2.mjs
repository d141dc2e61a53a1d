import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const config = { client: { id: CLIENT_ID, secret: CLIENT_SECRET }, auth: { tokenHost: ISSUER, tokenPath: 'oauth/token', authorizePath: 'authorize', revokePath: 'oauth/revoke' } };
const client = new AuthorizationCode(config);
const back = await signIn(client.authorizeURL({ redirect_uri: CALLBACK, scope: 'openid offline_access', state: 'state' }));
const token = await client.getToken({ code: back.searchParams.get('code'), redirect_uri: CALLBACK });
const renewed = await token.refresh();
const machine = await new ClientCredentials(config).getToken({ audience: AUDIENCE });
// end
expect(token.token.id_token && renewed.token.access_token && machine.token.access_token, 'three tokens');
done();
