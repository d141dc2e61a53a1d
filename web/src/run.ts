// Drives an operation of the core: performs each effect and hands back the answer. Effects that a browser answers at once
// are answered at once, so an operation made of these is over when its method returns.
import { core, type Reply } from './core.js';
import { digest, fromBase64url, randomBytes, toBase64url, verifyRs256 } from './crypto.js';
import { listenToFrame } from './frame.js';
import { send, type HttpAnswer, type RequestHandle } from './http.js';
import type { Storage } from './storage.js';

export interface Host {
  storage: Storage;
  request?: RequestHandle;
  /** The last HTTP exchange, for the `original` of its error. */
  answered?: HttpAnswer;
  clock?: () => Date;
}

const later = Symbol('answered later');

function perform(host: Host, effect: any, done: (answer: unknown) => void): unknown {
  const page = typeof window === 'undefined' ? undefined : window;
  switch (effect.do) {
    case 'now': return host.clock ? host.clock().getTime() : Date.now();
    case 'random': return toBase64url(randomBytes(effect.count));
    case 'date': return String(new Date(effect.seconds * 1000));
    case 'warn': return console.warn(effect.text);
    case 'location': {
      if (!page) return null;
      const { host: name, hostname, protocol } = page.location;
      return { host: name, hostname, origin: `${protocol}//${name}` };
    }
    case 'put': return host.storage.setItem(effect.key, effect.value, { expires: effect.milliminutes / 1000 / 60 / 24 });
    case 'get': return host.storage.getItem(effect.key);
    case 'remove': return host.storage.removeItem(effect.key);
    case 'navigate': return void ((page as any).location = effect.url);
    case 'sha256': digest(fromBase64url(effect.bytes)).then((bytes) => done(toBase64url(bytes))); return later;
    case 'verify': verifyRs256(effect.key, effect.input, fromBase64url(effect.signature)).then(done); return later;
    case 'frame': listenToFrame(effect, done); return later;
    case 'http':
      send(effect, host.request!, (answer) => {
        host.answered = answer;
        done(answer);
      });
      return later;
    default: throw new Error(`this host cannot ${effect.do}`);
  }
}

/** Runs the operation; throws what the caller did wrong; hands the outcome to `deliver`, exactly once. */
export function run(host: Host, name: string, args: unknown[], deliver: (reply: Reply) => void): void {
  const next = (reply: Reply): void => {
    while (reply.effect) {
      const { id } = reply;
      if (host.request) host.request.forget = () => core({ drop: id });
      const answer = perform(host, reply.effect, (value) => next(core({ resume: id, answer: value ?? null })));
      if (answer === later) return;
      reply = core({ resume: id, answer: answer ?? null });
    }
    if ('throw' in reply) throw new Error(reply.throw);
    deliver(reply);
  };
  next(core({ start: name, args }));
}
