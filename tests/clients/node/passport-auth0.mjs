import Strategy from 'passport-auth0';
import { passportApp } from './passport.mjs';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, DOMAIN } from './site.mjs';

// recipe
const strategy = new Strategy({ domain: DOMAIN, clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, callbackURL: CALLBACK }, (access, refresh, extra, profile, then) => then(null, profile));
passportApp('auth0', strategy, { scope: 'openid email profile' });
// end
