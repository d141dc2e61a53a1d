// Reasons that only the log has: the reason and the entry's type, the error that the application is told of or the page's
// status, and what is asked.
import { sign } from 'node:crypto';
import { SoftwareKey } from '../../lib/passkey.mjs';
import { ada, realm } from './world.mjs';

const ticket = async (w, person, client_id = 'app') => {
  const response = await person.get('/co/authenticate', { method: 'POST', headers: { 'content-type': 'application/json', origin: 'http://localhost:4000' }, body: JSON.stringify({ client_id, credential_type: 'http://auth0.com/oauth/grant-type/password-realm', realm, ...ada }) });
  return response.json();
};
const withTicket = (login_ticket, more) => ({ response_type: 'token', login_ticket, prompt: 'none', ...more });

/** An upstream that says something else in its ID token. */
const idToken = (reason, change) => [`id_token_${reason}`, 'f', 'access_denied', (w) => { w.upstream.change.idToken = change; return w.atUpstream(); }];

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
/** A passkey's answer with something else in it, signed again. */
const passkey = (reason, { client = {}, data = (bytes) => bytes, signature }) => [`webauthn_${reason}`, 'f', 400, (w) => w.byPasskey({ change: (answer) => {
  const { response } = answer;
  const clientData = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(response.clientDataJSON, 'base64url')), ...client }));
  const bytes = data(Buffer.from(response.authenticatorData, 'base64url'));
  const signed = sign('sha256', Buffer.concat([bytes, w.hash(clientData)]), w.key.privateKey);
  return { ...answer, response: { clientDataJSON: b64(clientData.toString()), authenticatorData: bytes.toString('base64url'), signature: signature ?? signed.toString('base64url') } };
} })];
const flags = (value) => (bytes) => { bytes[32] = value; return bytes; };

export default [
  // /authorize and /v2/logout
  ['parameter_repeated', 'f', 400, (w) => w.person().open(`${w.url()}&state=t`)],
  ['par_invalid', 'f', 400, (w) => w.authorize({ client_id: 'pushes' })],
  ['logout_client_unknown', 'flo', 400, (w) => w.person().open('/v2/logout?client_id=nobody')],
  ['logout_url_mismatch', 'flo', 400, (w) => w.person().open('/v2/logout?client_id=app&returnTo=https://elsewhere.example/')],
  ['consent_denied', 'f', 'access_denied', async (w) => { const person = w.person(); return person.submit(await w.logIn({ client_id: 'third' }, ada, person), {}, 'deny'); }],
  ['device_denied', 'fdeac', 200, async (w) => w.refuseDevice(await w.device())],
  ['invitation_over', 'f', 'access_denied', async (w) => { const logIn = await w.invited('ada@example.com'); await w.api.advance(601); return logIn(); }],
  ['invitation_for_another', 'f', 'access_denied', async (w) => (await w.invited('grace@example.com'))()],
  ['hint_invalid', 'flo', 400, (w) => w.person().open('/oidc/logout?id_token_hint=nothing')],
  ['hint_of_another_client', 'flo', 400, async (w) => w.person().open(`/oidc/logout?client_id=web&id_token_hint=${(await w.password()).body.id_token}`)],
  // Logins across origins
  ['origin_not_allowed', 'fcoa', 403, (w) => w.coAuthenticate({}, { origin: 'https://elsewhere.example' })],
  ['login_ticket_unknown', 'fcoa', 'login_required', (w) => w.authorize(withTicket('nothing'))],
  ['cookie_missing', 'fcoa', 'login_required', async (w) => w.authorize(withTicket((await ticket(w, w.person())).login_ticket))],
  ['login_ticket_replayed', 'fcoa', 'login_required', async (w) => {
    const person = w.person(), { login_ticket } = await ticket(w, person), cookies = new Map(person.cookies);
    await w.authorize(withTicket(login_ticket), person);
    const again = w.person();
    again.cookies = cookies;
    return w.authorize(withTicket(login_ticket), again);
  }],
  ['verifier_mismatch', 'fcoa', 'login_required', async (w) => {
    const { login_ticket } = await ticket(w, w.person(), 'paged'), person = w.person();
    const html = await (await person.get(w.url(withTicket(login_ticket, { client_id: 'paged' })))).text();
    return person.open('/co/verify', { method: 'POST', headers: { origin: w.api.issuer.slice(0, -1) }, body: new URLSearchParams({ state: /name="state" value="([^"]*)"/.exec(html)[1], co_verifier: 'wrong' }) });
  }],
  // Logins that are handed over
  ['session_transfer_method', 'w', 'login_required', async (w) => w.authorize({ prompt: 'none', session_transfer_token: 'x' })],
  ['session_transfer_invalid', 'f', 'login_required', async (w) => w.takeOver('x')],
  ['session_transfer_replayed', 'f', 'login_required', async (w) => { const token = await w.handed(); await w.takeOver(token); return w.takeOver(token); }],
  ['session_transfer_elsewhere', 'f', 'login_required', async (w) => w.takeOver(await w.handed(), w.person(), { 'x-forwarded-for': '203.0.113.9' })],
  ['session_transfer_other_person', 'f', 'login_required', async (w) => { const person = w.person(); await w.logIn({}, { ...ada, username: 'kay@example.com' }, person); return w.takeOver(await w.handed(), person); }],
  // Upstreams
  ['upstream_denied', 'f', 'access_denied', (w) => w.atUpstream('acme', { code: undefined, error: 'access_denied' })],
  ['upstream_malformed', 'f', 'access_denied', (w) => w.atUpstream('acme', { code: undefined })],
  ['upstream_issuer_mismatch', 'f', 'access_denied', (w) => w.atUpstream('acme', { iss: 'https://elsewhere.example' })],
  ['upstream_key', 'f', 'access_denied', (w) => w.atUpstream('apple')],
  ['upstream_refused', 'f', 'access_denied', (w) => { w.upstream.change['/token'] = { status: 400, body: {} }; return w.atUpstream(); }],
  ['upstream_unreachable', 'f', 'access_denied', (w) => w.authorize({ connection: 'broken' })],
  ['destination_resting', 'f', 'temporarily_unavailable', async (w) => {
    for (let i = 0; i < 5; i++) await w.authorize({ connection: 'silent' });
    return w.authorize({ connection: 'silent' });
  }],
  ['upstream_subject_mismatch', 'f', 'access_denied', (w) => { w.upstream.change['/userinfo'] = { body: { sub: 'somebody-else' } }; return w.atUpstream(); }],
  ['upstream_profile_jwt', 'f', 'access_denied', (w) => { w.upstream.change['/userinfo'] = { body: w.upstream.sign({ sub: 'u1' }), type: 'application/jwt' }; return w.atUpstream(); }],
  ['upstream_id_missing', 'f', 'access_denied', (w) => { w.upstream.claims.sub = 'u'.repeat(300); return w.atUpstream(); }],
  ['upstream_profile_too_large', 'f', 'access_denied', (w) => { w.upstream.claims.biography = 'x'.repeat(40_000); return w.atUpstream(); }],
  ['profile_too_large', 'f', 'access_denied', (w) => { w.upstream.claims.zoneinfo = 'x'.repeat(3000); return w.atUpstream(); }],
  ['connection_mismatch', 'f', 'access_denied', async (w) => { w.upstream.change['/userinfo'] = { body: { id: '4', name: 'F' } }; await w.atUpstream('facebook'); return w.atUpstream('facebook-again'); }],
  ['id_token_malformed', 'f', 'access_denied', (w) => { w.upstream.change['/token'] = { body: { access_token: 'x' } }; return w.atUpstream(); }],
  ['id_token_algorithm', 'f', 'access_denied', (w) => { w.upstream.change.signing = { alg: 'none' }; return w.atUpstream(); }],
  ['id_token_key_unknown', 'f', 'access_denied', (w) => { w.upstream.change.signing = { kid: 'k9' }; return w.atUpstream(); }],
  ['id_token_signature', 'f', 'access_denied', (w) => { w.upstream.change.signing = { key: w.otherKey }; return w.atUpstream(); }],
  idToken('at_hash_mismatch', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  idToken('issuer_missing', { iss: undefined }),
  idToken('issuer_mismatch', { iss: 'https://elsewhere.example' }),
  idToken('subject_missing', { sub: undefined }),
  idToken('audience_missing', { aud: undefined }),
  idToken('audience_mismatch', { aud: 'somebody-else' }),
  idToken('nonce_missing', { nonce: undefined }),
  idToken('nonce_mismatch', { nonce: 'another' }),
  idToken('authorized_party_missing', { aud: ['ostia', 'another'] }),
  idToken('authorized_party_mismatch', { aud: ['ostia', 'another'], azp: 'another' }),
  idToken('expiration_missing', { exp: undefined }),
  idToken('issued_at_missing', { iat: undefined }),
  idToken('token_expired', { exp: 1000 }),
  idToken('token_not_yet_valid', { nbf: 4e9 }),
  idToken('not_before_malformed', { nbf: 'later' }),
  // Keys of devices
  ['webauthn_malformed', 'f', 400, (w) => w.byPasskey({ change: () => 'nothing' })],
  ['webauthn_cancelled', 'f', 400, (w) => w.byPasskey({ change: () => ({ error: 'NotAllowedError' }) })],
  passkey('type', { client: { type: 'webauthn.create' } }),
  passkey('challenge', { client: { challenge: 'another' } }),
  passkey('origin', { client: { origin: 'https://elsewhere.example' } }),
  passkey('rp_id', { data: (bytes) => Buffer.concat([Buffer.alloc(32), bytes.subarray(32)]) }),
  passkey('presence', { data: flags(0b100) }),
  passkey('verification', { data: flags(0b001) }),
  passkey('signature', { signature: 'AAAA' }),
  ['webauthn_counter', 'f', 400, (w) => { w.key.counter = 0; return w.byPasskey(); }],
  ['webauthn_key', 'gd_auth_failed', 400, (w) => w.byKeyOfAnother()],
  ['passkey_unknown', 'f', 400, (w) => w.byPasskey({ key: new SoftwareKey() })],
  ['connection_not_enabled', 'f', 400, (w) => w.byPasskey({ before: () => w.close('Keys') })],
  ['messages_limited', 'limit_msg', 200, async (w) => {
    for (let i = 0; i < 5; i++) await w.startCode();
    return w.startCode();
  }],
];
