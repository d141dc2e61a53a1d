// Who guesses: passwords, codes, second factors. What one guesser, or many strangers, can try in an hour; and that the
// owner is never kept out by them.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, grants, users } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const realm = 'Username-Password-Authentication';
const from = (address) => ({ 'x-forwarded-for': address });
const stranger = (i) => from(`198.51.${100 + (i >> 8)}.${i & 255}`);
const tally = (statuses) => statuses.reduce((all, s) => ({ ...all, [s]: (all[s] ?? 0) + 1 }), {});

describe('guesses', () => {
  const group = scope();
  let api, authority;
  before(async () => {
    authority = await startAuthority(group, {
      clients: [{ ...app, grant_types: [...app.grant_types, 'http://auth0.com/oauth/grant-type/mfa-otp', 'http://auth0.com/oauth/grant-type/mfa-recovery-code'] }, machine],
      args: ['--trusted-proxy', '127.0.0.1'],
      extra: {
        ...extra,
        clientGrants: [...extra.clientGrants, managementGrant()],
        guardianFactors: [{ name: 'otp', enabled: true }],
        tenant: { friendly_name: 'Test', default_directory: realm, ostia: { rate_limits: false } },
      },
    });
    api = new Api(authority);
  });
  beforeEach(() => api.reset());

  const login = (username, password, headers) => api.token({ grant_type: grants.realm, client_id: 'app', username, password, realm }, headers);
  const [ada, right] = users.ada;
  const codeOf = async (email) => (await api.message(email)).code;
  const byCode = (email, otp, headers) => api.token({ grant_type: grants.otp, client_id: 'app', username: email, otp, realm: 'email' }, headers);
  const verify = (email, code, headers) => api.post('/passwordless/verify', { client_id: 'app', connection: 'email', email, verification_code: code }, headers);
  const start = (email, headers) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email, send: 'code' }, headers);

  test('a password: one network is judged ten times, however it writes its address', async () => {
    const networks = {
      'an IPv4 address': (i) => from('198.51.100.7'),
      'an IPv6 /64': (i) => from(`2001:db8:1:2::${i.toString(16)}`),
      'an IPv6 /48': (i) => from(`2001:db8:1:${i.toString(16)}::1`),
      'IPv4 in IPv6': (i) => from(i % 2 ? '::ffff:198.51.100.7' : '198.51.100.7'),
    };
    for (const [name, of] of Object.entries(networks)) {
      await api.reset();
      const statuses = [];
      for (let i = 0; i < 30; i++) statuses.push((await login(ada, `wrong-${i}`, of(i))).status);
      assert.deepEqual(tally(statuses), { 403: 10, 429: 20 }, name);
      assert.equal((await login(ada, right, of(31))).status, 429, `${name}: the right one then`);
      assert.equal((await login(ada, right, from('203.0.113.9'))).status, 200, `${name}: the owner from elsewhere`);
    }
  });

  test('a password: all strangers together are judged twenty times an hour, however they spell the account', async () => {
    const spellings = ['ada@example.com', 'ADA@example.com', 'Ada@Example.com', 'aDa@EXAMPLE.COM'];
    const statuses = [];
    for (let i = 0; i < 200; i++) statuses.push((await login(spellings[i % 4], `wrong-${i}`, stranger(i % 60))).status);
    const judged = tally(statuses);
    assert.ok(judged[403] <= 20, JSON.stringify(judged));
    assert.equal(judged[403] + judged[429], 200);
    await api.advance(3601);
    assert.equal((await login(ada, right, from('203.0.113.9'))).status, 200, 'an hour later');
  });

  test('a password: a thousand at once are no more than a thousand one after the other', async () => {
    for (const [name, of] of [['one address', () => from('198.51.100.7')], ['many', (i) => stranger(i)]]) {
      await api.reset();
      const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => login(ada, `wrong-${i}`, of(i))));
      const judged = tally(answers.map((a) => a.status));
      assert.ok((judged[403] ?? 0) <= 10, `${name}: ${JSON.stringify(judged)}`);
    }
  });

  test('an owner who has signed in from there is not kept out by strangers', async () => {
    assert.equal((await login(ada, right, from('203.0.113.9'))).status, 200);
    for (let i = 0; i < 60; i++) await login(ada, `wrong-${i}`, stranger(i));
    assert.equal((await login(ada, right, stranger(200))).status, 429, 'a stranger');
    assert.equal((await login(ada, right, from('203.0.113.9'))).status, 200, 'the owner');
    assert.equal((await login(ada, right, from('2001:db8:99::1'))).status, 429, 'from a new place');
    const mail = await api.message(ada);
    assert.equal(mail.template, 'blocked_account');
    const owner = new Reader(authority.devIssuer), headers = from('2001:db8:99::1');
    const page = await owner.open(mail.link, { headers });
    const lifted = await owner.open(page.action, { method: 'POST', headers, body: new URLSearchParams({ ...page.fields, action: 'default' }) });
    assert.equal(lifted.status, 200, lifted.text);
    assert.equal((await login(ada, right, from('2001:db8:99::1'))).status, 200, 'the owner, who had the mail');
  });

  test('an owner with a browser that is known is let in from wherever, also beside a guesser in the same network', async () => {
    const browser = new Reader(authority.devIssuer);
    const logIn = async (headers, password = right) => {
      const url = `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: app.callbacks[0], scope: 'openid', state: 's', prompt: 'login' })}`;
      const page = await browser.open(url, { headers });
      return browser.open(page.action, { method: 'POST', headers, body: new URLSearchParams({ ...page.fields, username: ada, password, action: 'default' }) });
    };
    assert.ok((await logIn(from('203.0.113.9'))).location?.searchParams.get('code'), 'known from now on');
    for (let i = 0; i < 60; i++) await login(ada, `wrong-${i}`, stranger(i));
    for (let i = 0; i < 20; i++) await login(ada, `wrong-${i}`, from('192.0.2.77'));
    assert.equal((await login(ada, right, from('192.0.2.77'))).status, 429, 'the guesser in that network');
    assert.ok((await logIn(from('192.0.2.77'))).location?.searchParams.get('code'), 'the owner there');
    for (let i = 0; i < 10; i++) await logIn(from('192.0.2.78'), `wrong-${i}`);
    assert.equal((await logIn(from('192.0.2.79'))).location, undefined, 'a browser that guesses is a guesser');
  });

  test('a password: one stranger does not use up the tries of all', async () => {
    for (let i = 0; i < 40; i++) await login(ada, `wrong-${i}`, stranger(i % 3));
    assert.equal((await login(ada, right, from('203.0.113.9'))).status, 200);
  });

  test('codes: new ones give no new tries, at no way to prove one', async () => {
    const ways = {
      'the token endpoint': (code, headers) => byCode(ada, code, headers),
      '/passwordless/verify': (code, headers) => verify(ada, code, headers),
      'the link': (code, headers) => api.get(`/passwordless/verify_redirect?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: app.callbacks[0], connection: 'email', email: ada, verification_code: code })}`, headers),
    };
    for (const [name, guess] of Object.entries(ways)) {
      await api.reset();
      let judged = 0;
      for (let i = 0; i < 40; i++) {
        await start(ada, stranger(i));
        for (let j = 0; j < 3; j++) {
          const { status } = await guess('000000', stranger(i * 3 + j));
          if (status === 401 || status === 403) judged++;
        }
      }
      assert.ok(judged <= 20, `${name}: ${judged}`);
      const code = await codeOf(ada);
      assert.notEqual((await byCode(ada, code, stranger(500))).status, 200, `${name}: the right one then`);
    }
  });

  test('codes: from one address ten, and the address that failed does not get the right one judged', async () => {
    const statuses = [];
    for (let i = 0; i < 10; i++) {
      await start(ada, from('198.51.100.7'));
      await api.advance(3601); // so that messages go on: the count stays
      for (let j = 0; j < 3; j++) statuses.push((await verify(ada, '000000', from('198.51.100.7'))).status);
    }
    assert.ok(tally(statuses)[401] <= 10, JSON.stringify(tally(statuses)));
    await start(ada, from('203.0.113.9'));
    const code = await codeOf(ada);
    assert.equal((await byCode(ada, code, from('198.51.100.7'))).status, 429);
    assert.equal((await byCode(ada, code, from('203.0.113.9'))).status, 200);
  });

  test('second factors: a burst, many addresses, and recovery codes count together', async () => {
    const management = await new Management(authority).authenticate();
    const policy = await management.call('PUT', 'guardian/policies', ['all-applications']);
    assert.equal(policy.status, 200);
    const first = await login(ada, right, from('203.0.113.9'));
    const token = first.body.mfa_token;
    const { body: made } = await api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${token}`, ...from('203.0.113.9') });
    const confirm = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp', client_id: 'app', mfa_token: token, otp: totp(made.secret, (await clock())) }, from('203.0.113.9'));
    assert.equal(confirm.status, 200, confirm.text);
    const thief = await login(ada, right, from('198.51.100.1'));
    const guess = (i, headers) => api.token({ grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp', client_id: 'app', mfa_token: thief.body.mfa_token, otp: String(i).padStart(6, '0') }, headers);
    const burst = await Promise.all(Array.from({ length: 60 }, (_, i) => guess(i, from('198.51.100.1'))));
    assert.ok(tally(burst.map((a) => a.status))[403] <= 10, JSON.stringify(tally(burst.map((a) => a.status))));
    const spread = [];
    for (let i = 0; i < 60; i++) spread.push((await guess(i, stranger(i + 10))).status);
    assert.ok((tally(spread)[403] ?? 0) <= 10, JSON.stringify(tally(spread)));
    const recovery = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/mfa-recovery-code', client_id: 'app', mfa_token: thief.body.mfa_token, recovery_code: 'AAAAAAAAAAAAAAAAAAAAAAAA' }, from('198.51.100.1'));
    assert.equal(recovery.status, 429);
    // Who has the mailbox sets another password, which gives a guesser of second factors no new tries.
    await api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: ada });
    const reader = new Reader(authority.devIssuer), page = await reader.open((await api.message(ada)).link), next = 'Another-Horse-9';
    assert.equal((await reader.submit(page, { password: next, 're-enter-password': next })).status, 200);
    const again = await login(ada, next, from('198.51.100.1'));
    const more = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp', client_id: 'app', mfa_token: again.body.mfa_token, otp: '000001' }, from('198.51.100.1'));
    assert.equal(more.status, 429, more.text);
    await api.advance(3601); // the places where they had been are forgotten with the password
    const owner = await login(ada, next, from('203.0.113.9'));
    const done = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp', client_id: 'app', mfa_token: owner.body.mfa_token, otp: totp(made.secret, await clock()) }, from('203.0.113.9'));
    assert.equal(done.status, 200, done.text);
  });

  const clock = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;

  test('messages: one recipient gets five an hour, whoever asks, by whatever way, and however it is spelt', async () => {
    const ask = {
      codes: (to, i) => start(to, stranger(i)),
      resets: (to, i) => api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: to }, stranger(i)),
    };
    for (const [name, send] of Object.entries(ask)) {
      await api.reset();
      const answers = new Set();
      for (let i = 0; i < 100; i++) {
        const spelt = name === 'codes' ? ['ada@example.com', 'ADA@EXAMPLE.COM', 'ada+a@example.com', 'ada+b@example.com'][i % 4] : ada;
        const answer = await send(spelt, i);
        answers.add(answer.status);
      }
      assert.deepEqual([...answers], [200], `${name}: the same answer`);
      assert.equal((await api.messages()).length, 5, name);
      assert.equal((await api.logs('limit_msg')).length, 95, `${name}: the log says so`);
      await api.advance(3601);
      await send(ada, 7);
      assert.equal((await api.messages()).length, 6, `${name}: an hour later`);
    }
  });

  test('messages: one too many leaves the code that was sent before as it is', async () => {
    for (let i = 0; i < 5; i++) await start(ada, stranger(i));
    const code = await codeOf(ada);
    for (let i = 0; i < 20; i++) await start(ada, stranger(i));
    assert.equal((await byCode(ada, code, from('203.0.113.9'))).status, 200);
  });

  test('sign-ups: a network makes so many as the tenant says, and others go on', async () => {
    const signUp = (i, headers) => api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: `s${i}@example.com`, password: 'Correct-Horse-9' }, headers);
    const management = await new Management(authority).authenticate();
    const set = await management.call('PATCH', 'attack-protection/suspicious-ip-throttling', { enabled: true, shields: ['block'], stage: { 'pre-login': { max_attempts: 100, rate: 864000 }, 'pre-user-registration': { max_attempts: 6, rate: 60000 } } });
    assert.equal(set.status, 200, set.text);
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await signUp(i, from(`2001:db8:7:7::${i}`))).status);
    assert.deepEqual(tally(statuses), { 200: 6, 429: 6 });
    assert.equal((await signUp(50, from('203.0.113.9'))).status, 200);
    await api.advance(61);
    assert.equal((await signUp(51, from('2001:db8:7:7::1'))).status, 200, 'one more a minute later');
    assert.equal((await signUp(52, from('2001:db8:7:7::1'))).status, 429);
  });
});
