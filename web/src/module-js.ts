// The same module as plain JavaScript: it runs wherever auth0-js runs, under the strictest Content-Security-Policy.
import { _initialize, alloc, call, memory } from 'ostia:core.js';
import type { Module } from 'ostia:module';

export function load(): Module {
  _initialize();
  return { memory, alloc, call };
}
