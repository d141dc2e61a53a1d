import jwt from 'jsonwebtoken';
import jwksClient from 'jwks-rsa';
import { AUDIENCE, done, ISSUER, verifies } from './kit.mjs';

// recipe
const client = jwksClient({ jwksUri: `${ISSUER}.well-known/jwks.json` });
const getKey = (header, callback) => client.getSigningKey(header.kid, (error, key) => callback(error, key?.getPublicKey()));
const verify = (token) => new Promise((resolve, reject) => {
  jwt.verify(token, getKey, { algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE }, (error, claims) => (error ? reject(error) : resolve(claims)));
});
// end
await verifies(verify);
done();
