import { noteStart } from './attempts.js';
import { encode, encodeBase } from './encode.js';
import { run } from './run.js';
import { Storage } from './storage.js';

/** Login attempts that wait for their response; applications reach into it as `webAuth.transactionManager`. */
export class TransactionManager {
  readonly storage: Storage;
  readonly namespace: string;
  readonly keyLength: number;

  constructor(readonly options: any) {
    this.namespace = options.transaction?.namespace || 'com.auth0.auth.';
    this.keyLength = options.transaction?.keyLength || 32;
    this.storage = new Storage(options);
  }

  /** Fills `state` and `nonce` into `options` and keeps them. */
  process(options: any): any {
    const { responseType, appState, organization, maxAge } = options;
    if (!responseType) throw new Error('responseType is required');
    const wantsIdToken = responseType.indexOf('id_token') !== -1;
    const { state, nonce } = this.generateTransaction(
      appState, options.state, options.nonce, options.realm || options.connection, wantsIdToken, organization, maxAge);
    if (!options.state) options.state = state;
    if (wantsIdToken && !options.nonce) options.nonce = nonce;
    return options;
  }

  generateTransaction(
    appState: any, state?: string | null, nonce?: string | null, lastUsedConnection?: string, generateNonce?: boolean,
    organization?: string, maxAge?: number,
  ): { state: string; nonce: string | null } {
    const options = { appState, state, nonce, lastUsedConnection, generateNonce, organization, maxAge };
    let made: any;
    run({ storage: this.storage }, { start: 'start_transaction', base: encodeBase(this.options), options: encode(options) }, (reply) => (made = reply.value));
    noteStart(made.state, this.options.stateExpiration || 30);
    return made;
  }

  getStoredTransaction(state: string): any {
    const kept = this.storage.getItem(this.namespace + state);
    this.clearTransaction(state);
    return kept;
  }

  clearTransaction(state: string): void {
    this.storage.removeItem(this.namespace + state);
  }
}
