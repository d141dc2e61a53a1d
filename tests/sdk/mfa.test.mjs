// The C++ SDK's second factor against a real authority.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Probe } from '../lib/probe.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope();
const mfaGrants = ['otp', 'oob', 'recovery-code'].map((name) => `http://auth0.com/oauth/grant-type/mfa-${name}`);
let domain;
before(async () => {
  const authority = await startAuthority(group, {
    clients: [{ name: 'Native', client_id: 'native', app_type: 'native', grant_types: ['password', 'http://auth0.com/oauth/grant-type/password-realm', ...mfaGrants] }],
    extra: { guardianFactors: [{ name: 'otp', enabled: true }], guardianPolicies: { policies: ['all-applications'] } },
  });
  domain = authority.devIssuer.slice(0, -1);
});

test('mfa_required, a first factor, its code, tokens; then a challenge and the recovery code', async (t) => {
  const p = await new Probe(t).make({ domain, client_id: 'native' });
  const ada = { username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid' };
  const wanted = await p.error('client_login', ada);
  assert.equal(wanted.code, 'mfa_required');
  const { mfa_token } = wanted;
  assert.deepEqual(await p.value('mfa_authenticators', { mfa_token }), []);
  const made = await p.value('mfa_associate', { mfa_token });
  assert.equal((await p.error('mfa_verify', { mfa_token, otp: '000000' })).code, 'invalid_grant');
  const tokens = await p.value('mfa_verify', { mfa_token, otp: totp(made.secret) });
  assert.ok(tokens.access_token && tokens.id_token);
  const again = await p.error('client_login', ada);
  assert.equal((await p.value('mfa_challenge', { mfa_token: again.mfa_token, challenge_type: 'otp' })).challenge_type, 'otp');
  const listed = await p.value('mfa_authenticators', { mfa_token: again.mfa_token });
  assert.deepEqual(listed.map((one) => [one.type, one.active]), [['otp', true], ['recovery-code', true]]);
  const [code] = made.recovery_codes;
  const next = await p.value('mfa_verify', { mfa_token: again.mfa_token, recovery_code: code });
  assert.ok(next.access_token && next.recovery_code && next.recovery_code !== code);
});
