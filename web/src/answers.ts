// How outcomes reach applications: a callback as auth0-js has it, or a Promise when none is given; errors in auth0-js's
// shapes (WA-206), with what is new on them out of the way of comparisons and serialisers.
import type { Reply } from './core.js';

export type Callback<T = any> = (error?: any, result?: T) => any;

/**
 * Calls `start` with the caller's callback, or with one that settles the Promise which is then returned. What is wrong
 * with the options is thrown at once either way, as auth0-js does.
 */
export function settled<T, R>(cb: Callback<T> | undefined, start: (cb: Callback<T>) => R): R | Promise<T> {
  if (cb !== undefined) return start(cb);
  let settle: Callback<T>;
  const outcome = new Promise<T>((resolve, reject) => (settle = (error, result) => (error ? reject(error) : resolve(result as T))));
  start(settle!);
  return outcome;
}

export function checkCallback(cb: unknown): void {
  if (typeof cb !== 'function') throw new Error('cb parameter is not valid');
}

/** `error` with a `reason` that the guide explains and a `message` for people. */
export function explain(error: any, reason: string, message?: unknown, more: object = {}): any {
  const text = `${message || 'Something went wrong'} (${reason}: see ostia-js/errors.md#${reason})`;
  const added: any = { reason, message: text, ...more };
  for (const name of Object.keys(added))
    if (!(name in error)) Object.defineProperty(error, name, { value: added[name], configurable: true });
  return error;
}

/** What the core refused, as `parseHash` hands it out; an error that came in `response` keeps its own words. */
export function rawError({ error, description, reason, response }: Reply): any {
  const said = reason === 'error_response';
  const out = said ? { error: response.error, errorDescription: response.error_description, ...(response.state && { state: response.state }) } : { error, errorDescription: description };
  return explain(out, said ? knownReason(error) : reason, description || error);
}

/** The authority's own word for what is wrong, when it is a word. */
export const knownReason = (code: unknown): string => (/^[a-z_]+$/.test(String(code)) ? String(code) : 'error_response');

function wrap(original: any, forceLegacy: boolean | undefined, reason?: string): any {
  const { response } = original;
  const sent = response?.req?._data;
  if (sent?.password) response.req._data = { ...sent, password: '*****' };
  const out: any = { original };
  if (response?.statusCode) out.statusCode = response.statusCode;
  if (response?.statusText) out.statusText = response.statusText;
  let source = response?.body || original;
  source = source.err || source;
  out.code = source.code || source.error || source.error_code || source.status || null;
  out.description = source.errorDescription || source.error_description || source.description || source.error || source.details || source.err || null;
  if (forceLegacy) Object.assign(out, { error: out.code, error_description: out.description });
  if (source.error_codes && source.error_details) out.errorDetails = { codes: source.error_codes, details: source.error_details };
  if (source.name) out.name = source.name;
  if (source.policy) out.policy = source.policy;
  return explain(out, reason ?? original.reason ?? knownReason(out.code), out.description || original.message || original, original.skew !== undefined ? { skew: original.skew } : {});
}

const camelName = (name: string) => name.split('_').map((part, i) => (i ? part.charAt(0).toUpperCase() + part.slice(1) : part)).join('');

function camelCase(value: any, keepOriginal?: boolean): any {
  if (typeof value !== 'object' || !value || Array.isArray(value)) return value;
  const out: any = {};
  for (const name of Object.keys(value)) {
    const camel = camelName(name);
    out[camel] = camelCase(value[camel] || value[name], keepOriginal);
    if (keepOriginal) out[name] = camelCase(value[name], keepOriginal);
  }
  return out;
}

export interface Handling {
  /** Names in the result stay as the authority wrote them. */
  ignoreCasing?: boolean;
  /** Both spellings of each name. */
  keepOriginal?: boolean;
  /** Errors have `error` and `error_description` too. */
  forceLegacy?: boolean;
}

/** Between a request, a popup or a frame, and the application's callback. */
export function answer(cb: Callback, { ignoreCasing, keepOriginal, forceLegacy }: Handling = {}): (error?: any, data?: any, reason?: string) => any {
  return (error, data, reason) => {
    if (!error && !data) return cb(explain({ error: 'generic_error', errorDescription: 'Something went wrong' }, 'generic_error'));
    const failure = error || (data.http ? 0 : data.err || (data.error && data));
    if (failure) return cb(wrap(failure, forceLegacy, reason));
    if (data.type === 'text/html' || data.type === 'text/plain') return cb(null, data.text);
    const body = data.http ? data.body || null : data.body || data;
    return cb(null, ignoreCasing ? body : camelCase(body, keepOriginal));
  };
}
