// Who is there before any cell: accounts with their roles, a passkey, a second factor, members of an organization.
import assert from 'node:assert/strict';
import { startAuthority } from '../../lib/program.mjs';
import { Management } from '../../lib/management.mjs';
import { SoftwareKey } from '../../lib/passkey.mjs';
import { totp } from '../../lib/totp.mjs';
import { ScriptedUpstream } from '../../lib/upstream.mjs';
import { Cell } from './cell.mjs';
import { grantTypes, guarded, mfaGrant, people, tenant } from './tenant.mjs';

const good = (answer) => (assert.ok(answer.status < 300, answer.text), answer.body);

export class World {
  key = new SoftwareKey();
  upstream = new ScriptedUpstream();
  grantTypes = grantTypes;

  async start(group) {
    await this.upstream.start(group);
    this.upstream.claims = { sub: 'u1', email: people.una.email, email_verified: true, name: 'Una' };
    this.authority = await startAuthority(group, tenant(this.upstream));
    this.api = await new Management(this.authority).authenticate();
    this.acme = (await this.call('GET', 'organizations/name/acme')).id;
    const [{ id: reader }] = [await this.call('POST', 'roles', { name: 'Reader' })];
    this.reader = reader;
    await this.call('POST', `roles/${reader}/permissions`, { permissions: [{ resource_server_identifier: guarded, permission_name: 'read:it' }] });
    const { user_id } = await this.call('POST', 'users', { connection: 'email', email: people.pat.email, email_verified: true });
    people.pat.id = people.pat.sub = user_id;
    await this.arrive(new Cell(this.api, 'una'));
    for (const { id } of Object.values(people)) {
      await this.call('POST', `users/${encodeURIComponent(id)}/roles`, { roles: [reader] });
      await this.call('POST', `organizations/${this.acme}/members`, { members: [id] });
      await this.call('POST', `organizations/${this.acme}/members/${encodeURIComponent(id)}/roles`, { roles: [reader] });
    }
    await this.makePasskey();
    await this.api.advance(-300); // so that codes of this moment are not used up
    await this.enrol();
    await this.api.advance(300);
    await this.api.post('/_dev/snapshot', {});
    return this;
  }

  async call(...what) { return good(await this.api.call(...what)); }
  user(cell, rest = '') { return `users/${encodeURIComponent(cell.who.id)}${rest}`; }
  async id(path, name) { return (await this.call('GET', path)).find((one) => one.name === name).id; }
  policy(list) { return this.call('PUT', 'guardian/policies', list); }
  /** Binds another action to the login. */
  async action(name, code) {
    await this.call('POST', 'actions/actions', { name, code, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
    const bound = (await this.call('GET', 'actions/triggers/post-login/bindings')).bindings.map((one) => ({ ref: { type: 'action_name', value: one.action.name } }));
    await this.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [...bound, { ref: { type: 'action_name', value: name } }] });
  }
  async now() { return Date.parse((await this.api.get('/_dev/clock')).body.now) / 1000; }
  async code() { return totp(this.secret, await this.now()); }
  password(cell, more = {}) { return this.api.token({ grant_type: 'password', ...cell.credentials, ...cell.words, audience: guarded, scope: 'openid read:it offline_access', ...cell.request, ...more }); }

  /** To the upstream; where it sends the person back to. */
  async depart(cell) {
    const outcome = await cell.look(cell.url({ connection: 'acme' }));
    await cell.need(`${this.upstream.issuer}/authorize`, outcome);
    return this.upstream.approve(cell.landed);
  }
  async arrive(cell) { return cell.look(await this.depart(cell)); }

  async makePasskey() {
    const cell = new Cell(this.api, 'ada');
    await cell.need('login', cell.look(cell.url()));
    await cell.submit(cell.words);
    assert.equal(cell.page.action, '/u/passkey/new');
    const outcome = await cell.submit(this.key.answer(cell.page, this.api.issuer));
    assert.ok(['in', 'less'].includes(outcome), outcome);
  }

  async enrol() {
    await this.policy(['all-applications']);
    const cell = new Cell(this.api, 'grace');
    const { mfa_token } = (await this.password(cell)).body;
    const made = good(await this.api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${mfa_token}` }));
    [this.recovery] = made.recovery_codes;
    this.secret = made.secret;
    good(await this.api.token({ grant_type: mfaGrant('otp'), ...cell.credentials, mfa_token, otp: await this.code() }));
    await this.policy([]);
  }

  /** Everything as it was, and a cell. */
  async cell(who) {
    await this.api.reset();
    return new Cell(this.api, who);
  }
}
