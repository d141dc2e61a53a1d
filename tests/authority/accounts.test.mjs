// AZ-401 to AZ-413: sign-up, verification, forgotten passwords, and how passwords are kept.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { dump, sql } from '../lib/store.mjs';
import { app, database, extra, grants, origin } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
let authority, api;
const levels = ['none', 'low', 'fair', 'good', 'excellent'];

before(async () => {
  authority = await startAuthority(group, {
    clients: [app],
    extra: {
      ...extra,
      tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', support_email: 'help@example.com' },
      databases: [
        ...extra.databases, ...levels.map((level) => database(level, { passwordPolicy: level })),
        database('named', { requires_username: true, validation: { username: { min: 3, max: 8 } } }),
        database('shut', { disable_signup: true }),
        database('picky', { password_dictionary: { enable: true, dictionary: ['Ostia-Ostia-1'] }, password_no_personal_info: { enable: true }, password_history: { enable: true, size: 3 } }),
      ],
    },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const signup = (more = {}) => api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'new@example.com', password: 'Brand-New-7', ...more }, { origin });
const login = (username, password, realm = 'Username-Password-Authentication') => api.token({ grant_type: grants.realm, client_id: 'app', username, password, realm, scope: 'openid profile email' });

row('AZ-401', 'p', 'POST /dbconnections/signup', 'a new account with user_metadata', '200 with _id, email, email_verified and what was given; it logs in', async () => {
  const user_metadata = { plan: 'silver', team_id: 'a111' };
  const answer = await signup({ email: 'New@Example.com', given_name: 'Nell', user_metadata });
  assert.equal(answer.status, 200, answer.text);
  const { _id, ...rest } = answer.body;
  assert.match(_id, /^[\w-]{24}$/);
  assert.deepEqual(rest, { email_verified: false, email: 'new@example.com', given_name: 'Nell', user_metadata });
  assert.equal(answer.headers.get('access-control-allow-origin'), origin);
  const tokens = await login('new@example.com', 'Brand-New-7');
  assert.equal(tokens.status, 200, tokens.text);
  assert.equal((await api.logs('ss')).length, 1);
});

row('AZ-402', 'd', 'POST /dbconnections/signup', 'a field missing or of another type', '400 {"error": "X is required"}', async () => {
  for (const field of ['client_id', 'connection', 'email', 'password']) {
    const answer = await signup({ [field]: undefined });
    assert.deepEqual([answer.status, answer.body.error], [400, `${field} is required`]);
  }
  assert.equal((await signup({ email: ['a@example.com'] })).body.error, 'email must be a string');
  assert.equal((await signup({ user_metadata: { a: 1 } })).status, 400);
  assert.equal((await signup({ user_metadata: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [i, 'x'])) })).status, 400);
});

row('AZ-403', 'd', 'POST /dbconnections/signup', 'an address that has an account', '400 invalid_signup; user_exists where the tenant says so', async (t) => {
  const answer = await signup({ email: 'ada@example.com' });
  assert.equal(answer.status, 400);
  assert.deepEqual([answer.body.name, answer.body.code, answer.body.description, answer.body.statusCode], ['BadRequestError', 'invalid_signup', 'Invalid sign up', 400]);
  const open = await startAuthority(t, { clients: [app], extra: { ...extra, tenant: { flags: { enable_public_signup_user_exists_error: true } } } });
  const said = await new Api(open).post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'ada@example.com', password: 'Brand-New-7' });
  assert.deepEqual([said.body.code, said.body.description], ['user_exists', 'The user already exists.']);
});

row('AZ-404', 'd', 'POST /dbconnections/signup', 'sign-ups are off', '400 {"error": "public signup is disabled"}', async () => {
  const answer = await signup({ connection: 'shut' });
  assert.deepEqual([answer.status, answer.body.error], [400, 'public signup is disabled']);
  assert.ok(answer.body.hint.includes('disable_signup'));
});

row('AZ-405', 'p', 'POST /dbconnections/signup', 'Requires Username', 'username is required, checked, unique, and logs in', async () => {
  assert.equal((await signup({ connection: 'named' })).body.error, 'username is required');
  for (const username of ['ab', 'waytoolong', 'sp ace', 'a@b.cc']) assert.equal((await signup({ connection: 'named', username })).body.code, 'invalid_signup', username);
  assert.equal((await signup({ connection: 'named', username: 'Nelly' })).body.username, 'nelly');
  assert.equal((await signup({ connection: 'named', username: 'nelly', email: 'other@example.com' })).body.code, 'invalid_signup');
  assert.equal((await login('NELLY', 'Brand-New-7', 'named')).status, 200);
});

const table = {
  none: { good: ['x'], bad: [''] },
  low: { good: ['abcdef'], bad: ['abcde'] },
  fair: { good: ['abcdEF12'], bad: ['abcdefgh', 'ABCDEF12', 'abcdEFgh', 'aB1'] },
  good: { good: ['abcdEF12', 'abcd-123', 'Ünïcödé-1A'], bad: ['abcdefgh', 'abcd1234', 'aB1-'] },
  excellent: { good: ['abcdEF-123', 'abcdefGH12'], bad: ['abcdEF-12', 'aaabcdEF-1', 'abcdefghij'] },
};
row('AZ-406', 'd', 'POST /dbconnections/signup', 'the policies from None to Excellent', 'each takes what it says and refuses the rest', async () => {
  let i = 0;
  for (const [connection, { good, bad }] of Object.entries(table)) {
    for (const password of good) assert.equal((await signup({ connection, password, email: `p${i++}@example.com` })).status, 200, `${connection}: ${password}`);
    for (const password of bad.filter(Boolean)) assert.equal((await signup({ connection, password, email: `p${i++}@example.com` })).body.name, 'PasswordStrengthError', `${connection}: ${password}`);
  }
});

row('AZ-407', 'd', 'POST /dbconnections/signup', 'a weak password', '400 invalid_password with the rules object and the policy text', async () => {
  const { body } = await signup({ connection: 'excellent', password: 'aaab' });
  assert.deepEqual([body.name, body.code, body.message, body.statusCode], ['PasswordStrengthError', 'invalid_password', 'Password is too weak', 400]);
  assert.equal(body.description.verified, false);
  assert.deepEqual(body.description.rules.map((r) => [r.code, r.verified]), [['lengthAtLeast', false], ['containsAtLeast', false], ['identicalChars', false]]);
  assert.deepEqual(body.description.rules[1].items.map((r) => [r.code, r.verified]), [['lowerCase', true], ['upperCase', false], ['numbers', false], ['specialCharacters', false]]);
  assert.deepEqual(body.description.rules[0], { message: 'At least %d characters in length', format: [10], code: 'lengthAtLeast', verified: false });
  assert.match(body.policy, /^\* At least 10 characters in length\n\* Contain at least 3 of the following 4 types of characters:\n {2}\* lower case letters \(a-z\)/);
  assert.deepEqual((await signup({ connection: 'fair', password: 'abc' })).body.description.rules.map((r) => r.code), ['lengthAtLeast', 'shouldContain']);
});

row('AZ-408', 'd', 'POST /dbconnections/signup', 'dictionary and personal data options', 'PasswordDictionaryError, PasswordNoUserInfoError', async () => {
  const name = async (more) => (await signup({ connection: 'picky', ...more })).body.name;
  assert.equal(await name({ password: 'ostia-ostia-1' }), 'PasswordDictionaryError');
  assert.equal(await name({ password: 'P@ssw0rd' }), 'PasswordDictionaryError');
  assert.equal(await name({ email: 'nellwood@example.com', password: 'Nellwood-42' }), 'PasswordNoUserInfoError');
  assert.equal((await signup({ connection: 'picky', password: 'Quite-Unusual-42' })).status, 200);
});

row('AZ-409', 'd', 'e-mail verification', 'the link of the mail', 'a button verifies, once; the profile says so', async () => {
  await signup();
  const mail = await api.message('new@example.com');
  assert.equal(mail.template, 'verify_email');
  assert.match(mail.text, /Test/);
  assert.match(mail.html, /help@example\.com/);
  const profile = async () => (await api.get('/userinfo', { authorization: `Bearer ${(await login('new@example.com', 'Brand-New-7')).body.access_token}` })).body;
  const person = new Reader(api.issuer);
  const page = await person.open(mail.link);
  assert.equal((await profile()).email_verified, false); // a scanner's visit verifies nothing
  assert.match((await person.submit(page)).text, /new@example\.com is verified/);
  assert.equal((await profile()).email_verified, true);
  assert.equal((await person.submit(page)).status, 400);
});

row('AZ-410', 'p', 'POST /dbconnections/change_password', 'any address', '200 with the sentence, whether or not there is an account', async () => {
  const ask = (email) => api.post('/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication', email }, { origin });
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    const answer = await ask(email);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, 'We\'ve just sent you an email to reset your password.');
  }
  assert.equal((await api.messages()).length, 1);
  assert.equal((await api.post('/dbconnections/change_password', { client_id: 'app', email: 'ada@example.com' })).body.error, 'connection is required');
  assert.equal((await api.post('/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication' })).body.error, 'email is required');
});

const resetPage = async (email, connection = 'Username-Password-Authentication') => {
  await api.post('/dbconnections/change_password', { client_id: 'app', connection, email });
  const person = new Reader(api.issuer);
  return { person, page: await person.open((await api.message(email)).link) };
};

row('AZ-411', 'p', 'the reset page', 'a new password', 'it logs in, the old one does not, sessions and refresh tokens end, the link works once', async () => {
  const before_ = await api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid offline_access' });
  const { person, page } = await resetPage('ada@example.com');
  const send = (password, again = password) => person.submit(page, { password, 're-enter-password': again });
  assert.match((await send('Brand-New-7', 'Brand-New-8')).alert, /don’t match/);
  assert.match((await send('weak')).alert, /weak/);
  assert.match((await send('Brand-New-7')).heading, /Password changed/);
  assert.equal((await login('ada@example.com', 'Brand-New-7')).status, 200);
  assert.equal((await login('ada@example.com', 'Correct-Horse-9')).status, 403);
  assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: before_.body.refresh_token })).body.error, 'invalid_grant');
  assert.equal((await send('Brand-New-9')).status, 400);
});

row('AZ-412', 'd', 'the reset page', 'a link that is too old', 'refused', async () => {
  await api.post('/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'ada@example.com' });
  const { link } = await api.message('ada@example.com');
  await api.advance(6 * 24 * 3600);
  assert.equal((await new Reader(api.issuer).open(link)).status, 400);
});

row('AZ-413', 'd', 'the reset page', 'password history', 'a former password is refused', async () => {
  await signup({ connection: 'picky', password: 'Quite-Unusual-42' });
  const change = async (password) => {
    const { person, page } = await resetPage('new@example.com', 'picky');
    return person.submit(page, { password, 're-enter-password': password });
  };
  assert.match((await change('Quite-Unusual-42')).alert, /used this password before/);
  assert.match((await change('Something-Else-43')).heading, /changed/);
  assert.match((await change('Quite-Unusual-42')).alert, /used this password before/);
});

test('a password is what was typed, all of it', async () => {
  const long = `  Ünïcode & 9 ${'x'.repeat(200)} `;
  assert.equal((await signup({ password: long })).status, 200);
  for (const other of [long.trim(), long.toLowerCase(), long.slice(0, -2), long.slice(0, 72), `${long} `]) assert.equal((await login('new@example.com', other)).status, 403, other);
  assert.equal((await login('new@example.com', long)).status, 200);
});

test('a published password is no new one: at each stage that says so', async (t) => {
  const leaked = 'Battery-Staple-9', hashes_file = `${authority.dir}/published.txt`;
  writeFileSync(hashes_file, `${createHash('sha1').update(leaked).digest('hex').toUpperCase()}:7\n`);
  for (const [stage, refuses] of Object.entries({ 'pre-user-registration': { signup: true, change: false }, 'pre-change-password': { signup: false, change: true } })) {
    const other = await startAuthority(t, { clients: [app], extra: { ...extra, attackProtection: { breachedPasswordDetection: { enabled: true, shields: [], stage: { [stage]: { shields: ['block'] } }, ostia: { hashes_file } } } } });
    api = new Api(other);
    assert.equal((await login('grace@example.com', leaked)).status, 200, 'no stage, no refusal');
    assert.equal((await signup({ password: leaked })).status, refuses.signup ? 400 : 200, stage);
    const { person, page } = await resetPage('ada@example.com');
    const answer = await person.submit(page, { password: leaked, 're-enter-password': leaked });
    assert.equal(answer.alert, refuses.change ? 'This password appeared in a data breach at another site. Choose a different one.' : '', stage);
  }
  api = new Api(authority);
});

test('a reset lifts the block of the account', async () => {
  for (let i = 0; i < 10; i++) await login('ada@example.com', 'no');
  assert.equal((await login('ada@example.com', 'Correct-Horse-9')).status, 429);
  const { person, page } = await resetPage('ada@example.com');
  await person.submit(page, { password: 'Brand-New-7', 're-enter-password': 'Brand-New-7' });
  assert.equal((await login('ada@example.com', 'Brand-New-7')).status, 200);
});

test('passwords are Argon2id at rest; an imported bcrypt hash logs in and is replaced', async (t) => {
  const users = `${authority.dir}/bcrypt.json`;
  const password_hash = execFileSync('perl', ['-e', 'print crypt("secret", "\\$2b\\$04\\$abcdefghijklmnopqrstuu")']).toString();
  writeFileSync(users, JSON.stringify([{ email: 'old@example.com', user_id: 'old', password_hash }]));
  const other = await startAuthority(t, { clients: [app], extra, usersFile: users });
  const it = new Api(other);
  const kept = () => sql(other, "SELECT password_hash FROM users WHERE email = 'old@example.com'");
  assert.match(kept(), /^\$2/);
  const tokens = () => it.token({ grant_type: grants.realm, client_id: 'app', username: 'old@example.com', password: 'secret', realm: 'Username-Password-Authentication' });
  assert.equal((await tokens()).status, 200);
  assert.equal((await tokens()).status, 200);
  await until(() => /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/.test(kept()), 'the hash is replaced');
});

test('no secret is in the store in clear', async () => {
  await signup();
  await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'code@example.com', send: 'code' });
  const { code } = await api.message('code@example.com');
  const { link } = await api.message('new@example.com');
  const tokens = await api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid offline_access' });
  const all = dump(authority);
  assert.ok(all.includes('ada@example.com'));
  for (const secret of ['Brand-New-7', new URL(link).searchParams.get('ticket'), tokens.body.refresh_token, 'a-secret-of-the-api-and-nobody-else', `'${code}'`]) assert.ok(!all.includes(secret), secret);
  assert.ok(!authority.log().includes(code));
});
