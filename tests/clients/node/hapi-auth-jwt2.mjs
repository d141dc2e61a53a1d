import Hapi from '@hapi/hapi';
import jwt from 'hapi-auth-jwt2';
import { hapiJwt2KeyAsync } from 'jwks-rsa';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const server = Hapi.server({ port });
// recipe
await server.register(jwt);
server.auth.strategy('jwt', 'jwt', {
  complete: true, key: hapiJwt2KeyAsync({ jwksUri: `${ISSUER}.well-known/jwks.json`, cache: true }),
  verifyOptions: { audience: AUDIENCE, issuer: ISSUER, algorithms: ['RS256'] }, validate: () => ({ isValid: true }),
});
server.auth.default('jwt');
// end
server.route({ method: 'GET', path: '/', handler: (request) => request.auth.credentials });
await server.start();
await served();
