import { execFileSync } from 'node:child_process';

/** Runs SQL on a database file with Debian's sqlite3; its text output. */
export const sqlite = (file, sql) => execFileSync('sqlite3', [file, sql], { encoding: 'utf8' });
