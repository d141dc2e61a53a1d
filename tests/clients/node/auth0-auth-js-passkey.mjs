import { AuthClient } from '@auth0/auth0-auth-js';
import { SoftwareKey } from './passkey.mjs';
import { CLIENT_ID, CLIENT_SECRET, DOMAIN, done, expect } from './kit.mjs';

// What a phone is to an application.
const device = new SoftwareKey();
const navigatorCredentials = (options) => device.nativeAnswer(options, `https://${options.rp?.id ?? options.rpId}`);

// recipe
const auth0 = new AuthClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
const signUp = await auth0.passkey.register({ email: 'kay@example.com', name: 'Kay', realm: 'Keys' });
const first = await auth0.passkey.getTokenByPasskey({ authSession: signUp.authSession, credential: navigatorCredentials(signUp.authnParamsPublicKey), scope: 'openid email' });
const login = await auth0.passkey.challenge({ realm: 'Keys' });
const tokens = await auth0.passkey.getTokenByPasskey({ authSession: login.authSession, credential: navigatorCredentials(login.authnParamsPublicKey), scope: 'openid email' });
// end
expect(tokens.claims.email === 'kay@example.com' && tokens.claims.sub === first.claims.sub, 'the same person');
done();
