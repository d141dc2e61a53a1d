// `make package`: what is in the packages, that they can be taken apart and used, and that the same commit makes the same.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { root, version } from '../../tools/lib.mjs';
import { folder } from '../lib/program.mjs';

const out = `${root}/build/packages`;
const skip = !existsSync(`${root}/.git`) && 'this is no checkout';
const make = () => {
  execFileSync(process.execPath, ['tools/package.mjs'], { cwd: root, stdio: 'pipe' });
  return readFileSync(`${out}/SHA256SUMS`, 'utf8');
};
let sums = '';
before(() => { if (!skip) sums = make(); });
const deb = (name) => join(out, readdirSync(out).find((f) => new RegExp(`^${name}_${version}_\\w+\\.deb$`).test(f)) ?? assert.fail(`no package ${name}`));
const field = (file, name) => execFileSync('dpkg-deb', ['-f', file, name], { encoding: 'utf8' }).trim();

test('checksums of all files, by one version', { skip }, () => {
  const lines = sums.trim().split('\n').map((l) => l.split('  '));
  assert.deepEqual(lines.map(([, file]) => file).sort(), readdirSync(out).filter((f) => f !== 'SHA256SUMS').sort());
  for (const [sum, file] of lines) {
    assert.equal(createHash('sha256').update(readFileSync(`${out}/${file}`)).digest('hex'), sum, file);
    assert.match(file, new RegExp(version.replaceAll('.', '\\.')));
  }
  for (const file of ['ostia-js', 'ostia-']) assert.ok(lines.some(([, name]) => name.startsWith(file)), file);
});

test('three packages of Debian’s: the program, the library, what compiling needs', { skip }, () => {
  const program = folder(), dev = folder(), library = folder();
  for (const [name, to] of [['ostia', program], ['libostia', library], ['libostia-dev', dev]]) execFileSync('dpkg-deb', ['-x', deb(name), to]);
  assert.equal(execFileSync(`${program}/usr/bin/ostia`, ['--version'], { encoding: 'utf8' }), `ostia ${version}\n`);
  for (const file of ['usr/share/man/man1/ostia-doctor.1.gz', 'usr/share/man/man1/ostia-doctor.1']) if (existsSync(join(program, file))) break; else if (file.endsWith('.1')) assert.fail('no man page');
  assert.ok(existsSync(join(program, 'usr/lib/systemd/system/ostia.service')) || existsSync(join(program, 'lib/systemd/system/ostia.service')));
  assert.ok(!existsSync(join(program, 'usr/include')));
  assert.ok(existsSync(join(dev, 'usr/include/ostia/ostia.hpp')) && existsSync(join(dev, 'usr/lib/cmake/ostia/ostia-config.cmake')) && existsSync(join(dev, 'usr/lib/libostia.a')));
  assert.ok(readdirSync(join(library, 'usr/lib')).some((f) => /^libostia\.so\.\d/.test(f)));
  assert.match(field(deb('ostia'), 'Depends'), /libc6.*libcurl4|libcurl4.*libc6/);
  assert.match(field(deb('libostia-dev'), 'Depends'), new RegExp(`libostia \\(= ${version.replaceAll('.', '\\.')}\\)`));
});

test('no package knows where it was built', { skip }, () => {
  const to = folder();
  execFileSync('dpkg-deb', ['-x', deb('ostia'), to]);
  assert.ok(!readFileSync(`${to}/usr/bin/ostia`).includes(`${root}/authority`));
});

test('the bill of materials names what the program is made of', { skip }, () => {
  const bill = JSON.parse(readFileSync(`${out}/ostia-${version}.cdx.json`, 'utf8'));
  assert.deepEqual([bill.bomFormat, bill.metadata.component.version], ['CycloneDX', version]);
  const names = bill.components.map((c) => c.name);
  for (const name of ['libssl3', 'libsqlite3-0', 'libsodium23', 'libboost1.81-dev', 'preact', '@codemirror/view']) assert.ok(names.includes(name), `${name} is not in ${names}`);
  for (const c of bill.components) assert.match(c.purl, /^pkg:(deb|npm)\/.+@.+/);
});

test('the npm tarball and the source archive', { skip }, () => {
  const list = (file) => execFileSync('tar', ['-tzf', join(out, file)], { encoding: 'utf8' }).split('\n');
  assert.ok(list(`ostia-js-${version}.tgz`).includes('package/dist/auth0.min.js'));
  const source = list(`ostia-${version}.tar.gz`);
  for (const file of ['CMakeLists.txt', 'dashboard/src/app.tsx', 'CONTRIBUTING.md']) assert.ok(source.includes(`ostia-${version}/${file}`), file);
});

test('the same commit makes the same bytes', { skip }, () => assert.equal(make(), sums));
