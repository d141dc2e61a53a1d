// The tenant of the tests about what goes round the gate: applications of each kind with organizations, APIs, second factors.
import assert from 'node:assert/strict';
import { before, beforeEach } from 'node:test';
import { Reader } from '../../lib/authority.mjs';
import { Management, machine, managementGrant } from '../../lib/management.mjs';
import { startAuthority } from '../../lib/program.mjs';
import { scope } from '../../lib/scope.mjs';
import { database, deviceGrant, exchangeGrant, extra, grants } from '../../lib/tenant.mjs';
import { totp } from '../../lib/totp.mjs';

export const callback = 'https://app.example/callback', realm = 'Username-Password-Authentication';
export const guarded = 'https://guarded.example.com/', plain = 'https://api.example.com/';
export const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
export const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' }, grace = { username: 'grace@example.com', password: 'Battery-Staple-9' };
export const userPath = (id) => `users/${encodeURIComponent(`auth0|${id}`)}`;

const base = {
  client_secret: 'a-secret', app_type: 'regular_web', callbacks: [callback], web_origins: ['https://app.example'], initiate_login_uri: 'https://app.example/login', organization_usage: 'allow',
  grant_types: ['authorization_code', 'refresh_token', 'password', grants.realm, grants.otp, deviceGrant, exchangeGrant, ...['otp', 'oob'].map(mfaGrant)],
};
const names = ['app', 'second', 'lonely', 'team', 'third'];
const special = { lonely: { organization_usage: 'deny' }, team: { organization_usage: 'require', organization_require_behavior: 'pre_login_prompt' }, third: { is_first_party: false } };

/** Starts it for a file of tests, which finds it in what is given; `more`: further applications. */
export function startWorld(more = async () => []) {
  const group = scope(), w = {};
  before(async () => {
    const clients = [...names.map((name) => ({ ...base, name, client_id: name, ...special[name] })), ...(await more(group)).map((one) => ({ ...base, ...one })), machine];
    const scopes = { [guarded]: ['read:it', 'admin:it'], [plain]: ['read:messages', 'write:messages'] };
    w.api = new Management(await startAuthority(group, { clients, extra: {
      ...extra,
      databases: [realm, 'Other'].map((name) => database(name, { brute_force_protection: false })),
      resourceServers: [...extra.resourceServers, { name: 'Guarded', identifier: guarded, scopes: scopes[guarded].map((value) => ({ value })), enforce_policies: true, token_dialect: 'access_token_authz', allow_offline_access: true }],
      organizations: [{ name: 'acme' }, { name: 'other-org' }],
      guardianFactors: ['otp', 'email', 'sms'].map((name) => ({ name, enabled: true })),
      clientGrants: [managementGrant(), ...clients.filter((one) => one !== machine).flatMap(({ client_id }) => Object.entries(scopes).map(([audience, scope]) => ({ client_id, audience, scope })))],
    } }));
  });
  beforeEach(async () => {
    await w.api.reset();
    await w.api.authenticate();
    [w.acme, w.other] = [await w.must('GET', 'organizations/name/acme'), await w.must('GET', 'organizations/name/other-org')].map((one) => one.id);
  });

  w.must = async (...call) => {
    const answer = await w.api.call(...call);
    assert.ok(answer.status < 300, `${call[0]} ${call[1]}: ${answer.text}`);
    return answer.body;
  };
  w.as = (client_id) => ({ client_id, client_secret: 'a-secret' });
  w.url = (asked = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...asked })}`;
  w.redeem = (code, client_id = 'app') => w.api.token({ grant_type: 'authorization_code', ...w.as(client_id), code, redirect_uri: callback });
  w.refresh = (refresh_token, asked) => w.api.token({ grant_type: 'refresh_token', ...w.as('app'), refresh_token, ...asked });
  w.password = (who = ada, asked = {}) => w.api.token({ grant_type: 'password', ...w.as('app'), ...who, scope: 'openid', ...asked });
  w.tokens = async (...asked) => {
    const { status, body, text } = await w.password(...asked);
    assert.equal(status, 200, text);
    return body;
  };
  /** A device that somebody lets in at the pages: what gets its tokens. */
  w.device = async (who, asked = {}) => {
    const { body } = await w.api.form('/oauth/device/code', { ...w.as('app'), ...asked }), person = new Reader(w.api.issuer);
    const asks = await person.submit(await person.open(body.verification_uri_complete), { user_code: body.user_code });
    await person.submit(await person.submit(asks, who), {}, 'accept');
    return () => w.api.token({ grant_type: deviceGrant, ...w.as('app'), device_code: body.device_code });
  };
  w.login = async (who = ada, asked = {}, person = new Reader(w.api.issuer)) => {
    let page = await person.open(w.url(asked));
    if (page.action) page = await person.submit(page, who);
    return { person, page, code: page.location?.searchParams.get('code') };
  };
  w.now = async () => Date.parse((await w.api.get('/_dev/clock')).body.now) / 1000;
  w.policy = (...policies) => w.must('PUT', 'guardian/policies', policies);
  w.invite = async (email, more = {}) => {
    const { invitation_url } = await w.must('POST', `organizations/${w.acme}/invitations`, { inviter: { name: 'I' }, invitee: { email }, client_id: 'app', ...more });
    return new URL(invitation_url).searchParams.get('invitation');
  };
  w.members = async (organization) => (await w.must('GET', `organizations/${organization}/members`)).map((one) => one.user_id);
  w.methods = async (id) => (await w.must('GET', `${userPath(id)}/authentication-methods`)).filter((one) => one.confirmed !== false).map((one) => one.type);
  w.role = async (permission_name) => {
    const { id } = await w.must('POST', 'roles', { name: permission_name });
    await w.must('POST', `roles/${id}/permissions`, { permissions: [{ resource_server_identifier: guarded, permission_name }] });
    return id;
  };

  w.byOtp = async (mfa_token, secret, asked) => w.api.token({ grant_type: mfaGrant('otp'), ...w.as('app'), mfa_token, otp: totp(secret, await w.now()), ...asked });
  /** Gives somebody a second factor, which the tenant asks for only while a test says so; its key. */
  w.enrol = async (who) => {
    await w.policy('all-applications');
    const { mfa_token } = (await w.password(who)).body;
    const { body: { secret } } = await w.api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${mfa_token}` });
    const done = await w.byOtp(mfa_token, secret);
    assert.equal(done.status, 200, done.text);
    await w.policy();
    await w.api.advance(60);
    return secret;
  };
  return w;
}
