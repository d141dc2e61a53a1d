import express from 'express';
import { passportJwtSecret } from 'jwks-rsa';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = express();
// recipe
passport.use(new Strategy({
  secretOrKeyProvider: passportJwtSecret({ jwksUri: `${ISSUER}.well-known/jwks.json`, cache: true }),
  jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), audience: AUDIENCE, issuer: ISSUER, algorithms: ['RS256'],
}, (claims, then) => then(null, claims)));
app.get('/', passport.authenticate('jwt', { session: false }), (request, response) => response.json(request.user));
// end
app.listen(port, () => served());
