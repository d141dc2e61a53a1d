// Authorization responses on their way to the core, and what a page remembers of them: the same response read twice, as
// frameworks do that render twice, gives the same answer.
import { explain, rawError, type Callback } from './answers.js';
import { noteLogin, recall } from './attempts.js';
import type { Reply } from './core.js';
import { encode } from './encode.js';
import { run, type Host } from './run.js';

interface Read {
  key: string;
  reply?: Reply;
  waiting: ((reply: Reply) => void)[];
}

const mostRemembered = 3;
const remembered: Read[] = [];

const remove = (read: Read) => remembered.splice(0, remembered.length, ...remembered.filter((one) => one !== read));

// What the core cannot know: this tab's attempts and the difference of clocks.
function refine(error: any, response: any, storageIsBlocked: boolean): any {
  const { reason } = error;
  const attempt = recall(response?.state);
  if (reason === 'state_unknown') return reword(error, storageIsBlocked ? 'storage_blocked' : attempt.reason);
  if (!/^token_(expired|not_yet)/.test(reason)) return error;
  const issuedAt = issued(response?.id_token) * 1000, now = Date.now();
  // A token that came before it was issued, or that was issued before it was asked for: one of two clocks is wrong.
  const ahead = attempt.at !== undefined && issuedAt < attempt.at - 60_000 ? attempt.at - issuedAt : issuedAt > now + 60_000 ? now - issuedAt : 0;
  return ahead ? reword(error, 'clock_skew', { skew: Math.round(ahead / 1000) }) : error;
}

function issued(token: string): number {
  try {
    return JSON.parse(atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))).iat;
  } catch {
    return NaN;
  }
}

function reword(error: any, reason: string, more: { skew?: number } = {}): any {
  const skew = more.skew !== undefined ? `. This device's clock is about ${Math.abs(more.skew)} s ${more.skew > 0 ? 'ahead of' : 'behind'} the authority's` : '';
  delete error.reason;
  delete error.message;
  return explain(error, reason, error.errorDescription + skew, more);
}

/** Runs `message`, an operation that reads a response, once for each response. */
export function readResponse(host: Host, message: { start: string; base: any; options: any; hash?: string; response?: any }, cb: Callback): void {
  const { start, base, options, hash, response } = message;
  const deliver = (reply: Reply) => {
    if ('value' in reply) {
      if (reply.value?.state) noteLogin(reply.value.state);
      return cb(null, reply.value);
    }
    const wire = response ?? Object.fromEntries(new URLSearchParams(String(hash).replace(/^#?\/?/, '')));
    cb(refine(rawError(reply), wire, host.storage.isBlocked));
  };
  const key = JSON.stringify([base.clientID, base.rootUrl, hash, response, options.state, options.nonce]);
  const before = remembered.find((one) => one.key === key);
  if (before) return before.reply ? deliver(before.reply) : void before.waiting.push(deliver);

  const read: Read = { key, waiting: [deliver] };
  remembered.push(read);
  if (remembered.length > mostRemembered) remembered.shift();
  let hadTransaction = false;
  const watched: Host = { ...host, onTransaction: () => (hadTransaction = true) };
  run(watched, { start, base, options: encode(options), ...(hash === undefined ? { response: encode(response) } : { hash }) }, (reply) => {
    read.reply = reply;
    // Without a transaction that is used up, reading again is asking again.
    if (!hadTransaction) remove(read);
    for (const one of read.waiting) one(reply);
  });
}
