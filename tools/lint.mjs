// `make lint`: formatting, clang-tidy, types, and the rules of this project that no other tool knows.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { bin, root, run } from './lib.mjs';
import { findings } from './structure.mjs';

const list = (...patterns) => execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' }).trim().split('\n');
let failures = 0;
const complain = (text) => { console.log(text); failures++; };

const cpp = list('*.cpp', '*.hpp');
if (spawnSync('clang-format-19', ['--dry-run', '--Werror', ...cpp], { cwd: root, stdio: 'inherit' }).status !== 0) complain('clang-format: run `make format`');

for (const finding of findings()) complain(finding);

run(bin('tsc'), ['-p', 'web']);
run(bin('tsc'), ['-p', 'dashboard']);

run('cmake', ['--preset', 'lint'], { stdio: ['ignore', 'ignore', 'inherit'] });
const files = JSON.parse(readFileSync(`${root}/build/lint/compile_commands.json`)).map((c) => c.file).filter((f) => !f.includes('/build/'));
const tidy = spawnSync('xargs', ['-P', String(availableParallelism()), '-n', '4', 'clang-tidy-19', '-p', 'build/lint', '--quiet'], { cwd: root, input: files.join('\n'), stdio: ['pipe', 'inherit', 'ignore'] });
if (tidy.status !== 0) complain('clang-tidy has findings');

console.log(failures ? `lint: ${failures} findings` : 'lint: clean');
process.exit(failures ? 1 : 0);
