// A row of the authority's table in docs/compatibility.md is a test. `tools/compatibility.mjs` reads the rows out of the sources, so each is
// written in one line: row('AZ-001', 'p', endpoint, given, expected, (t) => { … }).
// The mark says where the fact comes from: p Auth0's page about auth0.js, d the vendor's documentation, o observed in clients, x ours.
import { test } from 'node:test';

export const row = (id, mark, endpoint, given, expected, run) => test(`${id} ${endpoint}: ${given} → ${expected}`, run);
