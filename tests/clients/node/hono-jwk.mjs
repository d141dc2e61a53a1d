import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { jwk } from 'hono/jwk';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = new Hono();
// recipe
app.use('/*', jwk({ jwks_uri: `${ISSUER}.well-known/jwks.json`, alg: ['RS256'], verification: { iss: ISSUER, aud: AUDIENCE } }));
app.get('/', (context) => context.json(context.get('jwtPayload')));
// end
serve({ fetch: app.fetch, port }, () => served());
