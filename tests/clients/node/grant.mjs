import express from 'express';
import session from 'express-session';
import grant from 'grant';
import { app as origin, CLIENT_ID, CLIENT_SECRET, DOMAIN, port, secret, shows } from './site.mjs';

const app = express();
app.use(session({ secret, resave: false, saveUninitialized: true }));
// recipe
app.use(grant.express({
  defaults: { origin, transport: 'session', state: true, nonce: true, pkce: true },
  auth0: { subdomain: DOMAIN, key: CLIENT_ID, secret: CLIENT_SECRET, scope: ['openid', 'profile', 'email'], response: ['tokens', 'profile'], callback: '/', redirect_uri: `${origin}/callback`,
    authorize_url: `https://${DOMAIN}/authorize`, access_url: `https://${DOMAIN}/oauth/token`, profile_url: `https://${DOMAIN}/userinfo` },
}));
app.get('/callback', (request, response) => response.redirect(`/connect/auth0/callback?${new URL(request.url, origin).searchParams}`));
app.get('/', (request, response) => response.json(request.session.grant?.response ?? {}));
// end
app.listen(port, () => shows('/connect/auth0'));
