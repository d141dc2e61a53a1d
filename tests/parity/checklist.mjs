// What auth0-js 10.2.1 does, row by row (rows.json): `test` is the title of the test that holds the row, or its beginning.
// tools/compatibility.mjs makes docs/compatibility.md of it, and tests/docs checks that every title is a test's.
import { readFileSync } from 'node:fs';

export const rows = JSON.parse(readFileSync(new URL('rows.json', import.meta.url)));

/** `WA-001` → the beginning of its tests' titles. */
export const heldBy = Object.fromEntries(rows.map((row) => [row.id, row.test]));
