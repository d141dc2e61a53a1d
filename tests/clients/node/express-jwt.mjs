import express from 'express';
import { expressjwt } from 'express-jwt';
import { expressJwtSecret } from 'jwks-rsa';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = express();
// recipe
app.use(expressjwt({ secret: expressJwtSecret({ jwksUri: `${ISSUER}.well-known/jwks.json`, cache: true }), audience: AUDIENCE, issuer: ISSUER, algorithms: ['RS256'] }));
app.get('/', (request, response) => response.json(request.auth));
// end
app.listen(port, () => served());
