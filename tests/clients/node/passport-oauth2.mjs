import { Strategy } from 'passport-oauth2';
import { passportApp } from './passport.mjs';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER } from './site.mjs';

// recipe
const strategy = new Strategy({ authorizationURL: `${ISSUER}authorize`, tokenURL: `${ISSUER}oauth/token`, clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, callbackURL: CALLBACK, state: true, pkce: true },
  async (token, refresh, profile, then) => then(null, await (await fetch(`${ISSUER}userinfo`, { headers: { authorization: `Bearer ${token}` } })).json()));
passportApp('oauth2', strategy, { scope: 'openid email' });
// end
