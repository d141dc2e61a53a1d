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
    run({ storage: this.storage }, 'start_transaction', [encodeBase(this.options, false), encode(options)], ({ value }) => {
      if (!options.state) options.state = value.state;
      if (value.nonce && !options.nonce) options.nonce = value.nonce;
    });
    return options;
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
