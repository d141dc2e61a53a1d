import * as oauth from 'oauth4webapi';
import { done, ISSUER, STRICT_AUDIENCE, verifies } from './kit.mjs';

// recipe
// RFC 9068, so the API has `token_dialect: rfc9068_profile`.
const issuer = new URL(ISSUER);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
const verify = (token) => oauth.validateJwtAccessToken(server, new Request('https://api.example.com/', { headers: { authorization: `Bearer ${token}` } }), STRICT_AUDIENCE);
// end
await verifies(verify, { strict: true });
done();
