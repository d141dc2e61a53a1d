import { Auth0Lock } from 'auth0-lock';
import { APP, CLIENT_ID, DOMAIN, done, EMAIL, fail } from './kit.mjs';

// recipe
const lock = new Auth0Lock(CLIENT_ID, DOMAIN, { configurationBaseUrl: `https://${DOMAIN}`, auth: { redirectUrl: `${APP}/callback`, responseType: 'token id_token', params: { scope: 'openid email' } } });
lock.on('authenticated', (result) => (result.idTokenPayload.email === EMAIL ? done : fail)(result.idTokenPayload));
lock.on('authorization_error', fail);
if (!window.location.hash) lock.show();
// end
