// What people, their browsers and applications do, and what must come of it.
import { decode } from '../person.mjs';
import { callback, deviceGrant, exchangeGrant, grants, origin } from '../tenant.mjs';
import { totp } from '../totp.mjs';
import { ask, Browser, full, lifetimes, messages, seen, within, words } from './world.mjs';

export const realm = 'Username-Password-Authentication';
export const guarded = 'https://guarded.example.com/'; // gives a person only what they have the permission for
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
export const mfaGrants = ['otp', 'recovery-code'].map(mfaGrant);
const tokenRefusals = ['invalid_grant', 'unauthorized', 'access_denied'];
const withPassword = (w) => w.people.filter((p) => p.password);
/** Whose accounts can be changed. */
const accounts = (w) => w.people.filter((p) => p.id && !p.isGone && !p.owner);
const clients = ['web', 'third', 'app'];
const freshFirst = (list, isOld) => list.toSorted((x, y) => Number(!!isOld(x)) - Number(!!isOld(y)));
const each = (list, others) => list.flatMap((one) => others.map((other) => [one, other]));

/** What works once, at the token endpoint. */
const use = (w, { kind, grant, value, address }) => w.token(grant?.client ?? 'app', {
  code: { grant_type: 'authorization_code', redirect_uri: callback, code: value, code_verifier },
  device: { grant_type: deviceGrant, device_code: value },
  otp: { grant_type: grants.otp, realm: 'email', username: address, otp: value, scope: full, audience: messages },
}[kind]);
/** A code by mail proves the address, whoever has it now; where nobody has it, it makes an account. */
const holderOf = (w, otp) => w.people.find((p) => p.email === otp.address && !p.password && !p.isGone);
async function enteredByMail(w, otp, answer) {
  otp.over = 'it has been used';
  let person = holderOf(w, otp);
  if (!person) w.people.push((person = w.person('pat', otp.address)));
  w.direct('log in with a code by mail', w.name(otp), answer, person);
  if (!person.id) person.id = (await w.manage('GET', `users-by-email?email=${encodeURIComponent(otp.address)}`))[0].user_id;
}
/** The link is opened, and its page sent, in a browser of its own. */
async function resetBy(w, link, password) {
  const browser = new Browser(w.issuer), page = await browser.go(`/u/reset-password?ticket=${link.value}`);
  return page.status === 200 ? browser.press(page, { password, 're-enter-password': password }) : page;
}

/**
 * `weight`: how often it is chosen; `isLate`: not before there is something that it can end; `isDear`: three times, since a
 * password is checked, which is slow on purpose. `from`: with what it can be made now, what is likeliest first.
 */
export const moves = {
  // ---- Logging in

  'log in': {
    isDear: true, weight: 5, from: withPassword,
    async make(w, person) {
      w.checked++;
      const browser = new Browser(w.issuer), owner = w.ownerOf(person);
      const page = await browser.press(await browser.go(w.url('app')), { username: person.email, password: person.password });
      if (person.isGone || owner.isBlocked) return w.judge(`log in as ${person.name}`, seen(page), 'login', `log in: the person is ${person.isGone ? 'deleted' : 'blocked'}`);
      await w.arrive('log in', w.enter(browser, owner), 'app', page);
    },
  },
  'password grant': {
    isDear: true, weight: 3, from: withPassword,
    async make(w, person) {
      w.checked++;
      const answer = await w.token('app', { grant_type: grants.realm, realm, username: person.email, password: person.password, scope: full, audience: messages });
      if (person.isGone) return w.refused('password grant', `of ${person.name}`, answer, 'its person is deleted', ['invalid_grant']);
      w.direct('password grant', `of ${person.name}`, answer, person);
    },
  },
  'password grant with an old password': {
    isDear: true, weight: 1, from: (w) => withPassword(w).filter((p) => p.old.length),
    async make(w, person) {
      w.checked++;
      const answer = await w.token('app', { grant_type: grants.realm, realm, username: person.email, password: person.old.at(-1), scope: full, audience: messages });
      w.refused('password grant', `of ${person.name} with an old password`, answer, 'the password is an old one', ['invalid_grant']);
    },
  },
  'begin cross-origin login': {
    isDear: true, weight: 2, from: (w) => (w.all('ticket', (x) => !x.over).length ? [] : withPassword(w)),
    async make(w, person) {
      w.checked++;
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
      w.keep('otp', { address, person: known ?? w.person('somebody new', address), value: mail.code, wrong: 0 });
    },
  },
  'log in with a code by mail': {
    weight: 4, from: (w) => w.all('otp'),
    async make(w, otp) {
      const answer = await use(w, otp);
      const why = otp.over ?? (w.now() > otp.until ? 'it is too old' : otp.wrong >= 3 ? 'three wrong ones have been tried' : undefined);
      // To the authority an old code is a wrong one of the newest.
      if (why) for (const newer of w.held) if (newer.kind === 'otp' && newer !== otp && newer.address === otp.address && !newer.over) newer.wrong++;
      if (why) return w.refused('log in with a code by mail', w.name(otp), answer, why, ['invalid_grant', 'too_many_attempts']);
      await enteredByMail(w, otp, answer);
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
      const answer = await use(w, code);
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
  'use twice at once': {
    // What works once does so however fast somebody is; of a code, neither may get anything (RFC 6749 section 4.1.2).
    weight: 1,
    from: (w) => [...w.all('code', (x) => !x.used), ...w.all('device', (x) => x.state === 'approved'), ...w.all('otp', (x) => x.wrong === 0 && !w.ownerOf(holderOf(w, x) ?? x.person).isBlocked)].filter((x) => !w.fault(x) && !x.isOpen),
    async make(w, thing) {
      const answers = await Promise.all([use(w, thing), use(w, thing)]), good = answers.filter(({ body }) => body.access_token || body.mfa_token);
      const others = answers.filter((answer) => !good.includes(answer) && answer.status >= 400 && answer.status < 500);
      w.judge(`use ${w.name(thing)} twice at once`, answers.map((answer) => w.brief(answer)).join(' and '), 'good for one of them', `use twice at once: ${thing.kind}`, good.length + others.length === 2 && (good.length === 1 || (good.length === 0 && thing.kind === 'code')));
      if (thing.kind === 'otp') return enteredByMail(w, thing, good[0]);
      if (thing.kind === 'device') thing.state = 'used';
      else thing.used = true;
      if (good.length) w.tokens('use twice at once', w.name(thing), good[0], thing.grant);
      if (thing.kind === 'code') thing.grant.over ??= 'its code was used twice';
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
    weight: 2, from: (w) => w.all('refresh', (x) => !w.fault(x) && !x.isOpen),
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
      const answer = await use(w, device), since = w.now() - (device.asked ?? 0);
      const refused = (why, ...errors) => w.refused('ask as a device', w.name(device), answer, why, errors);
      if (device.state === 'used') return refused('it has been used', 'invalid_grant');
      if (w.now() > device.until) return refused('it is too old', 'expired_token', 'invalid_grant'); // section 3.5, as the others; in time it is forgotten
      if (device.state === 'denied') return refused('it was refused', 'access_denied');
      if (device.state === 'pending') {
        device.asked = w.now();
        refused('nobody has answered yet', ...(since < device.interval + 4 ? ['slow_down'] : []), ...(since > device.interval - 4 ? ['authorization_pending'] : []));
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
    isLate: true, weight: 2, from: (w) => (w.all('link', (x) => !x.over).length ? [] : each(withPassword(w).filter((p) => !p.isGone), ['by mail', 'by a ticket'])),
    async make(w, [person, how]) {
      let value;
      if (how === 'by mail') {
        w.judge('make a reset link by mail', (await ask(w.issuer, 'POST', '/dbconnections/change_password', { json: { client_id: 'app', connection: realm, email: person.email } })).status, 200);
        const { body } = await ask(w.issuer, 'GET', '/_dev/messages'), mail = body.find((m) => m.to === person.email && m.template === 'reset_email');
        value = mail && new URL(mail.link).searchParams.get('ticket');
      } else if (!person.owner) {
        value = new URL((await w.manage('POST', 'tickets/password-change', { user_id: person.id, ttl_sec: lifetimes.link })).ticket).searchParams.get('ticket');
      }
      if (!value || w.held.some((x) => x.value === value)) return; // a message a while is enough for one person
      w.keep('link', { person, value, ...(how === 'by mail' && { until: w.now() + 5 * 86_400 }) });
      w.note(`make a reset link for ${person.name} ${how}`);
    },
  },
  'set a password by a link': {
    isLate: true, weight: 4, from: (w) => w.all('link', (x) => !w.ownerOf(x.person).isBlocked),
    async make(w, link) {
      const { person } = link, why = w.fault(link), password = w.newPassword();
      const page = await resetBy(w, link, password);
      if (w.isLetBe(link, page.status === 400, `set a password by ${w.name(link)}`)) return;
      w.judge(`set a password by ${w.name(link)}`, page.status, why ? 400 : 200, `set a password by a link: ${why ?? 'it should work'}`);
      if (!why) w.changed(person, password);
    },
  },
  'set a password by a link twice at once': {
    isLate: true, weight: 1, from: (w) => w.all('link', (x) => !w.fault(x) && !x.isOpen),
    async make(w, link) {
      const { person } = link, passwords = [w.newPassword(), w.newPassword()];
      const pages = await Promise.all(passwords.map((password) => resetBy(w, link, password)));
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
      // What was begun without a session, and what came of that, may end with them, too.
      for (const x of w.held) if ((x.grant ?? x).person === person && !isOfOne(x)) x.isOpen = true;
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

/** Makes the move that a step names; `false` if there is nothing to make it with. */
export async function take(world, step) {
  const [, name, index] = /^(.*?)(?: (\d+))?$/.exec(step);
  if (name === 'wait') {
    world.note(`${index} s go by`);
    await world.clock.pass(Number(index));
    return true;
  }
  const choices = moves[name].from(world);
  if (!choices.length) return false;
  const choice = choices[index % choices.length];
  await moves[name].make(world, choice);
  for (const thing of [choice].flat()) if (thing?.over ?? thing?.grant?.over) thing.tries = (thing.tries ?? 0) + 1;
  return true;
}

/** A next step, of what can be done now, by its weight. */
export function choose(world, random, without = []) {
  const isOut = ([name, { isLate, isDear }]) => without.includes(name) || (isLate && world.held.length < 2) || (isDear && world.checked >= 3);
  const possible = Object.entries(moves).filter((one) => !isOut(one)).map(([name, { weight, from }]) => [name, weight, from(world).length]).filter(([, , count]) => count);
  let at = random() * possible.reduce((sum, [, weight]) => sum + weight, 0);
  const [name, , count] = possible.find(([, weight]) => (at -= weight) < 0) ?? possible[0];
  return `${name} ${Math.floor(random() * (random() < 0.5 ? random() : 1) * count)}`;
}

