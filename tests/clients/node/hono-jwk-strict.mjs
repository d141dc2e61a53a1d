import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { jwk } from 'hono/jwk';
import { ISSUER, port, served, STRICT_AUDIENCE } from './api.mjs';

const app = new Hono();
// recipe
// The API has `token_dialect: rfc9068_profile`.
app.use('/*', jwk({ jwks_uri: `${ISSUER}.well-known/jwks.json`, alg: ['RS256'], verification: { iss: ISSUER, aud: STRICT_AUDIENCE, typ: 'at+jwt' } }));
app.get('/', (context) => context.json(context.get('jwtPayload')));
// end
serve({ fetch: app.fetch, port }, () => served('/', 'strict'));
