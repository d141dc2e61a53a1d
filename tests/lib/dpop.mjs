// A key that a client proves to have (RFC 9449), by Node's own cryptography.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { forge } from './siege.mjs';

const ec = (namedCurve, hash) => ({ make: () => generateKeyPairSync('ec', { namedCurve }), sign: (input, key) => sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }) });
const rsa = (options) => ({ make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), sign: (input, key) => sign('sha256', Buffer.from(input), { key, ...options }) });
const kinds = {
  ES256: ec('P-256', 'sha256'), ES384: ec('P-384', 'sha384'), ES512: ec('P-521', 'sha512'), RS256: rsa({}), PS256: rsa({ padding: 6, saltLength: 32 }),
  EdDSA: { make: () => generateKeyPairSync('ed25519'), sign: (input, key) => sign(null, Buffer.from(input), key) },
};
kinds.Ed25519 = kinds.EdDSA; // RFC 9864
const members = { EC: ['crv', 'kty', 'x', 'y'], RSA: ['e', 'kty', 'n'], OKP: ['crv', 'kty', 'x'] };
export const hash = (text) => createHash('sha256').update(text).digest('base64url');

export class ProofKey {
  constructor(alg = 'ES256') {
    this.alg = alg;
    this.pair = kinds[alg].make();
    this.jwk = this.pair.publicKey.export({ format: 'jwk' });
    this.privateJwk = this.pair.privateKey.export({ format: 'jwk' });
    this.jkt = hash(JSON.stringify(Object.fromEntries(members[this.jwk.kty].map((name) => [name, this.jwk[name]]))));
  }

  sign = (input) => kinds[this.alg].sign(input, this.pair.privateKey);

  /** A proof. `claims` and `header` change what is said; a member that is undefined is left out. */
  proof(method, url, { now = Date.now() / 1000, claims, header, token, key = this.sign } = {}) {
    return forge({ typ: 'dpop+jwt', alg: this.alg, jwk: this.jwk, ...header },
      { jti: randomUUID(), htm: method, htu: url.split(/[?#]/)[0], iat: Math.floor(now), ...(token && { ath: hash(token) }), ...claims }, key);
  }
}
