import jwt from '@tsndr/cloudflare-worker-jwt';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const { keys } = await (await fetch(new URL('.well-known/jwks.json', ISSUER))).json();
async function verify(token) {
  const { header, payload } = jwt.decode(token);
  const isGood = await jwt.verify(token, keys.find(({ kid }) => kid === header.kid), { algorithm: 'RS256', throwError: true });
  return Boolean(isGood) && payload.iss === ISSUER && [payload.aud].flat().includes(AUDIENCE);
}
// end
await verifies(verify);
done();
