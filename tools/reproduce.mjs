// Makes the core's WebAssembly again, without a cache and at another place, and compares it with the package's provenance.
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optimise } from './build-web.mjs';
import { root, run } from './lib.mjs';

const copy = mkdtempSync(join(tmpdir(), 'ostia-again-'));
try {
  for (const name of ['CMakeLists.txt', 'CMakePresets.json', 'cmake', 'core', 'web']) cpSync(`${root}/${name}`, `${copy}/${name}`, { recursive: true });
  const options = { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CCACHE_DISABLE: '1' } };
  run('cmake', ['--preset', 'web'], options);
  run('cmake', ['--build', '--preset', 'web', '--target', 'core'], options);
  optimise(`${copy}/build/web/web/core.wasm`, `${copy}/core.wasm`);
  const digest = createHash('sha256').update(readFileSync(`${copy}/core.wasm`)).digest('hex');
  const { module } = JSON.parse(readFileSync(`${root}/build/npm/provenance.json`, 'utf8'));
  if (digest !== module.sha256) throw new Error(`made ${digest}, the package says ${module.sha256}`);
  console.log(`the same: ${digest}`);
} finally {
  rmSync(copy, { recursive: true });
}
