import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import { AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const client = { id: CLIENT_ID, secret: CLIENT_SECRET }, auth = { tokenHost: ISSUER, tokenPath: '/oauth/token' };
const code = new AuthorizationCode({ client, auth: { ...auth, authorizePath: '/authorize', revokePath: '/oauth/revoke' } });
const back = await signIn(code.authorizeURL({ redirect_uri: CALLBACK, scope: 'openid offline_access', state: 'state' }));
const token = await code.getToken({ code: back.searchParams.get('code'), redirect_uri: CALLBACK });
const renewed = await token.refresh();
const machine = await new ClientCredentials({ client, auth }).getToken({ audience: AUDIENCE });
// end
expect(token.token.id_token && renewed.token.access_token && machine.token.access_token, 'three tokens');
done();
