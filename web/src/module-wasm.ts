// WebAssembly inside the script, compiled at once: construction and URL building must not wait.
import packed from 'ostia:core.wasm';
import type { Module } from 'ostia:module';
import { toUtf8 } from './utf8.js';

// tools/build-web.mjs says how the bytes became text. The browser's own functions do what they can of it: this runs before
// anything else can, and a loop over all bytes would be half of the start.
function unpack({ text, escape, zero, rare }: typeof packed): Uint8Array<ArrayBuffer> {
  const coded = toUtf8(text.split(zero).join('\0'));
  const bytes = new Uint8Array(coded.length);
  let size = 0, from = 0;
  for (let at; (at = coded.indexOf(escape, from)) >= 0; from = at + 2) {
    bytes.set(coded.subarray(from, at), size);
    size += at - from;
    bytes[size++] = coded[at + 1]! + 0x80;
  }
  bytes.set(coded.subarray(from), size);
  for (let i = 0; i < rare.length; i += 2) bytes[rare[i]!] = rare[i + 1]!;
  return bytes.slice(0, size + coded.length - from);
}

export function load(): Module {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(unpack(packed)));
    (exports as any)._initialize();
    return exports as unknown as Module;
  } catch (error) {
    throw new Error(
      "auth0.wasm.min.js needs WebAssembly: add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy, or load auth0.min.js, which needs nothing.",
      { cause: error },
    );
  }
}
