// `make install` into a folder of its own, then a foreign project that knows nothing but find_package or pkg-config.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../tools/lib.mjs';
import { folder, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const run = promisify(execFile);
const group = scope();
let prefix, work;
before(() => {
  prefix = join(folder(group), 'prefix');
  work = folder(group);
  execFileSync('cmake', ['--install', `${root}/build/release`, '--prefix', prefix], { stdio: 'pipe' });
});

test('the program, its man pages and the package are there', () => {
  for (const file of ['bin/ostia', 'share/man/man1/ostia.1', 'lib/cmake/ostia/ostia-config.cmake', 'lib/pkgconfig/ostia.pc', 'include/ostia/ostia.hpp'])
    assert.ok(existsSync(join(prefix, file)), file);
  assert.match(execFileSync(join(prefix, 'bin/ostia'), ['--version'], { encoding: 'utf8' }), /^ostia \d/);
});

test('find_package, and the example logs in', async (t) => {
  cpSync(`${root}/examples/command-line`, join(work, 'source'), { recursive: true });
  execFileSync('cmake', ['-S', join(work, 'source'), '-B', join(work, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`], { stdio: 'pipe' });
  execFileSync('cmake', ['--build', join(work, 'build')], { stdio: 'pipe' });
  const authority = await startAuthority(t, { clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code'] }] });
  const browser = join(work, 'browser');
  writeFileSync(browser, `#!${process.execPath}\nimport('${root}/tests/lib/person.mjs').then(async ({ Person }) => fetch(await new Person().logIn(process.argv[2])));\n`);
  chmodSync(browser, 0o755);
  const { stdout } = await run(join(work, 'build/login'), [authority.devIssuer.slice(0, -1), 'native'], { env: { ...process.env, BROWSER: browser } });
  assert.equal(stdout, 'Hello Ada Lovelace (ada@example.com)\n');
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
