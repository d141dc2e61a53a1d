// Codes, refresh tokens and access tokens used in random orders, legal and illegal, by one client and another, at once and
// too late; a model of what is good says what each answer must be. A failure prints its seed: SEED=N runs that one again.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { authorizeUrl } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';

const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const lifetimes = { code: 60, access: 86_400 }; // seconds
const rotating = { ...app, client_id: 'rotating', name: 'Rotating', refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, token_lifetime: 2_592_000, idle_token_lifetime: 1_296_000 } };
const group = scope();
let api;
before(async () => { api = new Api(await startAuthority(group, { clients: [app, rotating], extra })); });
beforeEach(() => api.reset());

// A small generator with a seed (mulberry32).
const generator = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

class Walk {
  constructor(seed) {
    Object.assign(this, { random: generator(seed), seed, now: 0, trace: [], grants: [], person: new Reader(api.issuer) });
  }
  pick(list) { return list[Math.floor(this.random() * list.length)]; }
  all(kind) { return this.grants.flatMap((grant) => grant[kind].map((one) => [grant, one])); }
  expect(what, actual, expected) {
    this.trace.push(`${what} → ${actual}`);
    assert.equal(actual, expected, `SEED=${this.seed}\n${this.trace.slice(-40).join('\n')}`);
  }

  async newCode() {
    const ask = authorizeUrl(api.issuer, { client_id: 'rotating', redirect_uri: callback, response_type: 'code', state: 's', scope: 'openid offline_access', ...challenge });
    let end = await this.person.open(ask);
    if (!end.location) end = await this.person.submit(end, { username: 'ada@example.com', password: 'Correct-Horse-9' });
    const grant = { number: this.grants.length, codes: [], refreshes: [], accesses: [], isRevoked: false };
    grant.codes.push({ value: end.location.searchParams.get('code'), until: this.now + lifetimes.code, isUsed: false });
    this.grants.push(grant);
    this.trace.push(`code of grant ${grant.number}`);
  }
  keep(grant, body) {
    if (body.refresh_token) grant.refreshes.push({ value: body.refresh_token, isLive: true });
    grant.accesses.push({ value: body.access_token, until: this.now + lifetimes.access });
  }
  redeem(code, more) { return api.token({ grant_type: 'authorization_code', client_id: 'rotating', redirect_uri: callback, code: code.value, code_verifier, ...more }); }
  refresh(token, more) { return api.token({ grant_type: 'refresh_token', client_id: 'rotating', refresh_token: token.value, ...more }); }

  async redeemOne() {
    const [grant, code] = this.pick(this.all('codes')) ?? [];
    if (!code) return;
    const answer = await this.redeem(code);
    const isGood = !code.isUsed && this.now < code.until;
    this.expect(`redeem the code of ${grant.number}`, answer.status, isGood ? 200 : 403);
    if (isGood) this.keep(grant, answer.body);
    else if (code.isUsed) grant.isRevoked = this.now < code.until || grant.isRevoked;
    code.isUsed ||= isGood;
  }
  async redeemWrongly() {
    const [grant, code] = this.pick(this.all('codes')) ?? [];
    if (!code || code.isUsed) return;
    const more = this.pick([{ code_verifier: 'w'.repeat(43) }, { client_id: 'app' }, { redirect_uri: 'https://other.example.com/cb' }]);
    this.expect(`redeem the code of ${grant.number} with ${Object.keys(more)}`, (await this.redeem(code, more)).status, 403);
    // There is one try: who has the code and not its verifier gets no second one. Another client cannot spend it.
    code.isUsed = !more.client_id && this.now < code.until;
  }
  async redeemTwiceAtOnce() {
    const fresh = this.all('codes').filter(([, code]) => !code.isUsed && this.now < code.until);
    const [grant, code] = this.pick(fresh) ?? [];
    if (!code) return;
    const answers = await Promise.all([this.redeem(code), this.redeem(code)]);
    // The second one may come while tokens are being made for the first: then neither gets any.
    const good = answers.filter((a) => a.status === 200);
    this.expect(`redeem the code of ${grant.number} twice at once`, good.length <= 1 && answers.every((a) => [200, 403].includes(a.status)), true);
    code.isUsed = grant.isRevoked = true;
    if (good.length) this.keep(grant, good[0].body);
  }
  async refreshOne() {
    const [grant, token] = this.pick(this.all('refreshes')) ?? [];
    if (!token) return;
    const isGood = token.isLive && !grant.isRevoked;
    const answer = await this.refresh(token);
    this.expect(`refresh in ${grant.number}, ${token.isLive ? 'live' : 'rotated'}`, answer.status, isGood ? 200 : 403);
    if (!isGood && !token.isLive) grant.isRevoked = true;
    token.isLive &&= !isGood;
    if (isGood) this.keep(grant, answer.body);
  }
  async refreshAsAnother() {
    const [grant, token] = this.pick(this.all('refreshes')) ?? [];
    if (token) this.expect(`refresh in ${grant.number} as another client`, (await this.refresh(token, { client_id: 'app' })).status, 403);
  }
  async refreshTwiceAtOnce() {
    const [grant, token] = this.pick(this.all('refreshes').filter(([g, t]) => t.isLive && !g.isRevoked)) ?? [];
    if (!token) return;
    const answers = await Promise.all([this.refresh(token), this.refresh(token)]);
    this.expect(`refresh in ${grant.number} twice at once`, answers.map((a) => a.status).sort().join(), '200,403');
    token.isLive = false;
    grant.isRevoked = true;
    this.keep(grant, answers.find((a) => a.status === 200).body);
  }
  async revoke() {
    const [grant, token] = this.pick(this.all('refreshes')) ?? [];
    if (!token || !token.isLive || grant.isRevoked) return;
    this.expect(`revoke ${grant.number}`, (await api.form('/oauth/revoke', { client_id: 'rotating', token: token.value })).status, 200);
    grant.isRevoked = true;
  }
  async userinfo() {
    const [grant, access] = this.pick(this.all('accesses')) ?? [];
    if (!access) return;
    const isGood = !grant.isRevoked && this.now < access.until;
    this.expect(`/userinfo with a token of ${grant.number}`, (await api.get('/userinfo', { authorization: `Bearer ${access.value}` })).status, isGood ? 200 : 401);
  }
  async wait() {
    const seconds = this.pick([35, 70, 7300]); // no sum of them is near a lifetime, where the time that passes by itself would count
    await api.advance(seconds);
    this.now += seconds;
    this.trace.push(`${seconds} s go by`);
  }

  async run(steps) {
    const moves = ['newCode', 'newCode', 'redeemOne', 'redeemOne', 'redeemOne', 'redeemWrongly', 'redeemTwiceAtOnce', 'refreshOne', 'refreshOne', 'refreshOne', 'refreshOne', 'refreshAsAnother', 'refreshTwiceAtOnce', 'revoke', 'userinfo', 'userinfo', 'wait'];
    for (let i = 0; i < steps; i++) await this[this.pick(moves)]();
  }
}

const given = process.env.SEED && [Number(process.env.SEED)];
for (const seed of given ?? [1, 2, 3, 4, 5, Date.now() % 1e9])
  test(`tokens in random orders, seed ${seed}`, () => new Walk(seed).run(250));
