// People who sign up and tokens that rotate while something happens, and what must be there afterwards.
import assert from 'node:assert/strict';
import { app, grants } from './tenant.mjs';
import { until } from './until.mjs';

const realm = 'Username-Password-Authentication';
const rotating = { ...app, client_id: 'rotating', name: 'Rotating', refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 } };

/** The applications that a crowd uses. */
export const crowdsClients = [app, rotating];

/** The first refresh token of a rotating family. */
export async function signedIn(api) {
  const { body } = await api.token({ grant_type: grants.realm, client_id: 'rotating', username: 'ada@example.com', password: 'Correct-Horse-9', realm, scope: 'openid offline_access' });
  return body.refresh_token;
}

/** People who sign up, and refresh tokens that rotate, until `over`; remembers what was acknowledged. */
export function crowd(api, name) {
  const it = { people: [], statuses: [], tokens: new Map(), over: false };
  const signUp = async (n) => {
    for (let i = 0; !it.over; i++) {
      const email = `${name}${n}x${i}@example.com`;
      const status = await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password: 'Correct-Horse-9' }).then((r) => r.status, () => 0);
      it.statuses.push(status);
      if (status === 200) it.people.push(email);
    }
  };
  const rotate = async (n) => {
    let token;
    while (!token && !it.over) token = await signedIn(api).catch(() => undefined);
    while (!it.over) {
      it.tokens.set(n, token);
      const next = await api.token({ grant_type: 'refresh_token', client_id: 'rotating', refresh_token: token }).catch(() => ({ status: 0 }));
      it.statuses.push(next.status);
      if (next.status === 200) token = next.body.refresh_token;
      // Whether it was rotated is not known: an application signs in again, and this one stops.
      else if (next.status !== 429) return it.tokens.delete(n);
    }
    if (token) it.tokens.set(n, token);
  };
  it.ended = Promise.all([0, 1, 2].flatMap((n) => [signUp(n), rotate(n)]));
  it.stop = () => { it.over = true; return it.ended; };
  it.counts = () => Object.fromEntries([...new Set(it.statuses)].map((s) => [s, it.statuses.filter((x) => x === s).length]));
  it.isThere = () => until(() => it.people.length >= 3 && it.tokens.size > 0, 'people sign up');
  return it;
}

/** `emails`: of all who have an account now. */
export async function nothingIsLost(api, emails, it) {
  const there = new Set(emails);
  for (const email of it.people) assert.ok(there.has(email), `${email} was told that it had signed up`);
  for (const refresh_token of it.tokens.values()) {
    let answer;
    // Nobody may be ready yet after what happened; a refusal is another matter.
    await until(async () => (answer = await api.token({ grant_type: 'refresh_token', client_id: 'rotating', refresh_token })).status !== 503, 'somebody is ready');
    assert.equal(answer.status, 200, answer.text);
  }
}
