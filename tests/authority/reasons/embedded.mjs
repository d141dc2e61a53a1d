// Reasons of an application's own forms: the reason, the status and the error, and what is asked.
import { realm } from './world.mjs';

export default [
  // /co/authenticate
  ['body_fields', 400, 'invalid_request', (w) => w.coAuthenticate({ more: 'x' })],
  ['cross_origin_not_allowed', 401, 'unauthorized_client', (w) => w.coAuthenticate({ client_id: 'closed' })],
  ['credential_type_unknown', 400, 'unsupported_credential_type', (w) => w.coAuthenticate({ credential_type: 'telepathy' })],
  // /dbconnections
  ['field_missing', 400, 'email is required', (w) => w.signUp({ email: undefined })],
  ['field_type', 400, 'given_name must be a string of 1 to 300 characters', (w) => w.signUp({ given_name: 1 })],
  ['user_metadata_malformed', 400, 'user_metadata must be an object', (w) => w.signUp({ user_metadata: 'x' })],
  ['connection_unknown', 400, 'connection is not enabled for the application', (w) => w.signUp({ connection: 'Nowhere' })],
  ['email_malformed', 400, 'invalid_signup', (w) => w.signUp({ email: 'nobody' })],
  ['username_malformed', 400, 'invalid_signup', (w) => w.signUp({ connection: 'Named', username: 'a b' })],
  ['user_exists', 400, 'invalid_signup', (w) => w.signUp({ email: 'ada@example.com' })],
  ['username_exists', 400, 'invalid_signup', async (w) => {
    await w.signUp({ connection: 'Named', username: 'nellie' });
    return w.signUp({ connection: 'Named', username: 'nellie', email: 'second@example.com' });
  }],
  ['signup_disabled', 400, 'public signup is disabled', async (w) => {
    await w.call('PATCH', `connections/${(await w.connection(realm)).id}`, { options: { disable_signup: true } });
    return w.signUp();
  }],
  ['captcha_missing', 401, 'requires_verification', async (w) => {
    await w.call('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always' });
    return w.coAuthenticate();
  }],
  ['captcha_unsupported', 400, 'invalid_captcha', async (w) => {
    await w.call('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always' });
    return w.api.post('/usernamepassword/challenge', { state: 's' }, { 'auth0-client': Buffer.from('{"name":"auth0.js"}').toString('base64') });
  }],
  ['captcha_incomplete', 503, 'temporarily_unavailable', async (w) => {
    await w.call('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always' });
    await w.call('PATCH', 'attack-protection/captcha', { active_provider_id: 'hcaptcha' });
    return w.signUp({ captcha: 'x', state: 's' });
  }],
  ['captcha_unreachable', 503, 'temporarily_unavailable', async (w) => {
    await w.call('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always' });
    await w.call('PATCH', 'attack-protection/captcha', { active_provider_id: 'hcaptcha', hcaptcha: { site_key: 'k', secret: 's', ostia: { verify_url: 'http://127.0.0.1:9/' } } });
    return w.signUp({ captcha: 'x', state: 's' });
  }],
  ['signups_limited', 429, 'too_many_attempts', async (w) => {
    await w.call('PATCH', 'attack-protection/suspicious-ip-throttling', { stage: { 'pre-user-registration': { max_attempts: 1, rate: 60_000 } } });
    await w.signUp();
    return w.signUp({ email: 'second@example.com' });
  }],
  ['captcha_wrong', 400, 'invalid_captcha', async (w) => {
    await w.call('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always' });
    return w.signUp({ captcha: 'x', state: 's' });
  }],
  ['state_missing', 400, 'invalid_request', (w) => w.api.post('/dbconnections/signup/challenge', {})],
  // /passwordless
  ['phone_malformed', 400, 'bad.phone_number', (w) => w.startCode({ connection: 'sms', phone_number: '5550006' })],
  ['send_unknown', 400, 'bad.send', (w) => w.startCode({ send: 'pigeon' })],
  ['auth_params_malformed', 400, 'bad.authParams', (w) => w.startCode({ authParams: [] })],
  // /_dev
  ['dev_request', 400, 'invalid_request', (w) => w.api.post('/_dev/clock', {})],
  ['fault_malformed', 400, 'invalid_request', (w) => w.api.post('/_dev/faults', {})],
];
