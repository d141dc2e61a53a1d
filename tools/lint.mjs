// `make lint`: formatting, clang-tidy, types, and the rules of this project that no other tool knows.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { bin, root, run } from './lib.mjs';

const list = (...patterns) => execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' }).trim().split('\n');
let failures = 0;
const complain = (text) => { console.log(text); failures++; };

const cpp = list('*.cpp', '*.hpp');
if (spawnSync('clang-format-19', ['--dry-run', '--Werror', ...cpp], { cwd: root, stdio: 'inherit' }).status !== 0) complain('clang-format: run `make format`');

// g++ 12 loses track of temporaries that live across a suspension, so what follows co_await is a named object or one of
// Asio's own operations.
for (const file of list('authority/*.cpp')) {
  const text = readFileSync(`${root}/${file}`, 'utf8').replace(/\/\/.*/g, '');
  for (const [match] of text.matchAll(/co_await\s+(?!std::move\(\w+\)|asio::|http::async_read|stream\.async_|timer\.async_|pause\.async_|acceptor\.async_)[^;]*/g))
    complain(`${file}: await a task by its name: ${match.slice(0, 80)}`);
}

// A coroutine starts when it is awaited, so a view that it takes may look at what is gone.
for (const file of list('authority/*.cpp', 'authority/*.hpp')) {
  const text = readFileSync(`${root}/${file}`, 'utf8').replace(/\/\/.*/g, '');
  for (const [match] of text.matchAll(/^(?:Async<|Answer|Handling|boost::asio::awaitable<|asio::awaitable<)[^;{]*string_view[^;{]*/gm))
    complain(`${file}: a coroutine must own its texts: ${match.slice(0, 100)}`);
}

// `core` knows nobody; inside it a folder knows those to its left.
const order = ['text', 'url', 'json', 'jose', 'oauth', 'oidc', 'engine', 'auth0'];
for (const file of list('core/ostia/*')) {
  const own = order.indexOf(file.split('/')[2]);
  for (const [, include] of readFileSync(`${root}/${file}`, 'utf8').matchAll(/#include "([^"]+)"/g)) {
    const other = order.indexOf(include.split('/')[1]);
    if (!include.startsWith('ostia/') || (own >= 0 && other > own)) complain(`${file} must not include ${include}`);
  }
}
for (const [folder, forbidden] of [['authority', /"ostia\/(auth0|ostia\.hpp)/], ['sdk', /#include "(protocol|http|store|tenant)\//]])
  for (const file of list(`${folder}/*.cpp`, `${folder}/*.hpp`))
    if (forbidden.test(readFileSync(`${root}/${file}`, 'utf8'))) complain(`${file} reaches into what ${folder} must not know`);

run(bin('tsc'), ['-p', 'web']);
run(bin('tsc'), ['-p', 'dashboard']);

run('cmake', ['--preset', 'lint'], { stdio: ['ignore', 'ignore', 'inherit'] });
const files = JSON.parse(readFileSync(`${root}/build/lint/compile_commands.json`)).map((c) => c.file).filter((f) => !f.includes('/build/'));
const tidy = spawnSync('xargs', ['-P', String(availableParallelism()), '-n', '4', 'clang-tidy-19', '-p', 'build/lint', '--quiet'], { cwd: root, input: files.join('\n'), stdio: ['pipe', 'inherit', 'ignore'] });
if (tidy.status !== 0) complain('clang-tidy has findings');

console.log(failures ? `lint: ${failures} findings` : 'lint: clean');
process.exit(failures ? 1 : 0);
