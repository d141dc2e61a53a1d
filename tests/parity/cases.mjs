// What the differential test calls, and with what: name, options of the constructor, method, arguments, and what surrounds
// the call. `exception` says why ours differs on purpose.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';

/** The second in which every case takes place, however long the cases before it took. */
export const now = Math.floor(Date.now() / 1000);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' };
const b64 = (o) => Buffer.from(typeof o === 'string' ? o : JSON.stringify(o)).toString('base64url');
const claims = { iss: 'https://tenant.example/', sub: 'auth0|ada', aud: 'client', iat: now, exp: now + 86_400, nonce: 'N', name: 'Adà ☃' };
export function token(change = {}, header = {}) {
  const body = { ...claims, ...change };
  for (const k in body) if (body[k] === undefined) delete body[k];
  const input = `${b64({ alg: 'RS256', typ: 'JWT', kid: 'k', ...header })}.${b64(body)}`;
  return `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}`;
}

export const base = { domain: 'tenant.example', clientID: 'client', redirectUri: 'https://app.example/cb', responseType: 'token id_token' };
export const transaction = (state, value) => `com.auth0.auth.${state}=${encodeURIComponent(JSON.stringify({ nonce: 'N', state, ...value }))}`;
export const jwks = { body: { keys: [jwk] } };
const keys = (body) => ({ 'tenant.example/.well-known/jwks.json': body });
const longer = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
const signedByLonger = () => { const input = token().split('.').slice(0, 2).join('.'); return `${input}.${createSign('sha256').update(input).sign(longer).toString('base64url')}`; };

// name, options of the constructor, method, arguments (functions: 'cb'), and what surrounds the call.
export const cases = [];
export const add = (name, method, args, { options = {}, cookies = [], answers = {}, exception, ...rest } = {}) =>
  cases.push({ name, method, args, options: { ...base, ...options }, cookies, answers: { 'tenant.example/.well-known/jwks.json': jwks, ...answers }, exception, ...rest });

for (const [name, o] of Object.entries({
  nothing: undefined, 'a string': 'x', 'a number': 5, null: null, 'no domain': { clientID: 'c' }, 'no clientID': { domain: 'd' }, 'domain of another type': { domain: 5, clientID: 'c' },
  'an empty domain': { domain: '', clientID: 'c' }, 'responseType 5': { domain: 'd', clientID: 'c', responseType: 5 }, 'responseMode {}': { domain: 'd', clientID: 'c', responseMode: {} },
  'redirectUri true': { domain: 'd', clientID: 'c', redirectUri: true }, 'scope []': { domain: 'd', clientID: 'c', scope: [] }, 'audience 1': { domain: 'd', clientID: 'c', audience: 1 },
  'leeway text': { domain: 'd', clientID: 'c', leeway: '5' }, 'plugins text': { domain: 'd', clientID: 'c', plugins: 'x' }, 'maxAge text': { domain: 'd', clientID: 'c', maxAge: 'x' },
  'stateExpiration text': { domain: 'd', clientID: 'c', stateExpiration: 'x' }, 'legacySameSiteCookie text': { domain: 'd', clientID: 'c', legacySameSiteCookie: 'x' },
  '_disableDeprecationWarnings text': { domain: 'd', clientID: 'c', _disableDeprecationWarnings: 'x' }, '_sendTelemetry text': { domain: 'd', clientID: 'c', _sendTelemetry: 'x' },
  '_telemetryInfo text': { domain: 'd', clientID: 'c', _telemetryInfo: 'x' }, '_timesToRetryFailedRequests text': { domain: 'd', clientID: 'c', _timesToRetryFailedRequests: 'x' },
  'overrides text': { domain: 'd', clientID: 'c', overrides: 'x' }, 'overrides.__tenant': { domain: 'd', clientID: 'c', overrides: { __tenant: 1 } },
  'overrides.__token_issuer': { domain: 'd', clientID: 'c', overrides: { __token_issuer: 1 } }, 'overrides.__jwks_uri': { domain: 'd', clientID: 'c', overrides: { __jwks_uri: 1 } },
  'two mistakes': { domain: 5, clientID: 5, scope: 5 }, 'a plugin of another version': { domain: 'd', clientID: 'c', plugins: [{ version: '9.0.0' }] }, 'falsy options pass': { domain: 'd', clientID: 'c', scope: 0, leeway: '', plugins: null }, 'everything': { domain: 'a.b.c', clientID: 'c', leeway: 5, maxAge: 1, stateExpiration: 2, overrides: { __tenant: 't', __token_issuer: 'i', __jwks_uri: 'j' }, _timesToRetryFailedRequests: 2.7 },
})) cases.push({ name: `WebAuth: ${name}`, construct: o, undefinedOptions: o === undefined, cookies: [], answers: {}, exception: o === null ? 'the engine words this TypeError' : undefined });

const options = [
  ['none', []], ['null', [null]], ['a string', ['x']], ['{}', [{}]], ['state, nonce', [{ state: 's', nonce: 'n' }]], ['no response type', [{ responseType: '@undefined' }]], ['an empty response type', [{ responseType: '' }]],
  ['unknown parameters', [{ state: 's', nonce: 'n', foo: 1, barBaz: '@undefined', fn: '@function' }]], ['nested', [{ nonce: 'n', a: { bC: [1, { d: null }] } }]],
  ['encoding', [{ nonce: 'n', state: " +é(~)!'*&=#%\u2028😀" }]], ['falsy values', [{ nonce: 'n', prompt: null, maxAge: 0, display: '', x: false }]], ['numbers', [{ nonce: 'n', a: 1.5, b: '@NaN', c: -0, d: 1e21 }]],
  ['connection_scope', [{ nonce: 'n', connection_scope: ['a', 'b'] }]], ['local ones', [{ nonce: 'n', username: 'u', popupOptions: {}, domain: 'd', tenant: 't', timeout: 1, appState: 'a' }]],
  ['types', [{ nonce: 'n', redirectUri: 5 }]], ['nonce 5', [{ nonce: 5 }]], ['scope 5', [{ nonce: 'n', scope: 5 }]], ['audience {}', [{ nonce: 'n', audience: {} }]], ['code', [{ responseType: 'code' }]], ['code id_token', [{ responseType: 'code id_token' }]],
  ['camel and snake', [{ nonce: 'n', clientID: 'x', client_id: 'y', aBC: 1, abc12De: 2, _csrf: 3, auth0Client: 'z' }]], ['empty arrays and objects', [{ nonce: 'n', a: [], b: {} }]], ['a code challenge', [{ nonce: 'n', codeChallenge: 'c', codeChallengeMethod: 'S256' }]],
];
for (const [name, args] of options) add(`buildAuthorizeUrl: ${name}`, 'client.buildAuthorizeUrl', args);
add('buildAuthorizeUrl: a date', 'client.buildAuthorizeUrl', [{ nonce: 'n', d: '@date' }], { exception: 'a date is sent as its ISO text instead of being dropped' });
add('buildAuthorizeUrl: telemetry beyond Latin-1', 'client.buildAuthorizeUrl', [{ nonce: 'n' }], { options: { _telemetryInfo: { name: 'ü' } }, exception: 'telemetry is UTF-8 in base64, not one byte a character' });
for (const [name, o] of [['no telemetry', { _sendTelemetry: false }], ['telemetry', { _telemetryInfo: { name: 'x', version: '1', env: { y: 'z' } } }], ['telemetry without env', { _telemetryInfo: { name: 'x' } }], ['http domain', { domain: 'http://tenant.example' }], ['a slash behind', { domain: 'https://tenant.example/' }], ['no warnings', { _disableDeprecationWarnings: true }]])
  add(`buildAuthorizeUrl: ${name}`, 'client.buildAuthorizeUrl', [{ nonce: 'n', foo: 1 }], { options: o });
for (const [name, args] of [['none', []], ['null', [null]], ['a string', ['x']], ['returnTo', [{ returnTo: 'https://a/b c?d=é' }]], ['clientID undefined', [{ clientID: '@undefined' }]], ['clientID null', [{ clientID: null }]], ['federated', [{ federated: true }]], ['federated empty', [{ federated: '' }]], ['federated null', [{ federated: null }]], ['federated false', [{ federated: false }]], ['federated text', [{ federated: 'false' }]], ['federated undefined', [{ federated: '@undefined' }]], ['others', [{ aB: { cD: 1 }, x: [1, 2] }]]]) {
  add(`buildLogoutUrl: ${name}`, 'client.buildLogoutUrl', args);
  add(`logout: ${name}`, 'logout', args, { navigates: name !== 'a string' });
}
for (const [name, args, o] of [
  ['none', []], ['{}', [{}]], ['state, nonce', [{ state: 's', nonce: 'n' }]], ['app state', [{ state: 's', nonce: 'n', appState: { a: ['ü'] } }]], ['connection', [{ state: 's', nonce: 'n', connection: 'twitter' }]], ['realm and organization', [{ state: 's', nonce: 'n', realm: 'r', connection: 'c', organization: 'org_1', invitation: 'i' }]],
  ['code', [{ responseType: 'code', state: 's' }]], ['token', [{ responseType: 'token', state: 's' }]], ['no response type', [{}], { responseType: undefined }], ['scope', [{ state: 's', nonce: 'n', scope: 'x' }], { scope: 'y' }], ['scope of the constructor', [{ state: 's', nonce: 'n' }], { scope: 'y' }], ['nonce 5', [{ state: 's', nonce: 5 }]],
  ['constructor options', [{}], { state: 'S', nonce: 'N', _csrf: 'c', _intstate: 'i', organization: 'o', invitation: 'i', responseMode: 'form_post', audience: 'a', maxAge: 5 }], ['stateExpiration', [{ state: 's', nonce: 'n' }], { stateExpiration: 5 }], ['no compat copy', [{ state: 's', nonce: 'n' }], { legacySameSiteCookie: false }], ['odd state', [{ state: 'a;b=c é/"', nonce: 'n' }]],
  ['own namespace', [{ state: 's', nonce: 'n' }], { transaction: { namespace: 'mine.' } }], ['local storage', [{ state: 's', nonce: 'n' }], { __tryLocalStorageFirst: true }], ['hosted page', [{ state: 's', nonce: 'n' }], { domain: 'app.example' }], ['extra parameters', [{ state: 's', nonce: 'n', foo: 'bar', login_hint: 'a@b' }]],
]) add(`authorize: ${name}`, 'authorize', args, { options: o, navigates: !['no response type', 'nonce 5'].includes(name) });

export const hash = (id, more = '') => `#access_token=AT&token_type=Bearer&expires_in=7200&state=S&id_token=${id}${more}`;
const S = [transaction('S')];
for (const [name, h, rest = {}] of [
  ['empty', ''], ['#', '#'], ['#/', '#/'], ['a code', '#code=c&state=S'], ['an error', '#error=e&error_description=a+b%20c&state=s'], ['an error without description', '#error=e'], ['an empty error', '#error='], ['garbage', '#%%%&&==&a'],
  ['access token only', '#access_token=AT&state=S', { cookies: S }], ['id token only', `#id_token=${token()}&state=S`, { cookies: S }], ['refresh token', '#refresh_token=R&state=S', { cookies: S, options: { responseType: 'code' } }], ['token only, wanted', '#access_token=AT&state=S&expires_in=x', { cookies: S, options: { responseType: 'token' } }], ['expires_in odd', '#access_token=AT&state=S&expires_in=12.7abc&scope=a%20b', { cookies: S, options: { responseType: 'token' } }],
  ['no transaction', hash(token())], ['no state', '#access_token=AT', { options: { responseType: 'token' } }], ['another state', '#access_token=AT&state=T', { cookies: S, options: { responseType: 'token' } }], ['good', hash(token()), { cookies: S }], ['good, slash in front', hash(token()).replace('#', '#/'), { cookies: S }], ['app state', hash(token()), { cookies: [transaction('S', { appState: { a: 1 } })] }], ['connection remembered', hash(token()), { cookies: [transaction('S', { lastUsedConnection: 'twitter' })] }],
  ['organization id', hash(token({ org_id: 'org_1' })), { cookies: [transaction('S', { organization: 'org_1' })] }], ['organization id missing', hash(token()), { cookies: [transaction('S', { organization: 'org_1' })] }], ['organization id wrong', hash(token({ org_id: 'org_2' })), { cookies: [transaction('S', { organization: 'org_1' })] }], ['organization name', hash(token({ org_name: 'acme' })), { cookies: [transaction('S', { organization: 'ACME' })] }], ['organization name wrong', hash(token({ org_name: 'ACME' })), { cookies: [transaction('S', { organization: 'ACME' })] }],
  ['iss missing', hash(token({ iss: undefined })), { cookies: S, exception: 'keys come from the configured issuer only' }], ['sub missing', hash(token({ sub: undefined })), { cookies: S }], ['sub a number', hash(token({ sub: 5 })), { cookies: S }], ['aud missing', hash(token({ aud: undefined })), { cookies: S }], ['aud wrong', hash(token({ aud: 'x' })), { cookies: S }], ['aud array', hash(token({ aud: ['client'] })), { cookies: S }], ['aud array without', hash(token({ aud: ['a', 'b'] })), { cookies: S }], ['azp missing', hash(token({ aud: ['client', 'b'] })), { cookies: S }], ['azp wrong', hash(token({ aud: ['client', 'b'], azp: 'b' })), { cookies: S }], ['azp right', hash(token({ aud: ['client', 'b'], azp: 'client' })), { cookies: S }],
  ['nonce missing', hash(token({ nonce: undefined })), { cookies: S }], ['nonce wrong', hash(token({ nonce: 'M' })), { cookies: S }], ['exp missing', hash(token({ exp: undefined })), { cookies: S }], ['exp text', hash(token({ exp: '5' })), { cookies: S }], ['iat missing', hash(token({ iat: undefined })), { cookies: S }], ['expired within leeway', hash(token({ exp: now - 30 })), { cookies: S }], ['expired', hash(token({ exp: now - 3600 })), { cookies: S }], ['nbf ahead', hash(token({ nbf: now + 3600 })), { cookies: S }], ['iat ahead', hash(token({ iat: now + 3600 })), { cookies: S }],
  ['max age, no auth_time', hash(token()), { cookies: S, options: { maxAge: 10 } }], ['max age, old', hash(token({ auth_time: now - 3600 })), { cookies: S, options: { maxAge: 10 } }], ['max age, fine', hash(token({ auth_time: now })), { cookies: S, options: { maxAge: 10 } }],
  ['at_hash wrong', hash(token({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })), { cookies: S }], ['at_hash right', hash(token({ at_hash: createHash('sha256').update('AT').digest().subarray(0, 16).toString('base64url') })), { cookies: S }],
  ['HS256', hash(token({}, { alg: 'HS256' })), { cookies: S }], ['none', hash(token({}, { alg: 'none' })), { cookies: S }], ['ES256', hash(token({}, { alg: 'ES256' })), { cookies: S }], ['no alg', hash(token({}, { alg: undefined })), { cookies: S }], ['not three parts', hash('a.b'), { cookies: S }], ['not JSON', hash('YQ.YQ.YQ'), { cookies: S }], ['forged', hash(token().slice(0, -8) + 'AAAAAAAA'), { cookies: S }], ['unknown kid', hash(token({}, { kid: 'x' })), { cookies: S }], ['no kid', hash(token({}, { kid: undefined })), { cookies: S }],
  ['a longer signature than the key', hash(signedByLonger()), { cookies: S }], ['neither token nor key has a kid', hash(token({}, { kid: undefined })), { cookies: S, answers: keys({ body: { keys: [{ ...jwk, kid: undefined }] } }) }],
  ['keys that are not JSON', hash(token()), { cookies: S, answers: keys({ text: '<html>' }), exception: "the engine words this SyntaxError; ours says that the issuer's keys are not JSON" }], ['an empty key', hash(token()), { cookies: S, answers: keys({ body: { keys: [{ kid: 'k' }] } }), exception: 'the engine words this TypeError; ours says that the key is empty' }],
  ['iss wrong', hash(token({ iss: 'https://other.example/' })), { cookies: S, options: { overrides: { __jwks_uri: 'https://tenant.example/other' } }, answers: { 'tenant.example/other': jwks } }],
  ['leeway 0 means 60', hash(token({ exp: now - 30 })), { cookies: S, options: { leeway: 0 } }], ['leeway 1', hash(token({ exp: now - 30 })), { cookies: S, options: { leeway: 1 } }], ['leeway 300', hash(token({ exp: now - 200 })), { cookies: S, options: { leeway: 300 } }],
  ['leeway 301', hash(token()), { cookies: S, options: { leeway: 301 }, exception: 'a bad leeway is an error through the callback' }], ['leeway -1', hash(token()), { cookies: S, options: { leeway: -1 }, exception: 'a bad leeway is an error through the callback' }],
  ['nbf within leeway', hash(token({ nbf: now + 30 })), { cookies: S }],
  ['keys 404', hash(token()), { cookies: S, answers: { 'tenant.example/.well-known/jwks.json': { status: 404, body: {} } } }], ['keys offline', hash(token()), { cookies: S, answers: { 'tenant.example/.well-known/jwks.json': { abort: true } } }], ['no keys', hash(token()), { cookies: S, answers: { 'tenant.example/.well-known/jwks.json': { body: { keys: [] } } } }],
  ['keys elsewhere', hash(token()), { cookies: S, options: { overrides: { __jwks_uri: 'https://tenant.example/other' } }, answers: { 'tenant.example/other': jwks } }],
  ['a foreign issuer', hash(token({ iss: 'https://evil.example/' })), { cookies: S, answers: { 'evil.example/.well-known/jwks.json': jwks }, exception: 'keys come from the configured issuer only' }],
]) {
  add(`parseHash: ${name}`, 'parseHash', [{ hash: h }, '@cb'], rest);
}
add('parseHash: the location', 'parseHash', ['@cb'], { cookies: S, fragment: hash(token()) });
add('parseHash: own state and nonce', 'parseHash', [{ hash: hash(token()), state: 'S', nonce: 'N' }, '@cb']);
add('parseHash: own nonce, wrong', 'parseHash', [{ hash: hash(token()), nonce: 'M' }, '@cb'], { cookies: S });
add('parseHash: started by the authority', 'parseHash', [{ hash: `#access_token=AT&id_token=${token({ nonce: undefined })}`, __enableIdPInitiatedLogin: true }, '@cb']);
add('parseHash: started by the authority, unknown state', 'parseHash', [{ hash: `#access_token=AT&state=T&id_token=${token()}`, __enableIdPInitiatedLogin: true }, '@cb']);
add('parseHash: the constructor\'s type wins', 'parseHash', [{ hash: '#access_token=AT&state=S', responseType: 'token' }, '@cb'], { cookies: S });
add('parseHash: null as hash', 'parseHash', [{ hash: null }, '@cb']);
add('validateToken: empty', 'validateToken', ['', 'N', '@cb']);
add('validateToken: good', 'validateToken', [token(), 'N', '@cb']);
add('validateAuthenticationResponse', 'validateAuthenticationResponse', [{ state: 'S', nonce: 'N' }, { access_token: 'AT', id_token: token(), state: 'S', expires_in: '7200' }, '@cb']);
add('parseHash: impersonation', 'parseHash', [{ hash: '#access_token=AT', __enableImpersonation: true }, '@cb'], { options: { responseType: 'token' } });
for (const [name, answer] of [['a profile', { body: { sub: 'a', email_verified: true, 'https://x/y': 1 } }], ['401 text', { status: 401, text: 'Unauthorized' }], ['an OAuth error', { status: 403, body: { error: 'e', error_description: 'd' } }], ['an empty error', { status: 500, body: {} }], ['HTML', { status: 502, text: '<b>', type: 'text/html' }], ['error, code, name', { status: 400, body: { code: 'c', description: { a: 1 }, name: 'n', policy: 'p', error_codes: ['x'], error_details: { y: 1 } } }], ['offline', { abort: true }], ['Management shape', { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'm', errorCode: 'x' } }]])
  add(`userInfo: ${name}`, 'client.userInfo', ['TOKEN', '@cb'], { answers: { 'tenant.example/userinfo': answer } });
add('userInfo: no token', 'client.userInfo', ['@undefined', '@cb']);
add('userInfo: cb of another type', 'client.userInfo', ['TOKEN', 5]);
add('userInfo: own headers', 'client.userInfo', ['TOKEN', '@cb'], { options: { headers: { 'X-Mine': '1' } }, answers: { 'tenant.example/userinfo': { body: { sub: 'a' } } } });
export const message = (response, origin) => ({ message: { type: 'authorization_response', response }, origin });
for (const [name, o, rest = {}] of [
  ['good', { state: 'S', nonce: 'N' }, message({ access_token: 'AT', id_token: token(), state: 'S', expires_in: 7200, token_type: 'Bearer' })], ['audience and scope', { state: 'S', nonce: 'N', audience: 'a', scope: 's', foo: 1 }, message({ access_token: 'AT', id_token: token(), state: 'S' })], ['login_required', { state: 'S' }, message({ error: 'login_required', error_description: 'Login required', state: 'S' })], ['an error without description', { state: 'S' }, message({ error: 'x', state: 'S' })],
  ['bad token', { state: 'S', nonce: 'N' }, message({ id_token: token({ nonce: 'M' }), state: 'S' })], ['code', { responseType: 'code' }], ['no redirect URI', { state: 'S', redirectUri: '' }], ['another origin', { state: 'S', redirectUri: 'https://other.example/' }], ['no answer', { state: 'S', timeout: 300 }], ['no response type', { responseType: '' }],
]) add(`checkSession: ${name}`, 'checkSession', [o, '@cb'], rest);
add('checkSession: own nonce is kept too', 'checkSession', [{ state: 'S', nonce: 'n', redirectUri: '' }, '@cb']);
add('checkSession: cb of another type', 'checkSession', [{ state: 'S' }, 5]);

