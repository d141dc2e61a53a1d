// Two builds of the program beside each other: what a change, or a compiler's flag, costs. `node bench/builds.mjs BEFORE AFTER`;
// `make bench` compares the release with one that is not hardened.
import { fixed, line, median } from './lib.mjs';
import { measuresOf, startOurs } from './authority.mjs';

/** Requests per CPU second of each measure, in turn, so often; the middle of the ratios after/before. */
export async function builds(before, after, rounds = 5) {
  const servers = [await startOurs('before', [], 'data', before), await startOurs('after', [], 'data', after)];
  const [old, now] = servers.map(measuresOf);
  for (const name of Object.keys(now)) {
    const ratios = [];
    for (let i = 0; i < rounds; i++) {
      const turns = i % 2 ? [now, old] : [old, now]; // who is second has the warmer machine
      const rates = new Map();
      for (const it of turns) rates.set(it, await it[name]());
      ratios.push(rates.get(now) / rates.get(old));
    }
    line(`${name}: after, of before`, fixed(median(ratios), 3), `${fixed(Math.min(...ratios), 3)} to ${fixed(Math.max(...ratios), 3)}`);
  }
  for (const server of servers) await server.stop();
}

if (process.argv[1] === import.meta.filename) {
  await builds(...process.argv.slice(2, 4));
  process.exit();
}
