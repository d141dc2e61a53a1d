// Options on their way into the core. What JSON has no word for gets one (core/ostia/auth0/options.hpp lists them).
const mark = '\u0001';

function tag(_key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'undefined': case 'symbol': return mark + 'u';
    case 'function': return mark + 'f';
    case 'bigint': return mark + 'n' + value;
    case 'number': return Number.isFinite(value) ? value : mark + 'n' + value;
    case 'string': return value.startsWith(mark) ? mark + 's' + value : value;
    default: return value;
  }
}

export function encode(value: unknown): unknown {
  const text = JSON.stringify(value, tag);
  return text === undefined ? mark + 'u' : JSON.parse(text);
}

// The constructor's options that the core reads. Only these: applications keep their own things in `baseOptions`.
const known = [
  'domain', 'clientID', 'responseType', 'responseMode', 'redirectUri', 'scope', 'audience', '_csrf', 'state', '_intstate',
  'nonce', 'organization', 'invitation', 'tenant', 'token_issuer', 'jwksURI', 'rootUrl', 'leeway', 'maxAge',
  'stateExpiration', 'transaction', 'headers', '_sendTelemetry', '_telemetryInfo', '_disableDeprecationWarnings',
  'disableWarnings',
];

export function encodeBase(base: any, hostedPage: boolean): unknown {
  const picked: Record<string, unknown> = { universalLoginPage: hostedPage };
  for (const key of known) if (base[key] !== undefined && base[key] !== null) picked[key] = base[key];
  return encode(picked);
}

/** `undefined` on its way out. */
export function decodeMembers(object: any): any {
  for (const key in object) if (object[key] === mark + 'u') object[key] = undefined;
  return object;
}
