// Runs each fuzzer for a bounded time (`SECONDS_EACH`), starting from a copy of its corpus. `ONLY=endpoint,two_requests`
// names those to run.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { root, run } from './lib.mjs';

// libcbor asks for as much memory as a message says that it needs, touches none of it, and takes no for an answer.
process.env.ASAN_OPTIONS = 'allocator_may_return_null=1:max_allocation_size_mb=256';
const mostAtOnce = 1 << 20; // MB, for libFuzzer's own limit

const seconds = process.env.SECONDS_EACH ?? '60';
const all = readdirSync(`${root}/fuzz/corpus`);
const chosen = process.env.ONLY?.split(',').filter(Boolean) ?? all;
for (const target of chosen) if (!all.includes(target)) throw new Error(`ONLY: there is no target ${target}, but ${all.join(', ')}`);
for (const target of chosen) {
  const work = `${root}/build/fuzz/corpus/${target}`;
  mkdirSync(work, { recursive: true });
  cpSync(`${root}/fuzz/corpus/${target}`, work, { recursive: true });
  console.log(`fuzz ${target}: ${seconds} s`);
  run(`${root}/build/fuzz/fuzz/fuzz_${target}`, [work, `-max_total_time=${seconds}`, '-max_len=4096', `-malloc_limit_mb=${mostAtOnce}`, '-print_final_stats=1', '-verbosity=0', '-close_fd_mask=2', `-artifact_prefix=${work}-`]);
}
