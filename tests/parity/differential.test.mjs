// The real auth0-js 10.2.1 and both builds of ours, given the same calls in Chromium: everything that a page can observe
// must be the same. What differs on purpose is a named exception with its reason, and must really differ.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { launch, packages } from '../lib/browser.mjs';
import { cases } from './cases.mjs';
import './method-cases.mjs';
import { open } from './harness.mjs';

const [theirs, ...ours] = Object.keys(packages);
const pages = {};
let browser;
before(async () => {
  browser = await launch();
  for (const name of [theirs, ...ours]) pages[name] = await open(browser, name);
});
after(() => browser.close());

describe('as auth0-js does', () => {
  for (const one of cases)
    test(one.name, async () => {
      const observe = (patience) => Promise.all([theirs, ...ours].map((name) => pages[name].observe(one, patience)));
      let [expected, ...found] = await observe(1);
      // A busy machine may not have got to the end yet: what counts is what it comes to.
      if (!one.exception && !found.every((each) => isDeepStrictEqual(each, expected))) [expected, ...found] = await observe(10);
      for (const [i, name] of ours.entries())
        if (one.exception) assert.notDeepEqual(found[i], expected, `${name}: no exception is needed: ${one.exception}`);
        else assert.deepEqual(found[i], expected, name);
    });
});
