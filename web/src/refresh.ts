// Authorization code with PKCE and refresh-token rotation, behind the methods that a page knows already: with
// `useRefreshTokens: true` and `responseType: 'code'`, `authorize` proves itself (RFC 7636), `parseHash` redeems the code
// and `checkSession` renews, one tab at a time.
import { explain, type Callback } from './answers.js';
import { recall } from './attempts.js';
import { digest, randomBytes, toBase64url } from './crypto.js';
import { pick } from './options.js';
import type { TransactionManager } from './transaction-manager.js';
import type { WebAuth } from './web-auth.js';

interface Kept {
  refreshToken: string;
  /** The claims of the login that the token continues. */
  sub: string;
  /** What the last renewal gave, for tabs that waited for it. */
  result: any;
  at: number;
}

export const usesPkce = (base: any, options: any): boolean =>
  base.useRefreshTokens === true && (options.responseType ?? base.responseType) === 'code';

/** Adds the challenge to `params`; the verifier waits with the transaction. */
export async function withChallenge(transactions: TransactionManager, params: any): Promise<any> {
  const verifier = toBase64url(randomBytes(32));
  const key = transactions.namespace + params.state;
  const expires = (transactions.options.stateExpiration || 30) / 60 / 24;
  transactions.storage.setItem(key, { ...transactions.storage.getItem(key), verifier, redirectUri: params.redirectUri, scope: params.scope, audience: params.audience }, { expires });
  const challenge = toBase64url(await digest(new TextEncoder().encode(verifier)));
  return { ...params, codeChallenge: challenge, codeChallengeMethod: 'S256' };
}

// ---- what is kept between renewals -------------------------------------------------------------------------------

const inMemory = new Map<string, Kept>();

function vault({ baseOptions: { clientID, rootUrl, cacheLocation } }: WebAuth, { audience = '', scope = '' }: any) {
  const key = ['ostia.refresh', rootUrl, clientID, audience, [...new Set(String(scope).split(' '))].sort().join(' ')].join('|');
  const shared = cacheLocation === 'localstorage';
  return {
    key,
    load: (): Kept | undefined => (shared ? JSON.parse(localStorage.getItem(key) ?? 'null') ?? undefined : inMemory.get(key)),
    save: (kept: Kept) => (shared ? localStorage.setItem(key, JSON.stringify(kept)) : void inMemory.set(key, kept)),
    clear: () => (shared ? localStorage.removeItem(key) : void inMemory.delete(key)),
  };
}

// ---- code to tokens ------------------------------------------------------------------------------------------------

/** Redeems the code of a response, if there is one; false when this is no response with a code. */
export function redeem(webAuth: WebAuth, options: any, hash: string, cb: Callback): boolean {
  const given = new URLSearchParams(hash.replace(/^[#?]?\/?/, ''));
  const response = given.has('code') || options.hash !== undefined ? given : new URLSearchParams(window.location.search);
  const code = response.get('code'), state = response.get('state');
  if (!code) return false;
  const transaction = state && webAuth.transactionManager.getStoredTransaction(state);
  if (!transaction?.verifier || (options.state && options.state !== state)) {
    const reason = !state ? 'state_missing' : recall(state).reason;
    cb(explain({ error: 'invalid_token', errorDescription: '`state` does not match.' }, reason));
    return true;
  }
  const { verifier: codeVerifier, redirectUri, scope, audience, nonce, appState } = transaction;
  webAuth.client.oauthToken({ grantType: 'authorization_code', code, codeVerifier, redirectUri }, (error: any, tokens: any) => {
    if (error) return cb(error);
    finish(webAuth, tokens, { nonce: nonce ?? options.nonce }, (failure, result) => {
      if (failure) return cb(failure);
      Object.assign(result, { appState: appState ?? null, state });
      keep(webAuth, { scope, audience }, tokens, result);
      cb(null, result);
    });
  });
  return true;
}

// A token response as `parseHash` would give it, its ID token checked.
function finish(webAuth: WebAuth, tokens: any, expected: { nonce?: string; sub?: string }, cb: Callback): void {
  const deliver = (claims: any) => cb(null, {
    accessToken: tokens.accessToken ?? null,
    idToken: tokens.idToken ?? null,
    idTokenPayload: claims,
    appState: null,
    refreshToken: tokens.refreshToken ?? null,
    state: null,
    expiresIn: tokens.expiresIn ?? null,
    tokenType: tokens.tokenType ?? null,
    scope: tokens.scope ?? null,
  });
  if (!tokens?.idToken) return deliver(null);
  webAuth.validateToken(tokens.idToken, expected.nonce, (error: any, claims: any) => {
    if (error) return cb(error);
    // OpenID Connect Core section 12.2: a renewal is for the person who logged in.
    if (expected.sub && claims.sub !== expected.sub)
      return cb(explain({ error: 'invalid_token', errorDescription: 'The renewed ID token is for somebody else' }, 'subject_mismatch'));
    deliver(claims);
  });
}

function keep(webAuth: WebAuth, what: any, tokens: any, result: any): void {
  const store = vault(webAuth, what);
  const refreshToken = tokens.refreshToken ?? store.load()?.refreshToken; // without rotation the old one stays good
  if (refreshToken) store.save({ refreshToken, sub: result.idTokenPayload?.sub ?? store.load()?.sub, result, at: Date.now() });
}

// ---- renewal -------------------------------------------------------------------------------------------------------

/** One at a time: across tabs where the browser has locks, else in this page. */
let queue: Promise<unknown> = Promise.resolve();
const alone = <T>(name: string, action: () => Promise<T>): Promise<T> => {
  const { locks } = (globalThis.navigator ?? {}) as Navigator;
  if (locks) return locks.request(name, action) as Promise<T>;
  const turn = queue.then(action, action);
  queue = turn.catch(() => {});
  return turn;
};

/** `checkSession` with a refresh token; a failed network leaves it as it is, a refused token ends it. */
export function refresh(webAuth: WebAuth, params: any, cb: Callback): void {
  const what = { audience: params.audience, scope: params.scope || 'openid profile email' };
  const store = vault(webAuth, what);
  const asked = Date.now();
  const renew = () => new Promise<[any, any?]>((settle) => {
    const kept = store.load();
    if (!kept) return settle([explain({ error: 'login_required', error_description: 'There is no refresh token' }, 'login_required')]);
    if (kept.at >= asked) return settle([null, kept.result]); // another tab was faster
    const request = { grantType: 'refresh_token', refreshToken: kept.refreshToken, ...pick(what, 'audience scope') };
    webAuth.client.oauthToken(request, (error: any, tokens: any) => {
      if (error?.code === 'invalid_grant') store.clear();
      if (error) return settle([explain({ error: error.code, error_description: error.description }, error.code === 'invalid_grant' ? 'refresh_token_refused' : error.reason)]);
      finish(webAuth, tokens, { sub: kept.sub }, (failure, result) => {
        if (!failure) keep(webAuth, what, tokens, result);
        settle(failure ? [failure] : [null, result]);
      });
    });
  });
  alone(store.key, renew).then(([error, result]) => cb(error, result));
}
