// WebAssembly inside the script, compiled at once: construction and URL building must not wait.
import packed from 'ostia:core.wasm';
import type { Module } from 'ostia:module';

// tools/build-web.mjs says how the bytes became text. Numbers only in the loop: it runs before anything else can.
function unpack({ text, isCommon, escapes, characters }: typeof packed): Uint8Array<ArrayBuffer> {
  const common: number[] = [], others: number[] = [];
  for (let byte = 0; byte < 256; byte++) ((parseInt(isCommon[byte >> 2]!, 16) >> (byte & 3)) & 1 ? common : others).push(byte);
  const codes = Array.from(characters, (character) => character.charCodeAt(0));
  // A common byte is its own character where it has one; the rest share what is left.
  const shared = common.filter((byte) => !codes.includes(byte));
  const meaning = new Int16Array(128), place = new Uint8Array(128);
  codes.forEach((code, i) => {
    meaning[code] = common.includes(code) ? code : shared.shift()!;
    place[code] = i;
  });
  for (let i = 0; i < escapes.length; i++) meaning[escapes.charCodeAt(i)] = ~i;
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = meaning[text.charCodeAt(i)]!;
    bytes[size++] = byte < 0 ? others[~byte * codes.length + place[text.charCodeAt(++i)]!]! : byte;
  }
  return bytes.slice(0, size);
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
