// WebAssembly inside the script, compiled at once: construction and URL building must not wait.
import packed from 'ostia:core.wasm';
import type { Module } from 'ostia:module';

// tools/build-web.mjs says how the bytes became text.
function unpack({ text, isCommon, escapes, characters }: typeof packed): Uint8Array<ArrayBuffer> {
  const common: number[] = [], others: number[] = [];
  for (let byte = 0; byte < 256; byte++) ((parseInt(isCommon[byte >> 2]!, 16) >> (byte & 3)) & 1 ? common : others).push(byte);
  // A common byte is its own character where it has one; the rest share what is left.
  const isOwn = (byte: number) => characters.includes(String.fromCharCode(byte));
  const shared = common.filter((byte) => !isOwn(byte));
  const meaning: Record<string, number> = {};
  for (const character of characters) {
    const byte = character.charCodeAt(0);
    meaning[character] = common.includes(byte) ? byte : shared.shift()!;
  }
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const escape = escapes.indexOf(text[i]!);
    bytes[size++] = escape < 0 ? meaning[text[i]!]! : others[escape * characters.length + characters.indexOf(text[++i]!)]!;
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
