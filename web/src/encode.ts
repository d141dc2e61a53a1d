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

/** JSON from the core; what is `undefined` or a function there is left out. */
export function decode(text: string): any {
  return JSON.parse(text, text.indexOf('\\u0001') >= 0 ? (_key, value) => {
    if (typeof value !== 'string' || value[0] !== mark) return value;
    return value[1] === 's' ? value.slice(2) : value[1] === 'n' ? Number(value.slice(2)) : undefined;
  } : undefined);
}

// The constructor's options that the core reads. Only these: applications keep their own things in `baseOptions`.
const known =
  'domain clientID responseType responseMode redirectUri scope audience _csrf state _intstate nonce protocol realm ' +
  'credentialType token_issuer jwksURI rootUrl leeway maxAge stateExpiration transaction _disableDeprecationWarnings';

export function encodeBase(base: any, auth0Client?: string): unknown {
  const picked: Record<string, unknown> = { auth0Client, pageHost: globalThis.window?.location.host };
  for (const key of known.split(' ')) picked[key] = base[key];
  for (const key in picked) picked[key] ?? delete picked[key];
  return encode(picked);
}
