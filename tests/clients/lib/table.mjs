// The table: a file for each ecosystem in table/, whose rows this completes.
import { readdirSync } from 'node:fs';
import { root } from '../../../tools/lib.mjs';
import { ecosystems } from './ecosystems.mjs';

const files = readdirSync(`${root}/tests/clients/table`).map((file) => file.replace('.mjs', ''));

/** All rows, by ecosystem, in the order of `ecosystems`. */
export const table = await Promise.all(Object.entries(ecosystems).filter(([name]) => files.includes(name)).map(async ([name, ecosystem]) => {
  const { rows } = await import(`../table/${name}.mjs`);
  return {
    name, ...ecosystem,
    rows: rows.map((row) => {
      const id = `${name}-${row.script.replace(/\.\w+$/, '').split('/').filter((part) => part !== 'main' && part !== 'src' && part !== 'bin').join('-').toLowerCase()}`;
      const full = { ...row, ecosystem: name, id };
      return { ...full, version: () => row.pinned ?? ecosystem.version(row.package ?? row.program)(full) ?? '' };
    }),
  };
}));
