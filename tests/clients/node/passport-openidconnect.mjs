import Strategy from 'passport-openidconnect';
import { passportApp } from './passport.mjs';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER } from './site.mjs';

// recipe
const strategy = new Strategy({
  issuer: ISSUER, authorizationURL: `${ISSUER}authorize`, tokenURL: `${ISSUER}oauth/token`, userInfoURL: `${ISSUER}userinfo`,
  clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, callbackURL: CALLBACK,
}, (issuer, profile, then) => then(null, profile));
passportApp('oidc', strategy, { scope: ['profile', 'email'] });
// end
