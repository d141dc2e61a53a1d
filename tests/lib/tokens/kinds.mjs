// Where our verifier and others differ, kind by kind, and why. The table of docs/verifiers.md is made of this.
import { audience, now } from './corpus.mjs';

const most = 2 ** 53;
const isText = (value) => typeof value === 'string' && value !== '';
const isTime = (value) => typeof value === 'number' && Math.abs(value) < most;
const isBroken = (value) => typeof value === 'number' && !Number.isInteger(value);
const parts = (token) => token.split('.');
const isBase64url = (part) => /^[\w-]*$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part;

// JSON as RFC 8259 has it and as all readers of it read it: no byte order mark, UTF-8 alone, no halves of characters, also
// in a member that is said twice and so is gone from the object.
const literal = /"(?:[^"\\]|\\.)*"/g;
function strictly(part) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'));
    JSON.parse(text);
    return text.match(literal).every((one) => JSON.parse(one).isWellFormed());
  } catch {
    return false;
  }
}
function depth(part) {
  let level = 0, deepest = 0;
  for (const [c] of Buffer.from(part, 'base64url').toString().replace(literal, '').matchAll(/[[\]{}]/g)) deepest = Math.max(deepest, (level += '[{'.includes(c) ? 1 : -1));
  return deepest;
}

const stricter = (id, section, says, reasons, holds = () => true) => ({ id, section, says, way: 'we refuse', holds: (said) => said.ours !== 'good' && [reasons].flat().includes(said.ours) && holds(said) });
const laxer = (id, section, says, errors, holds = () => true) => ({ id, section, says, way: 'we accept', holds: (said) => said.ours === 'good' && [errors].flat().includes(said.theirs) && holds(said) });

export const kinds = [
  stricter('base64url with padding, spaces, `+`, `/`, or bits that count for nothing', 'RFC 7515 2, RFC 4648 3.5', 'one token has one spelling', ['token_malformed', 'signature_invalid'], ({ token }) => !parts(token).every(isBase64url)),
  stricter('a byte order mark, octets that are no UTF-8, half a character, `NaN`, `Infinity`', 'RFC 8259 8.1, RFC 7493 2.1', 'every reader sees the same claims', 'token_malformed', ({ token }) => !parts(token).slice(0, 2).every(strictly)),
  stricter('more than 64 levels', 'RFC 8259 9', 'nothing real nests so', 'token_malformed', ({ token }) => parts(token).slice(0, 2).some((part) => depth(part) > 64)),
  stricter('larger than 64 kB', '-', 'no header is', 'token_too_large'),
  stricter('`crit`, whatever it names', 'RFC 7515 4.1.11', 'what is critical must be understood, and nothing is', 'token_malformed', ({ header }) => header?.crit !== undefined),
  stricter('`b64` other than true', 'RFC 7797 7', 'a JWT must not have it', 'token_malformed', ({ header }) => header?.b64 !== undefined && header.b64 !== true),
  stricter('`kid` that is no text', 'RFC 7515 4.1.4', 'a name is a text', 'token_malformed', ({ header }) => header?.kid !== undefined && typeof header.kid !== 'string'),
  stricter('`typ` other than `JWT`, `at+jwt`, with or without `application/`', 'RFC 8725 3.11, RFC 9068 4', 'proofs, logout tokens and ID tokens are signed with the same keys', 'token_type'),
  stricter('no `sub`, an empty one, one that is no text', 'RFC 9068 2.2', 'it is required', 'subject_missing', ({ payload }) => !isText(payload?.sub)),
  stricter('no `exp`, one that is no number or beyond 2^53', 'RFC 9068 2.2, RFC 7493 2.2', 'a token without an end is none', 'expiration_missing', ({ payload }) => !isTime(payload?.exp)),
  stricter('no `iat`, one that is no number or beyond 2^53', 'RFC 9068 2.2', 'it is required', 'issued_at_missing', ({ payload }) => !isTime(payload?.iat)),
  stricter('`nbf` that is no number or beyond 2^53', 'RFC 7519 4.1.5', 'what cannot be read has not come', 'not_before_malformed', ({ payload }) => !isTime(payload?.nbf)),
  stricter('`exp` or `nbf` within the second that it is', 'RFC 7519 2', 'clocks count whole seconds here: over from its beginning, valid from its end', ['token_expired', 'token_not_yet_valid'], ({ payload }) => isBroken(payload?.exp) || isBroken(payload?.nbf)),
  stricter('`nonce`, `at_hash`, `c_hash`, `s_hash`', 'RFC 9068 4', 'it is an ID token', 'id_token_used'),
  stricter('`jti` that is no text', 'RFC 7519 4.1.7', 'a name is a text', 'jti_malformed', ({ payload }) => typeof payload?.jti !== 'string'),
  stricter('a key whose `use`, `alg` or `key_ops` is something else, or null, or no text', 'RFC 7517 4.2 to 4.4', 'a key is used as it says', 'key_unfit', ({ header }) => /^(use|alg|key_ops)/.test(header?.kid)),
  stricter('a key with private members', 'RFC 7517 9.2', 'everybody has read it', 'key_unfit', ({ header }) => ['private', 'd null'].includes(header?.kid)),
  stricter('RSA with an exponent of 1 or an even one, Ed25519 points of small order', 'RFC 8017 3.1, RFC 8032 8.9', 'anybody signs with it', 'key_unfit', ({ header }) => /^(exponent|order)/.test(header?.kid)),
  laxer('`iat` in the future', 'RFC 7519 4.1.6', 'it is a statement, no limit; `nbf` is the limit', ['ImmatureSignatureError'], ({ payload }) => payload?.iat > now + 60),
  laxer('`aud` that lists the audience beside something that is no text', 'RFC 7519 4.1.3', 'what is no text is nobody', ['InvalidAudienceError', 'ERR_JWT_CLAIM_VALIDATION_FAILED'], ({ payload }) => Array.isArray(payload?.aud) && payload.aud.includes(audience)),
  laxer('one name for keys of two types', 'RFC 7517 4.5', 'the one that fits is meant', ['key'], ({ header }) => header?.kid === 'twice'),
  laxer('no `kid`, where one key alone is fit and sound', 'RFC 7515 4.1.4', 'there is nothing to mix up', ['key', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'], ({ header }) => header?.kid === undefined),
];

export const kindOf = (said) => kinds.find((kind) => kind.holds(said))?.id;
