import { createPublicKey, verify as check } from 'node:crypto';
import jwkToPem from 'jwk-to-pem';
import { done, expect, ISSUER, TAMPERED_TOKEN, USER_TOKEN } from './kit.mjs';

// recipe
const { keys } = await (await fetch(new URL('.well-known/jwks.json', ISSUER))).json();
const key = createPublicKey(jwkToPem(keys.find(({ kid }) => kid === JSON.parse(Buffer.from(USER_TOKEN.split('.')[0], 'base64url')).kid)));
// end
const isSigned = (token) => check('RSA-SHA256', Buffer.from(token.slice(0, token.lastIndexOf('.'))), key, Buffer.from(token.split('.')[2], 'base64url'));
expect(isSigned(USER_TOKEN) && !isSigned(TAMPERED_TOKEN), 'the key that it makes verifies');
done();
