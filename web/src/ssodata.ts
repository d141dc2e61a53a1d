import { Storage } from './storage.js';

/** The last sign-in on this device, for `getSSOData`. */
export class SSODataStorage {
  readonly storage: Storage;
  constructor(options: any) {
    this.storage = new Storage(options);
  }
  set(lastUsedConnection: string, lastUsedSub: string): void {
    this.storage.setItem('auth0.ssodata', JSON.stringify({ lastUsedConnection, lastUsedSub }), { expires: 1 });
  }
  get(): any {
    const text = this.storage.getItem('auth0.ssodata');
    return text ? JSON.parse(text) : undefined;
  }
}
