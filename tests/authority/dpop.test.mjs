// AZ-641 to AZ-645: tokens that are bound to a key (DPoP, RFC 9449), where they are given and where they are taken.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { before, beforeEach, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { ProofKey, hash } from '../lib/dpop.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, deviceGrant, exchangeGrant, extra, grants, origin, web } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope(), key = new ProofKey(), other = new ProofKey();
const bound = 'https://bound.example.com/', publicOnly = 'https://bound-for-public.example.com/', plain = 'https://api.example.com/';
const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const custom = 'login.custom.example';
let api, call, authority;
before(async () => {
  const scopes = [{ value: 'read:it' }], all = [plain, bound, publicOnly, 'https://quiet.example.com/'];
  const clients = [
    { ...app, grant_types: [...app.grant_types, mfaGrant('otp')] }, web, machine,
    { ...web, client_id: 'wanting', name: 'Wanting', require_proof_of_possession: true },
  ];
  authority = await startAuthority(group, { clients, extra: {
    ...extra, customDomains: [{ domain: custom }],
    databases: [database('Username-Password-Authentication', { brute_force_protection: false })],
    guardianFactors: [{ name: 'otp', enabled: true }],
    resourceServers: [...extra.resourceServers,
      { name: 'Bound', identifier: bound, scopes, allow_offline_access: true, proof_of_possession: { mechanism: 'dpop', required: true } },
      { name: 'Bound for public', identifier: publicOnly, scopes, proof_of_possession: { mechanism: 'dpop', required: true, required_for: 'public_clients' } }],
    clientGrants: [managementGrant(), ...['web', 'wanting'].flatMap((client_id) => all.map((audience) => ({ client_id, audience, scope: audience === plain ? ['read:messages'] : ['read:it'] })))],
  } });
  api = new Management(authority);
  call = async (...what) => {
    const answer = await api.call(...what);
    assert.ok(answer.status < 300, answer.text);
    return answer.body;
  };
});
beforeEach(async () => { await api.reset(); await api.authenticate(); });

const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const tokenUrl = () => `${api.issuer}oauth/token`;
const proof = async (more = {}, { by = key, url = tokenUrl(), method = 'POST' } = {}) => by.proof(method, url, { now: await now(), ...more });
/** A request to the token endpoint with a proof; the nonce that is asked for is given. */
async function prove(fields, by = key, more = {}) {
  const first = await api.token(fields, { dpop: await proof(more, { by }) });
  if (first.body.error !== 'use_dpop_nonce') return first;
  return api.token(fields, { dpop: await proof({ ...more, claims: { ...more.claims, nonce: first.headers.get('dpop-nonce') } }, { by }) });
}
const credentials = (client) => ({ client_id: client, ...(client !== 'app' && { client_secret: 'web-secret' }) });
const password = (more) => ({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid profile offline_access read:messages', audience: plain, ...more });
const machineOf = (client = 'web', more = {}) => ({ grant_type: 'client_credentials', ...credentials(client), audience: plain, ...more });
const codeOf = async (more = {}) => (await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid offline_access', audience: plain, state: 's', ...more })}`)).searchParams.get('code');
const redeem = (code, more) => ({ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: callback, ...more });
const refresh = (refresh_token, client = 'app') => ({ grant_type: 'refresh_token', ...credentials(client), refresh_token });
const given = (answer, by = key) => {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.token_type, 'DPoP');
  if (answer.body.access_token.includes('.')) assert.deepEqual(decode(answer.body.access_token).cnf, { jkt: by.jkt });
  return answer.body;
};
const refused = (answer, status, error, reason) => assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [status, error, reason], answer.text);
const profile = async (token, more = {}, { by = key, scheme = 'DPoP', path = 'userinfo', method = 'GET' } = {}) =>
  api.get(`/${path}`, { authorization: `${scheme} ${token}`, dpop: by.proof(method, `${api.issuer}${path}`, { now: await now(), token, ...more }) });

row('AZ-641', 'd', 'POST /oauth/token, DPoP', 'a proof for each algorithm', 'token_type DPoP, and cnf.jkt is the thumbprint of its key', async () => {
  const { body } = await api.get('/.well-known/openid-configuration');
  assert.deepEqual(body.dpop_signing_alg_values_supported, ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519']);
  for (const alg of body.dpop_signing_alg_values_supported) {
    const by = new ProofKey(alg);
    given(await prove(machineOf(), by), by);
  }
});

describe('a proof that is none', () => {
  const secret = (input) => createHmac('sha256', 'secret').update(input).digest();
  const cases = {
    'no JWT': async () => 'x',
    'no JWT of three parts': async () => (await proof()).split('.').slice(0, 2).join('.'),
    'two of them': async () => `${await proof()}, ${await proof()}`,
    'longer than eight kilobytes': () => proof({ claims: { more: 'x'.repeat(8192) } }),
    'another typ': () => proof({ header: { typ: 'JWT' } }),
    'no typ': () => proof({ header: { typ: undefined } }),
    'typ of an access token': () => proof({ header: { typ: 'at+jwt' } }),
    'crit': () => proof({ header: { crit: ['exp'] } }),
    'alg none': () => proof({ header: { alg: 'none' }, key: () => Buffer.alloc(0) }),
    'HS256 with a symmetric jwk': () => proof({ header: { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from('secret').toString('base64url') } }, key: secret }),
    'HS256 with its public key as the secret': () => proof({ header: { alg: 'HS256' }, key: (input) => createHmac('sha256', JSON.stringify(key.jwk)).update(input).digest() }),
    'an algorithm that is not in the list': () => new ProofKey('ES512').proof('POST', tokenUrl()),
    'an algorithm of another type of key': () => proof({ header: { alg: 'RS256' } }),
    'a private jwk': () => proof({ header: { jwk: key.privateJwk } }),
    'no jwk': () => proof({ header: { jwk: undefined } }),
    'no jwk, but a kid': () => proof({ header: { jwk: undefined, kid: key.jkt } }),
    'a jwk that is text': () => proof({ header: { jwk: JSON.stringify(key.jwk) } }),
    'a jwk that is for encryption': () => proof({ header: { jwk: { ...key.jwk, use: 'enc' } } }),
    'a jwk that is no point of its curve': () => proof({ header: { jwk: { ...key.jwk, x: key.jwk.y, y: key.jwk.x } } }),
    'no jti': () => proof({ claims: { jti: undefined } }),
    'an empty jti': () => proof({ claims: { jti: '' } }),
    'a jti that is a number': () => proof({ claims: { jti: 7 } }),
  };
  for (const [name, make] of Object.entries(cases))
    test(name, async () => {
      const dpop = await make();
      refused(await api.token(machineOf(), { dpop }), 400, 'invalid_dpop_proof', ['a jwk that is no point of its curve'].includes(name) ? 'dpop_signature_wrong' : 'dpop_malformed');
    });
  test('signed by another key than its jwk, whatever its kid says', async () => {
    for (const header of [{ jwk: other.jwk }, { jwk: other.jwk, kid: key.jkt }, { jwk: other.jwk, x5c: [], jku: 'https://a.example/keys' }])
      refused(await api.token(machineOf(), { dpop: await proof({ header }) }), 400, 'invalid_dpop_proof', 'dpop_signature_wrong');
  });
  test('a kid beside a good jwk says nothing', async () => {
    given(await api.token(machineOf(), { dpop: await proof({ header: { kid: other.jkt } }) }));
  });
  test('an empty header is a proof that is none', async () => {
    const answer = await api.token(machineOf(), { dpop: '' });
    assert.equal(answer.body.token_type === 'Bearer' || answer.body.error === 'invalid_dpop_proof', true, answer.text);
    assert.equal(decode(answer.body.access_token ?? 'x.e30.x').cnf, undefined);
  });
});

test('for another method or another URL', async () => {
  const { host, port } = new URL(api.issuer);
  for (const claims of [{ htm: 'GET' }, { htm: 'post' }, { htm: undefined }, { htu: `${api.issuer}oauth/par` }, { htu: `${tokenUrl()}/` }, { htu: `https://${host}/oauth/token` }, { htu: `http://localhost:${Number(port) + 1}/oauth/token` },
    { htu: `http://elsewhere.example:${port}/oauth/token` }, { htu: '/oauth/token' }, { htu: `http://ada@${host}/oauth/token` }, { htu: undefined }, { htu: [tokenUrl()] }])
    refused(await api.token(machineOf(), { dpop: await proof({ claims }) }), 400, 'invalid_dpop_proof', 'dpop_mismatch');
  for (const htu of [`${tokenUrl()}?x=1`, `${tokenUrl()}#x`, tokenUrl().replace('http://localhost', 'HTTP://LOCALHOST')])
    given(await api.token(machineOf(), { dpop: await proof({ claims: { htu } }) }));
});

test('at each domain its own URL, and no other domain\'s', async () => {
  const urls = { [authority.domain]: `https://${authority.domain}/oauth/token`, [`${custom}:${authority.port}`]: `https://${custom}:${authority.port}/oauth/token` };
  const at = (host, dpop) => new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: authority.port, path: '/oauth/token', method: 'POST', rejectUnauthorized: false, headers: { host, dpop, 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (d) => (text += d)).on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text), text }));
    }).on('error', reject).end(JSON.stringify(machineOf()));
  });
  for (const host of Object.keys(urls))
    for (const [other, url] of [...Object.entries(urls), ['plain', tokenUrl()]]) {
      const answer = await at(host, await proof({}, { url }));
      if (other === host) given(answer);
      else refused(answer, 400, 'invalid_dpop_proof', 'dpop_mismatch');
    }
});

test('from the past and from the future, on both sides of the edge', async () => {
  // The clock may tick meanwhile: what is just inside is two seconds inside, what is outside is as far out.
  for (const [moved, isGood] of [[-298, true], [-302, false], [-86400, false], [58, true], [63, false], [86400, false]]) {
    const answer = await api.token(machineOf(), { dpop: await proof({ now: await now() + moved }) });
    if (isGood) given(answer);
    else refused(answer, 400, 'invalid_dpop_proof', 'dpop_time_wrong');
  }
  for (const iat of [undefined, '1', 1e300, null]) refused(await api.token(machineOf(), { dpop: await proof({ claims: { iat } }) }), 400, 'invalid_dpop_proof', 'dpop_time_wrong');
});

test('a proof works once, and so does a jti of that key', async () => {
  const dpop = await proof();
  given(await api.token(machineOf(), { dpop }));
  refused(await api.token(machineOf(), { dpop }), 400, 'invalid_dpop_proof', 'dpop_replayed');
  const jti = randomUUID();
  given(await api.token(machineOf(), { dpop: await proof({ claims: { jti } }) }));
  refused(await api.token(machineOf(), { dpop: await proof({ claims: { jti } }) }), 400, 'invalid_dpop_proof', 'dpop_replayed');
  given(await api.token(machineOf(), { dpop: await proof({ claims: { jti } }, { by: other }) }), other);
});

test('of one proof at once, one gets a token', async () => {
  const dpop = await proof();
  const answers = await Promise.all([...Array(8)].map(() => api.token(machineOf(), { dpop })));
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
});

row('AZ-643', 'd', 'POST /oauth/token, DPoP', 'a public client', '400 use_dpop_nonce and a DPoP-Nonce, which is good for ten minutes; each answer brings a new one', async () => {
  const first = await api.token(password(), { dpop: await proof() });
  refused(first, 400, 'use_dpop_nonce', 'dpop_nonce_needed');
  const nonce = first.headers.get('dpop-nonce');
  assert.match(nonce, /^[\w-]+$/);
  const answer = await api.token(password(), { dpop: await proof({ claims: { nonce } }) });
  given(answer);
  assert.notEqual(answer.headers.get('dpop-nonce'), nonce);
  given(await api.token(password(), { dpop: await proof({ claims: { nonce: answer.headers.get('dpop-nonce') } }) }));
  await api.advance(599);
  given(await api.token(password(), { dpop: await proof({ claims: { nonce } }) }));
  await api.advance(2);
  refused(await api.token(password(), { dpop: await proof({ claims: { nonce } }) }), 400, 'use_dpop_nonce', 'dpop_nonce_needed');
});

test('who is told which nonce to send has not failed: the log has the success alone', async () => {
  given(await prove(password()));
  assert.deepEqual((await api.logs()).filter(({ type }) => /^(fepft|sepft)$/.test(type)).map(({ type }) => type), ['sepft']);
});

test('a nonce that is none of ours is asked for anew, of every client', async () => {
  const { body: { access_token } } = await prove(machineOf());
  for (const nonce of ['x', '', 7, access_token]) {
    refused(await api.token(machineOf(), { dpop: await proof({ claims: { nonce } }) }), 400, 'use_dpop_nonce', 'dpop_nonce_needed');
    refused(await api.token(password(), { dpop: await proof({ claims: { nonce } }) }), 400, 'use_dpop_nonce', 'dpop_nonce_needed');
  }
});

test('a code is not spent by a request that lacked the nonce', async () => {
  given(await prove(redeem(await codeOf())));
});

describe('each grant type', () => {
  test('code, and its refresh tokens, which are bound to the key of a public client', async () => {
    const { refresh_token } = given(await prove(redeem(await codeOf())));
    const next = given(await prove(refresh(refresh_token)));
    const token = next.refresh_token ?? refresh_token;
    refused(await prove(refresh(token), other), 403, 'invalid_grant', 'proof_of_another_key');
    refused(await api.token(refresh(token)), 403, 'invalid_grant', 'proof_of_another_key');
    given(await prove(refresh(token)));
  });
  test('password, with refresh', async () => {
    const { refresh_token } = given(await prove(password()));
    refused(await prove(refresh(refresh_token), other), 403, 'invalid_grant', 'proof_of_another_key');
    given(await prove(refresh(refresh_token)));
  });
  test('a confidential client refreshes by what it authenticates with, whatever its key', async () => {
    const { refresh_token } = given(await prove(password(credentials('web'))));
    given(await prove(refresh(refresh_token, 'web'), other), other);
    const bearer = await api.token(refresh(refresh_token, 'web'));
    assert.deepEqual([bearer.body.token_type, decode(bearer.body.access_token).cnf], ['Bearer', undefined]);
  });
  test('client credentials', async () => { given(await prove(machineOf())); });
  test('realm', async () => { given(await prove(password({ grant_type: grants.realm, realm: 'Username-Password-Authentication' }))); });
  test('one-time code', async () => {
    await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'new@example.com', send: 'code' }, { origin });
    given(await prove({ grant_type: grants.otp, client_id: 'app', username: 'new@example.com', realm: 'email', otp: (await api.message('new@example.com')).code, audience: plain, scope: 'openid read:messages' }));
  });
  test('device', async () => {
    const { body } = await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid', audience: plain });
    const person = new Reader(api.issuer), login = await person.submit(await person.open('/activate'), { user_code: body.user_code });
    await person.submit(await person.submit(login, { username: 'ada@example.com', password: 'Correct-Horse-9' }), {}, 'accept');
    given(await prove({ grant_type: deviceGrant, client_id: 'app', device_code: body.device_code }));
  });
  test('exchange: of a bound token and of another one, bound to the key of who asks', async () => {
    const exchange = (subject_token) => ({ grant_type: exchangeGrant, ...credentials('web'), subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/' });
    const { access_token } = given(await prove(password()));
    given(await prove(exchange(access_token), other), other);
    assert.equal((await api.token(exchange(access_token))).body.token_type, 'Bearer');
  });
  test('a second factor goes on with the key that the request began with', async () => {
    await call('PUT', 'guardian/policies', ['all-applications']);
    const begin = async () => (await prove(password())).body.mfa_token;
    const made = await api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${await begin()}` });
    const finish = async (mfa_token) => ({ grant_type: mfaGrant('otp'), client_id: 'app', mfa_token, otp: totp(made.body.secret, await now()) });
    given(await prove(await finish(await begin())));
    await api.advance(60);
    refused(await prove(await finish(await begin()), other), 403, 'invalid_grant', 'proof_of_another_key');
    await api.advance(60);
    refused(await api.token(await finish(await begin())), 403, 'invalid_grant', 'proof_of_another_key');
  });
});

row('AZ-642', 'd', 'GET /authorize', 'dpop_jkt', 'a code that is given tokens for that key alone', async () => {
  given(await prove(redeem(await codeOf({ dpop_jkt: key.jkt }))));
  refused(await prove(redeem(await codeOf({ dpop_jkt: key.jkt })), other), 403, 'invalid_grant', 'proof_of_another_key');
  refused(await api.token(redeem(await codeOf({ dpop_jkt: key.jkt }))), 403, 'invalid_grant', 'proof_of_another_key');
  for (const dpop_jkt of ['x', `${key.jkt}x`, key.jkt.slice(1)]) {
    const answer = await new Reader(api.issuer).open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', dpop_jkt })}`);
    assert.equal(answer.location.searchParams.get('error'), 'invalid_request');
  }
});

test('a login that begins anew is for the same key', async () => {
  const page = await new Reader(api.issuer).open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', audience: plain, state: 's', dpop_jkt: key.jkt })}`);
  const stale = await new Reader(api.issuer).submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  const [again] = Object.values(stale.links).filter((href) => href.startsWith('/authorize?'));
  const person = new Reader(api.issuer), { location } = await person.submit(await person.open(again), { username: 'ada@example.com', password: 'Correct-Horse-9' });
  refused(await prove(redeem(location.searchParams.get('code')), other), 403, 'invalid_grant', 'proof_of_another_key');
});

test('a token from /authorize is bound to dpop_jkt, and says so', async () => {
  const location = await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, audience: plain, state: 's', dpop_jkt: key.jkt })}`);
  const answer = new URLSearchParams(location.hash.slice(1));
  assert.deepEqual([answer.get('token_type'), decode(answer.get('access_token')).cnf], ['DPoP', { jkt: key.jkt }]);
});

test('a pushed request: the key of its proof, or dpop_jkt; not two', async () => {
  const url = `${api.issuer}oauth/par`, fields = { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', audience: plain, state: 's' };
  const push = async (more = {}, claims = {}) => api.form('/oauth/par', { ...fields, ...more }, { dpop: await proof({ claims }, { url }) });
  const first = await push();
  refused(first, 400, 'use_dpop_nonce', 'dpop_nonce_needed');
  const nonce = first.headers.get('dpop-nonce');
  refused(await push({ dpop_jkt: other.jkt }, { nonce }), 400, 'invalid_dpop_proof', 'dpop_mismatch');
  refused(await push({}, { nonce, htu: tokenUrl() }), 400, 'invalid_dpop_proof', 'dpop_mismatch');
  for (const more of [{}, { dpop_jkt: key.jkt }]) {
    const { request_uri } = (await push(more, { nonce })).body;
    refused(await prove(redeem(await codeOf({ request_uri })), other), 403, 'invalid_grant', 'proof_of_another_key');
    given(await prove(redeem(await codeOf({ request_uri: (await push(more, { nonce })).body.request_uri }))));
  }
});

row('AZ-644', 'd', 'tokens', 'an API or an application that wants proof of possession', '400 invalid_request to who shows nothing, whatever the way', async () => {
  const wanted = { [bound]: ['app', 'web'], [publicOnly]: ['app'], [plain]: ['wanting'] };
  for (const audience of Object.keys(wanted))
    for (const client of ['app', 'web', 'wanting']) {
      const isWanted = wanted[audience].includes(client) || client === 'wanting' || (audience === bound);
      const asked = { ...password({ audience, scope: 'openid read:it read:messages' }), ...credentials(client) };
      const answer = await api.token(asked);
      if (isWanted) refused(answer, 400, 'invalid_request', 'proof_missing');
      else assert.equal(answer.body.token_type, 'Bearer', answer.text);
      given(await prove(asked));
    }
  for (const [client, audience] of [['web', bound], ['wanting', plain]]) {
    refused(await api.token(machineOf(client, { audience })), 400, 'invalid_request', 'proof_missing');
    given(await prove(machineOf(client, { audience })));
  }
  assert.equal((await api.token(machineOf('web', { audience: publicOnly }))).body.token_type, 'Bearer');
});

test('an API that wants it gives no token through a browser', async () => {
  for (const more of [{}, { prompt: 'none' }]) {
    const answer = await new Reader(api.issuer).open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code token', redirect_uri: callback, audience: bound, state: 's', ...more })}`);
    assert.equal(new URLSearchParams(answer.location.hash.slice(1)).get('error'), 'invalid_request');
  }
});

test('a code or a refresh token for such an API is given nothing without a proof, and works with one', async () => {
  refused(await api.token(redeem(await codeOf({ audience: bound }))), 400, 'invalid_request', 'proof_missing');
  const { refresh_token } = given(await prove(redeem(await codeOf({ audience: bound, scope: 'openid offline_access' }))));
  refused(await api.token(refresh(refresh_token)), 403, 'invalid_grant', 'proof_of_another_key');
  given(await prove(refresh(refresh_token)));
});

// ---- Where tokens are taken

describe('resources of the authority', () => {
  const path = { userinfo: () => 'userinfo', management: () => 'api/v2/clients', mfa: () => 'mfa/authenticators' };
  const tokenFor = {
    userinfo: async (by) => given(await prove(password({ audience: '', scope: 'openid' }), by), by).access_token,
    'userinfo with a JWT': async (by) => given(await prove(password(), by), by).access_token,
    management: async (by) => given(await prove({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: `${api.issuer}api/v2/` }, by), by).access_token,
    mfa: async (by) => given(await prove(password({ audience: `${api.issuer}mfa/`, scope: 'read:authenticators' }), by), by).access_token,
  };
  const told = (answer, error) => {
    assert.equal(answer.status, 401, answer.text);
    const challenge = answer.headers.get('www-authenticate');
    assert.match(challenge, /^DPoP /);
    assert.match(challenge, new RegExp(`error="${error}"`));
    assert.match(challenge, /algs="ES256 ES384 PS256 RS256 EdDSA Ed25519"/);
  };

  row('AZ-645', 'd', '/userinfo, /mfa/*, /api/v2/*', 'a token that is bound to a key', 'taken with a proof by that key, for this request and this token; else 401 and a DPoP challenge', async () => {
    for (const [name, make] of Object.entries(tokenFor)) {
      const at = { path: path[name.split(' ')[0]]() }, token = await make(key);
      const answer = await profile(token, {}, at);
      assert.equal(answer.status, 200, answer.text);
      assert.ok(answer.headers.get('dpop-nonce'));
      assert.equal((await profile(token, {}, { ...at, scheme: 'dpop' })).status, 200);
      told(await api.get(`/${at.path}`, { authorization: `Bearer ${token}` }), 'invalid_token');
      told(await profile(token, {}, { ...at, scheme: 'Bearer' }), 'invalid_token');
      told(await api.get(`/${at.path}`, { authorization: `DPoP ${token}` }), 'invalid_token');
      told(await profile(token, {}, { ...at, by: other }), 'invalid_token');
      told(await profile(token, { claims: { ath: hash(`${token}x`) } }, at), 'invalid_dpop_proof');
      told(await profile(token, { claims: { ath: undefined } }, at), 'invalid_dpop_proof');
      told(await profile(token, { claims: { htu: tokenUrl() } }, at), 'invalid_dpop_proof');
      told(await profile(token, { claims: { nonce: 'old' } }, at), 'use_dpop_nonce');
      told(await profile(token, {}, { ...at, method: 'POST' }), 'invalid_dpop_proof');
      const dpop = key.proof('GET', `${api.issuer}${at.path}`, { now: await now(), token });
      assert.equal((await api.get(`/${at.path}`, { authorization: `DPoP ${token}`, dpop })).status, 200);
      told(await api.get(`/${at.path}`, { authorization: `DPoP ${token}`, dpop }), 'invalid_dpop_proof');
      told(await api.get(`/${at.path}`, { authorization: `DPoP ${token}`, dpop: `${await proof()}, ${await proof()}` }), 'invalid_dpop_proof');
    }
  });

  test('a token that is bound to nothing is a bearer token, whatever proof goes along', async () => {
    const { access_token } = (await api.token(password({ audience: '', scope: 'openid' }))).body;
    assert.equal((await profile(access_token, {}, { scheme: 'Bearer' })).status, 200);
    told(await profile(access_token), 'invalid_token');
  });

  test('a bound token in a form or a query is no proof', async () => {
    const token = await tokenFor.userinfo(key);
    const dpop = key.proof('POST', `${api.issuer}userinfo`, { now: await now(), token });
    told(await api.form('/userinfo', { access_token: token }, { dpop }), 'invalid_token');
    const inQuery = key.proof('GET', `${api.issuer}userinfo`, { now: await now(), token });
    assert.equal((await api.get(`/userinfo?access_token=${token}`, { dpop: inQuery })).status, 401);
  });

  test('a body of the Management API as large as with a bearer token', async () => {
    const token = await tokenFor.management(key), url = `${api.issuer}api/v2/users/auth0%7Cada`;
    const response = await fetch(url, { method: 'PATCH', headers: { authorization: `DPoP ${token}`, dpop: key.proof('PATCH', url, { now: await now(), token }), 'content-type': 'application/json' }, body: JSON.stringify({ user_metadata: { long: 'x'.repeat(200_000) } }) });
    assert.notEqual(response.status, 413);
  });

  test('a path with escapes, in whatever case', async () => {
    const token = await tokenFor.management(key);
    for (const escaped of ['auth0%7Cada', 'auth0%7cada']) {
      const url = `${api.issuer}api/v2/users/auth0%7Cada`;
      const response = await fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: key.proof('GET', `${api.issuer}api/v2/users/${escaped}`, { now: await now(), token }) } });
      assert.equal(response.status, 200);
    }
  });
});

test('pages may send a proof and read the nonce', async () => {
  const preflight = await fetch(tokenUrl(), { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'dpop' } });
  assert.match(preflight.headers.get('access-control-allow-headers'), /\bDPoP\b/);
  const answer = await api.token(password(), { origin, dpop: await proof() });
  for (const name of ['DPoP-Nonce', 'WWW-Authenticate']) assert.match(answer.headers.get('access-control-expose-headers'), new RegExp(`\\b${name}\\b`));
});
