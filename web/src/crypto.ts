// SHA-256, random bytes and RS256 for the core. The browser's own where it has them; on plain-http origins other than
// localhost it has no `crypto.subtle`, and auth0-js works there, so these do too. Only public data passes through here.
import { binary, bytesOf, toUtf8 } from './utf8.js';

export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  bytesOf(atob(text.replace(/-/g, '+').replace(/_/g, '/')));

export const toBase64url = (bytes: Uint8Array): string =>
  btoa(binary(bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

const subtle = (): SubtleCrypto | undefined => globalThis.crypto?.subtle;

export function randomBytes(count: number): Uint8Array {
  const source: Partial<Crypto> | undefined = globalThis.crypto;
  return source?.getRandomValues?.(new Uint8Array(count)) ?? new Uint8Array(0);
}

// FIPS 180-4. The round constants are the first 32 bits of the fractional parts of roots of primes, so they are computed.
export function sha256(message: Uint8Array): Uint8Array {
  const k: number[] = [], h: number[] = [];
  const fraction = (x: number) => ((x - Math.floor(x)) * 0x100000000) | 0;
  for (let n = 2; k.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (h.length < 8) h.push(fraction(Math.sqrt(n)));
    k.push(fraction(Math.cbrt(n)));
  }
  const padded = new Uint8Array(((message.length + 72) >> 6) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(padded.length - 4, message.length << 3);
  const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n));
  const w: number[] = [];
  for (let at = 0; at < padded.length; at += 64) {
    let [a, b, c, d, e, f, g, i] = h as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t++) {
      const x = w[t - 15]!, y = w[t - 2]!;
      w[t] = t < 16 ? view.getInt32(at + 4 * t)
        : ((rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)) + w[t - 7]! + (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) + w[t - 16]!) | 0;
      const t1 = (i + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[t]! + w[t]!) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [i, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, i].forEach((x, j) => (h[j] = (h[j]! + x) | 0));
  }
  const out = new DataView(new ArrayBuffer(32));
  h.forEach((x, j) => out.setInt32(4 * j, x));
  return new Uint8Array(out.buffer);
}

export function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const platform = subtle();
  return platform ? platform.digest('SHA-256', bytes).then((sum) => new Uint8Array(sum)) : Promise.resolve(sha256(bytes));
}

const padded = (digits: string, size: number) => ('0'.repeat(size) + digits).slice(-size);
const hex = (bytes: Uint8Array) => [].map.call(bytes, (b: number) => padded(b.toString(16), 2)).join('');

// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2): what the signature opens to must equal the whole encoded message.
function verifyWithBigInt(key: JsonWebKey, input: Uint8Array, signature: Uint8Array): boolean {
  const modulus = fromBase64url(key.n!);
  const size = modulus.length;
  if (signature.length !== size || size < 64) return false;
  const n = BigInt('0x' + hex(modulus));
  let exponent = BigInt('0x' + hex(fromBase64url(key.e!)));
  let base = BigInt('0x' + hex(signature));
  if (base >= n || exponent > BigInt(0xffffffff)) return false;
  let opened = BigInt(1);
  for (; exponent > 0; exponent >>= BigInt(1)) {
    if (exponent & BigInt(1)) opened = (opened * base) % n;
    base = (base * base) % n;
  }
  const info = '003031300d060960864801650304020105000420' + hex(sha256(input));
  const expected = '0001' + 'f'.repeat(2 * size - 4 - info.length) + info;
  return padded(opened.toString(16), 2 * size) === expected;
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
/** The key used last: an authority signs with one. */
let imported: { name: string; key: Promise<CryptoKey> } | undefined;

export function verifyRs256(key: JsonWebKey, input: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const bytes = toUtf8(input);
  const platform = subtle();
  const verify = (): boolean | Promise<boolean> => {
    if (!platform) return verifyWithBigInt(key, bytes, signature);
    const name = key.n + '.' + key.e;
    if (imported?.name !== name) imported = { name, key: platform.importKey('jwk', { kty: 'RSA', n: key.n, e: key.e }, algorithm, false, ['verify']) };
    return imported.key.then((ready) => platform.verify(algorithm, ready, signature, bytes));
  };
  // A key that the platform cannot read signs nothing.
  return new Promise<boolean>((resolve) => resolve(verify())).catch(() => false);
}
