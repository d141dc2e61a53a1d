// What is delivered is hardened: a mistake that nobody has found ends the program, and no more. Read from the binaries.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { folder } from '../lib/program.mjs';

const read = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
const count = (text, pattern) => text.match(pattern)?.length ?? 0;

// What the linker and the compiler have left behind of each flag. `least`: how often, in a program or library of any size.
const flags = {
  'PIE, or a shared library (-pie, -fPIC)': (file) => assert.match(read('readelf', '-hW', file), /Type:\s+DYN/),
  'full RELRO (-z relro -z now)': (file) => {
    assert.match(read('readelf', '-lW', file), /GNU_RELRO/);
    assert.match(read('readelf', '-dW', file), /BIND_NOW|\(FLAGS_1\).*NOW/);
  },
  'no executable stack (-z noexecstack)': (file) => assert.match(read('readelf', '-lW', file), /GNU_STACK\s.*\sRW\s/),
  '-fstack-protector-strong': (file) => assert.match(read('readelf', '--dyn-syms', '-W', file), /__stack_chk_fail/),
  '-D_FORTIFY_SOURCE=2': (file) => assert.match(read('readelf', '--dyn-syms', '-W', file), /__(mem|str|v?s?n?printf|fd_)\w*_chk/),
  '-D_GLIBCXX_ASSERTIONS': (file) => assert.match(read('readelf', '--dyn-syms', '-W', file), /__glibcxx_assert_fail/),
};
// Of code alone: what x86-64 and AArch64 have for it.
const code = {
  '-fcf-protection': { x64: /\bendbr64\b/g, arm64: /\b(bti|paciasp)\b/g, least: 100 },
  '-fstack-clash-protection': { x64: /or[ql]\s+\$0x0,(0x\w+)?\(%rsp\)/g, arm64: /str\s+xzr, \[sp(, #\d+)?\]/g, least: 1 },
};

let prefix;
before(() => {
  prefix = join(folder(), 'prefix');
  execFileSync('cmake', ['--install', `${root}/build/release`, '--prefix', prefix], { stdio: 'pipe' });
});
const artefacts = {
  'the program as it is built': () => `${root}/build/release/ostia`,
  'the program as it is installed': () => join(prefix, 'bin/ostia'),
  'the shared library': () => join(prefix, 'lib', readdirSync(join(prefix, 'lib')).find((f) => /^libostia\.so\.\d+\.\d+\.\d+$/.test(f))),
};
// A library of small functions has no call that is fortified and no frame of more than a page; its commands say the rest.
const notSeen = { 'the shared library': ['-D_FORTIFY_SOURCE=2', '-fstack-clash-protection'] };
for (const [name, file] of Object.entries(artefacts)) {
  const seen = ([flag]) => !notSeen[name]?.includes(flag);
  test(`hardened build: ${name}`, () => {
    for (const [flag, check] of Object.entries(flags).filter(seen)) {
      try {
        check(file());
      } catch (e) {
        assert.fail(`${flag} is missing in ${file()}: ${e.message.slice(0, 300)}`);
      }
    }
    const listing = read('objdump', '-d', '--no-show-raw-insn', file());
    for (const [flag, { least, ...marks }] of Object.entries(code).filter(seen))
      if (marks[process.arch]) assert.ok(count(listing, marks[process.arch]) >= least, `${flag} is missing in ${file()}`);
  });
}

test('hardened build: the static library checks what it takes out of containers, and its stack', () => {
  const symbols = read('nm', '-A', '--undefined-only', join(prefix, 'lib/libostia.a'));
  for (const name of ['__stack_chk_fail', '__glibcxx_assert_fail']) assert.ok(symbols.includes(name), `no object asks for ${name}`);
});

test('hardened build: every source of every artefact is compiled so', () => {
  const commands = JSON.parse(readFileSync(`${root}/build/release/compile_commands.json`, 'utf8')).filter((c) => /\.(cpp|c)$/.test(c.file));
  assert.ok(commands.length > 200);
  const wanted = ['-D_GLIBCXX_ASSERTIONS', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong', '-fstack-clash-protection', '-fPI', ...(process.arch === 'x64' ? ['-fcf-protection'] : [])];
  for (const { file, command } of commands) for (const flag of wanted) assert.ok(command.includes(flag), `${file} is compiled without ${flag}`);
});
