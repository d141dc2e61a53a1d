// An authority's database, past the authority: SQLite's, or PostgreSQL's. The authority may be running, and writing: who
// finds it locked waits.
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const options = { encoding: 'utf8', maxBuffer: 1 << 28 };

/** Runs SQL, or a command of the shell, on a database file with Debian's sqlite3; its text output. */
export const sqlite = (file, text) => execFileSync('sqlite3', ['-cmd', '.timeout 60000', file, text], options);

/** Runs SQL on an authority's database; the text of the answer. */
export const sql = ({ database, data }, text) => database ? execFileSync('psql', [database, '-AtqXc', text], options) : sqlite(join(data, 'ostia.db'), text);

/** All that an authority's database has, as text. */
export const dump = ({ database, data }) => database ? execFileSync('pg_dump', ['--inserts', database], options) : sqlite(join(data, 'ostia.db'), '.dump');

/** Another program that has a transaction open on a database file (`begin`), until it is let go, by what this gives. */
export async function holdOpen(t, file, begin = 'BEGIN IMMEDIATE') {
  const other = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => other.kill('SIGKILL'));
  other.stdin.write(`.timeout 60000\n${begin};\nSELECT 'there';\n`);
  await new Promise((resolve) => other.stdout.once('data', resolve));
  return () => other.stdin.end();
}
