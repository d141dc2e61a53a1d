// What must stop somebody, or ask for more. `set` brings it about; `request` is what the application asks then.
// `rule` names the row of the gate's table (authority/protocol/gate.cpp) that it is about.

import { guarded } from './tenant.mjs';

const own = (connection) => async (w, c) => {
  const { enabled_clients } = await w.call('GET', `connections/${await w.id('connections', connection(c))}`);
  await w.call('PATCH', `connections/${await w.id('connections', connection(c))}`, { enabled_clients: [] });
  return enabled_clients;
};
const newPassword = 'Entirely-New-7';

/** The person's own reset: the mail, its link, a new password. */
async function reset(w, c) {
  await w.api.post('/dbconnections/change_password', { client_id: 'app', connection: c.who.door, email: c.who.email });
  const { link } = (await w.api.messages(c.who.email)).find((mail) => mail.template === 'reset_email') ?? await w.api.message(c.who.email);
  const reader = c.another();
  const page = await reader.open(link);
  const done = await reader.submit(page, { password: newPassword, 're-enter-password': newPassword });
  if (done.status !== 200 && done.status !== 302) throw new Error(`the reset answered ${done.status} ${done.alert}`);
}

/** What the person does away with at `/account` would be the same. */
const withdraw = (w, c) => w.call('DELETE', `grants?user_id=${encodeURIComponent(c.who.id)}`);

const member = async (w, c) => (c.invitation ? w.call('DELETE', `organizations/${w.acme}/invitations/${c.invitation.id}`) : w.call('DELETE', `organizations/${w.acme}/members`, { members: [c.who.id] }));
const noRole = async (w, c) => {
  c.isWithoutRole = true;
  await w.call('DELETE', w.user(c, '/roles'), { roles: [w.reader] });
  await w.api.call('DELETE', `organizations/${w.acme}/members/${encodeURIComponent(c.who.id)}/roles`, { roles: [w.reader] });
};
const inTeam = (w) => ({ client: 'team', request: { organization: w.acme } });

export const conditions = {
  nothing: { what: 'nothing: the way is open', set: () => {} },
  blocked: { rule: 'person_is_not_blocked', what: 'the person is blocked', set: (w, c) => w.call('PATCH', w.user(c), { blocked: true }) },
  deleted: { rule: 'person_is_known', what: 'the account is deleted', set: (w, c) => w.call('DELETE', w.user(c)) },
  reset: { rule: 'nothing_has_ended_it', what: 'the person has reset the password', set: reset },
  patched: { rule: 'nothing_has_ended_it', what: 'an administrator has set another password', set: (w, c) => w.call('PATCH', w.user(c), { password: newPassword, connection: c.who.door }) },
  ended: { rule: 'session_stands', what: 'the person\'s sessions are ended, `DELETE /api/v2/users/{id}/sessions`', set: (w, c) => w.call('DELETE', w.user(c, '/sessions')) },
  closed: { rule: 'door_is_open', what: 'the connection is enabled for no application', set: own((c) => c.who.door) },
  noorg: { rule: 'organization_is_named', what: 'the application takes logins to an organization only, and none is named', as: () => ({ client: 'team' }), set: () => {} },
  member: { rule: 'person_is_member', what: 'the person is no member of the organization (an invitation: it was withdrawn)', as: inTeam, set: member },
  role: { rule: 'access_is_possible', what: 'the role that permits the scope is not there (`enforce_policies`)', set: noRole },
  rule: { rule: 'scripts_let_in', what: 'a rule refuses', set: (w) => w.call('POST', 'rules', { name: 'no', script: "function (user, context, callback) { callback(new UnauthorizedError('No.')); }" }) },
  action: { rule: 'scripts_let_in', what: 'an action refuses', set: (w) => w.action('no', "exports.onExecutePostLogin = async (event, api) => api.access.deny('No.');") },
  factor: { rule: 'second_factor_is_shown', what: 'a second factor is wanted of everybody (`all-applications`)', set: (w) => w.policy(['all-applications']) },
  consent: { rule: 'consent_is_given agreement_stands', what: 'the application is somebody else\'s, and the person has not agreed (since: has taken it back)', as: () => ({ client: 'third' }), agreed: true, set: withdraw },
  fresh: { rule: 'login_is_recent', what: 'the login is older than `max_age`', as: () => ({ request: { max_age: 600 } }), set: (w) => w.api.advance(960) },
  login: { rule: 'login_is_recent', what: '`prompt=login`', as: () => ({ request: { prompt: 'login' } }), set: () => {} },
  unbound: {
    rule: 'proof_is_enough', what: 'the API wants tokens that are bound to a key (`proof_of_possession`), and none is shown',
    set: (w) => w.call('PATCH', `resource-servers/${encodeURIComponent(guarded)}`, { proof_of_possession: { mechanism: 'dpop', required: true } }),
  },
  grant: {
    what: 'the application has lost the grant type', set: (w, c, way) => w.call('PATCH', `clients/${c.client}`, { grant_types: w.grantTypes.filter((one) => one !== way.grant) }),
  },
  off: { what: 'the factor has been turned off', set: (w, c, way) => w.call('PUT', `guardian/factors/${way.factor}`, { enabled: false }) },
};
