// No folder looks into one that stands on it, rules know the core alone, and what decides is short: `make lint` says so, and
// what lands keeps to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings } from '../../tools/structure.mjs';

test('the folders have an order, and tasks are awaited by name', () => assert.deepEqual(findings(), []));
