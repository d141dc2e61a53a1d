// The C++ SDK under test, as a program that makes the calls that it is told (sdk/tests/probe.cpp).
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from '../../tools/lib.mjs';

const program = process.env.SDK_PROBE ?? `${root}/build/release/sdk/tests/sdk_probe`;
export const forms = ['blocking', 'completion', 'coroutine', 'thread'];

export class Probe {
  constructor(t, env = {}) {
    this.child = spawn(program, [], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface(this.child.stdout).on('line', (line) => this.waiting.shift().resolve(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => {
      for (const one of this.waiting) one.reject(new Error(`the probe ended with ${code ?? signal}`));
      resolve(code ?? signal);
    }));
    t.after(() => this.child.stdin.end());
  }
  say(message) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(message)}\n`);
    });
  }
  async make(options) {
    await this.say({ new: options });
    return this;
  }
  /** The outcome: `{value}` or `{error}`. */
  outcome(call, options = {}, more = {}) {
    return this.say({ call, options, ...more });
  }
  async value(call, options, more) {
    const { value, error, unknown } = await this.outcome(call, options, more);
    if (error || unknown) throw new Error(`${call}: ${JSON.stringify(error ?? unknown)}`);
    return value;
  }
  async error(call, options, more) {
    const { error } = await this.outcome(call, options, more);
    if (!error) throw new Error(`${call} did not fail`);
    return error;
  }
}
