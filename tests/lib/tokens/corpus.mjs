// Tokens, good and bad, for verifiers to disagree about: made from a seed, each with the names of what was done to it.
import { constants, createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';

export const now = 1_700_000_000, issuer = 'https://issuer.example/', audience = 'api';
export const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** Numbers that look random and are the same for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (n) => Math.floor(next() * n), pick: (all) => all[Math.floor(next() * all.length)], chance: (p) => next() < p };
}

const b64 = (data) => Buffer.from(data).toString('base64url');
const pair = { ES256: ['ec', { namedCurve: 'P-256' }], ES384: ['ec', { namedCurve: 'P-384' }], ES512: ['ec', { namedCurve: 'P-521' }], EdDSA: ['ed25519'], RS256: ['rsa', { modulusLength: 2048 }] };

function signature(alg, key, input) {
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const options = alg.startsWith('PS') ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : { key, dsaEncoding: 'ieee-p1363' };
  return sign(hash, Buffer.from(input), options);
}

// What anybody can sign with the keys that are none: RSA with the exponent 1, and a point of Ed25519 of order 1.
function withExponentOne(n, input) {
  const size = Buffer.from(n, 'base64url').length;
  const info = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), createHash('sha256').update(input).digest()]);
  return Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(size - 3 - info.length, 0xff), Buffer.from([0]), info]);
}
const withOrderOne = () => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]);

/** Keys of an issuer: one a family, named by it, and others that say strange things of themselves. */
export function makeKeys() {
  const made = Object.fromEntries(Object.entries(pair).map(([alg, args]) => [alg, generateKeyPairSync(...args)]));
  const keyOf = (alg) => made[/^[RP]S/.test(alg) ? 'RS256' : alg];
  const jwk = (alg) => keyOf(alg).publicKey.export({ format: 'jwk' });
  const ec = jwk('ES256'), d = made.ES256.privateKey.export({ format: 'jwk' }).d;
  const odd = {
    'use sig': { ...ec, use: 'sig' }, 'use enc': { ...ec, use: 'enc' }, 'use null': { ...ec, use: null }, 'use 1': { ...ec, use: 1 },
    'alg ES256': { ...ec, alg: 'ES256' }, 'alg ES384': { ...ec, alg: 'ES384' }, 'alg null': { ...ec, alg: null }, 'alg 5': { ...ec, alg: 5 },
    'key_ops verify': { ...ec, key_ops: ['verify'] }, 'key_ops none': { ...ec, key_ops: [] }, 'key_ops encrypt': { ...ec, key_ops: ['encrypt'] }, 'key_ops both': { ...ec, key_ops: ['verify', 'encrypt'] }, 'key_ops text': { ...ec, key_ops: 'verify' },
    'use and key_ops': { ...ec, use: 'sig', key_ops: ['encrypt', 'verify'] }, private: { ...ec, d }, 'd null': { ...ec, d: null }, 'point elsewhere': { ...ec, y: ec.x }, 'another curve': { ...ec, crv: 'P-384' }, 'not a type': { ...ec, kty: 7 },
    'exponent 1': { ...jwk('RS256'), e: 'AQ' }, 'exponent 2': { ...jwk('RS256'), e: 'Ag' }, 'order 1': { kty: 'OKP', crv: 'Ed25519', x: b64(Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])) }, secret: { kty: 'oct', k: b64('secret') },
  };
  const keys = [...Object.keys(pair).map((alg) => ({ ...jwk(alg), kid: alg })), ...Object.entries(odd).map(([kid, key]) => ({ ...key, kid }))];
  keys.push({ ...jwk('RS256'), kid: 'twice' }, { ...ec, kid: 'twice' });
  const make = (alg, input, kid) => {
    if (alg === 'none' || typeof alg !== 'string') return Buffer.alloc(0);
    if (kid === 'exponent 1') return withExponentOne(jwk('RS256').n, input);
    if (kid === 'order 1') return withOrderOne();
    if (alg.startsWith('HS')) return createHmac(`sha${alg.slice(2)}`, made.RS256.publicKey.export({ type: 'spki', format: 'pem' })).update(input).digest();
    return algorithms.includes(alg) ? signature(alg, keyOf(alg).privateKey, input) : Buffer.from('x');
  };
  return { jwks: { keys }, kids: Object.keys(odd), make };
}

// JSON in which some values are text that JSON.stringify would not write.
class Raw { constructor(text) { this.text = text; } }
const raw = (text) => new Raw(text);
const json = (value) => (value instanceof Raw ? value.text
  : Array.isArray(value) ? `[${value.map(json)}]`
    : value && typeof value === 'object' ? `{${Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => `${JSON.stringify(k)}:${json(v)}`)}}`
      : JSON.stringify(value));

const values = [undefined, null, true, false, 0, -1, 1.5, '', 'x', [], ['x'], [null], [7], [[]], {}, { x: 1 }];
const times = [...[-3600, -61, -60, -59, -1, 0, 1, 59, 60, 61, 3600].flatMap((d) => [now + d, now + d + 0.5]), ...values, String(now + 100), '0x7fffffff',
  ...['1e400', '-1e400', '1e300', '-1e300', '1.7000001e9', '17000001000e-1', '1e1', '0e9', '-0', '1e-400', '9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808', '99999999999999999999', '1e20'].map(raw)];
const nested = (depth) => raw('['.repeat(depth) + ']'.repeat(depth));

/** What can be done to a token: `before` it is signed, to its header and payload as objects or their text, or `after`. */
export const deeds = {
  ...Object.fromEntries(['iss', 'sub', 'jti', 'scope', 'azp', 'client_id', 'org_id', 'nonce', 'at_hash', 'c_hash', 's_hash', 'permissions', '__proto__x'].map((claim) => [`claim ${claim}`, (t, r) => { t.payload[claim] = r.pick(values); }])),
  ...Object.fromEntries(['exp', 'iat', 'nbf', 'auth_time'].map((claim) => [`time ${claim}`, (t, r) => { t.payload[claim] = r.pick(times); }])),
  'claim aud': (t, r) => { t.payload.aud = r.pick([...values, [audience], ['x', audience], [audience, audience], [audience, 7], [[audience]], { [audience]: audience }, 'API', `${audience} `, [...Array(20).keys(), audience].map(String)]); },
  'issuer nearly': (t, r) => { t.payload.iss = r.pick(['https://issuer.example', 'HTTPS://issuer.example/', 'https://issuer.example//', [issuer], 'https://evil.example/']); },
  typ: (t, r) => { t.header.typ = r.pick([...values, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt', 'dpop+jwt', 'logout+jwt', 'id+jwt', 'JOSE', 'text/jwt']); },
  kid: (t, r) => { t.header.kid = r.pick([...values, 'unknown', 'es256', 'twice', 'RS256', 'ES256', 'ES384', 'EdDSA', '../../dev/null', "' OR 1=1"]); },
  'odd key': (t, r) => { t.header.kid = r.pick(t.kids); t.header.alg = t.header.kid.startsWith('exponent') ? 'RS256' : t.header.kid === 'order 1' ? 'EdDSA' : 'ES256'; },
  alg: (t, r) => { t.header.alg = r.pick([...values, ...algorithms, 'none', 'None', 'HS256', 'HS512', 'es256', 'ES256K', 'Ed25519', 'RSA-OAEP']); },
  'alg said only': (t, r) => { t.signedWith = t.header.alg; t.header.alg = r.pick([...algorithms, 'none', 'HS256', 'es256']); },
  crit: (t, r) => { Object.assign(t.header, r.pick([{ crit: [] }, { crit: ['b64'], b64: true }, { crit: ['b64'], b64: false }, { crit: ['exp'], exp: now + 100 }, { crit: ['x'] }, { crit: 'b64' }, { crit: null }, { b64: true }, { b64: false }])); },
  'header parameters': (t, r) => { Object.assign(t.header, r.pick([{ jku: 'https://evil.example/jwks' }, { jwk: { kty: 'oct', k: 'AAAA' } }, { x5u: 'https://evil.example/' }, { x5c: ['AAAA'] }, { zip: 'DEF' }, { cty: 'JWT' }, { enc: 'A128GCM' }, { x: { y: [1] } }, { nonce: 'n' }])); },
  'payload text': (t, r) => {
    const text = json(t.payload);
    t.payloadText = r.pick([
      () => ` ${text} `, () => `\n\t\r ${text}`, () => `\ufeff${text}`, () => `${text}x`, () => `${text}\0`, () => text.replace('{', '{,'), () => text.replace('}', ',}'), () => text.replace('{', '{/**/'), () => text.replaceAll('"', "'"),
      () => text.replace('{', '{"x":01,'), () => text.replace('{', '{"x":+1,'), () => text.replace('{', '{"x":NaN,'), () => text.replace('{', '{"x":1.,'), () => text.replace('{', '{"x":.5,'), () => text.replace('{', '{"x":1e,'), () => text.replace('{', '{"x":Infinity,'),
      () => text.replace('{', '{"x":"\\ud800",'), () => text.replace('{', '{"x":"\\udc00\\ud800",'), () => text.replace('{', '{"x":"\\ud83d\\ude00",'), () => text.replace('{', '{"x":"\t",'), () => text.replace('{', '{"x":"\\x41",'), () => text.replace('{', '{"x":"\\u00e9\u00e9",'),
      () => text.replace('"exp"', '"\\u0065xp"'), () => text.replace('"iss"', '"\\u0069ss"'), () => text.replace('"sub"', '"sub\\u0000"'), () => text.replace(issuer, 'https:\\/\\/issuer.example\\/'), () => `[${text}]`, () => JSON.stringify(text), () => 'null', () => '7', () => '',
      () => text.replace('{', `{"exp":${now - 3600},`), () => text.replace('}', `,"exp":${now - 3600}}`), () => text.replace('}', `,"exp":${now + 50}}`), () => text.replace('{', '{"aud":"x",'), () => text.replace('}', ',"aud":"x"}'), () => text.replace('}', ',"iss":null}'), () => text.replace('}', ',"sub":{"a":1}}'),
    ])();
  },
  'header text': (t, r) => {
    const text = json(t.header);
    t.headerText = r.pick([() => ` ${text} `, () => `\ufeff${text}`, () => `${text}x`, () => text.replace('}', ',}'), () => `[${text}]`, () => 'null', () => '', () => text.replace('"alg"', '"\\u0061lg"'), () => text.replace('{', '{"alg":"none",'), () => text.replace('}', ',"alg":"none"}'), () => text.replace('{', '{"kid":"unknown",'), () => text.replace('}', ',"kid":"unknown"}'), () => text.replace('{', '{"x":"\\ud800",'), () => text.replaceAll('"', "'")])();
  },
  'payload octets': (t, r) => { t.payloadText = Buffer.concat([Buffer.from(json(t.payload).replace(/}$/, ',"x":"')), Buffer.from(r.pick(['ff', 'c0af', 'eda080', 'f4908080', 'e282', 'c3a9', 'efbfbf', 'f09f9880', 'fe']), 'hex'), Buffer.from('"}')]); },
  depth: (t, r) => { const which = r.pick(['payload', 'header']); t[which].x = nested(r.pick([1, 8, 9, 62, 63, 64, 65, 200, 1000])); },
  size: (t, r) => { t.payload.x = 'x'.repeat(r.pick([1000, 40_000, 48_700, 49_200, 70_000])); },
  'many claims': (t, r) => { for (let i = r.pick([20, 33, 34, 35, 36, 60, 300]); i > 0; i--) t.payload[`c${i}`] = i; },
  'the end of the signature': (t) => { t.after = (s) => s.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(s.at(-1)) ^ 1]; },
  'base64, not base64url': (t) => { t.after = (s) => s.replaceAll('-', '+').replaceAll('_', '/'); },
  padding: (t, r) => { const at = r.below(3); t.after = (s) => s.split('.').map((part, i) => (i === at ? part + '='.repeat((4 - (part.length % 4)) % 4 || 2) : part)).join('.'); },
  'a character more': (t, r) => { const c = r.pick([' ', '\t', '\x00', '.', '=', 'A', '%', '\u00e9', '~']), p = r.below(1000) / 1000; t.after = (s) => { const at = r.pick([0, s.length, Math.floor(s.length * p), s.indexOf('.'), s.lastIndexOf('.') + 1]); return s.slice(0, at) + c + s.slice(at); }; },
  'a character less': (t, r) => { const p = r.below(1000) / 1000; t.after = (s) => { const at = Math.floor(s.length * p); return s.slice(0, at) + s.slice(at + 1); }; },
  'another character': (t, r) => { const p = r.below(1000) / 1000, to = r.pick('ABxyz019-_'); t.after = (s) => { const at = Math.floor(s.length * p); return s.slice(0, at) + to + s.slice(at + 1); }; },
  'parts': (t, r) => { const f = r.pick([(h, p, g) => `${h}.${p}`, (h, p) => `${h}.${p}.`, (h, p, g) => `${h}.${p}.${g}.`, (h, p, g) => `${h}.${p}.${g}.${g}`, (h, p, g) => `.${p}.${g}`, (h, p, g) => `${h}..${g}`, (h, p, g) => `${h}.${p}.${g}.${h}.${p}`, (h, p, g) => `${p}.${h}.${g}`, () => '', () => '..', () => '.', (h, p, g) => `${h}.${p}.${g.slice(0, -8)}`, (h, p, g) => `${h}.${p}.${g}AAAA`, (h, p, g) => `${h}.${p}.${'A'.repeat(g.length)}`]); t.after = (s) => f(...s.split('.')); },
  'JSON form': (t) => { t.after = (s) => { const [h, p, g] = s.split('.'); return JSON.stringify({ protected: h, payload: p, signature: g }); }; },
};

export function build(keys, alg, names, r) {
  const t = { header: { alg, kid: /^[RP]S/.test(alg) ? 'RS256' : alg, typ: 'at+jwt' }, payload: { iss: issuer, sub: 'auth0|1', aud: audience, iat: now - 10, exp: now + 100, scope: 'read' }, kids: keys.kids };
  for (const name of names) deeds[name](t, r);
  const input = `${b64(t.headerText ?? json(t.header))}.${b64(t.payloadText ?? json(t.payload))}`;
  const token = `${input}.${b64(keys.make(t.signedWith ?? t.header.alg, input, t.header.kid))}`;
  return { token: (t.after ? t.after(token) : token).replace(/[\n\r]/g, ' '), names };
}

/** `count` of them: first each deed by itself and each algorithm, then up to three at once. */
export function* corpus(keys, seed, count) {
  const r = dice(seed), all = Object.keys(deeds), quick = ['ES256', 'ES256', 'ES256', 'EdDSA', 'EdDSA', 'EdDSA', 'EdDSA'];
  let made = 0;
  for (const alg of algorithms) for (const name of [null, ...all]) if (made++ < count) yield build(keys, alg, name ? [name] : [], r);
  for (; made < count; made++) yield build(keys, r.chance(0.02) ? r.pick(algorithms) : r.pick(quick), Array.from({ length: r.pick([1, 1, 1, 2, 2, 3]) }, () => r.pick(all)), r);
}
