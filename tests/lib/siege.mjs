// An authority that is attacked: when a request ends it, that request is remembered and the program is started again, so
// that one run tells every request that does it. Kept-alive connections, because there are many requests.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Agent, request as send } from 'node:http';
import { serve, startAuthority } from './program.mjs';

const encode = (part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token in the three parts of a JWS. `key`: a secret for HS256, a function of the input to a signature, or none. */
export function forge(header, claims, key) {
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = typeof key === 'function' ? key(input) : key === undefined ? Buffer.alloc(0) : createHmac('sha256', key).update(input).digest();
  return `${input}.${signature.toString('base64url')}`;
}

export class Siege {
  agent = new Agent({ keepAlive: true, maxSockets: 12 });
  enough = 12; // ends of the program, after which nothing more is sent
  ends = []; // what was asked when the program ended
  faults = []; // answers of 5xx
  asked = 0;

  static async start(group, options) {
    const siege = new Siege();
    siege.authority = await startAuthority(undefined, options);
    siege.running = siege.authority;
    siege.issuer = siege.authority.devIssuer;
    group.after(() => (siege.agent.destroy(), siege.running.stop()));
    return siege;
  }

  get hasEnded() { return this.running.child.exitCode !== null || this.running.child.signalCode !== null; }

  /** Waits whether the program has ended; if so, starts it again, once for all who wait. */
  async #recover() {
    for (let i = 0; i < 20 && !this.hasEnded; i++) await new Promise((resolve) => setTimeout(resolve, 25));
    if (!this.hasEnded && !this.restarting) return false;
    this.restarting ??= serve(this.authority.args).then((running) => { this.running = running; }).finally(() => { this.restarting = undefined; });
    await this.restarting;
    return true;
  }

  #once(method, path, { headers = {}, body }) {
    return new Promise((resolve, reject) => {
      const text = body instanceof URLSearchParams ? String(body) : body && typeof body === 'object' ? JSON.stringify(body) : body;
      const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
      const outgoing = send({ agent: this.agent, host: '127.0.0.1', port: this.authority.devPort, method, path, headers: { host: new URL(this.issuer).host, ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }), ...headers } }, (response) => {
        const parts = [];
        response.on('data', (d) => parts.push(d)).on('error', reject).on('end', () => {
          const answer = { status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() };
          try { answer.body = JSON.parse(answer.text); } catch { /* a text, then */ }
          resolve(answer);
        });
      });
      outgoing.on('error', reject).end(text);
    });
  }

  /** The answer; with `status: 0` if the program ended or closed the connection instead. */
  async ask(method, path, options = {}, name = `${method} ${path}`) {
    if (this.ends.length >= this.enough) return { status: 0, text: 'not asked any more', headers: {} };
    this.asked++;
    for (let tries = 0; ; tries++) {
      try {
        await this.restarting;
        const answer = await this.#once(method, path, options);
        if (answer.status === 503 && /"read_(busy|too_long)"/.test(answer.text) && tries < 10) continue; // a search that has to wait on a busy machine
        if (answer.status >= 500) this.faults.push(`${answer.status} ${name}`);
        return answer;
      } catch (error) { // a connection that was kept may just have been closed
        const ended = await this.#recover();
        if (!ended && tries < 2) continue;
        if (!this.parallel) this.ends.push(`${ended ? 'ended the program' : `closed (${error.code})`}: ${name}`);
        return { status: 0, text: 'no answer', headers: {}, ended };
      }
    }
  }

  /** Asks `[method, path, options, name]` of a list, several at a time, and again alone what got no answer. */
  async askAll(list, judge = () => {}) {
    const left = [...list].reverse(), again = [];
    this.parallel = true;
    await Promise.all(Array.from({ length: 12 }, async () => {
      for (let one; (one = left.pop()) && again.length < 200;) {
        const answer = await this.ask(...one);
        if (answer.status) judge(answer, one);
        else again.push(one);
      }
    }));
    this.parallel = false;
    if (left.length) this.ends.push(`${again.length} requests had no answer, and ${left.length} were not sent`);
    for (const one of again) {
      const answer = await this.ask(...one);
      if (answer.status) judge(answer, one);
    }
  }

  async bearer(method, path, token, more = {}) { return this.ask(method, path, { ...more, headers: { authorization: `Bearer ${token}`, ...more.headers } }); }
  form(path, fields, name) { return this.ask('POST', path, { body: new URLSearchParams(fields) }, name); }

  /** What has happened until now is not counted any more. */
  forget() { Object.assign(this, { ends: [], faults: [], since: this.running }); }

  /** The program is what it was when this was asked last: nothing ended it, nothing was a defect, and it answers. */
  async survives() {
    const { ends, faults, since = this.authority } = this, { status } = await this.ask('GET', '/health/live');
    this.forget();
    assert.deepEqual([...new Set(ends)].map((one) => one.slice(0, 300)), [], 'requests that ended the program');
    assert.deepEqual([...new Set(faults)].map((one) => one.slice(0, 300)), [], 'answers of 5xx');
    assert.equal(status, 200);
    assert.equal(this.running, since, 'it is the same program');
  }
}
