import { after } from 'node:test';

/** Stands where a test context stands, for what a whole group of tests shares: its `after` runs when the group ends. */
export function scope() {
  const endings = [];
  after(async () => {
    for (const end of endings.reverse()) await end();
  });
  return { after: (end) => endings.push(end) };
}
