import * as client from 'openid-client';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

// recipe
// The application's `signed_request_object.credentials` have the public key.
const key = await crypto.subtle.importKey('jwk', JSON.parse(process.env.CLIENT_KEY), { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, ['sign']);
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const url = await client.buildAuthorizationUrlWithJAR(config, { redirect_uri: CALLBACK, scope: 'openid email', state: 'state', nonce: 'nonce' }, { key, kid: 'jar' });
const tokens = await client.authorizationCodeGrant(config, await signIn(url.href), { expectedState: 'state', expectedNonce: 'nonce', idTokenExpected: true });
// end
expect(tokens.claims().aud === CLIENT_ID, 'an ID token');
done();
