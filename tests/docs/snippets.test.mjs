// What the documentation tells people to type: scripts are read, commands have the options that they use, quickstarts run.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { root } from '../../tools/lib.mjs';
import { folder, freePort, ostia } from '../lib/program.mjs';

const pages = ['README.md', 'CONTRIBUTING.md', 'web/README.md', 'examples/README.md', ...readdirSync(`${root}/docs`, { recursive: true }).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
const text = (page) => readFileSync(join(root, page), 'utf8');
const blocks = (page, language) => [...text(page).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map((m) => m[1]);
/** The lines of a shell block that are commands, without comments. */
const commands = (block) => block.replaceAll('\\\n', ' ').split('\n').map((l) => l.replace(/\s+#.*$/, '').trim()).filter((l) => l && !l.startsWith('#'));

test('scripts in the pages can be read', () => {
  let read = 0;
  for (const page of pages) {
    const scripts = [...blocks(page, 'js'), ...blocks(page, 'html').flatMap((html) => [...html.matchAll(/<script>([^]*?)<\/script>/g)].map((m) => m[1]))];
    for (const script of scripts) {
      const plain = script.replace(/^import .*$/gm, '').replace(/^export /gm, '').replaceAll('…', '');
      try { new vm.Script(`(async () => {${plain}\n})`); } catch (error) { assert.fail(`${page}: ${error.message}\n${script}`); }
      read++;
    }
  }
  assert.ok(read > 5);
});

const help = new Map();
function optionsOf(verb) {
  if (!help.has(verb)) help.set(verb, execFileSync(ostia, [verb, '--help'], { encoding: 'utf8' }));
  return help.get(verb);
}

test('every command of ostia has the options that it is shown with', () => {
  let seen = 0;
  for (const page of pages)
    for (const line of [...blocks(page, 'sh').flatMap(commands), ...[...text(page).matchAll(/`((?:build\/release\/)?ostia [a-z]+ [^`]*)`/g)].map((m) => m[1])]) {
      const [, verb, rest] = /^(?:\S*\/)?ostia ([a-z]+)(.*)$/.exec(line) ?? [];
      if (!verb) continue;
      for (const option of rest.match(/--[a-z][\w-]*/g) ?? []) assert.match(optionsOf(verb), new RegExp(`${option}\\b`), `${page}: ${line}`);
      seen++;
    }
  assert.ok(seen > 15, `${seen}`);
});

test('every make command is one', () => {
  const targets = [...text('Makefile').matchAll(/^([a-z-]+):/gm)].map((m) => m[1]);
  for (const page of pages)
    for (const line of blocks(page, 'sh').flatMap(commands)) {
      const target = /^make ([a-z-]+)/.exec(line)?.[1];
      if (target) assert.ok(targets.includes(target), `${page}: ${line}`);
    }
  for (const [, name] of text('examples/README.md').matchAll(/NAME=([\w-]+)/g)) assert.ok(existsSync(join(root, 'examples', name)), name);
});

test('the quickstart of a web page, as it stands there', async (t) => {
  const page = 'docs/quickstarts/web-page.md', cwd = folder();
  writeFileSync(join(cwd, 'tenant.yaml'), blocks(page, 'yaml')[0]);
  const lines = blocks(page, 'sh').flatMap(commands).map((line) => line.split(/\s+/)).filter(([program]) => program.endsWith('ostia')).map(([, ...args]) => args);
  const ends = (args) => new Promise((resolve) => {
    let output = '';
    const child = spawn(ostia, args, { cwd });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d));
    child.on('close', (code) => resolve({ code, output }));
  });
  const lint = await ends(lines.find(([verb]) => verb === 'lint'));
  assert.deepEqual([lint.code, lint.output.trim()], [0, 'Nothing to object to.']);
  for (const args of lines.filter(([verb]) => verb === 'serve')) {
    const server = await startServing(t, args, cwd);
    if (args.includes('--config')) {
      const doctor = await ends(lines.find(([verb]) => verb === 'doctor'));
      assert.equal(doctor.code, 0, doctor.output);
      assert.match(doctor.output, /ok +callback +"http:\/\/localhost:3000\/callback" is a callback URL of "Shop"/);
      assert.match(doctor.output, /ok +origin/);
    }
    await server.stop();
  }
});

/** Starts a command that serves; the program, once it is ready. */
async function startServing(t, args, cwd) {
  const server = spawn(ostia, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => server.on('close', resolve));
  t.after(() => server.kill('SIGKILL'));
  let said = '';
  server.stderr.on('data', (d) => (said += d));
  await new Promise((resolve, reject) => {
    server.stdout.on('data', (d) => String(d).includes('ostia: ready') && resolve());
    ended.then(() => reject(new Error(said)));
  });
  return { async stop() { server.kill('SIGTERM'); assert.equal(await ended, 0); } };
}

test('a tenant moves as its guide says, line by line', async (t) => {
  const cwd = folder(), port = await freePort(), guide = text('docs/guides/moving-a-tenant.md');
  cpSync(`${root}/authority/tenant/demo.yaml`, join(cwd, 'tenant/tenant.yaml'));
  cpSync(`${root}/authority/tenant/demo-users.json`, join(cwd, 'users.json'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '90', '-keyout', join(cwd, 'key.pem'), '-out', join(cwd, 'chain.pem')], { stdio: 'pipe' });
  // Where the guide has its reader's machine and name.
  const here = (word) => word.replace('/var/lib/ostia', join(cwd, 'data')).replace('0.0.0.0:443', `127.0.0.1:${port}`).replace('https://login.example.com', `https://localhost:${port}`);
  const lines = commands(/```sh\n(ostia import[^]*?)```/.exec(guide)[1]).map((line) => line.split(/\s+/).slice(1).map(here));
  assert.deepEqual(lines.map(([verb]) => verb), ['import', 'import', 'serve', 'doctor']);
  const run = (args) => promisify(execFile)(ostia, args, { cwd });
  assert.match((await run(lines[0])).stdout, /4 users: 4 added/);
  assert.equal((await run(lines[1])).stdout, 'Nothing to change.\n');
  const server = await startServing(t, lines[2], cwd);
  const { stdout } = await run([...lines[3], '--listen', `127.0.0.1:${await freePort()}`, '--ca', join(cwd, 'chain.pem')]);
  assert.match(stdout, /^ok +issuer +https:\/\/localhost/m);
  await server.stop();
});

test('the first lines of running an authority, and a token as the Node quickstart asks for it', async (t) => {
  const cwd = folder(), [dev, own] = blocks('docs/guides/authority.md', 'sh').flatMap(commands).map((line) => line.split(/\s+/).slice(1));
  const first = await startServing(t, dev, cwd);
  const curl = commands(blocks('docs/quickstarts/node.md', 'sh')[0])[0];
  const { stdout } = await promisify(execFile)('sh', ['-c', curl.replace(/^curl /, 'curl -s ')]);
  assert.match(JSON.parse(stdout).access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  await first.stop();
  cpSync(`${root}/authority/tenant/demo.yaml`, join(cwd, 'tenant.yaml'));
  cpSync(`${root}/authority/tenant/demo-users.json`, join(cwd, 'users.json'));
  const second = await startServing(t, own.map((word) => word.replace('/var/lib/ostia', join(cwd, 'data')).replace('0.0.0.0:443', '127.0.0.1:0')), cwd);
  await second.stop();
});

test('the site is made of all of it', { skip: !existsSync('/usr/bin/mkdocs') && 'mkdocs is not installed' }, () => {
  execFileSync(process.execPath, [`${root}/tools/docs.mjs`], { stdio: 'pipe' }); // strict: a broken link fails
  for (const file of ['index.html', 'errors/nonce_missing.html', 'reference/javascript.html', 'reference/http.html', 'guides/moving-a-tenant.html', 'decisions/0001-operations-await-effects.html'])
    assert.ok(existsSync(`${root}/build/site/${file}`), file);
  assert.doesNotMatch(readFileSync(`${root}/build/site/index.html`, 'utf8'), /fonts\.googleapis/);
});
