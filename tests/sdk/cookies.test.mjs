// The authority's cookies in a program (RFC 6265): kept for as long as they are good, and sent where they belong.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Probe } from '../lib/probe.mjs';

const redirect_uri = 'http://127.0.0.1/callback';

/** An authority that sets what it is told and remembers what it is sent, with a program that asks it. */
async function visited(t) {
  const seen = [], state = { set: [] };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    seen.push({ path: pathname, cookies: (request.headers.cookie ?? '').split('; ').filter(Boolean).sort() });
    if (state.set.length) response.setHeader('set-cookie', state.set);
    if (pathname !== '/authorize') return response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"access_denied"}');
    response.writeHead(302, { location: `${redirect_uri}?${new URLSearchParams({ error: 'login_required', error_description: 'x', state: searchParams.get('state') })}` }).end();
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  const options = { domain: `http://localhost:${server.address().port}`, client_id: 'c', redirect_uri };
  const p = await new Probe(t, { BROWSER: '/bin/true' }).make(options);
  const ask = async (call, more) => { await p.error(call, more); return seen.at(-1).cookies; };
  return {
    renew: async (set = []) => { state.set = set; return ask('check_session', {}); },
    logIn: async (set = []) => { state.set = set; return ask('login', { username: 'a', password: 'b', realm: 'r' }); },
    logOut: () => { state.set = []; return p.value('logout', {}); },
    again: () => p.make(options),
    seen,
  };
}

const kept = {
  'a session cookie': ['a=1', ['a=1']],
  'a value with equals signs': ['a=1=2==', ['a=1=2==']],
  'attributes in any case and order': ['a=1; PATH=/; max-age=600; HttpOnly', ['a=1']],
  'a long Max-Age that begins with a zero': ['a=1; Max-Age=0600', ['a=1']],
  'an attribute that has 1970 in it': ['a=1; Comment=1970', ['a=1']],
  'a date to come': ['a=1; Expires=Fri, 01 Jan 2999 00:00:00 GMT', ['a=1']],
  'Max-Age before Expires': ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=600', ['a=1']],
  'Secure, from this machine': ['a=1; Secure', ['a=1']],
  '__Host- as it must be': ['__Host-a=1; Secure; Path=/', ['__Host-a=1']],
  'a path that fits': ['a=1; Path=/authorize', ['a=1']],
  'a date that is past': ['a=1; Expires=Fri, 01 Jan 2010 00:00:00 GMT', []],
  'no Max-Age': ['a=1; Max-Age=0', []],
  'less than no Max-Age': ['a=1; Max-Age=-5', []],
  'another path': ['a=1; Path=/elsewhere', []],
  'a path that only begins like this one': ['a=1; Path=/auth', []],
  'another domain': ['a=1; Domain=evil.example', []],
  '__Host- that is not Secure': ['__Host-a=1; Path=/', []],
  '__Secure- that is not Secure': ['__Secure-a=1', []],
};
for (const [what, [line, sent]] of Object.entries(kept))
  test(`cookies: ${what}`, async (t) => {
    const v = await visited(t);
    assert.deepEqual(await v.renew([line]), []);
    assert.deepEqual(await v.renew(), sent);
  });

test('cookies: several, replaced and ended by later answers', async (t) => {
  const v = await visited(t);
  await v.renew(['a=1', 'b=1', 'c=1; Path=/']);
  assert.deepEqual(await v.renew(['a=2', 'b=; Max-Age=0']), ['a=1', 'b=1', 'c=1']);
  assert.deepEqual(await v.renew(['c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']), ['a=2', 'c=1']);
  assert.deepEqual(await v.renew(), ['a=2']);
});

test('cookies: each path has its own', async (t) => {
  const v = await visited(t);
  await v.logIn(['co=1; Path=/co', 'all=1; Path=/', 'own=1']);
  assert.equal(v.seen.at(-1).path, '/co/authenticate');
  assert.deepEqual(await v.renew(), ['all=1']);
  assert.deepEqual(await v.logIn(), ['all=1', 'co=1', 'own=1']);
});

test('cookies: of one WebAuth', async (t) => {
  const v = await visited(t);
  await v.renew(['a=1']);
  await v.again();
  assert.deepEqual(await v.renew(), []);
});

test('cookies: a logout sends and forgets them; without any that is good there is nothing to send', async (t) => {
  const v = await visited(t);
  const ends = () => v.seen.filter((one) => one.path === '/v2/logout');
  await v.logOut();
  assert.equal(ends().length, 0);
  await v.renew(['a=1']);
  await v.logOut();
  assert.deepEqual(ends().map((one) => one.cookies), [['a=1']]);
  await v.logOut();
  assert.equal(ends().length, 1);
  assert.deepEqual(await v.renew(['b=1']), []);
  await v.renew(['b=; Max-Age=0']);
  await v.logOut();
  assert.equal(ends().length, 1, 'an ended cookie is none');
});
