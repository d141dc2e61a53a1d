// `make example NAME=…`: builds an example and runs it, beside an authority with the demo tenant.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './lib.mjs';

const domain = 'http://localhost:8080', api = 'https://api.example.com/';
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
// What a C++ example is called with.
const args = {
  'command-line': [domain, 'ostia-demo'],
  'api-server': ['3001', domain, api],
  'asio-service': [domain, 'ostia-machine', 'ostia-machine-secret', api],
  'poll-loop': [domain, 'ostia-demo'],
  'qt-desktop': [domain, 'ostia-demo'],
};

const [name] = process.argv.slice(2);
const folder = `${root}/examples/${name}`;
const names = readdirSync(`${root}/examples`).filter((n) => statSync(`${root}/examples/${n}`).isDirectory());
if (!names.includes(name)) {
  console.error(`There is no example ${name ? `"${name}"` : 'without a name'}: make example NAME=…, one of ${names.join(', ')}`);
  process.exit(2);
}

/** The example's program and its arguments. */
function build() {
  if (existsSync(`${folder}/CMakeLists.txt`)) {
    const prefix = `${root}/build/examples/sdk`, work = `${root}/build/examples/${name}`;
    run('cmake', ['--install', 'build/release', '--prefix', prefix], quiet);
    run('cmake', ['-S', folder, '-B', work, `-DCMAKE_PREFIX_PATH=${prefix}`], quiet);
    run('cmake', ['--build', work], quiet);
    return [`${work}/${name === 'command-line' ? 'login' : name}`, args[name]];
  }
  if (!existsSync(`${folder}/package.json`)) return [process.execPath, [`${folder}/server.mjs`]];
  run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], { ...quiet, cwd: folder });
  return ['npm', ['start', '--silent']];
}

const answers = () => fetch(`${domain}/health/ready`).then((r) => r.ok, () => false);

/** Ends with this program, unless somebody else's answers already. */
async function startAuthority() {
  if (await answers()) return;
  const data = mkdtempSync(join(tmpdir(), 'ostia-example-'));
  const authority = spawn(`${root}/build/release/ostia`, ['serve', '--dev', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
  process.on('exit', () => {
    authority.kill();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  });
  await new Promise((resolve, reject) => {
    authority.stdout.on('data', (text) => String(text).includes('ostia: ready') && resolve());
    authority.on('exit', () => reject(new Error('the authority did not start: are the ports 8080 and 8443 free?')));
  });
  console.log(`The authority is at ${domain}; log in as ada@example.com / Correct-Horse-9.`);
}

const [program, options] = build();
await startAuthority();
const example = spawn(program, options, { cwd: folder, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => example.kill(signal));
example.on('exit', (code) => process.exit(code ?? 0));
