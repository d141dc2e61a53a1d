// The same module as plain JavaScript: it runs wherever auth0-js runs, under the strictest Content-Security-Policy.
import * as module from 'ostia:core.js';
import type { Module } from 'ostia:module';

export function load(): Module {
  module._initialize();
  return module;
}
