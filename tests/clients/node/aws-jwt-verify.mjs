import { JwtVerifier } from 'aws-jwt-verify';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}.well-known/jwks.json` });
const verify = (token) => verifier.verify(token);
// end
await verifies(verify);
done();
