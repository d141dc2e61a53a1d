// The model of `sequences.test.mjs`: who holds what, and whether it must still work. With `moves.mjs` it is written from the
// standards, not from the program: a comment says which section a rule is of.
import { Agent, request as send } from 'node:http';
import { readPage } from '../authority.mjs';
import { authorizeUrl, decode } from '../person.mjs';
import { callback } from '../tenant.mjs';
import { totp } from '../totp.mjs';

export const firstPassword = 'Correct-Horse-9';
export const messages = 'https://api.example.com/';
const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
export const full = 'openid offline_access read:messages';
/** What an application asks for in a browser. */
const scopeOf = (client) => (client === 'third' ? 'openid read:messages' : full);
export const lifetimes = { code: 60, ticket: 300, otp: 180, mfaToken: 600, device: 900, draft: 900, access: 86_400, refresh: 15 * 86_400, link: 86_400, idle: 3 * 86_400, session: 7 * 86_400 }; // seconds
// Seconds before its end in which nothing is expected of a thing: requests take time, and a session notes its use once a minute.
const marginOf = (kind) => (kind === 'session' ? 90 : 20);

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
export const hangUp = () => agent.destroy();
export const words = (text) => (text ? text.split(' ') : []);
export const within = (some, all) => words(some).every((word) => words(all).includes(word));
const newest = (list) => [...list].reverse();

/** HTTP to an authority, by connections that are kept. Where a busy machine has no room now, it is asked again. */
export async function ask(...request) {
  for (let tries = 0; ; tries++) {
    const answer = await askOnce(...request);
    if (answer.status !== 503 || !answer.headers['retry-after'] || tries === 20) return answer;
  }
}
function askOnce(issuer, method, path, { headers = {}, form, json } = {}) {
  const { port, host } = new URL(issuer), text = form ? String(new URLSearchParams(form)) : json && JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return new Promise((resolve, reject) => {
    send({ agent, host: '127.0.0.1', port, method, path, headers: { host, ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }), ...headers } }, (response) => {
      const parts = [];
      response.on('data', (d) => parts.push(d)).on('error', reject).on('end', () => {
        const answer = { status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() };
        try { answer.body = JSON.parse(answer.text); } catch { answer.body = {}; }
        resolve(answer);
      });
    }).on('error', reject).end(text);
  });
}

export class Browser {
  cookies = new Map();
  constructor(issuer) { this.issuer = issuer; }

  /** The page that a request ends at, or `{ location }` of where it leads away. */
  async go(path, form, headers = {}) {
    for (let hops = 0, method = form ? 'POST' : 'GET'; hops < 12; hops++, method = 'GET', form = undefined) {
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await ask(this.issuer, method, path, { form, headers: { ...(cookie && { cookie }), ...headers } });
      this.take(answer);
      if (answer.status !== 302) return readPage({ status: answer.status, text: async () => answer.text });
      const next = new URL(answer.headers.location, this.issuer);
      if (!next.href.startsWith(this.issuer)) return { status: 302, location: next };
      path = next.pathname + next.search;
    }
    throw new Error('it leads in a circle');
  }
  take({ headers }) {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
  press(page, fields = {}, action = 'default') { return this.go(page.action, { ...page.fields, ...fields, action }); }
}

/** What an arrival is, in a word. */
export function seen({ location, action, status, heading }) {
  if (location) return location.searchParams.has('code') ? 'code' : location.searchParams.get('error') ?? String(location);
  return { '/u/login': 'login', '/u/mfa': 'second factor', '/u/mfa/enrol': 'enrolment', '/u/consent': 'consent' }[action] ?? `page ${status} ${heading}`;
}

/** The program did something else than the model says. `kind`: of what sort, to tell findings apart. */
export class Violation extends Error {
  constructor(kind, trace) {
    super(`${kind}\n${trace.map((line) => `  ${line}`).join('\n')}`);
    Object.assign(this, { kind, trace });
  }
}

/** One sequence's people and what they hold. `clock`: its `now()`, in seconds, and `pass(seconds)`. */
export class World {
  trace = [];
  held = [];
  consents = new Set(); // people who let the application of somebody else have what it asked for
  words = 0;
  checked = 0; // passwords

  constructor(issuer, slot, mfa, clock, management) {
    Object.assign(this, { issuer, mfa, clock, management, ada: this.person('ada', `a${slot}@example.com`, `auth0|a${slot}`), eve: this.person('eve', `e${slot}@example.com`, `auth0|e${slot}`) });
    this.people = [this.ada, this.eve];
    for (const one of this.people) one.password = firstPassword;
    this.mailbox = `p${slot}@example.com`;
  }
  person(name, email, id) { return { name, email, id, old: [], permitted: false }; }
  now() { return this.clock.now(); }

  // ---- What somebody holds: things of a `kind`, each of a `grant` or a `person`, good `until` a time. `over` says why it is
  // good for nothing any more; `sterile`, why nothing new may come of it. `isOpen`: no rule says whether it still works.

  /** Keeps a thing, which has a grant or a person. */
  keep(kind, more) {
    const thing = { kind, number: this.held.filter((x) => x.kind === kind).length, until: this.now() + (lifetimes[kind] ?? Infinity), ...more };
    this.held.push(thing);
    return thing;
  }
  /**
   * Those of a kind that can be tried, newest first: none whose end is so near that nobody can say; what is over once, and what
   * has been used once more.
   */
  all(kind, which = () => true) {
    const isDone = (x) => x.tries > (x.over === 'it has been used' ? 1 : 0);
    return newest(this.held.filter((x) => x.kind === kind && which(x) && !isDone(x) && !(this.now() > x.until - marginOf(kind) && this.now() < x.until + 5)));
  }
  /** Why a thing is good for nothing; `undefined` if it is good. */
  fault(thing) {
    const { person } = thing.grant ?? thing;
    if (thing.over ?? thing.grant?.over) return thing.over ?? thing.grant.over;
    if (person.isGone) return 'its person is deleted';
    if (person.isBlocked) return 'its person is blocked';
    if (person.owner && thing.kind !== 'link') return 'its person is an identity of another';
    if (this.now() > thing.until) return 'it is too old';
    return undefined;
  }
  end(why, which) { for (const thing of this.held) if (which(thing)) thing.over ??= why; }
  /** Whether such things still work is nobody's rule; that nothing new comes of them is one. */
  leave(why, which) { for (const thing of this.held) if (which(thing)) Object.assign(thing, { isOpen: true, sterile: thing.sterile ?? why }); }
  /** Whether a thing was refused, and that is as good as if it had worked. */
  isLetBe(thing, isRefused, what) {
    const is = !!thing.isOpen && isRefused && this.fault(thing) === undefined;
    if (is) this.note(`${what}: refused, which is nobody's rule`);
    return is;
  }
  name(thing) { return `${thing.kind} ${thing.number} of ${(thing.grant ?? thing).person.name}`; }

  // A new password, a block and a deletion end what was open and what was under way (ASVS 7.4.2, 7.4.3; RFC 9700 section
  // 4.14.2). Of an access token it is the API's to say how long it takes it; but nobody gets another one for it.
  endAll(person, why) {
    const theirs = (x) => (x.grant ?? x).person === person;
    this.leave(why, (x) => theirs(x) && x.kind === 'access');
    this.end(why, (x) => theirs(x) && !['access', 'otp', 'link', 'secret', 'recovery'].includes(x.kind));
  }
  ownerOf(person) { return person.owner ?? person; }

  // ---- Saying what was expected

  note(line) { this.trace.push(line); }
  /** `kind`: what a violation of this rule is called; those of one kind are one finding. */
  judge(what, actual, expected, kind = `${what}: ${expected}`, isRight = actual === expected) {
    this.note(`${what}: ${expected}${isRight ? '' : `, but it was: ${actual}`}`);
    if (!isRight) throw new Violation(kind, this.trace);
  }
  /** As `judge`, for what goes without saying. */
  check(what, actual, expected, kind, isRight) {
    this.judge(what, actual, expected, kind, isRight);
    this.trace.pop();
  }
  brief({ status, body, text }) { return body?.access_token ? `tokens (${status}, scope ${body.scope})` : `${status} ${body?.error ?? text.slice(0, 120)}`; }
  refused(move, what, answer, why, errors) {
    const isRight = answer.status >= 400 && answer.status < 500 && !answer.body.access_token && (!errors || errors.includes(answer.body.error));
    this.judge(`${move} ${what}`, this.brief(answer), `refused${errors ? ` (${errors.join(' or ')})` : ''}, since ${why}`, `${move}: ${why}`, isRight);
  }
  /** Tokens for a grant, and nobody else's, and no more than was granted. `more`: what the access token has beside. */
  tokens(move, what, answer, grant, more = {}) {
    const { body } = answer;
    this.judge(`${move} ${what}`, this.brief(answer), 'tokens', `${move}: it should work`, answer.status === 200 && !!body.access_token);
    const scope = more.scope ?? grant.scope, claims = body.access_token.includes('.') ? decode(body.access_token) : {};
    for (const sub of [claims.sub, body.id_token && decode(body.id_token).sub]) if (sub) this.isOf(move, grant.person, sub);
    // RFC 6749 sections 3.3 and 6: at most what was asked for, and what was granted.
    for (const given of [body.scope, claims.scope]) this.check(`${move}: the scope`, given, `within ${scope}`, `${move}: more scope than was granted`, within(given, scope));
    if (body.id_token && grant.session) grant.session.sid = decode(body.id_token).sid;
    if (body.refresh_token) this.keep('refresh', { grant, value: body.refresh_token });
    return this.keep('access', { grant, value: body.access_token, scope: body.scope, audience: more.audience ?? grant.audience, ...(more.until && { until: more.until }) });
  }
  // OpenID Connect Core section 2: the subject is one person's and never another's.
  isOf(move, person, sub) {
    if (!person.id && !this.people.some((other) => other.id === sub)) person.id = sub;
    this.check(`${move}: the subject`, sub, person.id ?? 'somebody new', `${move}: the subject is somebody else`);
  }
  grant(person, client, more = {}) { return { person, client, scope: full, audience: messages, ...more }; }

  // ---- Asking

  form(path, form, headers) { return ask(this.issuer, 'POST', path, { form, headers }); }
  token(client, form) { return this.form('/oauth/token', { client_id: client, ...(client === 'web' && { client_secret: 'web-secret' }), ...form }); }
  async manage(method, path, json) {
    const answer = await ask(this.issuer, method, `/api/v2/${path}`, { json, headers: { authorization: `Bearer ${this.management.bearer}` } });
    if (answer.status >= 300) throw new Violation(`${method} of the Management API is refused`, [...this.trace, `${method} ${path}: ${answer.status} ${answer.text}`]);
    return answer.body;
  }
  user(person) { return `users/${encodeURIComponent(person.id)}`; }
  url(client, more) { return authorizeUrl('/', { client_id: client, redirect_uri: callback, response_type: 'code', state: 's', scope: scopeOf(client), audience: messages, ...pkce, ...more }); }

  // ---- Second factors

  factor(person) { return this.held.find((x) => x.kind === 'secret' && x.person === person && x.state === 'confirmed'); }
  /** The next code of a secret; none until the clock has gone on: each works once (RFC 6238 section 5.2). */
  next(secret) {
    const step = Math.floor(this.now() / 30), free = Math.max(step, (secret.used ?? 0) + 1);
    return free <= step + 1 ? { code: totp(secret.value, free * 30), use: () => { secret.used = free; } } : undefined;
  }
  confirm(secret) {
    // Who has a factor has no other that nobody has proven: what was begun before is over.
    for (const other of this.held) if (other.kind === 'secret' && other.person === secret.person && other.state === 'begun') other.state = 'dropped';
    secret.state = 'confirmed';
  }

  // ---- A browser at `/authorize`

  canEnter(session) { return this.fault(session) === undefined; }
  /** What a session must meet there (Core section 3.1.2.3 and 3.1.2.6). */
  expected(session, client, isSilent) {
    if (!this.canEnter(session)) return isSilent ? 'login_required' : 'login';
    if (this.mfa && !session.withFactor) {
      if (isSilent) return 'login_required';
      // Who adds a way in has just proven who they are (ASVS 7.5.1): an old session does not add one.
      return this.factor(session.person) ? 'second factor' : this.now() - session.at > lifetimes.draft ? 'login' : 'enrolment';
    }
    if (client === 'third' && !this.consents.has(session.person)) return isSilent ? 'consent_required' : 'consent';
    return 'code';
  }
  /** From an arrival through the pages that the model expects, to a code if there is one. */
  async arrive(move, session, client, page, isSilent = false) {
    const { browser, person } = session;
    for (;;) {
      let wanted = this.expected(session, client, isSilent);
      // Nobody can say on which side of the edge a request came.
      const isAtEdge = ['login', 'enrolment'].includes(wanted) && this.canEnter(session) && Math.abs(this.now() - session.at - lifetimes.draft) < 20;
      if (isAtEdge && ['login', 'enrolment'].includes(seen(page))) wanted = seen(page);
      this.judge(`${move}, browser ${session.number} of ${person.name} at ${client}`, seen(page), wanted, `${move}: ${wanted} expected${wanted === 'login' || wanted === 'login_required' ? `, since ${this.fault(session)}` : ''}`);
      if (this.canEnter(session)) session.until = Math.min(session.at + lifetimes.session, this.now() + lifetimes.idle);
      if (wanted === 'code') return this.keep('code', { grant: this.grant(person, client, { session, scope: scopeOf(client) }), value: page.location.searchParams.get('code') });
      if (wanted === 'consent') {
        page = await browser.press(page, {}, 'accept');
        this.consents.add(person);
      } else if (wanted === 'second factor') {
        const secret = this.factor(person), next = this.next(secret);
        if (!next) return undefined;
        page = await browser.press(page, { code: next.code });
        next.use();
        session.withFactor = true;
      } else {
        if (wanted === 'enrolment') this.keep('draft', { session, person, client, page, secret: this.keep('secret', { person, state: 'drawn', value: /[A-Z2-7]{32}/.exec(page.text)[0] }) });
        return undefined;
      }
    }
  }
  /** A session of somebody who has just proven who they are. */
  enter(browser, person) { return this.keep('session', { browser, person, at: this.now(), until: this.now() + lifetimes.idle }); }

  /** Tokens of a login that has no page; or what is asked for first. */
  direct(move, what, answer, person, more) {
    const owner = this.ownerOf(person);
    if (owner.isBlocked) return this.refused(move, what, answer, 'its person is blocked', ['unauthorized', 'invalid_grant']);
    const grant = this.grant(owner, 'app', more);
    if (!this.mfa) return void this.tokens(move, what, answer, grant);
    this.judge(`${move} ${what}`, this.brief(answer), '403 mfa_required', `${move}: a second factor is asked for`);
    this.keep('mfaToken', { grant, value: answer.body.mfa_token });
  }
  newPassword() { return `Fresh-Start-${++this.words}`; }
  changed(person, password) {
    person.old.push(person.password);
    person.password = password;
    this.end('its person has a new password', (x) => x.kind === 'link' && x.person === person);
    this.endAll(this.ownerOf(person), 'its person has a new password');
  }
}
