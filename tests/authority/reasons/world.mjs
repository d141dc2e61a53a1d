// An authority with an application of each kind, and what each row of reasons begins with.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { Certificate } from '../../lib/client-certificate.mjs';
import { ProofKey } from '../../lib/dpop.mjs';
import { forge } from '../../lib/siege.mjs';
import { Reader } from '../../lib/authority.mjs';
import { Management, machine, managementGrant } from '../../lib/management.mjs';
import { SoftwareKey } from '../../lib/passkey.mjs';
import { folder, startAuthority } from '../../lib/program.mjs';
import { sql } from '../../lib/store.mjs';
import { app, callback, database, exchangeGrant, extra, origin, third, web } from '../../lib/tenant.mjs';
import { totp } from '../../lib/totp.mjs';
import { ScriptedUpstream } from '../../lib/upstream.mjs';

export const realm = 'Username-Password-Authentication';
export const api = 'https://api.example.com/';
export const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
export const leaked = { username: 'grace@example.com', password: 'Battery-Staple-9' };
export const webauthnGrant = 'urn:okta:params:oauth:grant-type:webauthn';
export const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = pair();
export const certificate = new Certificate();
/** An API whose tokens are bound to a key. */
export const bound = 'https://bound.example.com/';

const spa = (client_id, more) => ({ ...app, client_id, name: client_id, ...more });
const clients = [
  { ...app, organization_usage: 'allow', initiate_login_uri: 'https://app.example/login', grant_types: [...app.grant_types, ...['otp', 'oob', 'recovery-code'].map(mfaGrant)] },
  web, third, machine,
  { ...web, client_id: 'exchanger', name: 'exchanger', token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } },
  { ...web, client_id: 'broker', name: 'broker', is_first_party: false },
  spa('rotating', { refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, token_lifetime: 3600 } }),
  spa('hands', { session_transfer: { can_create_session_transfer_token: true, allowed_authentication_methods: ['query'], allow_refresh_token: true } }),
  spa('phone', { grant_types: [webauthnGrant] }),
  spa('closed', { cross_origin_authentication: false }),
  spa('narrow', { grant_types: ['implicit'] }),
  spa('paged', { cross_origin_loc: `${origin}/verify` }),
  spa('members', { organization_usage: 'require' }),
  spa('alone', { organization_usage: 'deny' }),
  spa('pushes', { require_pushed_authorization_requests: true }),
  { ...web, client_id: 'teller', name: 'teller', grant_types: ['urn:openid:params:grant-type:ciba'] },
  { ...web, client_id: 'certified', name: 'certified', client_secret: undefined, client_authentication_methods: { tls_client_auth: { credentials: [{ pem: certificate.pem }] } } },
  spa('open', { grant_types: [...app.grant_types, 'client_credentials', exchangeGrant] }),
  { ...web, client_id: 'keyed', name: 'keyed', client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', client_authentication_methods: { private_key_jwt: { credentials: [{ pem: keys.publicKey.export({ type: 'spki', format: 'pem' }) }] } } },
];

export class World {
  key = new SoftwareKey();
  upstream = new ScriptedUpstream();
  otherKey = pair().privateKey;

  async start(group) {
    await this.upstream.start(group);
    const at = (path) => `${this.upstream.issuer}${path}`;
    const facebook = (name) => ({ name, strategy: 'facebook', options: { client_id: 'id', client_secret: 'secret', authorizationURL: at('/authorize'), tokenURL: at('/token'), userInfoURL: at('/userinfo') } });
    const connections = [
      ...extra.connections, this.upstream.connection('acme'), facebook('facebook'), facebook('facebook-again'),
      { name: 'invited', strategy: 'email', options: { disable_signup: true } },
      { name: 'apple', strategy: 'apple', options: { client_id: 'ostia', team_id: 'TEAM', kid: 'KEY', issuer: this.upstream.issuer, app_secret: 'no key' } },
      { name: 'silent', strategy: 'oidc', options: { client_id: 'ostia', issuer: 'http://127.0.0.1:7' } },
      { name: 'broken', strategy: 'oidc', options: { client_id: 'ostia', issuer: this.upstream.issuer, discovery_url: at('/broken') } },
    ];
    const databases = [...extra.databases, database('Keys', { authentication_methods: { passkey: { enabled: true } } }), database('Named', { requires_username: true })];
    const breaches = join(folder(), 'breaches.txt');
    writeFileSync(breaches, `${createHash('sha1').update(leaked.password).digest('hex').toUpperCase()}:1\r\n`);
    const attackProtection = { breachedPasswordDetection: { enabled: true, shields: ['block'], ostia: { hashes_file: breaches } } };
    this.authority = await startAuthority(group, { clients, args: ['--trusted-proxy', '127.0.0.1'], extra: { ...extra, resourceServers: [...extra.resourceServers, { name: 'In organizations', identifier: 'https://hs2.example.com/', scopes: [] }, { name: 'Bound', identifier: bound, scopes: [{ value: 'read:it' }], proof_of_possession: { mechanism: 'dpop', required: true } }], attackProtection, connections, databases, organizations: [{ name: 'acme', display_name: 'Acme' }, { id: 'org_far0000000000000', name: 'far' }], guardianFactors: ['otp', 'webauthn-roaming'].map((name) => ({ name, enabled: true })), clientGrants: [...extra.clientGrants, { client_id: 'broker', audience: 'https://quiet.example.com/', scope: ['read:it'] }, { client_id: 'web', audience: 'https://hs2.example.com/', scope: [], organization_usage: 'allow' }, managementGrant()] } });
    this.api = await new Management(this.authority).authenticate();
    await this.call('POST', 'users', { connection: 'Keys', email: 'kay@example.com', password: ada.password, email_verified: true });
    this.acme = (await this.call('GET', 'organizations/name/acme')).id;
    await this.makePasskey();
    await this.api.post('/_dev/snapshot', {});
    return this;
  }

  /** Back to the start. */
  async reset() {
    this.upstream.reset();
    await this.api.reset();
  }

  async call(...what) {
    const answer = await this.api.call(...what);
    if (answer.status >= 300) throw new Error(`${what[0]} ${what[1]}: ${answer.text}`);
    return answer.body;
  }
  user(id, rest = '') { return `users/${encodeURIComponent(id)}${rest}`; }
  settings(change) { return this.call('PATCH', 'tenants/settings', change); }
  policy(list) { return this.call('PUT', 'guardian/policies', list); }
  async connection(name) { return (await this.call('GET', 'connections')).find((c) => c.name === name); }
  /** No application has it any more. */
  async close(name) { await this.call('PATCH', `connections/${(await this.connection(name)).id}`, { enabled_clients: [] }); }
  async organization(name) { return (await this.call('POST', 'organizations', { name })).id; }
  async rule(body) { await this.call('POST', 'rules', { name: 'r', script: `async function (user, context, callback) { ${body} }` }); }
  hash(data) { return createHash('sha256').update(data).digest(); }
  sql(text) { return sql(this.authority, text); }
  /** Something in the database that happens instead, while `run` runs. */
  async instead(trigger, run) {
    this.sql(`CREATE TRIGGER instead ${trigger} BEGIN SELECT RAISE(IGNORE); END`);
    try { return await run(); } finally { this.sql('DROP TRIGGER instead'); }
  }
  async now() { return Date.parse((await this.api.get('/_dev/clock')).body.now) / 1000; }

  token(fields, headers) { return this.api.token({ client_id: 'app', ...fields }, headers); }
  password(more) { return this.token({ grant_type: 'password', ...ada, scope: 'openid profile offline_access', audience: api, ...more }); }
  async accessTo(audience) { return (await this.password({ audience })).body.access_token; }
  async device() { return (await this.api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' })).body; }
  async refuseDevice({ user_code }) {
    const person = this.person(), login = await person.submit(await person.open('/activate'), { user_code });
    return person.submit(await person.submit(login, ada), {}, 'deny');
  }
  /** A token of somebody else's, exchanged by an action of that body. */
  async byProfile(body, client_id = 'exchanger') {
    const action = await this.call('POST', 'actions/actions', { name: 'exchange', supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }], code: `exports.onExecuteCustomTokenExchange = async (event, api) => { ${body} };` });
    await this.call('POST', `actions/actions/${action.id}/deploy`);
    await this.call('POST', 'token-exchange-profiles', { name: 'theirs', subject_token_type: 'urn:theirs', action_id: action.id, type: 'custom_authentication' });
    return this.exchangeTheirs(client_id);
  }
  exchangeTheirs(client_id = 'exchanger') { return this.token({ grant_type: exchangeGrant, client_id, client_secret: 'web-secret', subject_token: 'x', subject_token_type: 'urn:theirs', scope: 'openid' }); }
  /** An application that registers itself, once the tenant allows that. */
  async register(more, headers) {
    await this.settings({ flags: { enable_dynamic_client_registration: true } });
    return this.api.post('/oidc/register', { redirect_uris: ['https://agent.example/cb'], ...more }, headers);
  }
  /** The device endpoint, asked by an application whose id is an address. */
  async byDocument(client_id) {
    await this.settings({ client_id_metadata_document_supported: true });
    return this.api.form('/oauth/device/code', { client_id });
  }
  machine(more) { return this.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: api, ...more }); }
  /** A proof by a key (RFC 9449), for the token endpoint; `more` says what is different. */
  proofKey = new ProofKey();
  async proof(more = {}, url = `${this.api.issuer}oauth/token`, method = 'POST') { return this.proofKey.proof(method, url, { now: await this.now(), ...more }); }
  /** The machine's request with it. */
  async proven(more) { return this.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: api }, { dpop: await this.proof(more) }); }
  /** Asks a person on a channel that the application does not have. */
  approval(more) { return this.api.form('/bc-authorize', { client_id: 'teller', client_secret: 'web-secret', scope: 'openid', login_hint: JSON.stringify({ format: 'iss_sub', iss: this.api.issuer, sub: 'auth0|ada' }), ...more }); }
  certified(headers) { return this.token({ grant_type: 'client_credentials', client_id: 'certified', audience: api }, headers); }
  /** A person's tokens, bound to it. */
  async boundTokens(more) {
    const { body } = await this.token({ grant_type: 'password', client_id: 'web', client_secret: 'web-secret', ...ada, scope: 'openid', ...more }, { dpop: await this.proof() });
    return body.access_token;
  }
  async profile(token, scheme, more) {
    const dpop = more && await this.proof({ token, ...more }, `${this.api.issuer}userinfo`, 'GET');
    return this.api.get('/userinfo', { authorization: `${scheme} ${token}`, ...(dpop && { dpop }) });
  }
  refresh(refresh_token, more) { return this.token({ grant_type: 'refresh_token', refresh_token, ...more }); }
  handOver(refresh_token, client_id = 'app') { return this.refresh(refresh_token, { client_id, audience: `urn:${new URL(this.api.issuer).hostname}:session_transfer` }); }
  async handed(client_id = 'hands') { return (await this.handOver((await this.password({ client_id })).body.refresh_token, client_id)).body.access_token; }
  takeOver(session_transfer_token, person = this.person(), headers = {}) { return person.open(this.url({ client_id: 'hands', prompt: 'none', session_transfer_token }), { headers }); }
  /** Tokens of that application's session in a browser, which it has handed itself. */
  async transferred(client_id) {
    const from = (await this.password({ client_id })).body.refresh_token, { body } = await this.handOver(from, client_id);
    const { location } = await this.authorize({ client_id, scope: 'openid offline_access', session_transfer_token: body.access_token });
    return { from, ...(await this.redeem(location.searchParams.get('code'), { client_id })).body };
  }
  coAuthenticate(more, headers = { origin }) { return this.api.post('/co/authenticate', { client_id: 'app', credential_type: 'http://auth0.com/oauth/grant-type/password-realm', realm, ...ada, ...more }, headers); }
  signUp(more) { return this.api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: 'new@example.com', password: 'Correct-Horse-9', ...more }); }
  startCode(more) { return this.api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'new@example.com', send: 'code', ...more }, { origin }); }
  otp(more) { return this.token({ grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp', username: 'new@example.com', realm: 'email', otp: '000000', ...more }); }

  /** The same call over the authority's other domain. */
  overTls(fields) {
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: this.authority.port, path: '/oauth/token', method: 'POST', rejectUnauthorized: false, headers: { host: this.authority.domain, 'content-type': 'application/json' } }, (response) => {
        let text = '';
        response.on('data', (d) => (text += d)).on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text), text }));
      }).on('error', reject).end(JSON.stringify(fields));
    });
  }

  url(more) { return `${this.api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...more })}`; }
  person() { return new Reader(this.api.issuer); }
  authorize(more, person = this.person()) { return person.open(this.url(more)); }
  async logIn(more, words = ada, person = this.person()) { return person.submit(await this.authorize(more, person), words); }
  async code(more) { return (await this.logIn(more)).location.searchParams.get('code'); }
  redeem(code, more) { return this.token({ grant_type: 'authorization_code', code, redirect_uri: callback, ...more }); }

  assertion(change = {}, key = keys.privateKey) {
    const now = Math.floor(Date.now() / 1000);
    return { client_id: 'keyed', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: forge({ alg: 'RS256' }, { iss: 'keyed', sub: 'keyed', aud: this.api.issuer, iat: now, exp: now + 60, jti: 'once', ...change }, (input) => sign('sha256', Buffer.from(input), key)) };
  }
  strangersAssertion() { return this.assertion({}, pair().privateKey); }

  /** The code of this moment, or of one soon after. */
  async totp(secret, later = 0) { return totp(secret, await this.now() + later); }
  /** A password is not enough: the `mfa_token` that goes on. */
  async mfaToken() {
    await this.policy(['all-applications']);
    return (await this.password()).body.mfa_token;
  }
  associate(mfa_token, body = { authenticator_types: ['otp'] }) { return this.api.post('/mfa/associate', body, mfa_token && { authorization: `Bearer ${mfa_token}` }); }
  challenge(mfa_token, more) { return this.api.post('/mfa/challenge', { mfa_token, client_id: 'app', challenge_type: 'otp oob', ...more }); }
  /** Ada with an authenticator application, and one more `mfa_token`. */
  async enrolled() {
    const mfa_token = await this.mfaToken();
    const { body: { secret } } = await this.associate(mfa_token);
    await this.prove(mfa_token, { otp: await this.totp(secret) });
    await this.api.advance(30);
    return { secret, mfa_token: (await this.password()).body.mfa_token };
  }
  prove(mfa_token, more, name = 'otp') { return this.token({ grant_type: mfaGrant(name), mfa_token, ...more }); }
  /** An access token for the MFA API, with these scopes. */
  async mfaAccess(scope) { return (await this.password({ audience: `${this.api.issuer}mfa/`, scope })).body.access_token; }

  // ---- Upstreams
  async depart(connection, person, more) { return (await this.authorize({ connection, ...more }, person)).location; }
  /** To the upstream and back; `answer` is what it sends along. */
  async atUpstream(connection = 'acme', answer = {}) {
    const person = this.person();
    return person.open(this.upstream.approve(await this.depart(connection, person), answer));
  }

  // ---- Devices' keys
  async makePasskey() {
    const person = this.person(), offer = await this.logIn({}, { ...ada, username: 'kay@example.com' }, person);
    await person.submit(offer, this.key.answer(offer, this.api.issuer));
  }
  /** By an invitation for an address, up to the password. */
  async invited(email, ttl_sec = 600) {
    const { invitation_url } = await this.call('POST', `organizations/${this.acme}/invitations`, { inviter: { name: 'I' }, invitee: { email }, client_id: 'app', ttl_sec });
    const person = this.person(), page = await this.authorize({ organization: this.acme, invitation: new URL(invitation_url).searchParams.get('invitation') }, person);
    const login = page.links['Log in'] ? await person.open(page.links['Log in']) : page; // who has an account logs in at once
    return () => person.submit(login, ada);
  }
  /** The page that asks for a passkey, answered; `change` has the answer before it is sent. */
  async byPasskey({ key = this.key, change = (answer) => answer, before = () => {} } = {}) {
    const person = this.person(), login = await this.authorize({}, person);
    const page = await person.open(Object.entries(login.links).find(([text]) => /passkey/.test(text))[1]);
    await before();
    const answer = change(JSON.parse(key.answer(page, this.api.issuer).answer));
    return person.submit(page, { answer: typeof answer === 'string' ? answer : JSON.stringify(answer) });
  }
  /** A second factor, asked for and answered with a key that the account does not have. */
  async byKeyOfAnother() {
    await this.policy(['all-applications']);
    const person = this.person(), own = new SoftwareKey();
    const choice = await this.logIn({}, ada, person), page = await person.open(Object.values(choice.links).find((link) => /type=webauthn-roaming/.test(link)));
    await person.submit(page, own.answer(page, this.api.issuer));
    const again = this.person(), question = await this.logIn({}, ada, again);
    return again.submit(question, new SoftwareKey().answer(question, this.api.issuer));
  }
}
