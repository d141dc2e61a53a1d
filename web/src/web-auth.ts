import { Authentication, checkable } from './authentication.js';
import { legacyError, withCallback, type Callback } from './callback.js';
import { ask, type Reply } from './core.js';
import { encode } from './encode.js';
import { RequestHandle } from './http.js';
import { run, type Host } from './run.js';
import { TransactionManager } from './transaction-manager.js';

/** Login for web pages: the API of auth0-js over Ostia's core. */
export class WebAuth {
  baseOptions: any;
  client: Authentication;
  transactionManager: TransactionManager;

  constructor(options: any) {
    const derived = ask('derive_base', checkable(options)).value;
    // The caller's object is kept and completed, as applications expect.
    this.baseOptions = options;
    options._sendTelemetry = options._sendTelemetry !== false;
    options._timesToRetryFailedRequests = parseInt(options._timesToRetryFailedRequests, 10) || 0;
    Object.assign(options, derived);
    if (options.legacySameSiteCookie === undefined) options.legacySameSiteCookie = true;
    this.transactionManager = new TransactionManager(options);
    this.client = new Authentication(options);
    options.universalLoginPage = true;
  }

  /** Sends the person to the authority to log in. */
  authorize(options?: any): void {
    this.start('authorize', [options === undefined ? {} : encode(options)], () => {});
  }

  /** Ends the session at the authority and sends the person back to `returnTo`. */
  logout(options?: any): void {
    this.start('logout', [options === undefined ? {} : encode(options)], () => {});
  }

  /** Reads an authorization response from the location's fragment, or from `options.hash`. */
  parseHash(options?: any, cb?: Callback<any>): void | Promise<any> {
    if (!cb && typeof options === 'function') {
      cb = options;
      options = {};
    }
    options ??= {};
    const { hash = window.location.hash } = options;
    if (hash === null) throw new TypeError('hash must be a string');
    return withCallback(cb, (callback) => this.start('parse_hash', [encode({ ...options, hash })], settle(callback)));
  }

  /** Checks an authorization response that is already taken apart. */
  validateAuthenticationResponse(options: any, parsedHash: any, cb?: Callback<any>): void | Promise<any> {
    return withCallback(cb, (callback) =>
      this.start('validate_response', [encode(options), encode(parsedHash)], settle(callback)));
  }

  /** Checks an ID token: its signature and its claims. */
  validateToken(token: string, nonce: string | undefined, cb?: Callback<any>): void | Promise<any> {
    return withCallback(cb, (callback) => this.start('validate_token', [encode(token), encode(nonce)], settle(callback)));
  }

  /** New tokens for a person who is signed in at the authority, without showing anything. */
  checkSession(options: any, cb?: Callback<any>): void | Promise<any> {
    if (options === undefined || options === null) throw new TypeError('checkSession needs an options object');
    return withCallback(cb, (callback) => this.start('check_session', [encode(options)], settle(callback)));
  }

  private start(name: string, args: unknown[], deliver: (reply: Reply) => void): void {
    const host: Host = {
      storage: this.transactionManager.storage,
      request: new RequestHandle(),
      clock: this.baseOptions.__clock,
    };
    run(host, name, [this.client.encodedBase(), ...args], deliver);
  }
}

function settle(cb: Callback<any>): (reply: Reply) => void {
  return (reply) => ('value' in reply ? cb(null, reply.value) : cb(legacyError(reply)));
}
