import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { ISSUER, port, served, STRICT_AUDIENCE } from './api.mjs';

const app = express();
// recipe
// The API has `token_dialect: rfc9068_profile`.
app.use(auth({ issuerBaseURL: ISSUER, audience: STRICT_AUDIENCE, strict: true }));
app.get('/', (request, response) => response.json(request.auth.payload));
// end
app.listen(port, () => served('/', 'strict'));
