// Standard error is not a lifeline: whoever reads the log may stall, be gone, or have no room, and nothing waits for it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { constants, chmodSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folder, freePort, ostia, runOstia } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

const answers = async (url) => { try { return (await fetch(url)).status; } catch { return 0; } };

/** Starts it with these descriptors, and waits until it answers, whatever becomes of what it says. */
async function start(t, stdio, { args = [], shell = 'exec "$@"' } = {}) {
  const port = await freePort(), metrics = await freePort(), data = join(folder(), 'data');
  const child = spawn('bash', ['-c', shell, 'bash', ostia, 'serve', '--plain-http', '--drain', '0', '--listen', `127.0.0.1:${port}`, '--metrics-listen', `127.0.0.1:${metrics}`, '--access-log', '--data', data, ...args], { stdio: ['ignore', ...stdio] });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  t.after(async () => { child.kill('SIGKILL'); await ended; });
  const url = `http://127.0.0.1:${port}/`;
  await until(async () => (await answers(`${url}health/ready`)) === 200, 'it answers');
  const dropped = async () => Number(/^ostia_log_lines_dropped (\d+)/m.exec(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text())[1]);
  return { child, ended, url, data, dropped, stop: () => { child.kill(); return ended; } };
}
const unharmed = { code: 0, signal: null };
const long = (i) => `${i}/${'x'.repeat(4000)}`;

/** Asks until lines are dropped; each of these requests has its answer. */
async function overflow({ url, dropped }) {
  for (let i = 0; (await dropped()) === 0; i++) {
    assert.ok(i < 100, 'lines are dropped');
    for (const status of await Promise.all(Array.from({ length: 50 }, (_, k) => answers(`${url}${long(`${i}-${k}`)}`)))) assert.ok([404, 429].includes(status), String(status));
  }
}

/** A pipe that is full, and whom nobody reads; `pair` has both ends of it. */
function fullPipe() {
  const name = join(folder(), 'pipe');
  execFileSync('mkfifo', [name]);
  const end = openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
  try { for (;;) writeSync(end, 'x'.repeat(1024)); } catch (error) { assert.equal(error.code, 'EAGAIN'); }
  return { end, write: openSync(name, 'w') };
}

describe('standard error is not a lifeline', () => {
  test('a reader that stalls: every request is answered, what is missing is counted, and told when it reads again', async (t) => {
    const server = await start(t, ['ignore', 'pipe']);
    await overflow(server);
    assert.equal(await answers(`${server.url}health/live`), 200);
    let log = '';
    server.child.stderr.on('data', (d) => { log += d; });
    await until(() => log.includes('"log_lines_dropped"'), 'it is told');
    const sum = () => log.split('\n').filter((l) => l.includes('"log_lines_dropped"')).reduce((all, l) => all + JSON.parse(l).count, 0);
    const dropped = await server.dropped();
    await until(() => sum() === dropped, 'all of them are told of');
    await answers(`${server.url}after-that`);
    await until(() => log.includes('/after-that'), 'lines pass again');
    for (const line of log.split('\n').filter((l) => l.startsWith('{'))) JSON.parse(line);
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('a reader that stalls from the first line on: it starts, answers and ends', async (t) => {
    const pipe = fullPipe();
    t.after(() => { closeSync(pipe.end); closeSync(pipe.write); });
    const server = await start(t, [pipe.write, pipe.write]);
    assert.equal(await answers(`${server.url}.well-known/jwks.json`), 200);
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('a start that fails ends, too, though nobody reads why', async (t) => {
    const pipe = fullPipe();
    t.after(() => { closeSync(pipe.end); closeSync(pipe.write); });
    const child = spawn(ostia, ['serve', '--listen', 'here'], { stdio: ['ignore', pipe.write, pipe.write] });
    assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 2);
  });

  test('readers that are gone', async (t) => {
    const server = await start(t, ['pipe', 'pipe']);
    server.child.stderr.destroy();
    server.child.stdout.destroy();
    for (let i = 0; i < 20; i++) assert.equal(await answers(`${server.url}${i}`), 404);
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('readers that were never there', async (t) => {
    const server = await start(t, ['ignore', 'ignore'], { shell: 'exec "$@" > >(true) 2> >(true)' });
    assert.equal(await answers(`${server.url}none`), 404);
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('a full disk', async (t) => {
    const server = await start(t, ['ignore', 'ignore'], { shell: 'exec "$@" > /dev/full 2> /dev/full' });
    await overflow(server);
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('closed descriptors: nothing else gets their numbers, and no line gets into it', async (t) => {
    const server = await start(t, ['ignore', 'ignore'], { shell: 'exec "$@" <&- >&- 2>&-', args: ['--dev', '--dev-http', 'none'] });
    for (let i = 0; i < 20; i++) await answers(`${server.url}${i}`);
    for (const fd of [0, 1, 2]) assert.equal(execFileSync('readlink', [`/proc/${server.child.pid}/fd/${fd}`], { encoding: 'utf8' }).trim(), '/dev/null');
    assert.deepEqual(await server.stop(), unharmed);
    assert.equal((await runOstia(['verify', '--data', server.data])).code, 0);
  });

  test('a file that has been moved away: SIGHUP opens a new one of its name', async (t) => {
    const dir = join(folder(), 'log');
    mkdirSync(dir);
    const file = join(dir, 'ostia.log');
    const server = await start(t, ['ignore', openSync(file, 'a')]);
    renameSync(file, `${file}.1`);
    await answers(`${server.url}before`);
    await until(() => readFileSync(`${file}.1`, 'utf8').includes('/before'), 'it goes on in the old one');
    server.child.kill('SIGHUP');
    await until(() => { try { return readFileSync(file, 'utf8').includes('"log_reopened"'); } catch { return false; } }, 'the new one is there');
    await answers(`${server.url}after`);
    await until(() => readFileSync(file, 'utf8').includes('/after'), 'and is written to');
    assert.ok(!readFileSync(`${file}.1`, 'utf8').includes('/after'));
    assert.deepEqual(await server.stop(), unharmed);
  });

  for (const mode of [0o600, 0o640, 0o644, 0o664])
    test(`a log that is opened again keeps the mode ${mode.toString(8)}`, async (t) => {
      const file = join(folder(), 'ostia.log');
      const server = await start(t, ['ignore', openSync(file, 'a')]);
      chmodSync(file, mode);
      renameSync(file, `${file}.1`);
      server.child.kill('SIGHUP');
      await until(() => { try { return readFileSync(file, 'utf8').includes('"log_reopened"'); } catch { return false; } }, 'the new one is there');
      assert.equal(statSync(file).mode & 0o777, mode);
      assert.deepEqual(await server.stop(), unharmed);
    });

  test('a log whose name a pipe has now is not opened again, and the end is heard', async (t) => {
    const file = join(folder(), 'ostia.log');
    const server = await start(t, ['ignore', openSync(file, 'a')]);
    renameSync(file, `${file}.1`);
    execFileSync('mkfifo', [file]);
    server.child.kill('SIGHUP');
    await until(() => readFileSync(`${file}.1`, 'utf8').includes('is not a regular file'), 'it says so');
    assert.deepEqual(await server.stop(), unharmed);
  });

  test('a command whose output does not arrive has not done what it was asked for', async (t) => {
    const server = await start(t, ['ignore', 'ignore']);
    await server.stop();
    const { status, stderr } = await new Promise((resolve) => {
      const child = spawn('bash', ['-c', 'exec "$@" > /dev/full', 'bash', ostia, 'lint', '--data', server.data], { stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (d) => { stderr += d; });
      child.on('close', (status) => resolve({ status, stderr }));
    });
    assert.equal(status, 1);
    assert.match(stderr, /cannot write to the standard output: No space left/);
  });
});
