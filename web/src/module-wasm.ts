// WebAssembly inside the script, compiled at once: construction and URL building must not wait.
// Hexadecimal, because it compresses better than base64 does.
import hex from 'ostia:core.wasm';
import type { Module } from 'ostia:module';

function unpack(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substring(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function load(): Module {
  const bytes = (Uint8Array as any).fromHex?.(hex) ?? unpack();
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    (exports as any)._initialize();
    return exports as unknown as Module;
  } catch (error) {
    throw new Error(
      "auth0.wasm.min.js needs WebAssembly: add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy, or load auth0.min.js, which needs nothing.",
      { cause: error },
    );
  }
}
