import { createVerifier } from 'fast-jwt';
import buildGetJwks from 'get-jwks';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const jwks = buildGetJwks({ issuersWhitelist: [ISSUER] });
const verify = createVerifier({
  key: ({ header }) => jwks.getPublicKey({ kid: header.kid, alg: header.alg, domain: ISSUER }),
  algorithms: ['RS256'], allowedIss: ISSUER, allowedAud: AUDIENCE,
});
// end
await verifies(verify);
done();
