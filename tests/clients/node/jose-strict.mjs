import { createRemoteJWKSet, jwtVerify } from 'jose';
import { done, ISSUER, STRICT_AUDIENCE, verifies } from './kit.mjs';

// recipe
// The API has `token_dialect: rfc9068_profile`.
const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', ISSUER));
const verify = (token) => jwtVerify(token, keys, { issuer: ISSUER, audience: STRICT_AUDIENCE, typ: 'at+jwt', requiredClaims: ['client_id', 'jti', 'sub', 'iat', 'exp'] });
// end
await verifies(verify, { strict: true });
done();
