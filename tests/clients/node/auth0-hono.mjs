import { serve } from '@hono/node-server';
import { auth } from '@auth0/auth0-hono';
import { Hono } from 'hono';
import { app as baseURL, CLIENT_ID, CLIENT_SECRET, DOMAIN, port, secret, shows } from './site.mjs';

const app = new Hono();
// recipe
app.use(auth({ domain: DOMAIN, clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, baseURL, session: { secret }, routes: { callback: '/callback' } }));
app.get('/', async (context) => context.json((await context.var.auth0Client.getSession(context))?.user ?? {}));
// end
serve({ fetch: app.fetch, port }, () => shows());
