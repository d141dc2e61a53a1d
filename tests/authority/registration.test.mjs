// Applications that nobody has set up: dynamic registration (RFC 7591, 7592), documents at their own addresses, and what leads them here (RFC 8414, 8707, 9728).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, managementGrant, machine } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, web } from '../lib/tenant.mjs';

const mcp = 'http://localhost:9730/mcp';
const verifier = 'v'.repeat(43), challenge = createHash('sha256').update(verifier).digest('base64url');
const metadata = { client_name: 'An agent', redirect_uris: ['http://127.0.0.1:7777/cb'], grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' };

const start = async (group, tenant, more = {}) => {
  const authority = await startAuthority(group, {
    clients: [app, web, machine, { ...machine, client_id: 'registrar', name: 'Registrar' }],
    extra: {
      ...extra, tenant,
      resourceServers: [...extra.resourceServers, { name: 'Tools', identifier: mcp, scopes: [{ value: 'use:tools' }], allow_offline_access: true }, { name: 'Bare', identifier: 'https://bare.example.com' }],
      clientGrants: [...extra.clientGrants, managementGrant(), managementGrant(['register:clients'], 'registrar'), { client_id: 'web', audience: mcp, scope: ['use:tools'] }, { client_id: 'web', audience: 'https://bare.example.com', scope: [] }],
    }, ...more,
  });
  return new Management(authority).authenticate();
};

/** Signs somebody in to an application of somebody else's, and gives what comes back. */
const signIn = async (api, client_id, redirect_uri, more = {}) => {
  const person = new Reader(api.issuer);
  const page = await person.open(`${api.issuer}authorize?${new URLSearchParams({ client_id, redirect_uri, response_type: 'code', scope: 'openid offline_access use:tools', code_challenge: challenge, code_challenge_method: 'S256', state: 's', ...more })}`);
  const asked = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  return asked.location ? asked : person.submit(asked, {}, 'accept');
};
const redeem = (api, client_id, location, redirect_uri, more = {}) => api.token({ grant_type: 'authorization_code', client_id, code: location.searchParams.get('code'), redirect_uri, code_verifier: verifier, ...more });

describe('registration that is open', () => {
  const group = scope();
  let api;
  before(async () => { api = await start(group, { flags: { enable_dynamic_client_registration: true } }); });
  beforeEach(() => api.reset());
  const register = (body) => api.post('/oidc/register', body);
  const own = (method, body, token = body.registration_access_token, sent) => fetch(body.registration_client_uri, { method, headers: { authorization: `Bearer ${token}`, ...(sent && { 'content-type': 'application/json' }) }, body: sent && JSON.stringify(sent) });

  test('metadata name the endpoint, at both well-known addresses', async () => {
    for (const path of ['openid-configuration', 'oauth-authorization-server']) {
      const { status, body, headers } = await api.get(`/.well-known/${path}`, { origin: 'https://anywhere.example' });
      assert.equal(status, 200);
      assert.equal(body.registration_endpoint, `${api.issuer}oidc/register`);
      assert.equal(headers.get('access-control-allow-origin'), '*');
    }
  });

  test('an agent registers, a person agrees, and the token is for the resource that it named', async () => {
    const made = await register(metadata);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.headers.get('cache-control'), 'no-store');
    assert.deepEqual([made.body.client_secret, made.body.token_endpoint_auth_method, made.body.application_type], [undefined, 'none', 'native']);
    const { location } = await signIn(api, made.body.client_id, 'http://127.0.0.1:7777/cb', { resource: mcp });
    const { status, body } = await redeem(api, made.body.client_id, location, 'http://127.0.0.1:7777/cb', { resource: mcp });
    assert.equal(status, 200);
    assert.deepEqual(decode(body.access_token).aud, [mcp, `${api.issuer}userinfo`]);
    assert.ok(body.refresh_token);
    const [entry] = await api.logs('sapi');
    assert.equal(entry.client_id, made.body.client_id);
  });

  test('it is a third party: nothing without consent', async () => {
    const { body } = await register(metadata);
    const person = new Reader(api.issuer);
    const page = await person.open(`${api.issuer}authorize?${new URLSearchParams({ client_id: body.client_id, redirect_uri: metadata.redirect_uris[0], response_type: 'code', scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256' })}`);
    const asked = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
    assert.equal(asked.location, undefined);
    assert.ok(asked.text.includes('The answer goes to 127.0.0.1.'), 'its name is its own word, the place is not');
    const { location } = await person.submit(asked, {}, 'deny');
    assert.equal(location.searchParams.get('error'), 'access_denied');
  });

  test('a link alone sends nobody to one that registered itself: its errors are shown, and lead on only by a press', async () => {
    const redirect_uri = 'https://evil.example/cb', { body } = await register({ ...metadata, redirect_uris: [redirect_uri] });
    const person = new Reader(api.issuer), at = (more) => `${api.issuer}authorize?${new URLSearchParams({ client_id: body.client_id, redirect_uri, response_type: 'code', scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256', state: 's', ...more })}`;
    for (const more of [{ prompt: 'none' }, { prompt: 'bogus' }, { audience: 'https://nope' }, { response_type: 'token' }, { prompt: 'none', response_mode: 'form_post' }, { prompt: 'none', response_mode: 'web_message' }]) {
      const page = await person.open(at(more));
      assert.deepEqual([page.location, page.status], [undefined, 400], JSON.stringify(more));
      assert.ok(page.links['Back to evil.example']?.startsWith(`${redirect_uri}?error=`) || page.links['Back to evil.example']?.startsWith(`${redirect_uri}#error=`), JSON.stringify(page.links));
    }
    const link = await person.open(`${api.issuer}passwordless/verify_redirect?${new URLSearchParams({ client_id: body.client_id, redirect_uri, response_type: 'bogus', state: 's' })}`);
    assert.deepEqual([link.location, link.status], [undefined, 400], 'at the other addresses that take such a request, too');
    const own = await person.open(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: app.callbacks[0], response_type: 'code', prompt: 'none', state: 's', code_challenge: challenge, code_challenge_method: 'S256' })}`);
    assert.equal(own.location?.searchParams.get('error'), 'login_required', 'one that an administrator has listed is told as ever');
  });

  test('one with a secret gets it once, and signs in with it', async () => {
    const { body } = await register({ ...metadata, redirect_uris: ['https://agent.example/cb'], token_endpoint_auth_method: 'client_secret_post' });
    assert.ok(body.client_secret.length > 40);
    const { location } = await signIn(api, body.client_id, 'https://agent.example/cb');
    assert.equal((await redeem(api, body.client_id, location, 'https://agent.example/cb')).status, 401);
    const again = await signIn(api, body.client_id, 'https://agent.example/cb');
    assert.equal((await redeem(api, body.client_id, again.location, 'https://agent.example/cb', { client_secret: body.client_secret })).status, 200);
  });

  test('by its own token it reads, changes and ends its registration; by another it does nothing', async () => {
    const { body } = await register(metadata), other = (await register(metadata)).body;
    const read = await (await own('GET', body)).json();
    assert.deepEqual([read.client_id, read.redirect_uris], [body.client_id, metadata.redirect_uris]);
    for (const token of ['', 'x', other.registration_access_token]) assert.equal((await own('GET', body, token)).status, 401, token);
    const changed = await own('PUT', body, undefined, { ...metadata, client_id: body.client_id, client_name: 'Renamed' });
    assert.equal(changed.status, 200);
    assert.equal((await changed.json()).client_name, 'Renamed');
    assert.equal((await own('PUT', body, undefined, { ...metadata, client_id: other.client_id })).status, 400);
    assert.equal((await own('PUT', body, undefined, { ...metadata, client_id: body.client_id, grant_types: ['client_credentials'] })).status, 400);
    assert.equal((await own('DELETE', body)).status, 204);
    assert.equal((await own('GET', body)).status, 401);
    assert.equal((await api.call('GET', `clients/${body.client_id}`)).status, 404);
  });

  test('hostile metadata are refused by the error of RFC 7591, and nothing is kept', async () => {
    const before = (await api.call('GET', 'clients')).body.length;
    const refused = [
      [{ ...metadata, redirect_uris: ['https://*.example.com/cb'] }, 'invalid_redirect_uri'], [{ ...metadata, redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'], [{ ...metadata, redirect_uris: ['ms-msdt:/id'] }, 'invalid_redirect_uri'], [{ ...metadata, redirect_uris: ['ms-msdt:/id'] }, 'invalid_redirect_uri'],
      [{ ...metadata, redirect_uris: ['http://evil.example/cb'] }, 'invalid_redirect_uri'], [{ ...metadata, redirect_uris: [] }, 'invalid_redirect_uri'],
      [{ ...metadata, redirect_uris: Array(21).fill('https://a.example/') }, 'invalid_redirect_uri'], [{ ...metadata, redirect_uris: 7 }, 'invalid_redirect_uri'],
      [{ ...metadata, grant_types: ['password'] }, 'invalid_client_metadata'], [{ ...metadata, response_types: ['token'] }, 'invalid_client_metadata'],
      [{ ...metadata, client_name: 'a\u0000b' }, 'invalid_client_metadata'], [{ ...metadata, client_name: 'Goo\u202egle' }, 'invalid_client_metadata'], [{ ...metadata, client_name: 'Goo\u202egle' }, 'invalid_client_metadata'], [{ ...metadata, client_name: 'x'.repeat(101) }, 'invalid_client_metadata'], ['[]', 'invalid_client_metadata'], ['{', 'invalid_client_metadata'],
    ];
    for (const [body, error] of refused) {
      const answer = await register(body);
      assert.deepEqual([answer.status, answer.body.error], [400, error], JSON.stringify(body).slice(0, 80) + answer.text);
    }
    assert.equal((await api.call('GET', 'clients')).body.length, before);
  });

  test('one network registers twenty an hour', async () => {
    await api.advance(7200);
    const answers = [];
    for (let i = 0; i < 21; i++) answers.push((await register(metadata)).status);
    assert.deepEqual(answers, [...Array(20).fill(201), 429]);
  });

  test('one that nobody has used goes after a day, one that is used stays', async () => {
    await api.advance(4 * 3600);
    const { body: unused } = await register(metadata), { body: used } = await register(metadata);
    await signIn(api, used.client_id, metadata.redirect_uris[0]);
    await api.advance(26 * 3600);
    for (let i = 0; i < 50 && (await (await own('GET', unused)).status) === 200; i++) await api.get('/_dev/clock');
    assert.equal((await own('GET', used)).status, 200);
  });
});

test('registration is off unless the tenant says otherwise, and metadata do not name it', async (t) => {
  const api = await start(scope(t), {});
  const answer = await api.post('/oidc/register', metadata);
  assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [403, 'access_denied', 'registration_off']);
  assert.equal((await api.get('/.well-known/openid-configuration')).body.registration_endpoint, undefined);
});

test('registration with an initial access token: the scope register:clients, and no other token', async (t) => {
  const api = await start(scope(t), { ostia: { registration: { mode: 'with_token' } } });
  assert.equal((await api.post('/oidc/register', metadata)).status, 401);
  const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'registrar', client_secret: 'machine-secret', audience: `${api.issuer}api/v2/` });
  assert.equal((await api.post('/oidc/register', metadata, { authorization: `Bearer ${body.access_token}` })).status, 201);
  assert.equal((await api.call('GET', 'clients', undefined, body.access_token)).status, 403);
  const login = await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: `${api.issuer}api/v2/`, scope: 'openid read:current_user' });
  assert.equal((await api.post('/oidc/register', metadata, { authorization: `Bearer ${login.body.access_token}` })).status, 401);
});

describe('a client id that is an address', () => {
  const group = scope();
  let api, server, at, documents, hits;
  before(async () => {
    server = createServer((request, response) => {
      hits.push(request.url);
      const answer = documents[request.url];
      if (typeof answer === 'function') return answer(response);
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(answer ? JSON.stringify(answer) : '');
    });
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    at = (path) => `http://localhost:${server.address().port}${path}`;
    api = await start(group, { client_id_metadata_document_supported: true });
  });
  after(() => server.close());
  beforeEach(async () => { documents = {}; hits = []; await api.reset(); });
  const document = (path, more = {}) => ({ client_id: at(path), client_name: 'By document', redirect_uris: ['http://127.0.0.1:7777/cb'], grant_types: ['authorization_code', 'refresh_token'], ...more });
  const open = (client_id) => fetch(`${api.issuer}authorize?${new URLSearchParams({ client_id, redirect_uri: 'http://127.0.0.1:7777/cb', response_type: 'code', scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256' })}`, { redirect: 'manual' });

  test('its document makes it an application: a person agrees, it gets its tokens', async () => {
    documents['/app.json'] = document('/app.json');
    const { location } = await signIn(api, at('/app.json'), 'http://127.0.0.1:7777/cb', { resource: mcp });
    assert.ok(location.searchParams.get('code'), location.href);
    const { status, body } = await redeem(api, at('/app.json'), location, 'http://127.0.0.1:7777/cb');
    assert.equal(status, 200);
    assert.equal(decode(body.access_token).azp, at('/app.json'));
    assert.equal((await api.token({ grant_type: 'refresh_token', client_id: at('/app.json'), refresh_token: body.refresh_token })).status, 200);
    assert.deepEqual(hits, ['/app.json'], 'it is read once within the hour');
    assert.equal((await api.get('/.well-known/oauth-authorization-server')).body.client_id_metadata_document_supported, true);
  });

  test('a document that has changed is read after an hour; one that is away is used on', async () => {
    documents['/app.json'] = document('/app.json');
    assert.equal((await open(at('/app.json'))).status, 302);
    documents['/app.json'] = undefined;
    await api.advance(3700);
    hits = [];
    for (let i = 0; i < 3; i++) assert.equal((await open(at('/app.json'))).status, 302);
    assert.deepEqual(hits, ['/app.json'], 'one that is away is not asked by each request');
    await api.advance(310);
    documents['/app.json'] = document('/app.json', { redirect_uris: ['http://127.0.0.1:8888/other'] });
    assert.equal((await open(at('/app.json'))).status, 403);
  });

  const settings = { require_proof_of_possession: true, require_pushed_authorization_requests: true, organization_usage: 'require', client_metadata: { team: 'a' } };
  test('what an administrator has set of it stays when the document changes', async () => {
    documents['/app.json'] = document('/app.json');
    await open(at('/app.json'));
    const path = `clients/${encodeURIComponent(at('/app.json'))}`;
    assert.equal((await api.call('PATCH', path, settings)).status, 200);
    documents['/app.json'] = document('/app.json', { client_name: 'Another name' });
    await api.advance(3700);
    await open(at('/app.json'));
    const { body } = await api.call('GET', path);
    assert.deepEqual([body.name, Object.fromEntries(Object.keys(settings).map((name) => [name, body[name]]))], ['Another name', settings]);
  });
  test('one that an administrator has removed does not come back', async () => {
    documents['/app.json'] = document('/app.json');
    await open(at('/app.json'));
    assert.ok((await api.call('DELETE', `clients/${encodeURIComponent(at('/app.json'))}`)).status < 300);
    assert.equal((await open(at('/app.json'))).status, 400);
    assert.equal((await api.form('/oauth/device/code', { client_id: at('/app.json') })).body.reason, 'client_removed');
  });
  test('turned off, it is off for those that have been read, too', async () => {
    documents['/app.json'] = document('/app.json');
    await open(at('/app.json'));
    await api.call('PATCH', 'tenants/settings', { client_id_metadata_document_supported: false });
    assert.equal((await open(at('/app.json'))).status, 400);
    assert.equal((await api.form('/oauth/device/code', { client_id: at('/app.json') })).body.reason, 'client_documents_off');
  });

  const hostile = {
    'another client_id': (path) => document(path, { client_id: 'http://localhost:1/x' }),
    'a secret': (path) => document(path, { client_secret: 'x' }),
    'a way that needs a secret': (path) => document(path, { token_endpoint_auth_method: 'client_secret_post' }),
    'a redirect to itself': () => (response) => response.writeHead(302, { location: '/loop' }).end(),
    'more than 10 kB': (path) => document(path, { padding: 'x'.repeat(20_000) }),
    'no JSON': () => (response) => response.end('<html>'),
    'a redirect URI of another kind': (path) => document(path, { redirect_uris: ['javascript:alert(1)'] }),
    'no end': () => (response) => response.writeHead(200).write('{'),
  };
  for (const [name, make] of Object.entries(hostile))
    test(`refused, and nothing kept: ${name}`, async () => {
      documents['/loop'] = make('/loop');
      const answer = await open(at('/loop'));
      assert.equal(answer.status, 400);
      assert.equal((await api.call('GET', `clients/${encodeURIComponent(at('/loop'))}`)).status, 404);
    });

  for (const address of ['http://example.com/app.json', 'https://user@example.com/app.json', 'https://example.com/', 'https://example.com/../x', 'https://example.com/x#y', 'ftp://example.com/x', 'https://169.254.169.254/latest/meta-data', 'https://10.0.0.1/x', 'https://[::1]/x'])
    test(`an address that is none for documents: ${address}`, async () => {
      assert.equal((await open(address)).status, 400);
      assert.deepEqual(hits, []);
    });
});

describe('resource (RFC 8707)', () => {
  const group = scope();
  let api;
  before(async () => { api = await start(group, {}); });
  beforeEach(() => api.reset());
  const machineToken = (more) => api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', ...more });

  test('it is the audience, with the slash of a bare origin or without', async () => {
    assert.equal(decode((await machineToken({ resource: mcp })).body.access_token).aud, mcp);
    assert.equal(decode((await machineToken({ resource: 'https://bare.example.com/' })).body.access_token).aud, 'https://bare.example.com');
    assert.equal(decode((await machineToken({ resource: 'https://quiet.example.com' })).body.access_token).aud, 'https://quiet.example.com/');
  });
  test('audience comes first', async () => assert.equal(decode((await machineToken({ resource: mcp, audience: 'https://quiet.example.com/' })).body.access_token).aud, 'https://quiet.example.com/'));
  for (const [resource, reason] of [['nothing', 'resource_malformed'], [`${mcp}#x`, 'resource_malformed'], ['https://nobody.example/', 'audience_unknown']])
    test(`invalid_target: ${resource}`, async () => {
      const answer = await machineToken({ resource });
      assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [400, 'invalid_target', reason], answer.text);
      const page = await fetch(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: app.callbacks[0], response_type: 'code', resource })}`, { redirect: 'manual' });
      assert.equal(new URL(page.headers.get('location')).searchParams.get('error'), 'invalid_target');
    });
  test('a code is redeemed for what it was asked for', async () => {
    const code = async () => (await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: app.callbacks[0], response_type: 'code', scope: 'openid', resource: mcp })}`)).searchParams.get('code');
    const ask = async (more) => api.token({ grant_type: 'authorization_code', client_id: 'app', code: await code(), redirect_uri: app.callbacks[0], ...more });
    const other = await ask({ resource: 'https://quiet.example.com/' });
    assert.deepEqual([other.status, other.body.error, other.body.reason], [400, 'invalid_target', 'resource_differs'], other.text);
    assert.equal((await ask({ resource: mcp })).status, 200);
    assert.equal((await ask({})).status, 200);
  });
  test('resource_parameter_profile: audience turns it off, as the vendor does', async () => {
    assert.equal((await api.call('PATCH', 'tenants/settings', { resource_parameter_profile: 'audience' })).status, 200);
    assert.equal((await machineToken({ resource: mcp })).body.reason, 'audience_missing');
  });
});

test('the Management API says where its tokens come from (RFC 9728), and whether one was shown', async (t) => {
  const api = await start(t, {});
  for (const [headers, error] of [[{}, false], [{ authorization: 'Bearer x' }, true]]) {
    const challenge = (await api.get('/api/v2/clients', headers)).headers.get('www-authenticate'), [, at] = /resource_metadata="([^"]+)"/.exec(challenge);
    assert.equal(challenge.includes('error="invalid_token"'), error);
    assert.equal((await (await fetch(at)).json()).resource, `${api.issuer}api/v2/`);
  }
});
test('metadata of what is protected here (RFC 9728)', async (t) => {
  const api = await start(scope(t), {});
  const management = await api.get('/.well-known/oauth-protected-resource/api/v2');
  assert.deepEqual([management.body.resource, management.body.authorization_servers], [`${api.issuer}api/v2/`, [api.issuer]]);
  assert.ok(management.body.scopes_supported.includes('read:users'));
  assert.equal((await api.get('/.well-known/oauth-protected-resource/userinfo')).body.resource, `${api.issuer}userinfo`);
  assert.equal((await api.get('/.well-known/oauth-protected-resource/nothing')).status, 404);
});
