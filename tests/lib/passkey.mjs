// A device's key made of software: it answers the questions of a page as a browser would (WebAuthn Level 2, "none").
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (data) => createHash('sha256').update(data).digest();
const b64 = (data) => Buffer.from(data).toString('base64url');
const userIsThereAndVerified = 0b101, hasCredential = 0x40;

// The little of CBOR that a public key needs: a map of small integers to integers and bytes.
const integer = (n) => (n >= 0 ? Buffer.from([n]) : Buffer.from([0x20 + (-1 - n)]));
const bytes = (data) => Buffer.concat([Buffer.from([0x58, data.length]), data]);
const cbor = (map) => Buffer.concat([Buffer.from([0xa0 + map.length]), ...map.flatMap(([key, value]) => [integer(key), Buffer.isBuffer(value) ? bytes(value) : integer(value)])]);

export class SoftwareKey {
  id = randomBytes(32);
  counter = 0;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    this.privateKey = privateKey;
    this.cose = cbor([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, 'base64url')], [-3, Buffer.from(y, 'base64url')]]);
  }

  #data(rpId, flags, more = Buffer.alloc(0)) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(++this.counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter, more]);
  }

  /** What a page's form sends beside its hidden fields. `page`: as `readPage` gives it. */
  answer(page, origin) {
    const options = JSON.parse(/data-options="([^"]*)"/.exec(page.html)[1].replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    const clientData = Buffer.from(JSON.stringify({ type: options.user ? 'webauthn.create' : 'webauthn.get', challenge: options.challenge, origin: new URL(origin).origin, crossOrigin: false }));
    const size = Buffer.from([0, this.id.length]);
    const data = options.user ? this.#data(options.rp.id, userIsThereAndVerified | hasCredential, Buffer.concat([Buffer.alloc(16), size, this.id, this.cose])) : this.#data(options.rpId, userIsThereAndVerified);
    const signature = options.user ? undefined : b64(sign('sha256', Buffer.concat([data, sha256(clientData)]), this.privateKey));
    return { answer: JSON.stringify({ id: b64(this.id), response: { clientDataJSON: b64(clientData), authenticatorData: b64(data), ...(signature && { signature }) } }) };
  }

  /** What a phone gives an application for the question that it was told. */
  nativeAnswer(options, origin) {
    const id = b64(this.id), clientDataJSON = Buffer.from(JSON.stringify({ type: options.user ? 'webauthn.create' : 'webauthn.get', challenge: options.challenge, origin, crossOrigin: false }));
    const whole = (response) => ({ id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', response: { clientDataJSON: b64(clientDataJSON), ...response }, clientExtensionResults: {} });
    if (!options.user) {
      const data = this.#data(options.rpId, userIsThereAndVerified);
      return whole({ authenticatorData: b64(data), signature: b64(sign('sha256', Buffer.concat([data, sha256(clientDataJSON)]), this.privateKey)) });
    }
    const data = this.#data(options.rp.id, userIsThereAndVerified | hasCredential, Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, this.cose]));
    const text = (word) => Buffer.concat([Buffer.from([0x60 + word.length]), Buffer.from(word)]);
    return whole({ attestationObject: b64(Buffer.concat([Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(data)])) });
  }
}
