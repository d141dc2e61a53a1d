import { createRemoteJWKSet, jwtVerify } from 'jose';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', ISSUER));
const verify = (token) => jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE });
// end
await verifies(verify);
done();
