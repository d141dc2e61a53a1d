// Where a transaction waits for its response: cookies, by choice localStorage, and what is left when the browser forbids
// both (WA-049 to WA-059). Names, attributes and warnings are auth0-js's.

interface Store {
  getItem(key: string): string | null | undefined;
  setItem(key: string, value: string, minutes: number): void;
  removeItem(key: string): void;
}

export interface StorageOptions {
  legacySameSiteCookie?: boolean;
  cookieDomain?: string;
  __tryLocalStorageFirst?: boolean;
  transaction?: { namespace?: string };
}

// Transactions are kept for half an hour each; the ones beyond these few are attempts that nobody will finish.
const mostTransactions = 5;

const encodeName = (name: string) =>
  encodeURIComponent(name).replace(/%(2[346B]|5E|60|7C)/g, decodeURIComponent).replace(/[()]/g, escape);
const encodeCookie = (value: string) =>
  encodeURIComponent(value).replace(/%(2[346BF]|3[AC-F]|40|5[BDE]|60|7[BCD])/g, decodeURIComponent);

class CookieStore implements Store {
  constructor(private readonly options: StorageOptions = {}) {}

  private write(name: string, value: string, maxAge: number, sameSite: boolean, domain: string | undefined): void {
    const secure = window.location.protocol === 'https:';
    let text = `${encodeName(name)}=${encodeCookie(value)}; path=/`;
    text += `; expires=${new Date(Date.now() + maxAge * 1000).toUTCString()}`;
    if (domain) text += `; domain=${domain}`;
    if (secure) text += sameSite ? '; secure; sameSite=none' : '; secure';
    document.cookie = text;
  }

  private read(name: string): string | undefined {
    const wanted = encodeName(name) + '=';
    for (const one of document.cookie ? document.cookie.split('; ') : [])
      if (one.startsWith(wanted)) {
        const value = one.slice(wanted.length);
        try {
          return decodeURIComponent(value);
        } catch {
          return value;
        }
      }
    return undefined;
  }

  private keepsCopy(): boolean {
    return !!this.options.legacySameSiteCookie && window.location.protocol === 'https:';
  }

  getItem(key: string) {
    return this.read(key) || this.read(`_${key}_compat`);
  }
  setItem(key: string, value: string, minutes: number) {
    this.makeRoom(key);
    this.write(key, value, minutes * 60, true, this.options.cookieDomain);
    if (this.keepsCopy()) this.write(`_${key}_compat`, value, minutes * 60, false, undefined);
  }
  removeItem(key: string) {
    this.write(key, '', -86400, true, this.options.cookieDomain);
    if (this.keepsCopy()) this.write(`_${key}_compat`, '', -86400, false, undefined);
  }

  /** Forgets the oldest transactions, which browsers list first, so that cookies never outgrow the request header. */
  private makeRoom(key: string): void {
    const prefix = key.slice(0, key.lastIndexOf('.') + 1);
    if (!prefix.startsWith(this.options.transaction?.namespace || 'com.auth0.auth.')) return;
    const live = (document.cookie || '').split('; ').map((one) => one.slice(0, one.indexOf('='))).filter((name) => name.startsWith(encodeName(prefix)));
    for (const name of live.slice(0, Math.max(0, live.length + 1 - mostTransactions))) this.removeItem(decodeURIComponent(name));
  }
}

// Without a page there are no cookies; what is kept lives as long as the program.
function inMemory(): Store {
  const kept: Record<string, string> = Object.create(null);
  return { getItem: (key) => kept[key], setItem: (key, value) => void (kept[key] = value), removeItem: (key) => void delete kept[key] };
}

const nothing: Store = { getItem: () => null, setItem() {}, removeItem() {} };

/** The store of one client; it remembers which of the fallbacks it has come to. */
export class Storage {
  private store: Store;

  constructor(options: StorageOptions) {
    this.store = typeof document === 'undefined' ? inMemory() : new CookieStore(options);
    if (options.__tryLocalStorageFirst !== true) return;
    try {
      if (window.localStorage) this.store = window.localStorage;
    } catch (error) {
      console.warn(error);
      console.warn("Can't use localStorage. Using CookieStorage instead.");
    }
  }

  /** Nothing can be kept. */
  isBlocked(): boolean {
    return this.store === nothing;
  }

  private failOver(error: unknown): void {
    console.warn(error);
    if (this.store instanceof CookieStore) {
      console.warn('CookieStorage: failing over DummyStorage');
      this.store = nothing;
    } else {
      console.warn('LocalStorage: failing over CookieStorage');
      this.store = new CookieStore();
    }
  }

  private attempt<T>(action: (store: Store) => T): T {
    for (;;)
      try {
        return action(this.store);
      } catch (error) {
        if (this.store === nothing) throw error;
        this.failOver(error);
      }
  }

  getItem(key: string): any {
    const text = this.attempt((store) => store.getItem(key));
    try {
      return JSON.parse(text as string);
    } catch {
      return text;
    }
  }
  setItem(key: string, value: unknown, options: { expires: number }): void {
    this.attempt((store) => store.setItem(key, JSON.stringify(value), options.expires * 24 * 60)); // given in days
  }
  removeItem(key: string): void {
    this.attempt((store) => store.removeItem(key));
  }
}
