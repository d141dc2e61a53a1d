// The modules of the OpenID conformance suite that concern an authority, each by its name, tried from outside against
// ours. docs/security.md says how the suite itself runs and what it said.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { before, beforeEach, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { authorizeUrl, decode } from '../lib/person.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';

const callback = 'https://client.example/callback', goodbye = 'https://client.example/bye?of=client';
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const claimsOf = {
  profile: ['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  email: ['email', 'email_verified'], address: ['address'], phone: ['phone_number', 'phone_number_verified'],
};
const told = [];
const group = scope();
let authority, api, key;

before(async () => {
  const port = await freePort();
  const client = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => { text += chunk; }).on('end', () => { told.push(new URLSearchParams(text).get('logout_token')); response.end(); });
  }).listen(port, '127.0.0.1');
  group.after(() => client.close());
  const standard = { app_type: 'regular_web', callbacks: [callback], allowed_logout_urls: [goodbye], grant_types: ['authorization_code', 'implicit', 'refresh_token'], ostia: { compat: 'openid' } };
  authority = await startAuthority(group, { clients: [
    { ...standard, name: 'First', client_id: 'first', client_secret: 'first-secret', oidc_logout: { backchannel_logout_urls: [`http://127.0.0.1:${port}/`] } },
    { ...standard, name: 'Posting', client_id: 'posting', client_secret: 'posting-secret', token_endpoint_auth_method: 'client_secret_post' },
  ], usersFile: new URL('data/conformance-users.json', import.meta.url).pathname });
  api = new Api(authority);
  key = (await api.get('/.well-known/jwks.json')).body.keys[0];
});
beforeEach(() => api.reset());

const hash = (text) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
const basic = { authorization: `Basic ${Buffer.from('first:first-secret').toString('base64')}` };
const redeem = (code, more = {}) => api.form('/oauth/token', { grant_type: 'authorization_code', code, redirect_uri: callback, ...more }, basic);
const userinfo = (token) => api.get('/userinfo', { authorization: `Bearer ${token}` });

/** What one response type gives, in one response mode: the modules below speak in its words. */
class Flow {
  constructor(responseType, responseMode) { Object.assign(this, { responseType, responseMode }); }
  gives(what) { return this.responseType.split(' ').includes(what); }
  get mustHaveNonce() { return this.gives('id_token'); }

  url(more = {}) {
    const all = { client_id: 'first', redirect_uri: callback, response_type: this.responseType, response_mode: this.responseMode, scope: 'openid', state: 'S', nonce: 'N', ...more };
    return authorizeUrl(api.issuer, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  }

  /** The parameters that the client is sent; undefined as long as the person is at a page of the authority. */
  read(page) {
    if (page.location) return Object.fromEntries(new URLSearchParams(this.responseType === 'code' ? page.location.search : page.location.hash.slice(1)));
    return page.action.startsWith(callback) ? page.fields : undefined;
  }
  async ask(person, more) { return this.read(await person.open(this.url(more))); }

  /** As a person who is not signed in. */
  async signIn(person, more, open = (url) => person.open(url)) {
    const page = await open(this.url(more));
    assert.equal(page.heading, 'Welcome', page.location?.href ?? page.text);
    const answer = this.read(await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' }));
    assert.equal(answer?.state, 'S');
    return answer;
  }

  /** Checks all that the client was sent, and fetches the rest: claims of the ID token, tokens, profile. */
  async finish(answer, { nonce = 'N', more } = {}) {
    assert.ok(answer && !answer.error, JSON.stringify(answer));
    assert.equal(answer.iss, api.issuer);
    for (const [name, type] of [['code', 'code'], ['id_token', 'id_token'], ['access_token', 'token']]) assert.equal(name in answer, this.gives(type), name);
    let claims = answer.id_token && await this.check(answer.id_token, nonce);
    if (answer.id_token && answer.access_token) assert.equal(claims.at_hash, hash(answer.access_token));
    if (answer.id_token && answer.code) assert.equal(claims.c_hash, hash(answer.code));
    let tokens = answer;
    if (answer.code) {
      const { status, body, text, headers } = await redeem(answer.code, more);
      assert.equal(status, 200, text);
      assert.match(headers.get('cache-control'), /no-store/);
      assert.equal(body.token_type, 'Bearer');
      tokens = body;
      const second = await this.check(body.id_token, nonce);
      if (claims) assert.deepEqual([claims.iss, claims.sub], [second.iss, second.sub]);
      claims = second;
    }
    const profile = tokens.access_token && (await userinfo(tokens.access_token)).body;
    if (profile) assert.equal(profile.sub, claims?.sub ?? profile.sub);
    return { claims, tokens, profile };
  }

  async check(token, nonce) {
    const [header, payload, signature] = token.split('.');
    const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url'));
    assert.deepEqual([alg, kid], ['RS256', key.kid]);
    assert.ok(verify('sha256', `${header}.${payload}`, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url')));
    const claims = decode(token);
    assert.deepEqual([claims.iss, claims.aud, claims.nonce ?? null], [api.issuer, 'first', nonce]);
    assert.ok(claims.exp > claims.iat && claims.sub);
    return claims;
  }

  async happy(person = new Reader(api.issuer), more = {}) { return this.finish(await this.signIn(person, more)); }
}

const scopes = (names) => async (flow) => {
  const { claims, profile } = await flow.happy(undefined, { scope: `openid ${names.join(' ')}` });
  const found = profile ?? claims, wanted = names.flatMap((name) => claimsOf[name]);
  assert.deepEqual(wanted.filter((name) => !(name in found)), []);
  if (profile && claims) assert.deepEqual(wanted.filter((name) => name in claims), [], 'they are at /userinfo');
};
const accepts = (more) => async (flow) => { await flow.happy(undefined, more); };
const staysHere = async (url) => {
  const answer = await fetch(url, { redirect: 'manual' });
  assert.ok([400, 403].includes(answer.status) && !answer.headers.has('location'), String(answer.status));
};
const unsigned = (object) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(object)).toString('base64url')}.`;
const withToken = (flow) => flow.gives('token') || flow.gives('code');
const withCode = (flow) => flow.gives('code');

/** Each module, and the response types that it is for. */
const modules = {
  'oidcc-server': [accepts()],
  'oidcc-response-type-missing': [async (flow) => {
    const { location } = await new Reader(api.issuer).open(flow.url({ response_type: undefined, response_mode: undefined }));
    assert.deepEqual([location.searchParams.get('error'), location.searchParams.get('state')], ['invalid_request', 'S']);
  }],
  'oidcc-idtoken-signature': [async (flow) => assert.ok((await flow.happy()).claims), (flow) => withCode(flow) || flow.gives('id_token')],
  'oidcc-userinfo-get': [async (flow) => assert.equal((await flow.happy()).profile.sub, 'auth0|ada'), withToken],
  'oidcc-userinfo-post-header': [async (flow) => {
    const { tokens } = await flow.happy();
    assert.equal((await api.form('/userinfo', {}, { authorization: `Bearer ${tokens.access_token}` })).body.sub, 'auth0|ada');
  }, withToken],
  'oidcc-userinfo-post-body': [async (flow) => {
    const { tokens } = await flow.happy();
    assert.equal((await api.form('/userinfo', { access_token: tokens.access_token })).body.sub, 'auth0|ada');
  }, withToken],
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': [async (flow) => flow.finish(await flow.signIn(new Reader(api.issuer), { nonce: undefined }), { nonce: null }), (flow) => flow.responseType === 'code'],
  'oidcc-ensure-request-without-nonce-fails': [async (flow) => {
    const answer = await flow.ask(new Reader(api.issuer), { nonce: undefined });
    assert.deepEqual([answer.error, answer.state], ['invalid_request', 'S']);
  }, (flow) => flow.mustHaveNonce],
  'oidcc-scope-profile': [scopes(['profile'])],
  'oidcc-scope-email': [scopes(['email'])],
  'oidcc-scope-address': [scopes(['address'])],
  'oidcc-scope-phone': [scopes(['phone'])],
  'oidcc-scope-all': [scopes(['profile', 'email', 'address', 'phone'])],
  'oidcc-alternate-happy-flow': [async (flow) => {
    const person = new Reader(api.issuer), [state, nonce] = ['a state with <marks> & ümlauts/+%', 'n'.repeat(100)];
    const page = await person.open(flow.url({ state, nonce, scope: 'openid email' }));
    const answer = flow.read(await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' }));
    assert.equal(answer.state, state);
    await flow.finish(answer, { nonce });
  }],
  'oidcc-display-page': [accepts({ display: 'page' })],
  'oidcc-display-popup': [accepts({ display: 'popup' })],
  'oidcc-prompt-login': [async (flow) => {
    const person = new Reader(api.issuer), first = await flow.happy(person, { max_age: '1000' });
    await api.advance(10);
    const second = await flow.happy(person, { prompt: 'login', max_age: '1000' });
    if (first.claims) assert.ok(second.claims.auth_time > first.claims.auth_time);
  }],
  'oidcc-prompt-none-not-logged-in': [async (flow) => assert.equal((await flow.ask(new Reader(api.issuer), { prompt: 'none' })).error, 'login_required')],
  'oidcc-prompt-none-logged-in': [async (flow) => {
    const person = new Reader(api.issuer), first = await flow.happy(person, { max_age: '1000' });
    await api.advance(10);
    const second = await flow.finish(await flow.ask(person, { prompt: 'none', max_age: '1000' }));
    if (first.claims) assert.deepEqual([second.claims.sub, second.claims.auth_time], [first.claims.sub, first.claims.auth_time]);
  }],
  'oidcc-max-age-1': [async (flow) => {
    const person = new Reader(api.issuer), first = await flow.happy(person, { max_age: '1000' });
    await api.advance(2);
    const second = await flow.happy(person, { max_age: '1' });
    if (first.claims) assert.ok(second.claims.auth_time > first.claims.auth_time);
  }],
  'oidcc-max-age-10000': [async (flow) => {
    const person = new Reader(api.issuer), first = await flow.happy(person, { max_age: '10000' });
    await api.advance(2);
    const second = await flow.finish(await flow.ask(person, { max_age: '10000' }));
    if (first.claims) assert.equal(second.claims.auth_time, first.claims.auth_time);
  }],
  'oidcc-ensure-request-with-unknown-parameter-succeeds': [accepts({ extra: 'foobar' })],
  'oidcc-id-token-hint': [async (flow) => {
    const person = new Reader(api.issuer), page = await new Flow('code').happy(person);
    const hint = page.tokens.id_token;
    assert.equal((await flow.ask(person, { prompt: 'none', id_token_hint: hint })).error, undefined);
    assert.equal((await flow.ask(new Reader(api.issuer), { prompt: 'none', id_token_hint: hint })).error, 'login_required');
  }],
  'oidcc-login-hint': [async (flow) => {
    const page = await new Reader(api.issuer).open(flow.url({ login_hint: 'ada@example.com' }));
    assert.equal(page.fields.username, 'ada@example.com');
  }],
  'oidcc-ui-locales': [async (flow) => {
    assert.equal((await new Reader(api.issuer).open(flow.url({ ui_locales: 'se fr' }))).language, 'fr');
    await flow.happy(undefined, { ui_locales: 'se' });
  }],
  'oidcc-claims-locales': [accepts({ claims_locales: 'se' })],
  'oidcc-ensure-request-with-acr-values-succeeds': [accepts({ acr_values: 'urn:example:1 http://schemas.openid.net/pape/policies/2007/06/multi-factor' })],
  'oidcc-codereuse': [async (flow) => {
    const answer = await flow.signIn(new Reader(api.issuer)), { tokens } = await flow.finish(answer);
    const again = await redeem(answer.code);
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
    assert.equal((await userinfo(tokens.access_token)).status, 401, 'what the code gave is revoked');
  }, withCode],
  'oidcc-codereuse-30seconds': [async (flow) => {
    const answer = await flow.signIn(new Reader(api.issuer)), { tokens } = await flow.finish(answer);
    await api.advance(30);
    assert.equal((await redeem(answer.code)).body.error, 'invalid_grant');
    assert.equal((await userinfo(tokens.access_token)).status, 401);
  }, withCode],
  'oidcc-ensure-registered-redirect-uri': [(flow) => staysHere(flow.url({ redirect_uri: `${callback}/other` }))],
  'oidcc-ensure-post-request-succeeds': [async (flow) => {
    const person = new Reader(api.issuer);
    await flow.finish(await flow.signIn(person, {}, (url) => person.open('/authorize', { method: 'POST', body: new URL(url).searchParams })));
  }],
  'oidcc-server-client-secret-post': [async (flow) => {
    const { code } = await flow.signIn(new Reader(api.issuer), { client_id: 'posting' });
    const answer = await api.form('/oauth/token', { grant_type: 'authorization_code', code, redirect_uri: callback, client_id: 'posting', client_secret: 'posting-secret' });
    assert.equal(answer.status, 200, answer.text);
  }, withCode],
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': [async (flow) =>
    assert.equal((await flow.ask(new Reader(api.issuer), { request: unsigned({ state: 'other' }) })).error, 'request_not_supported')],
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': [async (flow) =>
    assert.equal((await flow.ask(new Reader(api.issuer), { request_uri: 'https://client.example/request.jwt' })).error, 'request_uri_not_supported')],
  'oidcc-ensure-request-object-with-redirect-uri': [async (flow) => {
    const page = await new Reader(api.issuer).open(flow.url({ redirect_uri: 'https://evil.example/', request: unsigned({ redirect_uri: callback }) }));
    assert.ok([400, 403].includes(page.status) && !page.location);
  }],
  'oidcc-claims-essential': [accepts({ claims: '{"userinfo":{"name":{"essential":true}}}' })],
  'oidcc-refresh-token': [async (flow) => {
    const { tokens, claims } = await flow.happy(undefined, { scope: 'openid offline_access' });
    const fresh = await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, basic);
    assert.equal(fresh.status, 200, fresh.text);
    const second = decode(fresh.body.id_token);
    assert.deepEqual([second.iss, second.sub, second.aud], [claims.iss, claims.sub, claims.aud]);
    const other = await api.form('/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'posting', client_secret: 'posting-secret' });
    assert.equal(other.body.error, 'invalid_grant', 'another client may not use it');
  }, withCode],
  'oidcc-ensure-request-with-valid-pkce-succeeds': [async (flow) =>
    flow.finish(await flow.signIn(new Reader(api.issuer), { code_challenge: challenge, code_challenge_method: 'S256' }), { more: { code_verifier: verifier } }), withCode],
};

const types = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];
for (const mode of [undefined, 'form_post'])
  for (const type of types)
    describe(`response_type=${type}${mode ? `, response_mode=${mode}` : ''}`, () => {
      const flow = new Flow(type, mode);
      for (const [name, [run, applies = () => true]] of Object.entries(modules)) if (applies(flow)) test(name, () => run(flow));
    });

test('oidcc-discovery-endpoint-verification', async () => {
  const { body } = await api.get('/.well-known/openid-configuration');
  assert.equal(body.issuer, api.issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint']) assert.ok(body[name].startsWith(api.issuer), name);
  for (const [name, value] of [['response_types_supported', 'code'], ['subject_types_supported', 'public'], ['id_token_signing_alg_values_supported', 'RS256'], ['scopes_supported', 'openid'], ['response_modes_supported', 'form_post']])
    assert.ok(body[name].includes(value), name);
  assert.deepEqual([body.claims_parameter_supported, body.request_parameter_supported, body.request_uri_parameter_supported], [false, true, false]);
});

describe('RP-initiated logout', () => {
  const flow = new Flow('code');
  let person, hint;
  beforeEach(async () => {
    person = new Reader(api.issuer);
    hint = (await flow.happy(person)).tokens.id_token;
  });
  const leave = (parameters) => person.open(`/oidc/logout?${new URLSearchParams(parameters)}`);
  const isSignedIn = async () => !(await flow.ask(person, { prompt: 'none' })).error;
  /** What the page says must be so. */
  const staysWithoutRedirect = async (parameters) => {
    const page = await leave(parameters);
    assert.ok(!page.location, page.location?.href);
    assert.equal(page.heading, (await isSignedIn()) ? 'You are still logged in' : 'You are logged out');
  };
  const modified = () => hint.replace(/\.[^.]*$/, `.${'A'.repeat(342)}`);
  /** Nobody says whose session it is: the person is asked. */
  const asksFirst = async (parameters) => {
    const page = await leave(parameters);
    assert.ok(page.buttons.length > 0 && !page.location, page.text);
    assert.ok(await isSignedIn(), 'nothing has ended yet');
    await person.submit(page, {}, page.buttons[0]);
    assert.ok(!(await isSignedIn()));
  };

  test('oidcc-rp-initiated-logout', async () => {
    const { location } = await leave({ id_token_hint: hint, post_logout_redirect_uri: goodbye, state: 'S' });
    assert.equal(location.href, `${goodbye}&state=S`);
    assert.ok(!(await isSignedIn()));
  });
  test('oidcc-rp-initiated-logout-no-state', async () => {
    assert.equal((await leave({ id_token_hint: hint, post_logout_redirect_uri: goodbye })).location.href, goodbye);
    assert.ok(!(await isSignedIn()));
  });
  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    await staysWithoutRedirect({ id_token_hint: hint, state: 'S' });
    assert.ok(!(await isSignedIn()));
  });
  test('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', () => staysWithoutRedirect({ id_token_hint: hint, post_logout_redirect_uri: 'https://client.example/other', state: 'S' }));
  test('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', () => staysWithoutRedirect({ id_token_hint: hint, post_logout_redirect_uri: `${goodbye}&foo=bar`, state: 'S' }));
  test('oidcc-rp-initiated-logout-modified-id-token-hint', () => staysWithoutRedirect({ id_token_hint: modified(), post_logout_redirect_uri: goodbye, state: 'S' }));
  test('oidcc-rp-initiated-logout-bad-id-token-hint', () => staysWithoutRedirect({ id_token_hint: 'junk', post_logout_redirect_uri: goodbye, state: 'S' }));
  test('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    await staysWithoutRedirect({ post_logout_redirect_uri: goodbye, state: 'S' });
    assert.ok(await isSignedIn(), 'whose list of addresses it would be, nobody says');
  });
  test('oidcc-rp-initiated-logout-no-params', () => asksFirst({}));
  test('oidcc-rp-initiated-logout-only-state', () => asksFirst({ state: 'S' }));
  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => assert.equal((await api.get('/.well-known/openid-configuration')).body.end_session_endpoint, `${api.issuer}oidc/logout`));

  test('oidcc-backchannel-rp-initiated-logout', async () => {
    told.length = 0;
    await leave({ id_token_hint: hint, post_logout_redirect_uri: goodbye, state: 'S' });
    await until(async () => told.length, 'the client is told');
    const claims = decode(told[0]), of = decode(hint);
    assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.sid, claims.nonce], [api.issuer, 'first', of.sub, of.sid, undefined]);
    assert.deepEqual(claims.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.ok(claims.jti && claims.iat && claims.exp > claims.iat);
  });
  test('oidcc-backchannel-logout-discovery-endpoint-verification', async () => {
    const { body } = await api.get('/.well-known/openid-configuration');
    assert.deepEqual([body.backchannel_logout_supported, body.backchannel_logout_session_supported], [true, true]);
  });
});
