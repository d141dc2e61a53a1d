// A short memory of this tab's login attempts. The transactions themselves disappear when they are read or expire, so
// without it nobody could tell a person why a response is refused.
const key = 'ostia.attempts';
const most = 10;

interface Attempt {
  state: string;
  at: number;
  until: number;
  /** It ended in a login. */
  good?: boolean;
}

function load(): Attempt[] {
  try {
    return JSON.parse(sessionStorage.getItem(key)!) ?? [];
  } catch {
    return [];
  }
}

function save(attempts: Attempt[]): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(attempts.slice(-most)));
  } catch { /* a hint less */ }
}

export function noteStart(state: string, minutes: number): void {
  const at = Date.now();
  save(load().filter((one) => one.state !== state).concat({ state, at, until: at + minutes * 60_000 }));
}

export const noteLogin = (state: string): void => save(load().map((one) => (one.state === state ? { ...one, good: true } : one)));
export const noteLogout = (): void => save(load().map((one) => ({ ...one, good: false })));

/** Whether somebody logged in in this tab, and did not log out in it. */
export const hadLogin = (): boolean => load().some((one) => one.good);

/** Why there is no transaction for `state` (those of this tab end when they are read), and when the attempt began. */
export function recall(state: string): { reason: string; at?: number } {
  const one = load().find((a) => a.state === state);
  if (!one) return { reason: 'state_unknown' };
  return { reason: Date.now() > one.until ? 'state_expired' : 'state_consumed', at: one.at };
}
