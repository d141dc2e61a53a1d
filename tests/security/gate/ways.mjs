// The ways to a session or a token. Each begins, so that something is held (a page, a ticket, a code, a session), and
// gives what finishes it; `grant` is the application's grant type that it needs, `who` comes by it.
import { approve, device } from './device.mjs';
import { grants, deviceGrant, exchangeGrant } from '../../lib/tenant.mjs';
import { callback, guarded, mfaGrant, origin, plain, realm, webauthnGrant } from './tenant.mjs';
import { Refused } from './cell.mjs';

const silent = { prompt: 'none' };
/** In a session that was there before. */
const inSession = (what, more) => ({
  what, held: 'a session',
  begin: async (w, c) => {
    await c.session();
    return () => c.look(c.url(more));
  },
});

/** A grant with an `mfa_token`; `prove` gives the proof. */
const byFactor = (name, what, prove) => ({
  what, held: 'an `mfa_token`', who: 'grace', grant: mfaGrant(name), factor: name === 'oob' ? 'email' : name,
  begin: async (w, c) => {
    await w.policy(['all-applications']);
    const { body } = await w.password(c);
    if (body.error !== 'mfa_required') throw new Refused(c.tokens({ status: body.error ? 400 : 200, body }));
    const proof = await prove(w, c, body.mfa_token);
    return async () => c.tokens(await w.api.token({ grant_type: mfaGrant(name), ...c.credentials, mfa_token: body.mfa_token, ...proof }));
  },
});

/** A grant that is one request. */
const atOnce = (what, grant, more) => ({
  what, grant, held: 'nothing',
  begin: async (w, c) => async () => c.tokens(await w.password(c, { grant_type: grant, ...more })),
});

const start = async (w, c, more) => {
  const { status, body } = await c.post('/passwordless/start', { ...c.credentials, connection: 'email', email: c.who.email, ...more });
  if (status !== 200) throw new Refused(body.error);
  const [mail] = await w.api.messages(c.who.email);
  if (!mail) throw new Refused('no message');
  return mail;
};

export const ways = {
  page: {
    what: 'the login page, `/u/login`', held: 'the page',
    begin: async (w, c) => {
      await c.need('login', c.look(c.url()));
      if (!('password' in c.page.fields)) throw new Refused('login');
      return () => c.enter();
    },
  },
  resume: {
    what: 'the step after the password, `/authorize/resume`', held: 'the session that the password made',
    begin: async (w, c) => {
      await c.need('login', c.look(c.url()));
      if (!('password' in c.page.fields)) throw new Refused('login');
      const { action, fields } = c.page;
      const response = await c.person.post(new URL(action, w.api.issuer), { ...fields, ...c.words, action: 'default' });
      if (response.status !== 302) throw new Refused(await c.outcome(response));
      return () => c.agreed(c.look(response.headers.get('location')));
    },
  },
  session: inSession('a session, at `/authorize`', {}),
  silent: inSession('a session, `prompt=none`', silent),
  form_post: inSession('the same with `response_mode=form_post`', { ...silent, response_mode: 'form_post' }),
  web_message: inSession('the same with `response_mode=web_message`', { ...silent, response_mode: 'web_message' }),
  popup: {
    what: '`/co/authenticate`, then `/authorize?login_ticket=`', held: 'a ticket', grant: grants.realm,
    begin: async (w, c) => {
      const response = await c.person.get('/co/authenticate', { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: JSON.stringify({ client_id: c.client, credential_type: grants.realm, realm, ...c.words }) });
      const { login_ticket, error } = await response.json();
      if (!login_ticket) throw new Refused(error);
      return () => c.agreed(c.look(c.url({ login_ticket })));
    },
  },
  'device page': {
    what: 'a device\'s page, `/activate/confirm`', held: 'a session, at the page', grant: deviceGrant,
    begin: async (w, c) => {
      const poll = await device(w, c);
      await c.need('device', c.enter());
      return async () => {
        const outcome = await approve(c);
        return outcome === 'approved' ? poll() : outcome;
      };
    },
  },
  device: {
    what: 'a device\'s code, once approved', held: 'the device code', grant: deviceGrant,
    begin: async (w, c) => {
      const poll = await device(w, c);
      let outcome = await c.enter();
      if (outcome === 'device') outcome = await approve(c);
      await c.need('approved', outcome);
      return poll;
    },
  },
  code: {
    what: 'an authorization code', held: 'the code',
    begin: async (w, c) => {
      const held = await c.code();
      return () => c.redeem(held);
    },
  },
  refresh: {
    what: 'a refresh token', held: 'the token', grant: 'refresh_token',
    begin: async (w, c) => {
      await c.need('in', c.logIn());
      const { refresh_token } = c.given;
      return async () => c.tokens(await w.api.token({ grant_type: 'refresh_token', ...c.credentials, refresh_token }));
    },
  },
  password: atOnce('`password`', 'password', {}),
  'password-realm': atOnce('`password-realm`', grants.realm, { realm }),
  'one-time code': {
    what: 'a code at `/u/passwordless`', held: 'the code', who: 'pat',
    begin: async (w, c) => {
      await c.need('login', c.look(c.url({ connection: 'email' })));
      await c.need('login', c.submit({ username: c.who.email }));
      if (c.page.action !== '/u/passwordless/code') throw new Refused('login');
      const { code: sent } = await w.api.message(c.who.email);
      return () => c.agreed(c.submit({ code: sent }));
    },
  },
  link: {
    what: 'a link, `/passwordless/verify_redirect`', held: 'the link', who: 'pat',
    begin: async (w, c) => {
      const authParams = Object.fromEntries(new URL(c.url(), w.api.issuer).searchParams);
      delete authParams.client_id;
      // Whoever asked for the link opens it: the browser is the one that was at the login page.
      await c.look(c.url());
      const { link } = await start(w, c, { send: 'link', authParams });
      const outcome = await c.look(link);
      if (c.page?.action !== '/passwordless/verify_redirect') throw new Refused(outcome);
      return () => c.agreed(c.submit());
    },
  },
  otp: {
    what: '`passwordless/otp`', held: 'the code', who: 'pat', grant: grants.otp,
    begin: async (w, c) => {
      const { code: sent } = await start(w, c, { send: 'code' });
      return async () => c.tokens(await w.api.token({ grant_type: grants.otp, ...c.credentials, realm: 'email', username: c.who.email, otp: sent, audience: guarded, scope: 'openid email read:it offline_access', ...c.request }));
    },
  },
  'mfa-otp': byFactor('otp', '`mfa-otp`', async (w) => ({ otp: await w.code() })),
  'mfa-oob': byFactor('oob', '`mfa-oob`', async (w, c, mfa_token) => {
    const { body } = await c.post('/mfa/challenge', { ...c.credentials, mfa_token, challenge_type: 'oob' });
    const { code: sent } = await w.api.message(c.who.email);
    return { oob_code: body.oob_code, binding_code: sent };
  }),
  'mfa-recovery-code': byFactor('recovery-code', '`mfa-recovery-code`', async (w) => ({ recovery_code: w.recovery })),
  'mfa page': {
    what: 'the page of the second factor, `/u/mfa`', held: 'the session that the password made', who: 'grace', factor: 'otp',
    begin: async (w, c) => {
      await w.policy(['all-applications']);
      await c.need('mfa', c.logIn());
      const otp = await w.code();
      return async () => {
        let outcome = await c.submit({ code: otp });
        if (outcome === '200 /u/mfa/recovery-code Keep this recovery code') outcome = await c.submit();
        if (c.page?.action === '/u/passkey/new') outcome = await c.submit({}, 'later');
        return c.agreed(outcome);
      };
    },
  },
  'consent page': {
    what: 'the page of a consent, `/u/consent`', held: 'the session, at the page', client: 'third',
    begin: async (w, c) => {
      await c.need('consent', c.logIn());
      return () => c.submit({}, 'accept');
    },
  },
  upstream: {
    what: 'another authority, `/login/callback`', held: 'its answer', who: 'una',
    begin: async (w, c) => {
      const back = await w.depart(c);
      return () => c.agreed(c.look(back));
    },
  },
  invitation: {
    what: 'an invitation, then the login page', held: 'the page',
    begin: async (w, c) => {
      await w.call('DELETE', `organizations/${w.acme}/members`, { members: [c.who.id] });
      c.invitation = await w.call('POST', `organizations/${w.acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: c.who.email }, client_id: c.client, roles: c.isWithoutRole ? [] : [w.reader] });
      const invitation = new URL(c.invitation.invitation_url).searchParams.get('invitation');
      await c.need('login', c.look(c.url({ organization: w.acme, invitation })));
      const toLogin = c.page.links['Log in'];
      if (toLogin) await c.need('login', c.look(toLogin));
      if (!('password' in c.page.fields)) throw new Refused('login');
      return () => c.enter();
    },
  },
  passkey: {
    what: 'a passkey, `/u/passkey`', held: 'the page',
    begin: async (w, c) => {
      await c.need('login', c.look(c.url()));
      const [, address] = Object.entries(c.page.links).find(([text]) => /passkey/.test(text)) ?? [];
      if (!address) throw new Refused('login');
      await c.need('login', c.look(address));
      return () => c.agreed(c.submit(w.key.answer(c.page, w.api.issuer)));
    },
  },
  'native passkey': {
    what: 'a passkey that the application asks for, `/passkey/challenge`', held: 'the question', grant: webauthnGrant,
    begin: async (w, c) => {
      const { status, body } = await w.api.post('/passkey/challenge', { ...c.credentials, realm, ...c.request });
      if (status !== 200) throw new Refused(body.error);
      const authn_response = JSON.stringify(w.key.nativeAnswer(body.authn_params_public_key, new URL(w.api.issuer).origin));
      return async () => c.tokens(await w.api.token({ grant_type: webauthnGrant, ...c.credentials, auth_session: body.auth_session, authn_response, audience: guarded, scope: 'openid read:it offline_access', ...c.request }));
    },
  },
  exchange: {
    what: 'token exchange', held: 'a subject token of a login in the browser', grant: exchangeGrant,
    begin: async (w, c) => {
      const more = { audience: plain, scope: 'openid' };
      const held = await c.code(c.subject ? c.url({ ...more, client_id: c.subject }, true) : c.url(more));
      const from = c.subject ? { ...c.credentials, client_id: c.subject } : c.credentials;
      const { body } = await w.api.token({ grant_type: 'authorization_code', ...from, code: held, redirect_uri: callback });
      if (!body.access_token) throw new Refused(body.error);
      return async () => c.tokens(await w.api.token({ grant_type: exchangeGrant, ...c.credentials, subject_token: body.access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: guarded, scope: 'read:it' }));
    },
  },
  account: {
    what: '`/account`', held: 'its session',
    begin: async (w, c) => {
      await c.need('login', c.look('/account'));
      await c.need('in', c.submit(c.words));
      return () => c.look('/account');
    },
  },
  hosted: {
    what: 'a hosted page, `/usernamepassword/login`', held: 'its form for `/login/callback`',
    begin: async (w, c) => {
      const asked = Object.fromEntries(new URL(c.url(), w.api.issuer).searchParams);
      const response = await c.person.get('/usernamepassword/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...asked, tenant: 't', connection: realm, ...c.words }) });
      if (response.status !== 200) {
        const body = await response.json();
        throw new Refused(body.code ?? body.error);
      }
      c.page = { action: '/login/callback', fields: hiddenOf(await response.text()) };
      return () => c.agreed(c.submit());
    },
  },
  continue: {
    what: '`/continue`, back from an action\'s redirect', held: 'the session, and the state',
    begin: async (w, c) => {
      await w.action('away', `exports.onExecutePostLogin = async (event, api) => api.redirect.sendUserTo('https://away.example/');
        exports.onContinuePostLogin = async (event, api) => {};`);
      await c.need('https://away.example/', c.logIn());
      const state = c.landed.searchParams.get('state');
      return () => c.agreed(c.look(`/continue?${new URLSearchParams({ state })}`));
    },
  },
};

const hiddenOf = (html) => Object.fromEntries([...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&')]));

for (const way of Object.values(ways)) {
  way.who ??= 'ada';
  way.grant ??= 'authorization_code';
}
