import { serve } from '@hono/node-server';
import { getAuth, initOidcAuthMiddleware, oidcAuthMiddleware, processOAuthCallback } from '@hono/oidc-auth';
import { Hono } from 'hono';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER, port, secret, shows } from './site.mjs';

const app = new Hono();
// recipe
app.use(initOidcAuthMiddleware({
  OIDC_AUTH_SECRET: secret, OIDC_ISSUER: ISSUER, OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET, OIDC_REDIRECT_URI: CALLBACK, OIDC_SCOPES: 'openid email profile',
}));
app.get('/callback', (context) => processOAuthCallback(context));
app.use('*', oidcAuthMiddleware());
app.get('/', async (context) => context.json(await getAuth(context)));
// end
serve({ fetch: app.fetch, port }, () => shows());
