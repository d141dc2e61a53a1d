import OktaJwtVerifier from '@okta/jwt-verifier';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const verifier = new OktaJwtVerifier({ issuer: ISSUER, jwksUri: `${ISSUER}.well-known/jwks.json` });
const verify = (token) => verifier.verifyAccessToken(token, AUDIENCE);
// end
await verifies(verify);
done();
