// Authorization responses on their way to the core, and what a page remembers of them: the same response read twice, as
// frameworks do that render twice, gives the same answer.
import { explain, rawError, type Callback } from './answers.js';
import { noteLogin, recall } from './attempts.js';
import { has } from './core.js';
import { encode, encodeBase } from './encode.js';
import { keep, redeem, usesPkce } from './refresh.js';
import { run, type Host } from './run.js';
import type { WebAuth } from './web-auth.js';

interface Read {
  key: string;
  outcome?: [error: any, result?: any];
  waiting: Callback[];
}

const mostRemembered = 3;
let remembered: Read[] = [];

// What the core cannot know: this tab's attempts and the difference of clocks.
function refine(error: any, response: any, storageIsBlocked: boolean): any {
  const { reason } = error;
  const attempt = recall(response.state);
  if (reason === 'state_unknown') return reword(error, storageIsBlocked ? 'storage_blocked' : attempt.reason);
  if (!/^token_(expired|not_yet)/.test(reason)) return error;
  const issuedAt = issued(response.id_token) * 1000, now = Date.now();
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

// Each reader gets a result of its own.
const tell = ([error, result]: [any, any?], cb: Callback): void => (error ? cb(error) : cb(null, JSON.parse(JSON.stringify(result))));

/** Validates `response`, once for each response; a code is redeemed first. */
export function readResponse(webAuth: WebAuth, options: any, response: any, cb: Callback): void {
  const { baseOptions, transactionManager: { storage } } = webAuth;
  const base = encodeBase(baseOptions);
  const key = JSON.stringify([base, response, options.state, options.nonce]);
  const before = remembered.find((one) => one.key === key);
  if (before) return before.outcome ? tell(before.outcome, cb) : void before.waiting.push(cb);

  const read: Read = { key, waiting: [cb] };
  remembered.push(read);
  if (remembered.length > mostRemembered) remembered.shift();
  let hadTransaction = false;
  const finish: Callback = (error, result) => {
    read.outcome = [error, result];
    // Without a transaction that is used up, reading again is asking again.
    if (!hadTransaction) remembered = remembered.filter((one) => one !== read);
    // Apart from the first, so that what one reader throws is not the others' loss.
    read.waiting.slice(1).forEach((one) => Promise.resolve().then(() => tell([error, result], one)));
    tell(read.outcome, cb);
    if (!error && response.state) noteLogin(response.state); // last: the browser takes its time over it
  };
  const host: Host = { storage, clock: baseOptions.__clock, onTransaction: () => (hadTransaction = true) };
  const validate = (tokens: any, done: Callback) =>
    run(host, { start: 'validate_response', base, options: encode(options), response: encode(tokens) }, (reply) => {
      if (!has(reply, 'value')) return done(refine(rawError(reply), tokens, storage.isBlocked()));
      done(null, reply.value);
    });
  if (!response.code || !usesPkce(baseOptions, options)) return validate(response, finish);
  redeem(webAuth, options, response, (error, tokens, what) => (error ? finish(error) : validate(tokens, (failure, result) => {
    if (result) keep(webAuth, what, result);
    finish(failure, result);
  })));
}
