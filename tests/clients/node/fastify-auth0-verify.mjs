import Fastify from 'fastify';
import auth0 from 'fastify-auth0-verify';
import { AUDIENCE, DOMAIN, port, served } from './api.mjs';

const app = Fastify();
// recipe
app.register(auth0, { domain: `https://${DOMAIN}/`, audience: AUDIENCE });
app.register((scope, _, next) => {
  scope.get('/', { preValidation: scope.authenticate }, (request) => request.user);
  next();
});
// end
await app.listen({ port });
await served();
