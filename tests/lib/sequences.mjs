// What people, their browsers and applications do, in any order, and a small model of what must come of it. The model is
// written from the standards, not from the program: a comment says which section a rule is of.
import { Agent, request as send } from 'node:http';
import { readPage } from './authority.mjs';
import { authorizeUrl, decode } from './person.mjs';
import { callback, deviceGrant, exchangeGrant, grants, origin } from './tenant.mjs';
import { totp } from './totp.mjs';

export const realm = 'Username-Password-Authentication', firstPassword = 'Correct-Horse-9';
export const guarded = 'https://guarded.example.com/'; // gives a person only what they have the permission for
const messages = 'https://api.example.com/';
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const pkce = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
export const mfaGrants = ['otp', 'recovery-code'].map(mfaGrant);
const full = 'openid offline_access read:messages'; // what every application asks for
const lifetimes = { code: 60, ticket: 300, otp: 180, mfaToken: 600, device: 900, draft: 900, access: 86_400, refresh: 15 * 86_400, link: 86_400, idle: 3 * 86_400, session: 7 * 86_400 }; // seconds
// Seconds before its end in which nothing is expected of a thing: requests take time, and a session notes its use once a minute.
const marginOf = (kind) => (kind === 'session' ? 90 : 20);

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
export const hangUp = () => agent.destroy();
const words = (text) => (text ? text.split(' ') : []);
const within = (some, all) => words(some).every((word) => words(all).includes(word));
const newest = (list) => [...list].reverse();

/** HTTP to an authority, by connections that are kept. */
function ask(issuer, method, path, { headers = {}, form, json } = {}) {
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

class Browser {
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
function seen({ location, action, status, heading }) {
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
  hashes = 0;

  constructor(issuer, slot, mfa, clock, management) {
    Object.assign(this, { issuer, mfa, clock, management, ada: this.person('ada', `a${slot}@example.com`, `auth0|a${slot}`), eve: this.person('eve', `e${slot}@example.com`, `auth0|e${slot}`) });
    this.people = [this.ada, this.eve];
    for (const one of this.people) one.password = firstPassword;
    this.mailbox = `p${slot}@example.com`;
  }
  person(name, email, id) { return { name, email, id, old: [], permitted: false }; }
  now() { return this.clock.now(); }

  // ---- What somebody holds

  /** Keeps a thing; `of`: its grant, or its person. */
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
    if (person.owner) return 'its person is an identity of another';
    if (this.now() > thing.until) return 'it is too old';
    return undefined;
  }
  end(why, which) { for (const thing of this.held) if (which(thing)) thing.over ??= why; }
  /** Whether a thing still works is nobody's rule; that it makes nothing new, is one. */
  leave(why, which) { for (const thing of this.held) if (which(thing)) Object.assign(thing, { isOpen: true, sterile: thing.sterile ?? why }); }
  /** Whether it was refused, and that is as good: no rule says that a thing like this still works, nor that it does not. */
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
  url(client, more) { return authorizeUrl('/', { client_id: client, redirect_uri: callback, response_type: 'code', state: 's', scope: full, audience: messages, ...pkce, ...more }); }

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
    if (this.mfa && !session.withFactor) return isSilent ? 'interaction_required' : this.factor(session.person) ? 'second factor' : 'enrolment';
    if (client === 'third' && !this.consents.has(session.person)) return isSilent ? 'consent_required' : 'consent';
    return 'code';
  }
  /** From an arrival through the pages that the model expects, to a code if there is one. */
  async arrive(move, session, client, page, isSilent = false) {
    const { browser, person } = session;
    for (;;) {
      const wanted = this.expected(session, client, isSilent);
      this.judge(`${move}, browser ${session.number} of ${person.name} at ${client}`, seen(page), wanted, `${move}: ${wanted} expected${wanted === 'login' || wanted === 'login_required' ? `, since ${this.fault(session)}` : ''}`);
      if (this.canEnter(session)) session.until = Math.min(session.at + lifetimes.session, this.now() + lifetimes.idle);
      if (wanted === 'code') return this.keep('code', { grant: this.grant(person, client, { session }), value: page.location.searchParams.get('code') });
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

  /** Makes the move that a step names; `false` if there is nothing to make it with. */
  async step(text) {
    const [, name, index] = /^(.*?)(?: (\d+))?$/.exec(text);
    if (name === 'wait') {
      this.note(`${index} s go by`);
      await this.clock.pass(Number(index));
      return true;
    }
    const choices = moves[name].from(this);
    if (!choices.length) return false;
    const choice = choices[index % choices.length];
    await moves[name].make(this, choice);
    for (const thing of [choice].flat()) if (thing?.over ?? thing?.grant?.over) thing.tries = (thing.tries ?? 0) + 1;
    return true;
  }
}

const tokenRefusals = ['invalid_grant', 'unauthorized', 'access_denied'];
const withPassword = (w) => w.people.filter((p) => p.password);
/** A sequence has three passwords checked: each costs ten milliseconds and more, on purpose. */
const affordable = (w) => (w.hashes < 3 ? withPassword(w) : []);
/** Whose accounts can be changed. */
const accounts = (w) => w.people.filter((p) => p.id && !p.isGone && !p.owner);
const clients = ['web', 'third', 'app'];
const freshFirst = (list, isOld) => list.toSorted((x, y) => Number(!!isOld(x)) - Number(!!isOld(y)));
const each = (list, others) => list.flatMap((one) => others.map((other) => [one, other]));

/** Two who have the same form at the same time. */
const resetForm = (link, password) => ['/u/reset-password', { ticket: link.value, password, 're-enter-password': password }];

/**
 * `weight`: how often it is chosen; `isLate`: not before there is something that it can end. `from`: with what it can be made
 * now, what is likeliest first.
 */
export const moves = {
  // ---- Logging in

  'log in': {
    weight: 5, from: affordable,
    async make(w, person) {
      w.hashes++;
      const browser = new Browser(w.issuer), owner = w.ownerOf(person);
      const page = await browser.press(await browser.go(w.url('app')), { username: person.email, password: person.password });
      if (person.isGone || owner.isBlocked) return w.judge(`log in as ${person.name}`, seen(page), 'login', `log in: the person is ${person.isGone ? 'deleted' : 'blocked'}`);
      await w.arrive('log in', w.enter(browser, owner), 'app', page);
    },
  },
  'password grant': {
    weight: 3, from: affordable,
    async make(w, person) {
      w.hashes++;
      const answer = await w.token('app', { grant_type: grants.realm, realm, username: person.email, password: person.password, scope: full, audience: messages });
      if (person.isGone) return w.refused('password grant', `of ${person.name}`, answer, 'its person is deleted', ['invalid_grant']);
      w.direct('password grant', `of ${person.name}`, answer, person);
    },
  },
  'password grant with an old password': {
    weight: 1, from: (w) => affordable(w).filter((p) => p.old.length),
    async make(w, person) {
      w.hashes++;
      const answer = await w.token('app', { grant_type: grants.realm, realm, username: person.email, password: person.old.at(-1), scope: full, audience: messages });
      w.refused('password grant', `of ${person.name} with an old password`, answer, 'the password is an old one', ['invalid_grant']);
    },
  },
  'begin cross-origin login': {
    weight: 2, from: (w) => (w.all('ticket', (x) => !x.over).length ? [] : affordable(w)),
    async make(w, person) {
      w.hashes++;
      const browser = new Browser(w.issuer), owner = w.ownerOf(person);
      const answer = await ask(w.issuer, 'POST', '/co/authenticate', { json: { client_id: 'app', credential_type: grants.realm, realm, username: person.email, password: person.password }, headers: { origin } });
      if (person.isGone || owner.isBlocked) return w.refused('begin cross-origin login', `as ${person.name}`, answer, `its person is ${person.isGone ? 'deleted' : 'blocked'}`, [person.isGone ? 'access_denied' : 'blocked_user']);
      w.judge(`begin cross-origin login as ${person.name}`, answer.status, 200, 'begin cross-origin login: it should work');
      browser.take(answer);
      w.keep('ticket', { person: owner, browser, value: answer.body.login_ticket });
    },
  },
  'use login ticket': {
    weight: 4, from: (w) => w.all('ticket'),
    async make(w, ticket) {
      const why = w.fault(ticket), page = await ticket.browser.go(w.url('app', { login_ticket: ticket.value, ...(why && { prompt: 'login' }) }));
      const isOver = w.isLetBe(ticket, seen(page) === 'login', `use ${w.name(ticket)}`);
      ticket.over ??= 'it has been used';
      if (isOver) return;
      if (why) return w.judge(`use ${w.name(ticket)}`, seen(page), 'login', `use login ticket: ${why}`);
      await w.arrive('use login ticket', w.enter(ticket.browser, ticket.person), 'app', page);
    },
  },
  'ask for a code by mail': {
    weight: 2, from: (w) => (w.all('otp', (x) => !x.over).length > 1 ? [] : [w.mailbox]),
    async make(w, address) {
      const known = w.people.find((p) => p.email === address && !p.isGone);
      w.judge('ask for a code by mail', (await ask(w.issuer, 'POST', '/passwordless/start', { json: { client_id: 'app', connection: 'email', email: address, send: 'code' } })).status, 200);
      const { body } = await ask(w.issuer, 'GET', '/_dev/messages'), mail = body.find((m) => m.to === address && m.template === 'passwordless_code');
      if (!mail || w.held.some((x) => x.kind === 'otp' && x.value === mail.code)) return; // a message a while is enough for one person
      w.end('there is a newer one', (x) => x.kind === 'otp' && x.address === address);
      w.keep('otp', { address, person: known ?? w.person('somebody new', address), isNew: !known, value: mail.code, wrong: 0 });
    },
  },
  'log in with a code by mail': {
    weight: 4, from: (w) => w.all('otp'),
    async make(w, otp) {
      const answer = await w.token('app', { grant_type: grants.otp, realm: 'email', username: otp.address, otp: otp.value, scope: full, audience: messages });
      const why = otp.over ?? (w.now() > otp.until ? 'it is too old' : otp.wrong >= 3 ? 'three wrong ones have been tried' : undefined);
      if (why) return w.refused('log in with a code by mail', w.name(otp), answer, why, ['invalid_grant', 'too_many_attempts']);
      otp.over = 'it has been used';
      // It proves the address, whoever has it now; where nobody has it, it makes an account.
      let person = w.people.find((p) => p.email === otp.address && !p.password && !p.isGone);
      if (!person) w.people.push((person = w.person('pat', otp.address)));
      w.direct('log in with a code by mail', w.name(otp), answer, person);
      if (!person.id) person.id = (await w.manage('GET', `users-by-email?email=${encodeURIComponent(otp.address)}`))[0].user_id;
    },
  },
  'try a wrong code by mail': {
    weight: 1, from: (w) => each(w.all('otp', (x) => !x.over), ['/oauth/token', '/passwordless/verify']),
    async make(w, [otp, path]) {
      const wrong = otp.value === '123456' ? '654321' : '123456';
      const answer = path === '/oauth/token'
        ? await w.token('app', { grant_type: grants.otp, realm: 'email', username: otp.address, otp: wrong })
        : await ask(w.issuer, 'POST', path, { json: { client_id: 'app', connection: 'email', email: otp.address, verification_code: wrong } });
      otp.wrong++;
      w.refused('try a wrong code by mail', `at ${path}`, answer, 'it is wrong');
    },
  },
  'verify a code by mail': {
    weight: 1, from: (w) => w.all('otp'),
    async make(w, otp) {
      const answer = await ask(w.issuer, 'POST', '/passwordless/verify', { json: { client_id: 'app', connection: 'email', email: otp.address, verification_code: otp.value } });
      const isGood = !otp.over && otp.wrong < 3 && w.now() < otp.until;
      w.judge(`verify ${w.name(otp)}`, answer.status >= 400 && answer.status < 500 ? 'refused' : answer.status, isGood ? 200 : 'refused', `verify a code by mail: ${isGood ? 'it should work' : 'it is over'}`);
    },
  },

  // ---- A browser that is signed in

  'go to an application': {
    weight: 5, from: (w) => each(w.all('session'), clients),
    async make(w, [session, client]) {
      await w.arrive('go to an application', session, client, await session.browser.go(w.url(client)));
    },
  },
  'log in silently': {
    weight: 3, from: (w) => each(w.all('session'), clients),
    async make(w, [session, client]) {
      await w.arrive('log in silently', session, client, await session.browser.go(w.url(client, { prompt: 'none' })), true);
    },
  },
  'log out': {
    weight: 2, from: (w) => w.all('session', (x) => !x.over),
    async make(w, session) {
      await session.browser.go('/v2/logout?client_id=app');
      w.note(`log out, browser ${session.number} of ${session.person.name}`);
      // What the session was about to give ends with it. Refresh tokens stay: they are for when nobody is there (Core section
      // 11, OpenID Connect Back-Channel Logout section 2.7). So may a device that somebody let in and went away.
      w.end('its browser has logged out', (x) => x === session || x.session === session || (x.grant?.session === session && x.kind === 'code'));
      for (const x of w.held) if (x.grant?.session === session && x.kind === 'device') x.isOpen = true;
    },
  },
  'revoke a session': {
    // By the vendor's word, with all refresh tokens that came of it.
    weight: 1, from: (w) => w.all('session', (x) => x.sid && !w.fault(x)),
    async make(w, session) {
      await w.manage('POST', `sessions/${session.sid}/revoke`);
      w.note(`revoke the session, browser ${session.number} of ${session.person.name}`);
      w.end('its session was revoked', (x) => x === session || x.session === session || (x.grant?.session === session && x.kind !== 'access'));
      for (const x of w.held) if (x.grant?.session === session && x.kind === 'access') x.isOpen = true;
    },
  },
  'enrol where it was not asked for': {
    // A state is for its own page: that of a login page adds no way in. And without the policy none is asked for.
    weight: 1, from: (w) => (w.mfa ? [] : w.all('session', (x) => !w.fault(x))),
    async make(w, session) {
      const page = await session.browser.go(w.url('app', { prompt: 'login' }));
      const other = await session.browser.go(`/u/mfa/enrol?type=otp&state=${encodeURIComponent(page.fields.state)}`);
      w.judge(`enrol with the state of a login page, browser ${session.number} of ${session.person.name}`, 'draft' in (other.fields ?? {}) ? 'a secret' : 'none', 'none', 'enrol where it was not asked for: a secret is shown');
    },
  },
  'finish enrolment at its page': {
    weight: 6, from: (w) => w.all('draft'),
    async make(w, draft) {
      const { session, person, client, secret, page } = draft, next = w.next(secret);
      if (!next) return;
      const why = w.fault(session) ?? w.fault(draft) ?? (w.factor(person) && 'there is a factor by now');
      const after = await session.browser.press(page, { code: next.code });
      w.judge(`finish enrolment, browser ${session.number} of ${person.name}`, after.action === '/u/mfa/recovery-code' ? 'done' : 'refused', why ? 'refused' : 'done', `finish enrolment at its page: ${why ?? 'it should work'}`);
      if (session.over || w.factor(person)) draft.over = why;
      if (why) return;
      next.use();
      w.confirm(secret);
      w.end('there is a newer one', (x) => x.kind === 'recovery' && x.person === person);
      session.withFactor = true;
      draft.over = 'it has been used';
      await w.arrive('finish enrolment at its page', session, client, await session.browser.press(after));
    },
  },
  'withdraw at the account': {
    weight: 1, from: (w) => w.all('session', (x) => !w.fault(x) && w.consents.has(x.person)),
    async make(w, session) {
      const page = await session.browser.go('/account');
      if (!page.buttons?.includes('withdraw:third')) return w.note('withdraw at the account: a fresh login is asked for');
      await session.browser.press(page, {}, 'withdraw:third');
      w.note(`withdraw at the account, browser ${session.number} of ${session.person.name}`);
      withdrawn(w, session.person);
    },
  },

  // ---- Codes and tokens

  'redeem a code': {
    weight: 9, from: (w) => freshFirst(w.all('code'), (x) => x.used),
    async make(w, code) {
      const { grant } = code, why = code.used && w.now() < code.until ? 'it has been used' : w.fault(code);
      const answer = await w.token(grant.client, { grant_type: 'authorization_code', redirect_uri: callback, code: code.value, code_verifier });
      // RFC 6749 section 4.1.2: once; whoever comes second may be a thief, so what the first got is taken away.
      if (code.used && w.now() < code.until) grant.over ??= 'its code was used twice';
      const isOver = !code.used && w.isLetBe(code, answer.status >= 400, `redeem ${w.name(code)}`);
      code.used ||= w.now() < code.until;
      if (isOver) return;
      if (why) return w.refused('redeem a code', w.name(code), answer, why, tokenRefusals);
      w.tokens('redeem a code', w.name(code), answer, grant);
    },
  },
  refresh: {
    weight: 8, from: (w) => each(freshFirst(w.all('refresh', (x) => !(x.rotated && x.isOpen)), (x) => x.rotated), [undefined, undefined, 'openid', `${full} write:messages`]),
    async make(w, [refresh, scope]) {
      if (scope && (refresh.rotated || refresh.isOpen || w.fault(refresh))) scope = undefined;
      const { grant } = refresh, why = refresh.rotated ? 'it has been used' : w.fault(refresh);
      const answer = await w.token(grant.client, { grant_type: 'refresh_token', refresh_token: refresh.value, ...(scope && { scope }) });
      // RFC 6749 section 6: as much as was granted, or less.
      if (scope && !within(scope, grant.scope)) return w.refused('refresh', w.name(refresh), answer, 'more is asked for than was granted', ['invalid_scope']);
      // RFC 9700 section 4.14.2: one of two has stolen it, so the family ends.
      if (refresh.rotated && !w.fault(refresh)) grant.over ??= 'one of its refresh tokens was used twice';
      if (w.isLetBe(refresh, answer.status >= 400, `refresh ${w.name(refresh)}`)) return;
      if (why) return w.refused('refresh', w.name(refresh), answer, why, tokenRefusals);
      refresh.rotated = true;
      w.tokens('refresh', w.name(refresh), answer, grant, { scope });
    },
  },
  'read the profile': {
    weight: 3, from: (w) => w.all('access'),
    async make(w, access) {
      const answer = await ask(w.issuer, 'GET', '/userinfo', { headers: { authorization: `Bearer ${access.value}` } });
      // Core section 5.3: for the one who logged in, with `openid`. RFC 6750 section 3.1: else 401.
      const why = w.fault(access) ?? (words(access.scope).includes('openid') && access.audience !== guarded ? undefined : 'it is not for the profile');
      if (!why && w.isLetBe(access, answer.status === 401, `read the profile with ${w.name(access)}`)) return;
      w.judge(`read the profile with ${w.name(access)}`, answer.status, why ? 401 : 200, `read the profile: ${why ?? 'it should work'}`);
      if (!why) w.isOf('read the profile', access.grant.person, answer.body.sub);
    },
  },
  exchange: {
    // RFC 8693 section 2: what comes of a token is of the same person, no wider, good no longer, and over with it; and the
    // next API gives what the person is permitted there.
    weight: 8, from: (w) => w.all('access', (x) => x.grant.client === 'web'),
    async make(w, access) {
      const { grant } = access, why = access.sterile ?? w.fault(access), audience = access.audience === guarded ? messages : guarded;
      const answer = await w.token('web', { grant_type: exchangeGrant, subject_token: access.value, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience });
      if (why) return w.refused('exchange', w.name(access), answer, why, [...tokenRefusals, 'invalid_request']);
      if (w.isLetBe(access, answer.status >= 400, `exchange ${w.name(access)}`)) return;
      const may = words(access.scope).filter((word) => word === 'read:messages' && (audience === messages || grant.person.permitted)).join(' ');
      if (!may && answer.status >= 400 && answer.status < 500) return w.note(`exchange ${w.name(access)}: refused, since nothing is permitted`);
      const next = w.tokens('exchange', w.name(access), answer, grant, { scope: may, audience, until: access.until });
      w.check('exchange: it ends', decode(next.value).exp, `not after ${Math.floor(access.until)}`, 'exchange: it is good for longer than what it was made of', decode(next.value).exp <= access.until + 5);
    },
  },
  'revoke a refresh token': {
    // RFC 7009 section 2.1: and the access tokens of the same grant.
    weight: 2, from: (w) => w.all('refresh', (x) => !w.fault(x)),
    async make(w, refresh) {
      const { grant } = refresh;
      w.judge(`revoke ${w.name(refresh)}`, (await w.form('/oauth/revoke', { client_id: grant.client, ...(grant.client === 'web' && { client_secret: 'web-secret' }), token: refresh.value })).status, 200, 'revoke a refresh token: it should work');
      grant.over ??= 'it was revoked';
    },
  },

  // ---- Devices (RFC 8628)

  'begin with a device': {
    weight: 2, from: (w) => (w.all('device', (x) => x.state !== 'used').length > 1 ? [] : ['third', 'app']),
    async make(w, client) {
      const { body, status } = await w.form('/oauth/device/code', { client_id: client, scope: full, audience: messages });
      w.judge(`begin with a device of ${client}`, status, 200);
      w.keep('device', { grant: w.grant({ name: 'nobody yet' }, client), value: body.device_code, typed: body.user_code, state: 'pending', interval: 5 });
    },
  },
  'approve a device': {
    weight: 5, from: (w) => each(w.all('session'), w.all('device', (x) => x.state === 'pending' && w.now() < x.until)),
    async make(w, [session, device]) { await answerDevice(w, session, device, 'accept'); },
  },
  'refuse a device': {
    weight: 1, from: (w) => each(w.all('session', (x) => !w.fault(x)), w.all('device', (x) => x.state === 'pending' && w.now() < x.until)),
    async make(w, [session, device]) { await answerDevice(w, session, device, 'deny'); },
  },
  'ask as a device': {
    weight: 6, from: (w) => freshFirst(w.all('device', (x) => !(x.polls > 4)), (x) => x.polls),
    async make(w, device) {
      device.polls = (device.polls ?? 0) + 1;
      const answer = await w.token(device.grant.client, { grant_type: deviceGrant, device_code: device.value }), since = w.now() - (device.asked ?? 0);
      const refused = (why, ...errors) => w.refused('ask as a device', w.name(device), answer, why, errors);
      if (device.state === 'used') return refused('it has been used', 'invalid_grant');
      if (w.now() > device.until) return refused('it is too old', 'expired_token', 'invalid_grant'); // section 3.5, as the others; in time it is forgotten
      if (device.state === 'denied') return refused('it was refused', 'access_denied');
      if (device.state === 'pending') {
        device.asked = w.now();
        refused('nobody has answered yet', ...(since < device.interval + 2 ? ['slow_down'] : []), ...(since > device.interval - 2 ? ['authorization_pending'] : []));
        if (answer.body.error === 'slow_down') device.interval += 5;
        return;
      }
      const why = w.fault(device);
      device.state = 'used';
      if (w.isLetBe(device, answer.status >= 400, `ask as ${w.name(device)}`)) return;
      if (why) return w.refused('ask as a device', w.name(device), answer, why, [...tokenRefusals, 'expired_token']);
      w.tokens('ask as a device', w.name(device), answer, device.grant);
    },
  },

  // ---- The MFA API

  'begin enrolment': {
    weight: 5, from: (w) => w.all('mfaToken'),
    async make(w, token) {
      const { person } = token.grant, why = w.fault(token) ?? (w.factor(person) && 'there is a factor');
      const answer = await ask(w.issuer, 'POST', '/mfa/associate', { json: { authenticator_types: ['otp'] }, headers: { authorization: `Bearer ${token.value}` } });
      if (why) return w.refused('begin enrolment', `with ${w.name(token)}`, answer, why);
      if (w.isLetBe(token, answer.status >= 400, `begin enrolment with ${w.name(token)}`)) return;
      w.judge(`begin enrolment with ${w.name(token)}`, answer.status, 200, 'begin enrolment: it should work');
      for (const x of w.held) if (x.kind === 'secret' && x.person === person && x.state === 'begun') x.state = 'dropped';
      w.end('there is a newer one', (x) => x.kind === 'recovery' && x.person === person);
      const secret = w.keep('secret', { person, by: token, at: w.now(), state: 'begun', value: answer.body.secret });
      for (const value of answer.body.recovery_codes ?? []) w.keep('recovery', { person, value, secret });
    },
  },
  'log in with a second factor': {
    // What nobody has confirmed proves nothing, once there is something that somebody has.
    weight: 7, from: (w) => each(w.all('mfaToken'), w.all('secret', (x) => x.state !== 'drawn')).filter(([token, secret]) => token.grant.person === secret.person),
    async make(w, [token, secret]) {
      const next = w.next(secret);
      if (!next) return;
      const why = w.fault(token) ?? (secret.state === 'dropped' ? 'its enrolment was never finished' : undefined);
      const answer = await w.token('app', { grant_type: mfaGrant('otp'), mfa_token: token.value, otp: next.code });
      if (why) return w.refused('log in with a second factor', w.name(token), answer, why, [...tokenRefusals, 'expired_token']);
      if (w.isLetBe(token, answer.status >= 400, `log in with a second factor, ${w.name(token)}`)) return;
      // What was begun may end by itself, and be for the one who began it.
      if (secret.state === 'begun' && answer.status >= 400 && (secret.by !== token || w.now() > secret.at + 240)) return w.note(`log in with a second factor, ${w.name(token)}: refused, which is nobody's rule`);
      next.use();
      if (secret.state === 'begun') w.confirm(secret);
      token.over = 'it has been used';
      w.tokens('log in with a second factor', w.name(token), answer, token.grant);
    },
  },
  'log in with the same code of a second factor': {
    weight: 1, from: (w) => each(w.all('mfaToken', (x) => !w.fault(x)), w.all('secret', (x) => x.used)).filter(([token, secret]) => token.grant.person === secret.person),
    async make(w, [token, secret]) {
      const answer = await w.token('app', { grant_type: mfaGrant('otp'), mfa_token: token.value, otp: totp(secret.value, secret.used * 30) });
      w.refused('log in with the same code of a second factor', w.name(token), answer, 'it has been used', ['invalid_grant']);
    },
  },
  'log in with a recovery code': {
    weight: 2, from: (w) => each(w.all('mfaToken'), w.all('recovery')).filter(([token, recovery]) => token.grant.person === recovery.person),
    async make(w, [token, recovery]) {
      const why = w.fault(token) ?? recovery.over ?? (recovery.secret.state !== 'confirmed' ? 'its enrolment was never finished' : undefined);
      const answer = await w.token('app', { grant_type: mfaGrant('recovery-code'), mfa_token: token.value, recovery_code: recovery.value });
      if (why) return w.refused('log in with a recovery code', w.name(token), answer, why, [...tokenRefusals, 'expired_token']);
      if (w.isLetBe(token, answer.status >= 400, `log in with a recovery code, ${w.name(token)}`)) return;
      token.over = recovery.over = 'it has been used';
      w.keep('recovery', { person: recovery.person, value: answer.body.recovery_code, secret: recovery.secret });
      w.tokens('log in with a recovery code', w.name(token), answer, token.grant);
    },
  },

  // ---- Changes of an account

  'make a reset link': {
    isLate: true, weight: 2, from: (w) => (w.all('link', (x) => !x.over).length ? [] : accounts(w).filter((p) => p.password)),
    async make(w, person) {
      const { ticket } = await w.manage('POST', 'tickets/password-change', { user_id: person.id, ttl_sec: lifetimes.link });
      w.keep('link', { person, value: new URL(ticket).searchParams.get('ticket') });
      w.note(`make a reset link for ${person.name}`);
    },
  },
  'set a password by a link': {
    isLate: true, weight: 4, from: (w) => w.all('link', (x) => !x.person.owner && !x.person.isBlocked),
    async make(w, link) {
      const { person } = link, why = w.fault(link), password = w.newPassword();
      const page = await new Browser(w.issuer).go(...resetForm(link, password));
      if (w.isLetBe(link, page.status === 400, `set a password by ${w.name(link)}`)) return;
      w.judge(`set a password by ${w.name(link)}`, page.status, why ? 400 : 200, `set a password by a link: ${why ?? 'it should work'}`);
      if (!why) w.changed(person, password);
    },
  },
  'set a password by a link twice at once': {
    isLate: true, weight: 1, from: (w) => w.all('link', (x) => !w.fault(x) && !x.isOpen),
    async make(w, link) {
      const { person } = link, passwords = [w.newPassword(), w.newPassword()];
      const pages = await Promise.all(passwords.map((password) => new Browser(w.issuer).go(...resetForm(link, password))));
      const good = passwords.filter((_, i) => pages[i].status === 200);
      w.judge(`set a password by ${w.name(link)} twice at once`, `${good.length} good ones`, '1 good ones', 'set a password by a link twice at once: it works once');
      w.changed(person, good[0]);
    },
  },
  'set a password': {
    isLate: true, weight: 2, from: (w) => accounts(w).filter((p) => p.password),
    async make(w, person) {
      const password = w.newPassword();
      await w.manage('PATCH', w.user(person), { password, connection: realm });
      w.note(`set a password of ${person.name}`);
      w.changed(person, password);
    },
  },
  'change the address': {
    // A proof of an address ends with the address.
    isLate: true, weight: 1, from: accounts,
    async make(w, person) {
      const connection = person.password ? realm : 'email';
      person.email = `n${++w.words}${w.ada.id.slice(6)}${person.name}@example.com`;
      await w.manage('PATCH', w.user(person), { email: person.email, verify_email: false, connection });
      w.note(`change the address of ${person.name}`);
      w.end('its person has another address', (x) => x.kind === 'link' && x.person === person);
    },
  },
  block: {
    isLate: true, weight: 1, from: (w) => accounts(w).filter((p) => !p.isBlocked),
    async make(w, person) {
      await w.manage('PATCH', w.user(person), { blocked: true });
      w.note(`block ${person.name}`);
      w.endAll(person, 'its person was blocked');
      for (const x of w.held) if (x.kind === 'link' && x.person === person) x.isOpen = true;
      person.isBlocked = true;
    },
  },
  unblock: {
    isLate: true, weight: 4, from: (w) => accounts(w).filter((p) => p.isBlocked),
    async make(w, person) {
      await w.manage('PATCH', w.user(person), { blocked: false });
      w.note(`unblock ${person.name}`);
      person.isBlocked = false;
    },
  },
  delete: {
    isLate: true, weight: 0.5, from: (w) => accounts(w),
    async make(w, person) {
      await w.manage('DELETE', w.user(person));
      w.note(`delete ${person.name}`);
      for (const one of w.people) if (one === person || one.owner === person) Object.assign(one, { isGone: true, owner: undefined });
      w.endAll(person, 'its person is deleted');
      w.consents.delete(person);
    },
  },
  'end sessions': {
    isLate: true, weight: 2, from: (w) => accounts(w).filter((p) => w.all('session', (x) => x.person === p).length),
    async make(w, person) {
      await w.manage('DELETE', `${w.user(person)}/sessions`);
      w.note(`end the sessions of ${person.name}`);
      const isOfOne = (x) => (x.kind === 'session' ? x : x.session ?? x.grant?.session)?.person === person;
      w.end('its sessions were ended', (x) => isOfOne(x) && !['access', 'refresh'].includes(x.kind));
      // Whether access for when nobody is there goes on, is told by nobody; by the vendor it does.
      for (const x of w.held) if (isOfOne(x) && ['access', 'refresh'].includes(x.kind)) x.isOpen = true;
    },
  },
  link: {
    isLate: true, weight: 1, from: (w) => each(accounts(w), accounts(w)).filter(([one, other]) => one !== other && !one.isBlocked && !other.isBlocked && !w.people.some((p) => p.owner === other)),
    async make(w, [primary, secondary]) {
      const [provider, user_id] = secondary.id.split('|');
      await w.manage('POST', `${w.user(primary)}/identities`, { provider, user_id });
      w.note(`link ${secondary.name} to ${primary.name}`);
      for (const x of w.held) if ((x.grant ?? x).person === secondary) {
        if (['session', 'refresh', 'secret', 'recovery'].includes(x.kind)) x.over ??= 'its person was linked to another';
        else x.isOpen = true; // once it is nobody's identity any more, it may be good again
        if (x.kind === 'secret') x.state = 'dropped';
      }
      Object.assign(secondary, { owner: primary, permitted: false });
    },
  },
  unlink: {
    isLate: true, weight: 3, from: (w) => w.people.filter((p) => p.owner),
    async make(w, person) {
      await w.manage('DELETE', `${w.user(person.owner)}/identities/${person.id.replace('|', '/')}`);
      w.note(`unlink ${person.name}`);
      person.owner = undefined;
    },
  },
  'withdraw a grant': {
    isLate: true, weight: 3, from: (w) => accounts(w).filter((p) => w.consents.has(p)),
    async make(w, person) {
      const [grant] = await w.manage('GET', `grants?user_id=${encodeURIComponent(person.id)}&client_id=third`);
      await w.manage('DELETE', `grants/${encodeURIComponent(grant.id)}`);
      w.note(`withdraw the grant of ${person.name}`);
      withdrawn(w, person);
    },
  },
  'withdraw all grants': {
    isLate: true, weight: 1, from: (w) => accounts(w).filter((p) => w.consents.has(p)),
    async make(w, person) {
      await w.manage('DELETE', `grants?user_id=${encodeURIComponent(person.id)}`);
      w.note(`withdraw all grants of ${person.name}`);
      withdrawn(w, person);
      for (const x of w.held) if (x.grant?.person === person) x.isOpen = true; // those of the tenant's own applications
    },
  },
  'give a permission': {
    isLate: true, weight: 1, from: (w) => accounts(w).filter((p) => !p.permitted && w.all('access', (x) => x.grant.client === 'web' && x.grant.person === p).length),
    async make(w, person) {
      await w.manage('POST', `${w.user(person)}/permissions`, { permissions: ['read:messages', 'write:messages'].map((permission_name) => ({ resource_server_identifier: guarded, permission_name })) });
      w.note(`give ${person.name} permissions`);
      person.permitted = true;
    },
  },
};

// RFC 6749 section 1.4 and 10.3, ASVS 10.4.9: who takes an application's access away, takes all of it.
function withdrawn(w, person) {
  w.consents.delete(person);
  w.end('it was withdrawn', (x) => x.grant?.person === person && x.grant.client === 'third');
}

async function answerDevice(w, session, device, action) {
  const { browser, person } = session, { grant } = device, why = w.fault(session) ?? (w.mfa && !session.withFactor && 'it lacks the second factor');
  let page = await browser.go(`/activate?user_code=${device.typed}`);
  for (let hops = 0; hops < 6 && page.action && !['/u/login', '/u/mfa', '/u/mfa/enrol'].includes(page.action); hops++)
    page = await browser.press(page, {}, page.buttons.includes('accept') ? action : 'default');
  const what = `${action === 'accept' ? 'approve' : 'refuse'} a device`, isDone = !page.action && page.status === 200;
  w.judge(`${what}, browser ${session.number} of ${person.name} for ${grant.client}`, isDone ? 'done' : seen(page), why ? `not done, since ${why}` : 'done', `${what}: ${why || 'it should work'}`, isDone === !why);
  if (why) return;
  session.until = Math.min(session.at + lifetimes.session, w.now() + lifetimes.idle);
  device.state = action === 'accept' ? 'approved' : 'denied';
  if (action !== 'accept') return;
  Object.assign(grant, { person, session });
  if (grant.client !== 'third') return;
  // Section 5.4 and 3.3: the person is told what the application gets, agrees to it, and can take it back.
  const [kept] = await w.manage('GET', `grants?user_id=${encodeURIComponent(person.id)}&client_id=third`);
  w.judge(`${what}: what was agreed to`, kept?.scope.join(' ') ?? 'nothing', full, `${what}: an application of somebody else gets it without consent`, !!kept && within(full, kept.scope.join(' ')));
  w.consents.add(person);
}

/** The steps of a sequence, as they are made: what can be done now, by its weight. */
export function choose(world, random, without = []) {
  const isEarly = world.held.length < 2;
  const possible = Object.entries(moves).filter(([name, { isLate }]) => !without.includes(name) && !(isLate && isEarly)).map(([name, { weight, from }]) => [name, weight, from(world).length]).filter(([, , count]) => count);
  let at = random() * possible.reduce((sum, [, weight]) => sum + weight, 0);
  const [name, , count] = possible.find(([, weight]) => (at -= weight) < 0) ?? possible[0];
  return `${name} ${Math.floor(random() * random() * count)}`;
}

