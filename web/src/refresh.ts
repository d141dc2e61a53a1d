// Authorization code with PKCE and refresh-token rotation, behind the methods that a page knows already: with
// `useRefreshTokens: true` and `responseType: 'code'`, logins prove themselves (RFC 7636), responses are redeemed where
// they are read, and `checkSession` renews, one tab at a time.
import { explain, type Callback } from './answers.js';
import { recall } from './attempts.js';
import { randomBytes, sha256, toBase64url } from './crypto.js';
import { pick } from './options.js';
import type { TransactionManager } from './transaction-manager.js';
import { toUtf8 } from './utf8.js';
import type { WebAuth } from './web-auth.js';

interface Kept {
  refreshToken: string;
  /** The person whose login the token continues. */
  sub: string;
  /** What the last renewal gave, for tabs that waited for it. */
  result: any;
  at: number;
}

/** What tokens are for: each pair of audience and scope has its own. */
interface Purpose {
  audience?: string;
  scope?: string;
}

export const usesPkce = (base: any, options: any): boolean =>
  base.useRefreshTokens === true && (options.responseType ?? base.responseType) === 'code';

/** Adds the challenge to `params`, at once: popups must open inside the click. The verifier waits with the transaction. */
export function addChallenge(transactions: TransactionManager, params: any): void {
  const { storage, namespace, options } = transactions;
  const verifier = toBase64url(randomBytes(32));
  const key = namespace + params.state;
  storage.setItem(key, { ...storage.getItem(key), verifier, ...pick(params, 'redirectUri scope audience') }, { expires: (options.stateExpiration || 30) / 60 / 24 });
  params.codeChallenge = toBase64url(sha256(toUtf8(verifier)));
  params.codeChallengeMethod = 'S256';
}

// ---- what is kept between renewals -------------------------------------------------------------------------------

const inMemory: Record<string, string> = {};

/** Where a client's refresh tokens are: this page's memory, unless they are to be shared with other tabs. */
function vault({ baseOptions: { clientID, rootUrl, cacheLocation } }: WebAuth) {
  let store = inMemory;
  try {
    if (cacheLocation === 'localstorage') store = localStorage;
  } catch { /* the browser forbids it */ }
  const prefix = ['ostia.refresh', rootUrl, clientID, ''].join('|');
  return {
    isShared: store !== inMemory,
    key: ({ audience = '', scope = '' }: Purpose) => prefix + audience + '|' + scope.split(' ').filter((word, at, all) => all.indexOf(word) === at).sort().join(' '),
    load: (key: string): Kept | undefined => store[key] && JSON.parse(store[key]),
    save: (key: string, kept: Kept) => { store[key] = JSON.stringify(kept); },
    clear: (key = '') => {
      for (const one of Object.keys(store)) if (key ? one === key : one.startsWith(prefix)) delete store[one];
    },
  };
}

/** Keeps what a login or a renewal gave; the time that it has noted. */
export function keep(webAuth: WebAuth, what: Purpose, result: any): number {
  const store = vault(webAuth), key = store.key(what), before = store.load(key), at = Date.now();
  const refreshToken = result.refreshToken || before?.refreshToken; // without rotation the old one stays good
  if (refreshToken) store.save(key, { refreshToken, sub: result.idTokenPayload?.sub ?? before?.sub, result, at });
  return at;
}

// What one tab has written to localStorage another may not see for a while, although it has the lock after it: it would
// use a token that is used up. An entry of a cache it does see. So that has the time of the last renewal, and whoever is
// behind it waits for its storage.
const noted = <T>(isShared: boolean, act: (cache: Cache) => Promise<T>): Promise<T | void> =>
  Promise.resolve(isShared && globalThis.caches ? caches.open('ostia.refresh').then(act) : undefined).catch(() => {});

/** What `load` gives, once it is not older than the last renewal; after two seconds, what there is. */
function newest(load: () => Kept | undefined, renewed: number, patience = 200): Promise<Kept | undefined> {
  const kept = load();
  if (!kept || kept.at >= renewed || !patience) return Promise.resolve(kept);
  return new Promise((resolve) => setTimeout(resolve, 10)).then(() => newest(load, renewed, patience - 1));
}

/** Whoever logs out leaves no refresh token behind. */
export const forget = (webAuth: WebAuth): void => void (webAuth.baseOptions.useRefreshTokens && vault(webAuth).clear());

// ---- code to tokens ------------------------------------------------------------------------------------------------

// The token endpoint's answer as an authorization response would have brought it.
const asResponse = ({ accessToken, idToken, refreshToken, expiresIn, tokenType, scope }: any, state?: string) =>
  ({ access_token: accessToken, id_token: idToken, refresh_token: refreshToken, expires_in: expiresIn, token_type: tokenType, scope, state });

const invalid = (errorDescription: string, reason: string) => explain({ error: 'invalid_token', errorDescription }, reason, errorDescription);

/** Redeems the code of `response`; gives the tokens as a response that is still to be validated. */
export function redeem(webAuth: WebAuth, options: any, { code, state, iss }: any, cb: (error: any, tokens?: any, what?: any) => void): void {
  const { client, transactionManager: { storage, namespace }, baseOptions } = webAuth;
  const transaction = state && storage.getItem(namespace + state);
  if (!transaction?.verifier || (options.state && options.state !== state))
    return cb(invalid('`state` does not match.', state ? recall(state).reason : 'state_missing'));
  if (iss != null && iss !== baseOptions.token_issuer) // RFC 9207: an empty one is another's, too
    return cb(invalid(`The response comes from issuer "${iss}", expected "${baseOptions.token_issuer}"`, 'issuer_mismatch'));
  const { verifier: codeVerifier, redirectUri, scope, audience } = transaction;
  client.oauthToken({ grantType: 'authorization_code', code, codeVerifier, redirectUri }, (error: any, tokens: any) => {
    if (error) return cb(error);
    if (!tokens?.idToken && / openid /.test(` ${scope} `)) return cb(invalid('ID token is required but missing', 'id_token_missing'));
    cb(null, asResponse(tokens, state), { scope, audience });
  });
}

// ---- renewal -------------------------------------------------------------------------------------------------------

/** One at a time: across tabs where the browser has locks, else in this page. */
let queue: Promise<unknown> | undefined;
const alone = <T>(name: string, action: () => Promise<T>): Promise<T> => {
  const { locks } = (globalThis.navigator ?? {}) as Navigator;
  if (locks) return locks.request(name, action) as Promise<T>;
  const turn = (queue || Promise.resolve()).then(action, action);
  queue = turn.catch(() => {});
  return turn;
};

/**
 * `checkSession` with a refresh token, or `otherwise` when there is none. A failed network leaves the token as it is; a
 * refused one is forgotten.
 */
export function refresh(webAuth: WebAuth, params: any, cb: Callback, otherwise: () => void): void {
  const what: Purpose = { audience: params.audience, scope: params.scope || 'openid profile email' };
  const store = vault(webAuth), key = store.key(what);
  const asked = Date.now();
  const note = '/' + encodeURIComponent(key);
  const renew = () => noted(store.isShared, (cache) => cache.match(note).then((response) => response?.text()))
    .then((renewed) => newest(() => store.load(key), Number(renewed || 0)))
    .then((kept) => new Promise<[any, any?] | void>((settle) => {
      if (!kept) return settle();
      // Another tab was faster; one whose clock was ahead was not.
      if (kept.at >= asked && kept.at <= Date.now()) return settle([null, kept.result]);
      // Somebody may log out, or somebody else in, before the answer comes.
      const isSame = () => store.load(key)?.refreshToken === kept.refreshToken;
      // Whoever waits holds the others up.
      const late = setTimeout(() => {
        request?.abort();
        settle([explain({ error: 'timeout', error_description: 'Timeout during executing web_message communication' }, 'timeout')]);
      }, params.timeout || 60_000);
      const request: any = webAuth.client.oauthToken({ grantType: 'refresh_token', refreshToken: kept.refreshToken, ...what }, (error: any, tokens: any) => {
        clearTimeout(late);
        const isRefused = error?.code === 'invalid_grant';
        if (isRefused && isSame()) store.clear(key);
        if (error) return settle([explain({ error: error.code, error_description: error.description }, isRefused ? 'refresh_token_refused' : error.reason, error.description)]);
        // A token response has no `state` that could be compared.
        webAuth.validateAuthenticationResponse({ __enableIdPInitiatedLogin: true }, asResponse(tokens), (failure, result) => {
          // OpenID Connect Core section 12.2: a renewal is for the person who logged in.
          if (result?.idTokenPayload && kept.sub && result.idTokenPayload.sub !== kept.sub) failure = invalid('The renewed ID token is for somebody else', 'subject_mismatch');
          if (failure) return settle([failure]);
          if (!isSame()) return settle();
          const at = keep(webAuth, what, result);
          // Until it is noted the others wait.
          noted(store.isShared, (cache) => cache.put(note, new Response(String(at)))).then(() => settle([null, result]));
        });
      });
    }));
  alone(key, renew).then((outcome) => (outcome ? cb(...outcome) : otherwise()));
}
