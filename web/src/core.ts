// The one way into the core: a message in, a reply out, at once. Which module it is, the build decides: WebAssembly, or
// the same module turned into JavaScript.
import { load, type Module } from 'ostia:module';

let module: Module | undefined;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type Reply = Record<string, any>;

export function core(message: object): Reply {
  // Loaded by the first call, so that importing the package touches nothing and costs nothing.
  module ??= load();
  const bytes = encoder.encode(JSON.stringify(message));
  const at = module.alloc(bytes.length);
  new Uint8Array(module.memory.buffer, at, bytes.length).set(bytes);
  const reply = module.call(at, bytes.length);
  const size = new DataView(module.memory.buffer).getUint32(reply - 4, true);
  return JSON.parse(decoder.decode(new Uint8Array(module.memory.buffer, reply, size)));
}

/** A pure function of the core. Throws what the caller did wrong. */
export function ask(name: string, ...args: unknown[]): Reply {
  const reply = core({ call: name, args });
  if ('throw' in reply) throw new Error(reply.throw);
  return reply;
}
