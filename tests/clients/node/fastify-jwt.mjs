import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import buildGetJwks from 'get-jwks';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = Fastify();
// recipe
const jwks = buildGetJwks({ issuersWhitelist: [ISSUER] });
app.register(fastifyJwt, {
  decode: { complete: true },
  secret: (request, { header: { kid, alg } }) => jwks.getPublicKey({ kid, alg, domain: ISSUER }),
  verify: { allowedIss: ISSUER, allowedAud: AUDIENCE, algorithms: ['RS256'] },
});
app.addHook('onRequest', (request) => request.jwtVerify());
// end
app.get('/', (request) => request.user);
await app.listen({ port });
await served();
