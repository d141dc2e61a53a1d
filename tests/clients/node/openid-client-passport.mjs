import * as client from 'openid-client';
import { Strategy } from 'openid-client/passport';
import { passportApp } from './passport.mjs';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER } from './site.mjs';

// recipe
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
passportApp('openid', new Strategy({ config, scope: 'openid email', callbackURL: CALLBACK }, (tokens, then) => then(null, tokens.claims())));
// end
