// The one way into the core: a message in, a reply out, at once. Which module it is, the build decides: WebAssembly, or
// the same module turned into JavaScript.
import { load, type Module } from 'ostia:module';
import { decode } from './encode.js';
import { fromUtf8, toUtf8 } from './utf8.js';

let module: Module | undefined;

export type Reply = Record<string, any>;

/** The reply as JSON. */
export function core(message: object): string {
  // Loaded by the first call, so that importing the package touches nothing and costs nothing.
  module ??= load();
  const bytes = toUtf8(JSON.stringify(message));
  const at = module.alloc(bytes.length);
  new Uint8Array(module.memory.buffer, at, bytes.length).set(bytes);
  const reply = module.call(at, bytes.length);
  const size = new DataView(module.memory.buffer).getUint32(reply - 4, true);
  return fromUtf8(new Uint8Array(module.memory.buffer, reply, size));
}

/** Whether it is the reply's own: pages have put all kinds of things on `Object.prototype`. */
export const has = (reply: Reply, name: string): boolean => Object.keys(reply).indexOf(name) >= 0;

/** A pure function of the core. Throws what the caller did wrong. */
export function ask(name: string, base: unknown, options?: unknown): Reply {
  const reply = decode(core({ call: name, base, options }));
  if (has(reply, 'error') && !reply.response) throw new Error(reply.description);
  return reply;
}
