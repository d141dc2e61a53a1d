// Cases for the methods that talk to the authority over HTTP, for popups, frames, captchas and the hosted page.
import { add, base, cases, hash, message, token, transaction } from './cases.mjs';

const at = (path, answer) => ({ answers: { ['tenant.example' + path]: answer } });
const ok = { body: { access_token: 'AT', id_token: 'x', expires_in: 5, token_type: 'Bearer', nested_thing: { a_b: 1 }, list_of: [{ c_d: 2 }], _id: 'i' } };
const failures = {
  'an OAuth error': { status: 403, body: { error: 'invalid_grant', error_description: 'Wrong email or password.' } },
  'an error of the accounts API': { status: 400, body: { code: 'invalid_password', name: 'PasswordStrengthError', description: { rules: [] }, policy: '* 8', statusCode: 400 } },
  'a text': { status: 500, text: 'Oops' },
  'broken JSON': { status: 200, text: '{"a', type: 'application/json' },
  'broken JSON of an error': { status: 400, text: '{"a', type: 'application/json' },
  offline: { abort: true },
  'err inside': { status: 400, body: { err: { code: 'c', details: 'd' } } },
  'too many': { status: 429, body: { error: 'too_many_requests', error_description: 'x' } },
};

// ---- methods of the authentication API -----------------------------------------------------------------------------
const methods = {
  'client.oauthToken': ['/oauth/token', { grantType: 'authorization_code', code: 'c', codeVerifier: 'v', foo: 1, clientSecret: 's' }, ['grantType']],
  'client.login': ['/oauth/token', { username: ' ada ', password: ' p ', realm: 'r', scope: 'openid', audience: 'a', foo: 1 }, ['username', 'password', 'realm']],
  'client.loginWithDefaultDirectory': ['/oauth/token', { username: 'ada', password: 'p' }, ['username', 'password']],
  'client.customTokenExchange': ['/oauth/token', { subjectToken: 't', subjectTokenType: 'urn:x', audience: 'a', fooBar: { bazQux: 1 }, list: [{ aB: 1 }], nothing: null, zero: 0 }, ['subjectToken', 'subjectTokenType']],
  customTokenExchange: ['/oauth/token', { subjectToken: 't', subjectTokenType: 'urn:x', organization: 'o' }, ['subjectToken']],
  'client.loginWithResourceOwner': ['/oauth/ro', { username: 'ada', password: 'p', connection: 'c', device: 'd', foo: 1 }, ['username', 'password', 'connection']],
  'client.delegation': ['/delegation', { grant_type: 'urn:x', idToken: 't', target: 'y', apiType: 'z' }, ['grant_type']],
  signup: ['/dbconnections/signup', { connection: 'c', email: ' a@b ', password: ' p ', username: ' u ', userMetadata: { aB: 1 }, scope: 'x', givenName: 'g' }, ['connection', 'email', 'password']],
  'client.dbConnection.signup': ['/dbconnections/signup', { connection: 'c', email: 'a@b', password: 'p', user_metadata: { x_y: 1 }, userMetadata: { no: 1 } }, ['email']],
  changePassword: ['/dbconnections/change_password', { connection: 'c', email: 'a@b', captcha: 'k', foo: 1 }, ['connection', 'email']],
  'client.passwordless.start': ['/passwordless/start', { connection: 'email', send: 'code', email: ' a@b ', authParams: { aB: 1 }, xRequestLanguage: 'fr' }, ['connection', 'send']],
  'client.passwordless.verify': ['/passwordless/verify', { connection: 'email', verificationCode: '1', email: 'a@b', foo: 1 }, ['connection', 'verificationCode', 'email']],
};
const without = (o, name) => Object.fromEntries(Object.entries(o).filter(([k]) => k !== name));
for (const [method, [path, options, required]] of Object.entries(methods)) {
  add(`${method}: good`, method, [options, '@cb'], { ...at(path, ok), mutates: method !== 'client.passwordless.start' });
  for (const name of required) {
    add(`${method}: no ${name}`, method, [without(options, name), '@cb']);
    add(`${method}: ${name} 5`, method, [{ ...options, [name]: 5 }, '@cb']);
  }
  for (const [name, given] of [['nothing', '@undefined'], ['a text', 'x']])
    add(`${method}: options are ${name}`, method, [given, '@cb']);
  add(`${method}: cb of another type`, method, [options, 5]);
  for (const failure of ['an OAuth error', 'offline']) add(`${method}: ${failure}`, method, [options, '@cb'], at(path, failures[failure]));
}
for (const name in failures) add(`signup: fails with ${name}`, 'signup', [methods.signup[1], '@cb'], at('/dbconnections/signup', failures[name]));
add('oauthToken: refresh token, two spellings', 'client.oauthToken', [{ grantType: 'refresh_token', refresh_token: 'r', scope: '' }, '@cb'], { options: { scope: 's', audience: 'a' }, ...at('/oauth/token', ok) });
add('oauthToken: own client', 'client.oauthToken', [{ grantType: 'x', clientID: 'other' }, '@cb'], at('/oauth/token', ok));
add('oauthToken: clientID undefined', 'client.oauthToken', [{ grantType: 'x', clientID: '@undefined' }, '@cb']);
add('oauthToken: names stay in the error', 'client.oauthToken', [{ grantType: 'password', username: 'u', password: 'secret' }, '@cb'], at('/oauth/token', { status: 403, body: { error: 'mfa_required', error_description: 'd', mfa_token: 'm' } }));
add('changePassword: a text answers', 'changePassword', [methods.changePassword[1], '@cb'], at('/dbconnections/change_password', { text: "We've just sent you an email", type: 'text/html' }));
add('signup: state of the constructor', 'signup', [methods.signup[1], '@cb'], { options: { state: 'S' }, ...at('/dbconnections/signup', ok) });
add('signup: an empty answer', 'signup', [methods.signup[1], '@cb'], { ...at('/dbconnections/signup', { text: '', type: 'application/json' }), exception: 'a 2xx without a usable body gives null, not the request' });
add('signup: an error inside a 2xx', 'signup', [methods.signup[1], '@cb'], at('/dbconnections/signup', { body: { error: 'e' } }));
add('signup: own headers and no telemetry', 'signup', [methods.signup[1], '@cb'], { options: { headers: { 'X-Mine': '1' }, _sendTelemetry: false }, ...at('/dbconnections/signup', ok) });
add('signup: what a request returns', 'signup', [methods.signup[1], '@cb'], { returns: true, ...at('/dbconnections/signup', ok), exception: 'the members are on the prototype' });
for (const [name, status] of [['500 is repeated', 500], ['400 is not', 400], ['429 is repeated', 429]])
  add(`retries: ${name}`, 'client.getUserCountry', ['@cb'], { options: { _timesToRetryFailedRequests: 2 }, ...at('/user/geoloc/country', { status, body: { error: 'x' } }) });
add('retries: no answer', 'client.getUserCountry', ['@cb'], { options: { _timesToRetryFailedRequests: 1 }, ...at('/user/geoloc/country', { abort: true }) });
add('getUserCountry', 'client.getUserCountry', ['@cb'], at('/user/geoloc/country', { body: { country_code: 'DE', ip: '::1' } }));
add('getUserCountry: no callback of a function', 'client.getUserCountry', [5]);
for (const [method, path] of [['client.getChallenge', '/usernamepassword/challenge'], ['client.dbConnection.getSignupChallenge', '/dbconnections/signup/challenge'], ['client.dbConnection.getPasswordResetChallenge', '/dbconnections/change_password/challenge'], ['client.passwordless.getChallenge', '/passwordless/challenge']]) {
  add(`${method}: no state`, method, ['@cb']);
  add(`${method}: state`, method, ['@cb'], { options: { state: 'S' }, ...at(path, { body: { required: false, type_of: 1 } }) });
  add(`${method}: fails`, method, ['@cb'], { options: { state: 'S' }, ...at(path, failures['a text']) });
}
for (const [name, o] of [['send null', { connection: 'email', send: null, email: 'a' }], ['send x', { connection: 'email', send: 'x', email: 'a' }], ['phone', { connection: 'sms', send: 'code', phoneNumber: '+1' }], ['phone 5', { connection: 'sms', send: 'code', phoneNumber: 5 }], ['link with email 5', { connection: 'email', send: 'link', email: 5 }], ['neither', { connection: 'email', send: 'link' }], ['authParams text', { connection: 'email', send: 'link', email: 'a', authParams: 'x' }], ['redirectUri of its own', { connection: 'email', send: 'link', email: 'a', authParams: { redirectUri: 'r', responseType: 't', scope: 's' } }]])
  add(`passwordless.start: ${name}`, 'client.passwordless.start', [o, '@cb'], at('/passwordless/start', ok));
for (const [name, o] of [['email', { connection: 'email', verificationCode: '1', email: 'a@b', type: 'code', appState: { a: 1 }, nonce: 'n' }], ['phone', { connection: 'sms', verificationCode: '1', phoneNumber: '+1' }], ['no code', { connection: 'sms', phoneNumber: '+1' }], ['nobody', { connection: 'sms', verificationCode: '1' }], ['nothing', '@undefined']])
  add(`buildVerifyUrl: ${name}`, 'client.passwordless.buildVerifyUrl', [o], { options: { protocol: 'p', _csrf: 'c' } });

// ---- flows over the page ------------------------------------------------------------------------------------------
const ticket = at('/co/authenticate', { body: { login_ticket: 'T', co_id: 'I', co_verifier: 'V' } });
const credentials = { realm: 'r', email: ' ada@example.com ', password: ' p ', state: 'S', nonce: 'N' };
for (const [name, o, rest = {}] of [
  ['realm, email', credentials], ['username wins', { ...credentials, username: 'u' }], ['no realm', without(credentials, 'realm')], ['realm of the constructor', without(credentials, 'realm'), { options: { realm: 'base', credentialType: 'ct' } }],
  ['captcha', { ...credentials, captcha: 'c' }], ['onRedirecting', { ...credentials, onRedirecting: '@proceed' }], ['app state, organization', { ...credentials, appState: { a: 1 }, organization: 'o' }], ['own client', { ...credentials, clientID: 'x', scope: 's', audience: 'a' }], ['otp', { ...without(credentials, 'password'), otp: '1' }],
]) add(`login: ${name}`, 'login', [o, '@cb'], { ...ticket, ...rest, silent: true, navigates: true, wait: 150 });
add('login: onRedirecting that waits', 'login', [{ ...credentials, onRedirecting: '@later' }, '@cb'], { ...ticket, silent: true, wait: 150 });
add('login: no response type', 'login', [credentials, '@cb'], { options: { responseType: undefined } });
add('login: nothing', 'login', ['@undefined', '@cb'], { ...ticket, silent: true, navigates: true, wait: 150 });
for (const [status, code, description] of [[400, 'invalid_request', 'Invalid request body. All and only of client_id, credential_type, username, otp, realm are required.'], [401, 'unauthorized_client', 'Cross origin login not allowed.'], [400, 'unsupported_credential_type', 'Unknown credential type parameter.'], [400, 'invalid_request', 'Unknown realm non-existent-connection.'], [403, 'access_denied', 'Wrong email or password.'], [403, 'access_denied', 'Authentication error'], [403, 'blocked_user', 'Blocked user'], [401, 'password_leaked', 'This login attempt has been blocked because the password you\'re using was previously disclosed.'], [429, 'too_many_attempts', 'Your account has been blocked after multiple consecutive login attempts.'], [429, 'too_many_attempts', 'We have detected suspicious login behavior and further attempts will be blocked.']])
  add(`login: ${code}: ${description.slice(0, 30)}`, 'login', [credentials, '@cb'], at('/co/authenticate', { status, body: { error: code, error_description: description, error_codes: ['x'], error_details: { y: 1 } } }));
add('login: 403 text', 'login', [credentials, '@cb'], { ...at('/co/authenticate', { status: 403, text: 'Forbidden' }), exception: 'no password in the serialised failure (CVE-2020-5263)' });
add('login: offline', 'login', [credentials, '@cb'], { ...at('/co/authenticate', { abort: true }), exception: 'no password in the serialised failure (CVE-2020-5263)' });
add('login: a 200 without a ticket', 'login', [credentials, '@cb'], { ...at('/co/authenticate', { text: 'x' }), silent: true, wait: 150, exception: 'an error through the callback instead of an uncaught TypeError' });
add('redirect.loginWithCredentials', 'redirect.loginWithCredentials', [{ ...without(credentials, 'realm'), connection: 'c' }, '@cb'], { ...ticket, silent: true, navigates: true, wait: 150, mutates: true });
add('redirect.signupAndLogin', 'redirect.signupAndLogin', [{ connection: 'c', email: 'a@b', password: 'p', state: 'S', nonce: 'N' }, '@cb'], { answers: { ...ticket.answers, ...at('/dbconnections/signup', ok).answers }, silent: true, navigates: true, wait: 250, mutates: true });
add('redirect.signupAndLogin: the login fails', 'redirect.signupAndLogin', [{ connection: 'c', email: 'a@b', password: 'p', state: 'S', nonce: 'N' }, '@cb'], { answers: { ...at('/co/authenticate', failures['an OAuth error']).answers, ...at('/dbconnections/signup', ok).answers } });
add('redirect.signupAndLogin: the sign-up fails', 'redirect.signupAndLogin', [{ connection: 'c', email: 'a@b', password: 'p' }, '@cb'], at('/dbconnections/signup', failures['an error of the accounts API']));
for (const [name, signup, login] of [['good', ok, ok], ['the sign-up fails', failures['an error of the accounts API'], ok], ['the login fails', ok, failures['an OAuth error']]])
  add(`signupAndAuthorize: ${name}`, 'signupAndAuthorize', [{ connection: 'c', email: 'a@b', password: 'p', scope: 'openid' }, '@cb'], { answers: { ...at('/dbconnections/signup', signup).answers, ...at('/oauth/token', login).answers }, mutates: true });
for (const [name, o, rest = {}] of [['email and code', { connection: 'email', send: 'code', email: 'a@b', authParams: { state: 'S', nonce: 'N' } }], ['sms', { connection: 'sms', send: 'code', phoneNumber: '+1' }], ['link', { connection: 'email', send: 'link', email: 'a@b' }], ['no connection', { send: 'code', email: 'a@b' }], ['no response type', { connection: 'email', send: 'link', email: 'a' }, { options: { responseType: undefined } }], ['a language', { connection: 'email', send: 'link', email: 'a', xRequestLanguage: 'de' }]])
  add(`passwordlessStart: ${name}`, 'passwordlessStart', [o, '@cb'], { ...at('/passwordless/start', ok), ...rest });
add('passwordlessStart: fails', 'passwordlessStart', [{ connection: 'email', send: 'link', email: 'a' }, '@cb'], at('/passwordless/start', failures['an OAuth error']));
for (const [name, o] of [['email', { connection: 'email', email: 'a@b', verificationCode: '1', state: 'S', nonce: 'N' }], ['phone', { connection: 'sms', phoneNumber: '+1', verificationCode: '1', state: 'S', nonce: 'N' }]])
  add(`passwordlessLogin: ${name}`, 'passwordlessLogin', [o, '@cb'], { ...ticket, silent: true, navigates: true, wait: 150 });
add('passwordlessLogin: refused', 'passwordlessLogin', [{ connection: 'email', email: 'a@b', verificationCode: '1' }, '@cb'], at('/co/authenticate', failures['an OAuth error']));
for (const [name, o, rest = {}] of [['good', { connection: 'email', email: 'a@b', verificationCode: '1', state: 'S', nonce: 'N' }, { navigates: true, silent: true, wait: 150 }], ['onRedirecting', { connection: 'sms', phoneNumber: '+1', verificationCode: '1', state: 'S', nonce: 'N', onRedirecting: '@proceed' }, { navigates: true, silent: true, wait: 150 }], ['no code', { connection: 'email', email: 'a@b' }], ['nobody', { connection: 'email', verificationCode: '1' }], ['no response type', { connection: 'email' }, { options: { responseType: undefined } }]])
  add(`passwordlessVerify: ${name}`, 'passwordlessVerify', [o, '@cb'], { ...at('/passwordless/verify', { text: 'Ok' }), ...rest });
add('passwordlessVerify: refused', 'passwordlessVerify', [{ connection: 'email', email: 'a@b', verificationCode: '1' }, '@cb'], at('/passwordless/verify', { status: 401, body: { code: 'bad.authentication', error: 'x' } }));

// ---- frames -------------------------------------------------------------------------------------------------------
const answered = message({ access_token: 'AT', id_token: token(), state: 'S', expires_in: 7200 });
for (const [name, o, rest] of [['good', credentials, answered], ['connection', { ...without(credentials, 'realm'), connection: 'c' }, answered], ['refused', credentials, message({ error: 'login_required', state: 'S' })]])
  add(`popup.loginWithCredentials: ${name}`, 'popup.loginWithCredentials', [o, '@cb'], { ...rest, mutates: true, answers: { ...ticket.answers, 'tenant.example/.well-known/jwks.json': cases.find((c) => c.name === 'parseHash: good').answers['tenant.example/.well-known/jwks.json'] } });
add('popup.loginWithCredentials: wrong password', 'popup.loginWithCredentials', [credentials, '@cb'], at('/co/authenticate', failures['an OAuth error']));
add('popup.signupAndLogin: the login fails', 'popup.signupAndLogin', [{ ...credentials, connection: 'c' }, '@cb'], { answers: { ...at('/co/authenticate', failures['an OAuth error']).answers, ...at('/dbconnections/signup', ok).answers } });
add('popup.passwordlessVerify', 'popup.passwordlessVerify', [{ connection: 'email', email: 'a@b', verificationCode: '1' }, '@cb'], { answers: { ...at('/passwordless/verify', { text: 'Ok' }).answers, ...at('/oauth/ro', ok).answers }, mutates: true });
add('popup.passwordlessVerify: refused', 'popup.passwordlessVerify', [{ connection: 'email', email: 'a@b', verificationCode: '1' }, '@cb'], at('/passwordless/verify', failures['an OAuth error']));
add('checkSession: consent_required', 'checkSession', [{ state: 'S' }, '@cb'], message({ error: 'consent_required', error_description: 'Consent required', state: 'S' }));
add('checkSession: app state', 'checkSession', [{ state: 'S', nonce: 'N', appState: 'mine' }, '@cb'], answered);
add('checkSession: options missing', 'checkSession', ['@undefined', '@cb'], answered);
for (const [name, o, framed, rest = {}] of [
  ['by load', { state: 'S', nonce: 'N', redirectUri: 'https://app.example/silent' }, '', {}],
  ['text message', { state: 'S', nonce: 'N', usePostMessage: true }, `parent.postMessage('${hash(token())}', '*')`, { postOrigin: true }],
  ['object with hash', { state: 'S', nonce: 'N', usePostMessage: true }, `parent.postMessage({ hash: '${hash(token())}' }, '*')`],
  ['of a type', { state: 'S', nonce: 'N', usePostMessage: true, postMessageDataType: 'x' }, `parent.postMessage({ type: 'y', hash: '#error=no' }, '*'); parent.postMessage({ type: 'x', hash: '${hash(token())}' }, '*')`],
  ['error', { state: 'S', usePostMessage: true }, "parent.postMessage('#error=login_required&error_description=x&state=S', '*')"],
]) add(`renewAuth: ${name}`, 'renewAuth', [o, '@cb'], { authority: name === 'by load' ? `location.replace('https://app.example/silent${hash(token())}')` : `location.replace('https://app.example/silent')`, framed, ...rest });
add('renewAuth: an object that is no response', 'renewAuth', [{ state: 'S', usePostMessage: true, timeout: 1500 }, '@cb'], { authority: "location.replace('https://app.example/silent')", framed: "parent.postMessage({ idTokenPayload: { sub: 'mallory' } }, '*')", exception: 'unchecked objects are never handed out' });
add('renewAuth: no answer', 'renewAuth', [{ state: 'S', usePostMessage: true, timeout: 300 }, '@cb']);
add('renewAuth: no response type', 'renewAuth', [{ state: 'S', usePostMessage: true, timeout: 200 }, '@cb'], { options: { responseType: undefined } });
add('renewAuth: cb of another type', 'renewAuth', [{ state: 'S' }, 5]);
const ssoAnswer = `const q = new URLSearchParams(location.search); parent.postMessage({ type: 'authorization_response', response: { error: 'ERROR', error_description: 'd', state: q.get('state') } }, '*')`;
for (const error of ['login_required', 'consent_required', 'interaction_required']) add(`getSSOData: ${error}`, 'client.getSSOData', ['@cb'], { authority: ssoAnswer.replace('ERROR', error) });
add('getSSOData: a connection that was used', 'client.getSSOData', [true, '@cb'], { cookies: [`auth0.ssodata=${encodeURIComponent(JSON.stringify(JSON.stringify({ lastUsedConnection: 'twitter', lastUsedSub: 'x' })))}`], authority: ssoAnswer.replace('ERROR', 'login_required') });
const known = (sub) => [`auth0.ssodata=${encodeURIComponent(JSON.stringify(JSON.stringify({ lastUsedConnection: 'twitter', lastUsedSub: sub })))}`];
for (const [name, cookies] of [['a session', known('auth0|ada')], ["somebody else's session", known('auth0|grace')], ['a session that this device does not know', []]])
  add(`getSSOData: ${name}`, 'client.getSSOData', ['@cb'], { cookies, options: { nonce: 'N' }, authority: `const q = new URLSearchParams(location.search); parent.postMessage({ type: 'authorization_response', response: { access_token: 'AT', id_token: '${token({ email: 'ada@example.com' })}', state: q.get('state') } }, '*')` });
add('getSSOData: cb of another type', 'client.getSSOData', [5, 5]);

// ---- popups -------------------------------------------------------------------------------------------------------
const opener = 'for (const [name, value] of Object.entries({ screenX: 10, screenY: 20, outerWidth: 1000, outerHeight: 800 })) Object.defineProperty(window, name, { value }); const open_ = window.open; window.seen = []; window.open = (...a) => { seen.push(a.map((x) => (typeof x === "string" ? x.replace(/(state|nonce)=[^&]{32}/g, "$1=R") : x))); return open_.apply(window, a); };';
const redirected = (to) => `location.replace(${JSON.stringify(to)})`;
const callback = (o = '') => `new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client', responseType: 'token id_token' ${o} }).popup.callback()`;
const asked = { state: 'S', nonce: 'N' };
for (const [name, o, rest] of [
  ['success', asked, { authority: redirected(`https://app.example/cb${hash(token({ given_name: 'A' }))}`), popup: callback() }],
  ['success, no response type there', asked, { authority: redirected(`https://app.example/cb${hash(token())}`), popup: "new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client' }).popup.callback()" }],
  ['connection, size', { ...asked, connection: 'twitter', popupOptions: { width: 300, height: 0, left: 0, foo: 1 } }, { authority: redirected('https://app.example/cb#error=access_denied&error_description=no'), popup: callback() }],
  ['error', asked, { authority: redirected('https://app.example/cb#error=access_denied&error_description=no&state=S'), popup: callback() }],
  ['a code only', { ...asked, responseType: 'code' }, { authority: redirected('https://app.example/cb#code=c&state=S'), popup: callback() }],
  ['closed by the person', asked, { authority: 'window.close()', exception: 'a page that sees its popup closed asks itself for its Cross-Origin-Opener-Policy' }],
  ['garbage first', asked, { authority: redirected(`https://app.example/cb${hash(token())}`), popup: `opener.postMessage('{"a"', '*'); opener.postMessage('[]', '*'); ${callback()}` }],
  ['another origin expected', asked, { authority: redirected(`https://app.example/cb${hash(token())}`), popup: callback(", popupOrigin: 'https://other.example'") }],
  ['a popup that leaves before it answers', asked, { authority: redirected('https://app.example/cb#x'), popup: "const w = new auth0.WebAuth({ domain: 'tenant.example', clientID: 'client' }); w.parseHash = () => setTimeout(() => location.replace('https://app.example/away'), 100); w.popup.callback()" }],
  ['no redirect URI', { ...asked, redirectUri: '' }, {}],
  ['owp', { ...asked, owp: true }, { authority: `opener.postMessage('{"a":"ready"}', '*'); addEventListener('message', (e) => opener.postMessage(JSON.stringify({ a: 'response', d: { access_token: 'AT', b_c: { d_e: 1 } } }), e.origin))` }],
]) add(`popup.authorize: ${name}`, 'popup.authorize', [o, '@cb'], { setUp: opener, returns: true, cookies: [transaction('S')], ...rest });
add('popup.authorize: no response type', 'popup.authorize', [asked, '@cb'], { options: { responseType: undefined } });
add('popup.authorize: no options', 'popup.authorize', ['@undefined', '@cb'], { exception: 'the engine words this TypeError' });
add('popup.preload', 'popup.preload', [{ popupOptions: { width: 300, toolbar: 'no' } }], { setUp: opener, returns: true });
add('popup.callback: no opener', 'popup.callback', [], { setUp: 'window.seen = 1' });

// ---- the hosted page ----------------------------------------------------------------------------------------------
const hosted = { domain: 'app.example', state: 'S', _csrf: 'c', _intstate: 'i' };
const own = (path, answer) => ({ answers: { ['app.example' + path]: answer } });
const form = { text: '<form method="get" action="https://tenant.example/done"><input name="a" value="b"></form>', type: 'text/html' };
add('_universalLogin.login: elsewhere', '_universalLogin.login', [credentials, '@cb']);
add('_universalLogin.login', '_universalLogin.login', [{ ...credentials, connection: 'c', captcha: 'k' }, '@cb'], { options: hosted, ...own('/usernamepassword/login', form), silent: true, navigates: true, wait: 200 });
add('_universalLogin.login: refused', '_universalLogin.login', [credentials, '@cb'], { options: hosted, ...own('/usernamepassword/login', { status: 401, body: { name: 'ValidationError', code: 'invalid_user_password', description: 'Wrong email or password.', statusCode: 400 } }) });
add('login: on the hosted page', 'login', [credentials, '@cb'], { options: hosted, ...own('/usernamepassword/login', form), silent: true, navigates: true, wait: 200 });
add('_universalLogin.signupAndLogin: the login fails', '_universalLogin.signupAndLogin', [{ ...credentials, connection: 'c' }, '@cb'], { options: hosted, answers: { ...own('/dbconnections/signup', ok).answers, ...own('/usernamepassword/login', failures['an OAuth error']).answers } });
add('passwordlessLogin: on the hosted page', 'passwordlessLogin', [{ connection: 'email', email: 'a@b', verificationCode: '1', nonce: 'N' }, '@cb'], { options: hosted, ...own('/passwordless/verify', { text: 'Ok' }), silent: true, navigates: true, wait: 200 });
for (const directories of [true, false]) add(`getSSOData: on the hosted page, ${directories}`, 'client.getSSOData', [directories, '@cb'], { options: hosted, ...own(`/user/ssodata${directories ? '?ldaps=1&client_id=client' : ''}`, { body: { sso: true, last_used_connection: { name: 'c' } } }) });
add('getSSOData: on the hosted page, a number', 'client.getSSOData', [5, '@cb'], { options: hosted });

// ---- Management ----------------------------------------------------------------------------------------------------
for (const [name, construct] of Object.entries({ 'no token': { domain: 'd' }, 'no domain': { token: 't' }, 'a text': 'x', '_telemetryInfo text': { domain: 'd', token: 't', _telemetryInfo: 'x' }, good: { domain: 'd', token: 't', headers: { a: 'b' } } }))
  cases.push({ name: `Management: ${name}`, of: 'Management', construct, cookies: [], answers: {} });
const manage = (name, method, args, rest = {}) => add(`Management.${method}: ${name}`, method, args, { of: 'Management', ...rest, options: { token: 'TOKEN', redirectUri: undefined, responseType: undefined } });
const user = (answer, path = '') => at(`/api/v2/users/auth0|1${path}`, answer);
manage('good', 'getUser', ['auth0|1', '@cb'], user({ body: { user_id: 'auth0|1', user_metadata: { a_b: 1 } } }));
manage('refused', 'getUser', ['auth0|1', '@cb'], user({ status: 404, body: { statusCode: 404, error: 'Not Found', message: 'The user does not exist.', errorCode: 'inexistent_user' } }));
manage('no id', 'getUser', ['@undefined', '@cb']);
manage('cb of another type', 'getUser', ['auth0|1', 5]);
manage('an id that is a path', 'getUser', ['auth0|1/../2?x#y', '@cb'], { exception: 'the id is encoded', answers: { 'tenant.example/api/v2/users/2?x': { body: {} } } });
manage('good', 'patchUserMetadata', ['auth0|1', { fooBar: 1, email: ' x ' }, '@cb'], user({ body: { user_id: 'auth0|1' } }));
manage('a text', 'patchUserMetadata', ['auth0|1', 'x', '@cb']);
manage('good', 'patchUserAttributes', ['auth0|1', { email: ' x ', user_metadata: {} }, '@cb'], user({ body: { user_id: 'auth0|1' } }));
manage('a text', 'patchUserAttributes', ['auth0|1', 'x', '@cb']);
manage('good', 'linkUser', ['auth0|1', 'JWT', '@cb'], user({ body: [{ user_id: '1', is_social: true }] }, '/identities'));
manage('no token', 'linkUser', ['auth0|1', '@undefined', '@cb']);
manage('no id', 'linkUser', [5, 'JWT', '@cb']);

// ---- captchas -----------------------------------------------------------------------------------------------------
const challenge = (body) => ({ options: { state: 'S' }, ...at('/usernamepassword/challenge', body) });
for (const method of ['renderCaptcha', 'renderSignupCaptcha', 'renderPasswordlessCaptcha', 'renderPasswordResetCaptcha']) add(`${method}: no state`, method, ['@element', {}, '@cb'], { returns: true });
add('renderCaptcha: not required', 'renderCaptcha', ['@element', {}, '@cb'], challenge({ body: { required: false } }));
add('renderCaptcha: an error', 'renderCaptcha', ['@element', {}, '@cb'], challenge({ status: 500, body: { error: 'x' } }));
for (const type of ['code', 'formula']) add(`renderCaptcha: an image, ${type}`, 'renderCaptcha', ['@element', {}, '@cb'], challenge({ body: { required: true, provider: 'auth0', type, image: 'data:image/svg+xml;utf8,<svg onload="alert(1)"/>' } }));
for (const provider of ['recaptcha_v2', 'recaptcha_enterprise', 'hcaptcha', 'friendly_captcha', 'arkose', 'auth0_v2'])
  add(`renderCaptcha: ${provider}`, 'renderCaptcha', ['@element', { lang: 'fr' }, '@cb'], { ...challenge({ body: { required: true, provider, siteKey: 'KEY', clientSubdomain: 'sub' } }), silent: true, wait: provider === 'arkose' || provider === 'auth0_v2' ? 900 : 150 });
add('renderCaptcha: an unknown provider', 'renderCaptcha', ['@element', {}, '@cb'], { ...challenge({ body: { required: true, provider: 'other' } }), silent: true, wait: 100 });
// Providers' scripts, scripted: each gets its widget, says what it is given, and answers as it is told.
const recorded = 'window.seen = window.seen || []; const say = (what, o) => seen.push([what, JSON.stringify(o, (k, v) => (typeof v === "function" ? "f" : v instanceof Element ? v.className : v))]);';
const rendered = (object, tale) => `${recorded} const widget = { render(holder, o) { say('render', [holder, o]); setTimeout(() => { ${tale} }, 10); return 'ID'; }, reset(id) { say('reset', id); } }; ${object}; window[new URL(document.currentScript.src).searchParams.get('onload')]()`;
for (const [provider, host, object] of [['recaptcha_v2', 'www.recaptcha.net', 'window.grecaptcha = widget'], ['recaptcha_enterprise', 'www.recaptcha.net', 'window.grecaptcha = { enterprise: widget }'], ['hcaptcha', 'js.hcaptcha.com', 'window.hcaptcha = widget'], ['auth0_v2', 'challenges.cloudflare.com', 'window.turnstile = widget']])
  for (const [what, tale] of [['solved', "o.callback('TOKEN')"], ['expired', "o.callback('TOKEN'); o['expired-callback']()"], ['fails', "o.callback('TOKEN'); say('returns', o['error-callback']())"], ['fails four times', "for (let i = 0; i < 4; i++) say('returns', o['error-callback']())"]])
    add(`renderCaptcha: ${provider}, ${what}`, 'renderCaptcha', ['@element', { lang: 'fr', appearance: 'interaction-only', successCallback: '@function' }, '@cb'], { ...challenge({ body: { required: true, provider, siteKey: 'KEY' } }), widgets: { [host]: rendered(object, tale) }, wait: 60 });
add('renderCaptcha: friendly_captcha, solved', 'renderCaptcha', ['@element', { lang: 'fr' }, '@cb'], { ...challenge({ body: { required: true, provider: 'friendly_captcha', siteKey: 'KEY' } }), widgets: { 'cdn.jsdelivr.net': `${recorded} window.friendlyChallenge = { WidgetInstance: function (holder, o) { say('render', [holder, o]); setTimeout(() => o.doneCallback('TOKEN'), 10); } }` } });
for (const [what, tale] of [['ready', 'c.onReady()'], ['ready twice', 'c.onReady(); c.onReady()'], ['completed', "c.onReady(); c.onCompleted({ token: 'TOKEN' })"], ['fails once', "c.onReady(); c.onError({ error: { error: 'x' } })"], ['fails four times', "for (let i = 0; i < 4; i++) c.onError({ error: { error: 'x' } })"]])
  add(`renderCaptcha: arkose, ${what}`, 'renderCaptcha', ['@element', {}, '@cb'], { ...challenge({ body: { required: true, provider: 'arkose', siteKey: 'KEY', clientSubdomain: 'sub' } }), callbacks: what === 'ready twice' ? 2 : 1, widgets: { 'sub.arkoselabs.com': `${recorded} window[document.currentScript.dataset.callback]({ setConfig(c) { say('config', c); setTimeout(() => { ${tale} }, 10); }, run() { say('run'); }, reset() { say('reset'); } })` } });
for (const again of ['reload', 'click'])
  add(`renderCaptcha: an image, again by ${again}`, 'renderCaptcha', ['@element', {}, '@cb'], { ...challenge({ body: { required: true, provider: 'auth0', type: 'code', image: 'data:,x' } }), again });
add('renderCaptcha: own templates', 'renderCaptcha', ['@element', { templates: { auth0: '@template', error: '@template' } }, '@cb'], challenge({ body: { required: true, provider: 'auth0', type: 'code', image: 'x" onerror="alert(1)' } }));
add('renderCaptcha: its scripts are refused', 'renderCaptcha', ['@element', {}, '@cb'], { ...challenge({ body: { required: true, provider: 'auth0_v2', siteKey: 'K' } }) });
