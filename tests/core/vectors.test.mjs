// The core's vectors in WebAssembly and in the module's JavaScript form; core/tests runs the same files natively, and
// those of the native login there only: the page's module has none.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';

const wasm = () => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(`${root}/build/web/package/core-vectors.wasm`)));
  exports._initialize();
  return exports;
};
const javascript = async () => {
  const exports = await import(`${root}/build/web/package/core-vectors.mjs`);
  exports._initialize();
  return exports;
};

function call(module, vector) {
  const bytes = new TextEncoder().encode(JSON.stringify(vector));
  const at = module.alloc(bytes.length);
  new Uint8Array(module.memory.buffer, at, bytes.length).set(bytes);
  const reply = module.call(at, bytes.length);
  const size = new DataView(module.memory.buffer).getUint32(reply - 4, true);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(module.memory.buffer, reply, size)));
}

for (const [name, module] of [['WebAssembly', wasm()], ['JavaScript', await javascript()]])
  for (const file of readdirSync(`${root}/core/testdata`).filter((f) => f.endsWith('.json')))
    for (const vector of JSON.parse(readFileSync(`${root}/core/testdata/${file}`)))
      if (vector.operation !== 'native_login') test(`${name}: ${file}: ${vector.name}`, () => assert.deepEqual(call(module, vector), vector.expect));

test('WebAssembly: the heap stays flat over a thousand calls', () => {
  const module = wasm();
  const vector = { call: 'json', args: [JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ name: `member ${i}` })))] };
  for (let i = 0; i < 20; i++) call(module, vector);
  const before = module.memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) call(module, vector);
  assert.equal(module.memory.buffer.byteLength, before);
});
