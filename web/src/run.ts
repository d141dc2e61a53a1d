// Drives an operation of the core: performs what it asks for and runs it again with the answers so far. What a browser
// answers at once is answered at once, so an operation made of that is over when its method returns.
import { core, has, type Reply } from './core.js';
import { decode } from './encode.js';
import { digest, fromBase64url, randomBytes, toBase64url, verifyRs256 } from './crypto.js';
import { exchange } from './request.js';
import type { Storage } from './storage.js';
import { toUtf8 } from './utf8.js';

export interface Host {
  storage: Storage;
  clock?: (() => Date) | undefined;
  /** Told when a kept transaction is read. */
  onTransaction?: () => void;
}

const later = {}; // the answer comes later
const keysLimit = 1 << 20;

function perform(host: Host, [what, a, b, c]: any[], done: (answer: unknown) => void): unknown {
  switch (what) {
    case 'date': return String(new Date(a * 1000));
    case 'random': return toBase64url(randomBytes(a));
    case 'get': {
      const kept = host.storage.getItem(a);
      if (kept) host.onTransaction?.();
      return kept;
    }
    case 'remove': return host.storage.removeItem(a);
    case 'put': return host.storage.setItem(a, decode(JSON.stringify(b)), { expires: c / 1000 / 60 / 24 });
    case 'sha256': digest(toUtf8(a)).then((bytes) => done(toBase64url(bytes))); return later;
    case 'verify': verifyRs256(a, b, fromBase64url(c)).then(done); return later;
    default: // http: the issuer's keys
      exchange({ url: a, limit: keysLimit }, ({ status, statusText, text }) => done({ status, statusText, body: text }));
      return later;
  }
}

/** Runs the operation `message.start` and hands its outcome to `deliver`, exactly once. */
export function run(host: Host, message: { start: string; [part: string]: unknown }, deliver: (reply: Reply) => void): void {
  const answers: unknown[] = [];
  const advance = (): void => {
    for (;;) {
      const now = (host.clock ? host.clock() : new Date()).getTime();
      const reply: Reply = JSON.parse(core({ ...message, now, answers }));
      for (const effect of reply.effects ?? []) {
        const answer = perform(host, effect, (value) => {
          answers.push(value ?? null);
          advance();
        });
        if (answer === later) return; // a question, the last of them
        answers.push(answer ?? null);
      }
      if (has(reply, 'value') || has(reply, 'error')) return deliver(reply);
    }
  };
  advance();
}
