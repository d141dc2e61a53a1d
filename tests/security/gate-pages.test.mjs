// The pages of a login: each is for the step, the browser and the session that it was made for, and none of them lets out
// what an earlier one had asked for.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { SoftwareKey } from '../lib/passkey.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, database, extra, grants, web } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const realm = 'Username-Password-Authentication', callback = 'https://app.example/callback', claim = 'https://example.com/colour';
const common = { callbacks: [callback], web_origins: ['https://app.example'], initiate_login_uri: 'https://app.example/login', organization_usage: 'allow' };
const clients = [{ ...app, ...common }, { ...web, ...common, client_id: 'pushing', name: 'Pushing', require_pushed_authorization_requests: true, cross_origin_authentication: true, grant_types: ['authorization_code', grants.realm, grants.otp] }, machine];
const group = scope();
let api;
before(async () => {
  api = new Management(await startAuthority(group, { clients, extra: {
    ...extra,
    databases: [database(realm, { authentication_methods: { passkey: { enabled: true } } })],
    connections: [{ name: 'email', strategy: 'email' }],
    guardianFactors: [{ name: 'otp', enabled: true }],
    organizations: [{ name: 'acme' }],
    clientGrants: [managementGrant()],
  } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' }, grace = { username: 'grace@example.com', password: 'Battery-Staple-9' };
const url = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid profile email', nonce: 'n', state: 's', ...more })}`;
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const cookiesOf = (person) => [...person.cookies].filter(([name]) => /^auth0(_compat)?(_dev)?$/.test(name)).join();
/** A browser with a session; no passkey was wanted. */
const signedIn = async (who = ada, request = url()) => {
  const person = new Reader(api.issuer);
  let page = await person.submit(await person.open(request), who);
  if (page.action === '/u/passkey/new') page = await person.submit(page, {}, 'later');
  assert.ok(fragment(page.location).access_token, JSON.stringify(page));
  return person;
};
const methods = async (id = 'ada') => {
  const { status, body, text } = await api.call('GET', `users/auth0%7C${id}/authentication-methods`);
  assert.equal(status, 200, text);
  return (body.authenticators ?? body).map((one) => one.type);
};
const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const must = async (...call) => {
  const answer = await api.call(...call);
  assert.ok(answer.status < 300, answer.text);
  return answer.body;
};

/** What somebody at a browser of hers tries with a page's state, at the pages that add a key or a factor. */
async function addsAnything(person, state) {
  const key = new SoftwareKey();
  const offer = await person.open(`/u/passkey/new?${new URLSearchParams({ state })}`);
  if (offer.html?.includes('data-options')) await person.submit(offer, key.answer(offer, api.issuer));
  const enrolment = await person.open(`/u/mfa/enrol?${new URLSearchParams({ state, type: 'otp' })}`);
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(enrolment.html ?? '')?.[1];
  if (secret) await person.submit(enrolment, { code: totp(secret, await now()) });
  return methods();
}

test('a step of a login is for its own page: an old session adds no passkey and no second factor by the state of another one', async () => {
  const person = await signedIn();
  await api.advance(7200);
  assert.equal((await person.open('/account')).heading, 'Welcome', 'a page of the account asks for a login');
  const login = await person.open(url({ prompt: 'login' }));
  assert.deepEqual(await addsAnything(person, login.fields.state), []);
});

test('a step of a login is for its own page: a session of this minute does not open others, either', async () => {
  const person = await signedIn();
  const login = await person.open(url({ prompt: 'login' }));
  assert.deepEqual(await addsAnything(person, login.fields.state), []);
});

test('a passkey that is added is told of', async () => {
  const person = new Reader(api.issuer), key = new SoftwareKey();
  const offer = await person.submit(await person.open(url()), ada);
  assert.equal(offer.action, '/u/passkey/new');
  await person.submit(offer, key.answer(offer, api.issuer));
  assert.deepEqual(await methods(), ['passkey']);
  assert.equal((await api.message(ada.username)).template, 'account_notice');
});

// ---- What was decided before an action sent the person away

const bind = async (actions) => {
  for (const [name, code] of actions) await must('POST', 'actions/actions', { name, code, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
  await must('PATCH', 'actions/triggers/post-login/bindings', { bindings: actions.map(([name]) => ({ ref: { type: 'action_name', value: name } })) });
};
const away = ['away', `exports.onExecutePostLogin = async (event, api) => api.redirect.sendUserTo('https://away.example/');
  exports.onContinuePostLogin = async (event, api) => api.idToken.setCustomClaim('${claim}/back', true);`];
/** Away, back, by the page of the second factor; the claims then. */
async function thereAndBack(actions, rule, policy = []) {
  const person = await signedIn();
  if (rule) await must('POST', 'rules', rule);
  await bind(actions);
  await must('PUT', 'guardian/policies', policy);
  const left = await person.submit(await person.open(url({ prompt: 'login' })), ada);
  assert.equal(left.location?.origin, 'https://away.example');
  const page = await person.open(`/continue?${new URLSearchParams({ state: left.location.searchParams.get('state') })}`);
  assert.equal(page.location, undefined, 'no answer without the second factor');
  const enrolment = /<code>[A-Z2-7]{32}/.test(page.html) ? page : await person.open(page.links['Authenticator app']);
  let next = await person.submit(enrolment, { code: totp(/<code>([A-Z2-7]{32})<\/code>/.exec(enrolment.html)[1], await now()) });
  for (let pages = 0; !next.location && pages < 3; pages++) next = await person.submit(next, {}, next.buttons.includes('later') ? 'later' : 'default');
  assert.equal(next.location?.origin, 'https://app.example', 'they are not sent away a second time');
  return decode(fragment(next.location).id_token);
}

test('what an action had asked for before another one redirects is still asked for afterwards', async () => {
  const claims = await thereAndBack([['asks', `exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); api.idToken.setCustomClaim('${claim}', 'blue'); };`], away]);
  assert.deepEqual([claims.amr, claims[claim], claims[`${claim}/back`]], [['mfa'], 'blue', true]);
});

test('what a rule had asked for before an action redirects is still asked for afterwards', async () => {
  const rule = { name: 'asks', script: `function (user, context, callback) { context.multifactor = { provider: 'any' }; context.idToken['${claim}'] = 'blue'; callback(null, user, context); }` };
  const claims = await thereAndBack([away], rule);
  assert.deepEqual([claims.amr, claims[claim], claims[`${claim}/back`]], [['mfa'], 'blue', true]);
});

test('what a policy asks for is asked for after an action\'s redirect, too', async () => {
  const claims = await thereAndBack([away], undefined, ['all-applications']);
  assert.deepEqual([claims.amr, claims[`${claim}/back`]], [['mfa'], true]);
});

// ---- A page of another site

const mallorys = 'mallory.mail@example.com';
const start = (more) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: mallorys, ...more });
test('a page of another site signs nobody in, or in as somebody else, with a link or a code of its own', async () => {
  for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, {}]) {
    const victim = await signedIn();
    const session = cookiesOf(victim);
    await start({ send: 'link', authParams: { response_type: 'token', redirect_uri: callback, state: 's', scope: 'openid', nonce: 'n' } });
    const fields = new URL((await api.message(mallorys)).link).searchParams;
    const response = await victim.get('/passwordless/verify_redirect', { method: 'POST', headers, body: new URLSearchParams([...fields, ['action', 'default']]) });
    assert.ok(response.status >= 400, `${response.status}, with ${JSON.stringify(headers)}`);
    assert.equal(cookiesOf(victim), session, 'the session is whose it was');
  }
});

test('a link that was opened at one browser is not pressed at another', async () => {
  await start({ send: 'link', authParams: { response_type: 'token', redirect_uri: callback, state: 's', scope: 'openid', nonce: 'n' } });
  const { link } = await api.message(mallorys);
  const page = await new Reader(api.issuer).open(link), other = new Reader(api.issuer);
  assert.ok((await other.submit(page)).status >= 400);
  assert.equal(cookiesOf(other), '');
});

// ---- A request that must be pushed

test('a request that must be pushed is taken nowhere else', async () => {
  const asked = { client_id: 'pushing', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' };
  const hasCode = (page) => !!page.location?.searchParams.get('code');
  const direct = await new Reader(api.issuer).open(url(asked));
  assert.ok(!hasCode(direct) && direct.action !== '/u/login');

  const hosted = new Reader(api.issuer);
  const form = await hosted.get('/usernamepassword/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...asked, tenant: 't', connection: realm, ...ada }) });
  const html = await form.text(), field = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1].replaceAll('&quot;', '"');
  let page = field('wresult') ? await hosted.open('/login/callback', { method: 'POST', body: new URLSearchParams({ wa: 'wsignin1.0', wresult: field('wresult'), wctx: field('wctx') }) }) : {};
  if (page.action === '/u/passkey/new') page = await hosted.submit(page, {}, 'later');
  assert.ok(!hasCode(page), 'a hosted page');

  const linked = new Reader(api.issuer);
  const started = await start({ client_id: 'pushing', client_secret: 'web-secret', send: 'link', authParams: asked });
  const mail = started.status === 200 && (await api.messages(mallorys))[0];
  const opened = mail ? await linked.open(mail.link) : {};
  assert.ok(!hasCode(opened.action ? await linked.submit(opened) : opened), 'a link');

  const popup = new Reader(api.issuer);
  const ticket = await (await popup.get('/co/authenticate', { method: 'POST', headers: { origin: 'https://app.example', 'content-type': 'application/json' }, body: JSON.stringify({ client_id: 'pushing', credential_type: grants.realm, realm, ...ada }) })).json();
  if (ticket.login_ticket) assert.ok(!hasCode(await popup.open(url({ ...asked, login_ticket: ticket.login_ticket }))), 'a login ticket');
});

// ---- An invitation, at a browser where somebody else is

test('an invitation for somebody else than who is signed in leads to a login, and is theirs then', async () => {
  const acme = (await must('GET', 'organizations/name/acme')).id;
  const invited = await must('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: grace.username }, client_id: 'app' });
  const invitation = new URL(invited.invitation_url).searchParams.get('invitation');
  const person = await signedIn();
  const page = await person.open(url({ invitation, organization: acme }));
  assert.equal(page.location, undefined, 'not an error at once');
  const login = page.action === '/u/login' ? page : await person.open(page.links['Log in']);
  assert.equal(login.fields.username, grace.username, 'for the address that was invited');
  let next = await person.submit(login, grace);
  if (next.action === '/u/passkey/new') next = await person.submit(next, {}, 'later');
  const claims = decode(fragment(next.location).id_token);
  assert.deepEqual([claims.sub, claims.org_id], ['auth0|grace', acme]);
});

test('an invitation does not let in who logs in as somebody else', async () => {
  const acme = (await must('GET', 'organizations/name/acme')).id;
  const invited = await must('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: grace.username }, client_id: 'app' });
  const invitation = new URL(invited.invitation_url).searchParams.get('invitation');
  const person = new Reader(api.issuer), page = await person.open(url({ invitation, organization: acme }));
  const next = await person.submit(page.action === '/u/login' ? page : await person.open(page.links['Log in']), ada);
  assert.equal(next.location && fragment(next.location).access_token, undefined);
  assert.deepEqual(await must('GET', `organizations/${acme}/members`), []);
});
