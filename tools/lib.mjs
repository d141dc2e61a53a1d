// What the scripts in tools/ and tests/ share.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** A program of a development dependency. */
export const bin = (name) => `${root}/node_modules/.bin/${name}`;

/** Runs a program from the repository's root; a failure ends the script with the program's own words. */
export function run(program, args, options = {}) {
  return execFileSync(program, args, { cwd: root, stdio: 'inherit', ...options });
}

/** Of everything that is built here; CMakeLists.txt says it. */
export const version = /project\(ostia VERSION ([\d.]+)/.exec(readFileSync(`${root}/CMakeLists.txt`, 'utf8'))[1];
