import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = express();
// recipe
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE }));
app.get('/', requiredScopes('read:messages'), (request, response) => response.json(request.auth.payload));
// end
app.listen(port, () => served());
