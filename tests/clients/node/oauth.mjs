import oauth from 'oauth';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, done, EMAIL, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const client = new oauth.OAuth2(CLIENT_ID, CLIENT_SECRET, ISSUER, 'authorize', 'oauth/token');
const back = await signIn(client.getAuthorizeUrl({ redirect_uri: CALLBACK, response_type: 'code', scope: 'openid email', state: 'state' }));
const token = await new Promise((resolve, reject) => client.getOAuthAccessToken(back.searchParams.get('code'), { grant_type: 'authorization_code', redirect_uri: CALLBACK }, (error, t) => (error ? reject(new Error(error.data)) : resolve(t))));
const user = await new Promise((resolve, reject) => client.get(`${ISSUER}userinfo`, token, (error, body) => (error ? reject(new Error(JSON.stringify(error))) : resolve(JSON.parse(body)))));
// end
expect(user.email === EMAIL, 'profile, with the token in the address');
done();
