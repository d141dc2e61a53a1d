// `make install` into a folder of its own, then a foreign project that knows nothing but find_package or pkg-config.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../tools/lib.mjs';
import { approveDevice } from '../lib/person.mjs';
import { folder, freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const run = promisify(execFile);
const group = scope();
let prefix, work;
before(() => {
  prefix = join(folder(), 'prefix');
  work = folder();
  execFileSync('cmake', ['--install', `${root}/build/release`, '--prefix', prefix], { stdio: 'pipe' });
});

test('the program, its man pages and the package are there', () => {
  for (const file of ['bin/ostia', 'share/man/man1/ostia.1', 'lib/cmake/ostia/ostia-config.cmake', 'lib/pkgconfig/ostia.pc', 'include/ostia/ostia.hpp', 'lib/libostia.so', 'share/bash-completion/completions/ostia'])
    assert.ok(existsSync(join(prefix, file)), file);
  assert.match(execFileSync(join(prefix, 'bin/ostia'), ['--version'], { encoding: 'utf8' }), /^ostia \d/);
});

const build = (name) => {
  cpSync(`${root}/examples/${name}`, join(work, name), { recursive: true });
  execFileSync('cmake', ['-S', join(work, name), '-B', join(work, `${name}-build`), `-DCMAKE_PREFIX_PATH=${prefix}`], { stdio: 'pipe' });
  execFileSync('cmake', ['--build', join(work, `${name}-build`)], { stdio: 'pipe' });
  return readdirSync(join(work, `${name}-build`)).filter((f) => !f.includes('.')).map((f) => join(work, `${name}-build`, f)).find((f) => statSync(f).isFile() && (statSync(f).mode & 0o100) && !/Makefile/.test(f));
};
const clients = [
  { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'] },
  { name: 'Service', client_id: 'service', client_secret: 'service-secret', app_type: 'non_interactive', grant_types: ['client_credentials'] },
];
const personScript = (name, script) => {
  const file = join(work, name);
  writeFileSync(file, `#!${process.execPath}\nimport('${root}/tests/lib/person.mjs').then(async ({ Person }) => { const person = new Person(), url = process.argv[2]; ${script} });\n`);
  chmodSync(file, 0o755);
  return file;
};

test('find_package, and the example logs in', async (t) => {
  const program = build('command-line');
  const authority = await startAuthority(t, { clients });
  const browser = personScript('browser', 'await fetch(await person.logIn(url));');
  const { stdout } = await run(program, [authority.devIssuer.slice(0, -1), 'native'], { env: { ...process.env, BROWSER: browser } });
  assert.equal(stdout, 'Hello Ada Lovelace (ada@example.com)\n');
});

test('Asio: three workers in coroutines get tokens', async (t) => {
  const program = build('asio-service');
  const authority = await startAuthority(t, { clients });
  const domain = authority.devIssuer.slice(0, -1);
  const { stdout } = await run(program, [domain, 'service', 'service-secret', 'https://api.example.com/']);
  assert.equal(stdout.match(/^worker \d has a token for 86400 seconds$/gm)?.length, 3, stdout);
  await assert.rejects(run(program, [domain, 'service', 'wrong', 'https://api.example.com/']), (e) => e.code === 3);
});

test('a loop that only polls goes on while a person logs in on another device', async (t) => {
  const program = build('poll-loop');
  const authority = await startAuthority(t, { clients });
  const child = spawn(program, [authority.devIssuer.slice(0, -1), 'native']);
  let out = '';
  const link = new Promise((resolve) => child.stdout.on('data', (d) => { const m = /^Open (\S+)$/m.exec((out += d)); if (m) resolve(m[1]); }));
  await approveDevice(await link, 'ada@example.com', 'Correct-Horse-9');
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  assert.match(out, /^Hello Ada Lovelace$/m);
  assert.ok(Number(/after (\d+) frames/.exec(out)[1]) > 10);
});

test('Qt: a desktop program logs in under Xvfb, and its next start needs no login', async (t) => {
  const program = build('qt-desktop');
  const authority = await startAuthority(t, { clients });
  const browser = personScript('qt-browser', 'await fetch(await person.logIn(url));');
  const env = { ...process.env, BROWSER: browser, XDG_STATE_HOME: join(work, 'state'), XDG_RUNTIME_DIR: work, DBUS_SESSION_BUS_ADDRESS: '', NO_AT_BRIDGE: '1' };
  const child = spawn('xvfb-run', ['-a', program, authority.devIssuer.slice(0, -1), 'native', 'press'], { env, detached: true });
  let out = '', err = '';
  child.stderr.on('data', (d) => (err += d));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (d) => /\n/.test((out += d)) && resolve());
    child.on('close', (code) => reject(new Error(`ended with ${code}: ${err}`)));
  });
  assert.equal(out, 'Hello Ada Lovelace\n');
  process.kill(-child.pid);
});

test('an API protects itself in five lines', async (t) => {
  const program = build('api-server');
  const authority = await startAuthority(t, { clients });
  const domain = authority.devIssuer.slice(0, -1), port = await freePort();
  const child = spawn(program, [String(port), domain, 'https://api.example.com/']);
  t.after(() => child.kill());
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ask = async (authorization) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: authorization ? { authorization } : {} });
    return [response.status, await response.text()];
  };
  const { access_token } = await (await fetch(`${domain}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'service', client_secret: 'service-secret', audience: 'https://api.example.com/' }) })).json();
  assert.deepEqual(await ask(`Bearer ${access_token}`), [200, 'Hello service@clients\n']);
  assert.equal((await ask())[0], 401);
  assert.match((await ask(`Bearer ${access_token.slice(0, -4)}AAAA`))[1], /signature_invalid/);
});

test('FetchContent, with the shared library', () => {
  const source = join(work, 'fetched');
  mkdirSync(source);
  writeFileSync(join(source, 'CMakeLists.txt'), `cmake_minimum_required(VERSION 3.25)
project(fetched LANGUAGES C CXX)
include(FetchContent)
FetchContent_Declare(ostia SOURCE_DIR ${root})
FetchContent_MakeAvailable(ostia)
add_executable(fetched main.cpp)
target_link_libraries(fetched PRIVATE ostia::sdk_shared)
`);
  writeFileSync(join(source, 'main.cpp'), `#include <ostia/ostia.hpp>
int main() { return ostia::WebAuth({.domain = "a.example", .client_id = "c"}).client().build_authorize_url({.response_type = "code"}) ? 0 : 1; }
`);
  execFileSync('cmake', ['-S', source, '-B', join(source, 'build'), '-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'], { stdio: 'pipe' });
  execFileSync('cmake', ['--build', join(source, 'build'), '-j2'], { stdio: 'pipe' });
  execFileSync(join(source, 'build/fetched'));
});

test('the shared library shows the API and nothing of its inside, each symbol with its version', () => {
  const symbols = execFileSync('nm', ['-DC', '--defined-only', join(prefix, 'lib/libostia.so')], { encoding: 'utf8' }).trim().split('\n').map((l) => l.split(' ').slice(2).join(' '));
  assert.ok(symbols.some((s) => s.startsWith('ostia::WebAuth::authorize(')));
  for (const symbol of symbols) {
    if (/^OSTIA_0\.\d+$/.test(symbol)) continue;
    assert.match(symbol, /ostia::/);
    assert.match(symbol, /@@OSTIA_0\.\d+$/);
    assert.doesNotMatch(symbol, /ostia::(auth0|oidc|oauth|jose|url|text)::/);
  }
});

test('a program that only builds an authorize URL is small, and clean under valgrind', () => {
  const source = join(work, 'url.cpp');
  writeFileSync(source, `#include <cstdio>
#include <ostia/authentication.hpp>
int main() {
  ostia::Authentication client({.domain = "a.example", .client_id = "c", .redirect_uri = "https://a/b"});
  auto url = client.build_authorize_url({.response_type = "code", .state = "s"});
  std::puts(url ? url->c_str() : url.error().description.c_str());
}
`);
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'ostia'], { encoding: 'utf8', env: { ...process.env, PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') } }).trim().split(/\s+/);
  execFileSync('g++', ['-std=c++20', '-O2', '-s', source, '-o', join(work, 'url'), ...flags], { stdio: 'pipe' });
  const { size } = statSync(join(work, 'url'));
  assert.ok(size < 600_000, `${size} bytes`);
  const { stdout, stderr, status } = spawnSync('valgrind', ['--leak-check=full', '--error-exitcode=9', join(work, 'url')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^https:\/\/a\.example\/authorize\?client_id=c&redirect_uri=\S+&response_type=code&state=s$/m);
});

test('pkg-config, and the public headers alone, as C++20 with poisoned names', () => {
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'ostia'], { encoding: 'utf8', env: { ...process.env, PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') } }).trim().split(/\s+/);
  const source = join(work, 'use.cpp');
  writeFileSync(source, `#include <string>
#include <vector>
#include <memory>
#include <variant>
#include <optional>
#include <functional>
#include <initializer_list>
#pragma GCC poison CURL EVP_PKEY boost
#include <ostia/ostia.hpp>
int main() {
  ostia::WebAuth auth({.domain = "tenant.example", .client_id = "c", .redirect_uri = "https://a/b", .scope = "openid", .audience = "x", .response_type = "code", .leeway = 5});
  ostia::AuthorizeOptions options;
  options.state = "s";
  auto url = auth.client().build_authorize_url(options);
  if (!url || url->find("https://tenant.example/authorize?") != 0) return 1;
  if (auth.client().build_authorize_url({.response_type = "id_token"})) return 2;
  auto nothing = auth.parse_hash({.state = "s", .hash = "#"});
  if (!nothing || nothing->has_value()) return 3;
  auto refused = auth.parse_hash({.state = "s", .hash = "#error=access_denied&error_description=no"});
  if (refused || refused.error().code != "access_denied" || refused.error().description != "no") return 4;
  auto other = auth.parse_hash({.state = "s", .hash = "#access_token=a&state=t"});
  if (other || other.error().reason != "state_unknown") return 5;
  auto fine = auth.parse_hash({.state = "s", .hash = "#access_token=a&state=s&expires_in=60"});
  if (!fine || !*fine || (*fine)->access_token != "a" || (*fine)->expires_in != 60) return 6;
  auto unusable = ostia::WebAuth({.domain = "", .client_id = "c"}).authorize();
  if (unusable || unusable.error().fault != ostia::Fault::caller) return 7;
  if (auth.client().user_info("")) return 8;
}
`);
  execFileSync('g++', ['-std=c++20', '-Wall', '-Wextra', '-Werror', source, '-o', join(work, 'use'), ...flags], { stdio: 'pipe' });
  execFileSync(join(work, 'use'));
});

test('C++ that the documentation shows compiles against what is installed', async () => {
  // What a program around the snippets would have.
  const around = `#include <ostia/ostia.hpp>
#include <string>
namespace ostia::qt { inline void drive(ostia::Loop&, void*) {} }
void complain(const ostia::Error&); void show(const ostia::Error&); void show_qr_code(const std::string&); void respond(int, const std::string&);
ostia::Result<ostia::AuthResult> log_in_elsewhere(ostia::WebAuth&);
extern std::string domain, id, authorization_header; extern bool has_browser; extern int app;
`;
  const pages = ['README.md', ...readdirSync(`${root}/docs/guides`).map((f) => `docs/guides/${f}`)];
  let compiled = 0;
  for (const page of pages) {
    const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/^```cpp\n([^]*?)^```/gm)].map((m) => m[1].replaceAll('{ … }', '{}'));
    if (blocks.length === 0) continue;
    const file = join(work, 'snippet.cpp');
    writeFileSync(file, `${around}void snippet() {\n${blocks.join('\n')}\n}\n`);
    await run('g++', ['-std=c++20', '-fsyntax-only', `-I${prefix}/include`, file]).catch((e) => assert.fail(`${page}: ${e.stderr}`));
    compiled += blocks.length;
  }
  assert.ok(compiled >= 7, `${compiled}`);
});
