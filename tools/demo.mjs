// `make demo`: the authority and the example application, until Ctrl-C.
import { spawn } from 'node:child_process';
import { root } from './lib.mjs';

const children = [];
let stopping = false;

function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
  const end = () => process.exit(code);
  setTimeout(end, 5000).unref();
  let left = children.filter((c) => c.exitCode === null && c.signalCode === null).length;
  if (left === 0) end();
  for (const child of children) child.once('exit', () => --left === 0 && end());
}

// Resolves when the program prints its ready line; ends the demo when the program ends.
function start(name, program, args, ready) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    child.stdout.on('data', (text) => String(text).includes(ready) && resolve());
    child.on('error', (error) => { console.error(`demo: ${name} cannot start: ${error.message}`); stop(1); });
    child.on('exit', (code) => { if (!stopping) { console.error(`demo: ${name} ended`); stop(code || 1); } });
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

await Promise.all([
  start('the authority', 'build/release/ostia', ['serve', '--dev', '--data', process.env.OSTIA_DEMO_DATA ?? 'build/demo-data'], 'ostia: ready'),
  start('the example', process.execPath, ['examples/playground/server.mjs'], 'example: ready'),
]);
if (!stopping) console.log(`
  Open       http://localhost:3000/example

  Log in as  ada@example.com    Correct-Horse-9
             grace@example.com  Battery-Staple-9

  Manage it  http://localhost:8080/dashboard
             admin@example.com  Open-Sesame-9

  The authority answers at https://localhost:8443 and http://localhost:8080.
  Mails and text messages end at http://localhost:8080/_dev/messages.
  Ctrl-C stops all of it.

demo: ready`);
