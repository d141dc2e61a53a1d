// Reasons of `/oauth/token`, `/oauth/par` and `/oauth/device/code`: the reason, the status and the error, and what is asked.
import { callback, deviceGrant, exchangeGrant } from '../../lib/tenant.mjs';
import { Certificate } from '../../lib/client-certificate.mjs';
import { ProofKey } from '../../lib/dpop.mjs';
import { ada, api, bound, certificate, leaked, realm, webauthnGrant } from './world.mjs';

const realmGrant = 'http://auth0.com/oauth/grant-type/password-realm';
const basic = (text) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const exchange = (w, more) => w.token({ grant_type: exchangeGrant, client_id: 'web', client_secret: 'web-secret', subject_token: 'x', subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/', ...more });

const poll = (w, device_code) => w.token({ grant_type: deviceGrant, device_code });

export default [
  // Who asks
  ['client_missing', 400, 'invalid_request', (w) => w.api.token({ grant_type: 'password' })],
  ['client_unknown', 401, 'invalid_client', (w) => w.machine({ client_id: 'nobody' })],
  ['client_secret_wrong', 401, 'access_denied', (w) => w.machine({ client_secret: 'wrong' })],
  ['client_public', 401, 'access_denied', (w) => w.machine({ client_id: 'open' })],
  ['client_id_differs', 400, 'invalid_request', (w) => w.api.token({ grant_type: 'client_credentials', client_id: 'app', audience: api }, basic('web:web-secret'))],
  ['credentials_twice', 400, 'invalid_request', (w) => w.machine(w.assertion())],
  ['basic_malformed', 401, 'invalid_client', (w) => w.api.token({ grant_type: 'client_credentials' }, basic('no colon'))],
  ['assertion_type_unknown', 400, 'invalid_request', (w) => w.token({ grant_type: 'client_credentials', ...w.assertion(), client_assertion_type: 'x' })],
  ['client_assertion_required', 401, 'invalid_client', (w) => w.token({ grant_type: 'client_credentials', client_id: 'keyed' })],
  ['client_assertion_invalid', 401, 'invalid_client', (w) => w.token({ grant_type: 'client_credentials', ...w.strangersAssertion() })],
  ['client_certificate_missing', 401, 'invalid_client', (w) => w.certified({})],
  ['client_certificate_unknown', 401, 'invalid_client', (w) => w.certified(new Certificate('/CN=stranger').headers('SUCCESS'))],
  ['client_certificate_unverified', 401, 'invalid_client', (w) => w.certified(certificate.headers())],
  // What tokens are bound to
  ['dpop_malformed', 400, 'invalid_dpop_proof', (w) => w.proven({ header: { typ: 'JWT' } })],
  ['dpop_signature_wrong', 400, 'invalid_dpop_proof', (w) => w.proven({ header: { jwk: new ProofKey().jwk } })],
  ['dpop_mismatch', 400, 'invalid_dpop_proof', (w) => w.proven({ claims: { htm: 'GET' } })],
  ['dpop_time_wrong', 400, 'invalid_dpop_proof', (w) => w.proven({ claims: { iat: 0 } })],
  ['dpop_replayed', 400, 'invalid_dpop_proof', async (w) => { await w.proven({ claims: { jti: 'once' } }); return w.proven({ claims: { jti: 'once' } }); }],
  ['dpop_nonce_needed', 400, 'use_dpop_nonce', (w) => w.proven({ claims: { nonce: 'old' } })],
  ['proof_missing', 400, 'invalid_request', (w) => w.password({ audience: bound })],
  ['proof_of_another_key', 403, 'invalid_grant', async (w) => w.redeem(await w.code({ dpop_jkt: w.proofKey.jkt }))],
  ['token_is_bound', 401, 'invalid_token', async (w) => w.profile(await w.boundTokens(), 'Bearer')],
  ['token_is_not_bound', 401, 'invalid_token', async (w) => w.profile((await w.password({ audience: '' })).body.access_token, 'DPoP', {})],
  ['token_of_another_key', 401, 'invalid_token', async (w) => { const token = await w.boundTokens(); w.proofKey = new ProofKey(); return w.profile(token, 'DPoP', {}); }],
  ['token_of_another_certificate', 401, 'invalid_token', async (w) => {
    await w.call('PATCH', `resource-servers/${encodeURIComponent(bound)}`, { proof_of_possession: { mechanism: 'mtls', required: true } });
    const { body } = await w.token({ grant_type: 'password', client_id: 'web', client_secret: 'web-secret', ...ada, scope: 'openid', audience: bound }, certificate.headers());
    return w.profile(body.access_token, 'Bearer');
  }],
  // What is asked
  ['body_malformed', 400, 'invalid_request', (w) => w.api.post('/oauth/token', '{')],
  ['parameter_missing', 400, 'invalid_request', (w) => w.api.token({ client_id: 'app' })],
  ['grant_unknown', 403, 'unsupported_grant_type', (w) => w.token({ grant_type: 'telepathy' })],
  ['grant_not_allowed', 403, 'unauthorized_client', (w) => w.machine({ client_id: 'keyed', ...w.assertion(), grant_type: realmGrant, client_secret: '' })],
  ['audience_missing', 403, 'access_denied', (w) => w.machine({ audience: '' })],
  ['audience_unknown', 403, 'access_denied', (w) => w.machine({ audience: 'https://nowhere.example/' })],
  ['client_grant_missing', 403, 'access_denied', (w) => w.machine({ audience: 'https://hs.example.com/' })],
  ['subject_token_type_unknown', 400, 'invalid_request', (w) => exchange(w, { subject_token_type: 'x' })],
  ['subject_token_invalid', 403, 'invalid_grant', (w) => exchange(w)],
  ['requested_token_type_unknown', 400, 'invalid_request', (w) => exchange(w, { requested_token_type: 'x' })],
  ['actor_token_unsupported', 400, 'invalid_request', (w) => exchange(w, { actor_token: 'x' })],
  ['audience_same', 403, 'access_denied', async (w) => exchange(w, { subject_token: await w.accessTo('https://quiet.example.com/') })],
  ['consent_missing', 403, 'consent_required', async (w) => exchange(w, { client_id: 'broker', subject_token: await w.accessTo(api) })],
  ['resource_malformed', 400, 'invalid_target', (w) => w.machine({ audience: '', resource: 'no address' })],
  ['resource_differs', 400, 'invalid_target', async (w) => w.redeem(await w.code(), { resource: api })],
  ['refresh_policy_missing', 400, 'invalid_target', async (w) => w.refresh((await w.password()).body.refresh_token, { audience: 'https://quiet.example.com/' })],
  ['grant_without_organization', 403, 'access_denied', (w) => w.machine({ organization: 'acme' })],
  ['grant_of_another_organization', 403, 'access_denied', (w) => w.machine({ audience: 'https://hs2.example.com/', organization: 'far' })],
  ['exchange_not_allowed', 403, 'unauthorized_client', (w) => w.byProfile('', 'web')],
  ['exchange_action_missing', 403, 'access_denied', async (w) => { await w.byProfile(''); await w.call('DELETE', `actions/actions/${(await w.call('GET', 'actions/actions')).actions[0].id}?force=true`); return w.exchangeTheirs(); }],
  ['subject_token_rejected', 400, 'invalid_request', (w) => w.byProfile("api.access.rejectInvalidSubjectToken('not one of theirs');")],
  ['exchange_user_missing', 403, 'invalid_grant', (w) => w.byProfile("api.authentication.setUserById('auth0|nobody');")],
  // Passkeys whose question an application shows
  ['auth_session_invalid', 403, 'invalid_grant', (w) => w.token({ grant_type: webauthnGrant, client_id: 'phone', auth_session: 'x', authn_response: '{}' })],
  ['passkeys_off', 400, 'invalid_request', (w) => w.api.post('/passkey/challenge', { client_id: 'phone', realm })],
  // Applications that come by themselves
  ['registration_off', 403, 'access_denied', (w) => w.api.post('/oidc/register', {})],
  ['registration_token_invalid', 401, 'invalid_token', (w) => w.api.get('/oidc/register/app', { authorization: 'Bearer x' })],
  ['metadata_malformed', 400, 'invalid_client_metadata', (w) => w.register({ client_name: 7 })],
  ['metadata_unsupported', 400, 'invalid_client_metadata', (w) => w.register({ grant_types: ['password'] })],
  ['metadata_redirect_uri', 400, 'invalid_redirect_uri', (w) => w.register({ redirect_uris: ['http://agent.example/cb'] })],
  ['client_removed', 400, 'invalid_client', (w) => { w.sql("INSERT INTO registrations (client_id, token, registered_at, read_at) VALUES ('http://localhost:1/removed', '', 0, 0)"); return w.byDocument('http://localhost:1/removed'); }],
  ['client_documents_off', 400, 'invalid_client', async (w) => {
    const id = 'http://localhost:1/known';
    w.sql(`INSERT INTO tenant_objects (kind, id, body) VALUES ('client', '${id}', '${JSON.stringify({ client_id: id, name: 'x', callbacks: ['https://x.example/cb'], ostia: { registered: true } })}')`);
    await w.settings({ client_id_metadata_document_supported: false });
    return w.api.form('/oauth/device/code', { client_id: id });
  }],
  ['client_document_address', 400, 'invalid_client', (w) => w.byDocument('http://agent.example/app.json')],
  ['client_document_unreadable', 400, 'invalid_client', (w) => w.byDocument(`${w.upstream.issuer}/broken`)],
  ['registrations_limited', 429, 'temporarily_unavailable', async (w) => {
    for (let i = 0; i < 20; i++) await w.register();
    return w.register();
  }],
  // Codes
  ['code_unknown', 403, 'invalid_grant', (w) => w.redeem('nothing of ours')],
  ['code_expired', 403, 'invalid_grant', async (w) => { const code = await w.code(); await w.api.advance(61); return w.redeem(code); }],
  ['code_of_another_client', 403, 'invalid_grant', async (w) => w.redeem(await w.code(), { client_id: 'rotating' })],
  ['code_replayed', 403, 'invalid_grant', async (w) => { const code = await w.code(); await w.redeem(code); return w.redeem(code); }],
  ['code_verifier_mismatch', 403, 'invalid_grant', async (w) => w.redeem(await w.code(), { code_verifier: 'a'.repeat(43) })],
  ['redirect_uri_mismatch', 403, 'invalid_grant', async (w) => w.redeem(await w.code(), { redirect_uri: 'http://localhost:4000/other' })],
  ['code_void', 403, 'invalid_grant', async (w) => w.overTls({ grant_type: 'authorization_code', client_id: 'app', code: await w.code(), redirect_uri: callback })],
  ['credential_changed', 403, 'invalid_grant', async (w) => { const code = await w.code(); await w.call('PATCH', w.user('auth0|ada'), { password: 'Brand-New-Word-9' }); return w.redeem(code); }],
  ['session_ended', 403, 'invalid_grant', async (w) => {
    const person = w.person(), { location } = await w.logIn({}, ada, person);
    await person.open('/v2/logout?client_id=app');
    return w.redeem(location.searchParams.get('code'));
  }],
  ['session_transfer_disabled', 403, 'unauthorized_client', async (w) => w.handOver((await w.password()).body.refresh_token)],
  ['session_transfer_repeated', 403, 'unauthorized_client', async (w) => w.handOver((await w.transferred('hands')).refresh_token, 'hands')],
  ['session_transfer_ended', 403, 'invalid_grant', async (w) => {
    const { refresh_token, from } = await w.transferred('hands');
    await w.api.form('/oauth/revoke', { client_id: 'hands', token: from });
    return w.refresh(refresh_token, { client_id: 'hands' });
  }],
  ['access_withdrawn', 403, 'invalid_grant', async (w) => {
    const person = w.person(), { location } = await person.submit(await w.logIn({ client_id: 'third' }, ada, person), {}, 'accept');
    await w.call('DELETE', 'grants?user_id=auth0|ada');
    return w.redeem(location.searchParams.get('code'), { client_id: 'third' });
  }],
  // Persons who are asked
  ['login_hint_invalid', 400, 'invalid_request', (w) => w.approval({ login_hint: 'ada@example.com' })],
  ['binding_message_invalid', 400, 'invalid_binding_message', (w) => w.approval({ binding_message: '<' })],
  ['parameter_malformed', 400, 'invalid_request', (w) => w.approval({ requested_expiry: 'soon' })],
  ['person_unreachable', 400, 'invalid_request', (w) => w.approval()],
  // Devices
  ['device_invalid_grant', 403, 'invalid_grant', (w) => poll(w, 'nothing of ours')],
  ['device_authorization_pending', 403, 'authorization_pending', async (w) => poll(w, (await w.device()).device_code)],
  ['device_slow_down', 429, 'slow_down', async (w) => { const { device_code } = await w.device(); await poll(w, device_code); return poll(w, device_code); }],
  ['device_expired_token', 403, 'expired_token', async (w) => { const { device_code } = await w.device(); await w.api.advance(901); return poll(w, device_code); }],
  ['device_access_denied', 403, 'access_denied', async (w) => { const device = await w.device(); await w.refuseDevice(device); return poll(w, device.device_code); }],
  ['scope_too_long', 400, 'invalid_scope', (w) => w.api.form('/oauth/device/code', { client_id: 'app', scope: 'x'.repeat(4097) })],
  // Refresh tokens
  ['refresh_token_unknown', 403, 'invalid_grant', (w) => w.refresh('nothing of ours')],
  ['refresh_token_expired', 403, 'invalid_grant', async (w) => {
    const { body: { refresh_token } } = await w.password({ client_id: 'rotating' });
    return w.instead('BEFORE DELETE ON refresh_tokens', async () => { // nobody has swept yet
      await w.api.advance(3601);
      return w.refresh(refresh_token, { client_id: 'rotating' });
    });
  }],
  ['refresh_token_reused', 403, 'invalid_grant', async (w) => {
    const { body: { refresh_token } } = await w.password({ client_id: 'rotating' });
    await w.refresh(refresh_token, { client_id: 'rotating' });
    await w.api.advance(1);
    return w.refresh(refresh_token, { client_id: 'rotating' });
  }],
  ['grant_revoked', 403, 'invalid_grant', async (w) => { // as if its code were played back in this moment
    const { body: { refresh_token } } = await w.password({ client_id: 'rotating' });
    w.sql('INSERT INTO revoked_grants (id, expires_at) SELECT grant_id, 253402300799 FROM refresh_tokens');
    return w.refresh(refresh_token, { client_id: 'rotating' });
  }],
  ['refresh_token_of_another_domain', 403, 'invalid_grant', async (w) => w.overTls({ grant_type: 'refresh_token', client_id: 'app', refresh_token: (await w.password()).body.refresh_token })],
  ['offline_access_off', 403, 'invalid_grant', async (w) => {
    const { body } = await w.password();
    await w.call('PATCH', `resource-servers/${encodeURIComponent(api)}`, { allow_offline_access: false });
    return w.refresh(body.refresh_token);
  }],
  ['scope_wider', 400, 'invalid_scope', async (w) => w.refresh((await w.password()).body.refresh_token, { scope: 'openid email' })],
  ['user_gone', 403, 'invalid_grant', async (w) => {
    const { body } = await w.password();
    w.sql("DELETE FROM users WHERE user_id = 'auth0|ada'"); // the API would take the token along
    return w.refresh(body.refresh_token);
  }],
  ['connection_closed', 403, 'unauthorized_client', async (w) => { await w.close('Username-Password-Authentication'); return w.password(); }],
  // Passwords
  ['wrong_password', 403, 'invalid_grant', (w) => w.password({ password: 'wrong' })],
  ['password_leaked', 401, 'password_leaked', (w) => w.password(leaked)],
  ['user_blocked', 403, 'unauthorized', (w) => w.password({ username: 'mallory@example.com', password: 'Blocked-Account-9' })],
  ['realm_unknown', 400, 'invalid_request', (w) => w.token({ grant_type: realmGrant, ...ada, realm: 'Nowhere' })],
  ['default_directory_missing', 500, 'server_error', async (w) => { await w.settings({ default_directory: '' }); return w.password(); }],
  ['too_many_attempts', 429, 'too_many_attempts', async (w) => {
    await w.call('PATCH', 'attack-protection/brute-force-protection', { max_attempts: 1 });
    await w.password({ password: 'wrong' });
    return w.password();
  }],
  ['address_blocked', 429, 'too_many_attempts', async (w) => {
    await w.call('PATCH', 'attack-protection/suspicious-ip-throttling', { stage: { 'pre-login': { max_attempts: 1, rate: 864000 } } });
    await w.password({ username: 'nobody@example.com' });
    return w.password();
  }],
  ['rate_limited', 429, 'too_many_requests', async (w) => {
    await w.settings({ ostia: { rate_limits: { exempt: [], account: { per_second: 0.001, burst: 1 } } } });
    await w.password();
    return w.password();
  }],
  // Organizations
  ['organization_missing', 400, 'invalid_request', (w) => w.password({ client_id: 'members' })],
  ['organization_unknown', 400, 'invalid_request', (w) => w.password({ organization: 'org_nowhere' })],
  ['not_a_member', 403, 'access_denied', async (w) => w.password({ organization: await w.organization('club') })],
  // Rules and actions
  ['rule_refused', 403, 'unauthorized', async (w) => { await w.rule("callback(new UnauthorizedError('not today'));"); return w.password(); }],
  ['rule_failed', 403, 'access_denied', async (w) => { await w.rule("callback(new Error('broken'));"); return w.password(); }],
  ['rule_redirects', 403, 'interaction_required', async (w) => { await w.rule("context.redirect = { url: 'https://elsewhere.example/' }; callback(null, user, context);"); return w.password(); }],
  ['script_failed', 500, 'server_error', async (w) => { await w.rule("context.idToken['https://x.example/y'] = 'x'.repeat(2_000_000); callback(null, user, context);"); return w.password(); }],
  ['user_unknown', 404, 'inexistent_user', async (w) => { await w.rule("await auth0.users.updateUserMetadata('auth0|nobody', { a: 1 }); callback(null, user, context);"); return w.password(); }],
  ['user_contended', 503, 'server_error', async (w) => { // somebody else is first, each time
    await w.rule('await auth0.users.updateUserMetadata(user.user_id, { a: 1 }); callback(null, user, context);');
    return w.instead('BEFORE UPDATE OF version ON users', () => w.password());
  }],
  ['action_refused', 403, 'access_denied', async (w) => {
    await w.call('POST', 'actions/actions', { name: 'a', code: "exports.onExecutePostLogin = async (event, api) => api.access.deny('not today');", supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
    await w.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [{ ref: { type: 'action_name', value: 'a' } }] });
    return w.password();
  }],
  // Pushed requests
  ['par_nested', 400, 'invalid_request', (w) => w.api.form('/oauth/par', { client_id: 'app', request_uri: 'x' })],
  ['redirect_uri_missing', 400, 'invalid_request', (w) => w.api.form('/oauth/par', { client_id: 'app', response_type: 'code' })],
  // Second factors
  ['mfa_login_needed', 403, 'access_denied', async (w) => {
    const { body: { refresh_token } } = await w.password();
    await w.policy(['all-applications']);
    const { body: { mfa_token } } = await w.refresh(refresh_token);
    return w.associate(mfa_token);
  }],
  ['mfa_required', 403, 'mfa_required', async (w) => { await w.policy(['all-applications']); return w.password(); }],
  ['mfa_token_missing', 401, 'unauthorized', (w) => w.associate()],
  ['mfa_token_invalid', 401, 'invalid_token', (w) => w.associate('nothing')],
  ['mfa_token_expired', 401, 'expired_token', async (w) => { const token = await w.mfaToken(); await w.api.advance(601); return w.associate(token); }],
  ['mfa_type', 400, 'invalid_request', async (w) => w.associate(await w.mfaToken(), {})],
  ['mfa_channel', 400, 'invalid_request', async (w) => w.associate(await w.mfaToken(), { authenticator_types: ['oob'] })],
  ['mfa_factor_missing', 403, 'unsupported_challenge_type', async (w) => w.associate(await w.mfaToken(), { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+15005550006' })],
  ['mfa_enrolled', 403, 'access_denied', async (w) => w.associate((await w.enrolled()).mfa_token)],
  ['mfa_association_required', 403, 'association_required', async (w) => w.challenge(await w.mfaToken())],
  ['mfa_challenge_unsupported', 403, 'unsupported_challenge_type', async (w) => w.challenge((await w.enrolled()).mfa_token, { challenge_type: 'oob' })],
  ['oob_code_invalid', 403, 'invalid_grant', async (w) => w.prove(await w.mfaToken(), { oob_code: 'x', binding_code: '1' }, 'oob')],
  ['scope_missing', 403, 'insufficient_scope', async (w) => w.api.get('/mfa/authenticators', { authorization: `Bearer ${await w.mfaAccess('enroll')}` })],
  ['authenticator_unknown', 404, 'not_found', async (w) => {
    const response = await fetch(w.api.url('/mfa/authenticators/otp%7Cnone'), { method: 'DELETE', headers: { authorization: `Bearer ${await w.mfaAccess('remove:authenticators')}` } });
    return { status: response.status, body: await response.json() };
  }],
  // Codes by mail
  ['code_over', 403, 'invalid_grant', (w) => w.otp()],
  ['wrong_code', 403, 'invalid_grant', async (w) => { await w.startCode(); return w.otp({ otp: 'wrong' }); }],
];
