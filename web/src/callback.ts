// How outcomes reach applications: a callback as auth0-js has it, or a Promise when none is given.
import { decodeMembers } from './encode.js';
import type { Reply } from './core.js';

export type Callback<T> = (error: any, result?: T) => void;

/** The legacy error, with what is new on it out of the way of comparisons and serialisers. */
export function legacyError(reply: Reply, original?: Error): any {
  const error = { ...(original && { original }), ...decodeMembers(reply.error) };
  for (const name of ['reason', 'message'] as const)
    if (reply[name] && !(name in error)) Object.defineProperty(error, name, { value: reply[name], configurable: true });
  return error;
}

/** Calls `start` with a callback: the caller's, or one that settles the Promise which is then returned. */
export function withCallback<T, R>(cb: Callback<T> | undefined, start: (cb: Callback<T>) => R): R | Promise<T> {
  if (cb === undefined)
    return new Promise<T>((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result as T))));
  if (typeof cb !== 'function') throw new Error('cb parameter is not valid');
  return start(cb);
}
