import { generators, Issuer } from 'openid-client-5';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, done, EMAIL, expect, ISSUER, signIn } from './kit.mjs';

// recipe
const issuer = await Issuer.discover(ISSUER);
const client = new issuer.Client({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_post' });
const code_verifier = generators.codeVerifier(), state = generators.state(), nonce = generators.nonce();
const url = client.authorizationUrl({ scope: 'openid email offline_access', state, nonce, code_challenge: generators.codeChallenge(code_verifier), code_challenge_method: 'S256' });
const back = await signIn(url);
const tokens = await client.callback(CALLBACK, client.callbackParams(back.href), { code_verifier, state, nonce });
const user = await client.userinfo(tokens);
// end
expect(user.email === EMAIL && (await client.refresh(tokens)).claims().sub === user.sub, 'profile and renewal');
done();
