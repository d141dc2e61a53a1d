// What an import takes is acted upon, or named: which entry, which member, and why.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, database, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
const realm = 'Username-Password-Authentication', mark = '\uFEFF';
let authority, api, connections;
before(async () => {
  authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, databases: [...extra.databases, database('Other')], clientGrants: [managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  connections = Object.fromEntries((await api.call('GET', 'connections')).body.map((c) => [c.name, c.id]));
});
const importText = async (text, more = {}) => {
  const form = new FormData();
  form.append('users', new Blob([text]), 'users.json');
  for (const [name, value] of Object.entries({ connection_id: connections[realm], ...more })) form.append(name, value);
  const { body: { id } } = await api.call('POST', 'jobs/users-imports', form);
  const job = await until(async () => { const { body } = await api.call('GET', `jobs/${id}`); return ['completed', 'failed'].includes(body.status) && body; }, 'the import ends');
  return { ...job.summary, errors: (await api.call('GET', `jobs/${id}/errors`)).body ?? [] };
};
const good = (i) => ({ email: `u${i}@bulk.example` });

describe('an import error names its entry', () => {
  const entries = [good(0), { ...good(1), email_verified: 'yes' }, good(2), { ...good(3), shoe_size: 44 }, good(2)];
  const named = (errors) => errors.map((e) => [e.index, e.line, e.errors[0].path]);
  for (const [form, text, lines] of [
    ['an array of one line', JSON.stringify(entries), [1, 1, 1]],
    ['one entry a line', `[\n${entries.map((e) => JSON.stringify(e)).join(',\n')}\n]`, [3, 5, 6]],
    ['lines without an array', entries.map((e) => JSON.stringify(e)).join('\n'), [2, 4, 5]],
    ['spread over lines', JSON.stringify(entries, null, 1), undefined],
  ])
    test(form, async () => {
      const { inserted, errors } = await importText(text);
      assert.equal(inserted, 2);
      assert.deepEqual(errors.map((e) => e.index), [1, 3, 4]);
      if (lines) assert.deepEqual(errors.map((e) => e.line), lines);
      for (const e of errors) assert.ok(e.errors[0].message.startsWith(`users[${e.index}], line ${e.line}: `), e.errors[0].message);
      assert.match(errors[0].errors[0].message, /email_verified/);
      assert.match(errors[1].errors[0].message, /not allowed: shoe_size/);
      assert.equal(named(errors)[1][2], 'shoe_size');
      assert.match(errors[2].errors[0].message, /twice/);
    });
  test('one that is no JSON has its place, too', async () => {
    const { errors } = await importText(`[${JSON.stringify(good(0))},{"email": broken},${JSON.stringify(good(1))}]`);
    assert.deepEqual(errors.map((e) => [e.index, e.line]), [[1, 1]]);
  });
  test('on the command line and at the start', async (t) => {
    const dir = folder(), file = join(dir, 'users.json'), data = join(dir, 'data'), tenant = tenantFile(dir, { clients: [app] });
    writeFileSync(file, JSON.stringify(entries));
    const { stderr, code } = await runOstia(['import', tenant, '--users', file, '--data', data]);
    assert.match(stderr, /users\.json:1: users\[3\]: .*shoe_size/);
    assert.equal(code, 1);
    writeFileSync(file, JSON.stringify([{ ...good(0), shoe_size: 1 }]));
    await assert.rejects(serve(['--plain-http', '--listen', `127.0.0.1:${await freePort()}`, '--data', join(dir, 'other'), '--config', tenant, '--users', file]), /users\[0\], line 1: .*shoe_size/);
  });
});

describe('an unknown member of an entry is refused by name', () => {
  for (const member of ['shoe_size', 'Email', 'identities', 'logins_count', 'last_ip', 'roles', 'administrator', 'passwordHash', '__proto__', ''])
    test(JSON.stringify(member), async () => {
      const { inserted, errors } = await importText(`[{"email":"a@bulk.example",${JSON.stringify(member)}:"x"},{"email":"b@bulk.example"}]`);
      assert.equal(inserted, 1);
      assert.match(errors[0].errors[0].message, /not allowed/);
      assert.ok(errors[0].errors[0].message.endsWith(member));
    });
  test('second factors are not kept where nobody reads them, and not shown', async () => {
    const { errors } = await importText(JSON.stringify([{ ...good(0), mfa_factors: [{ totp: { secret: 'JBSWY3DPEHPK3PXP' } }] }]));
    assert.match(errors[0].errors[0].message, /mfa_factors are not imported/);
    assert.doesNotMatch(JSON.stringify(errors), /JBSWY3DPEHPK3PXP/);
  });
  test('a connection other than the one of the import, an id of another provider', async () => {
    const { inserted, errors } = await importText(JSON.stringify([{ ...good(0), connection: 'Other' }, { ...good(1), connection: realm }, { ...good(2), user_id: 'google-oauth2|7' }]));
    assert.equal(inserted, 2);
    assert.match(errors[0].errors[0].message, /connection is Other/);
    assert.equal((await api.call('GET', 'users/google-oauth2%7C7')).status, 404);
    assert.equal((await api.call('GET', `users/${encodeURIComponent('auth0|google-oauth2|7')}`)).status, 200);
  });
  test('what the vendor’s format and OpenID Connect have is taken', async () => {
    const entry = { email: 'all@bulk.example', email_verified: true, user_id: 'all', given_name: 'A', family_name: 'L', name: 'A L', nickname: 'al', picture: 'https://img.example/a.png', blocked: true, user_metadata: { a: 1 }, app_metadata: { b: 2 }, password_hash: '$2b$10$abcdefghijklmnopqrstuuq0v8bXWkGkJ7D4F3rV8bY6nTt3pQm1O', locale: 'de', zoneinfo: 'Europe/Berlin', birthdate: '1815-12-10', address: { country: 'UK' }, created_at: '2020-01-01' };
    const { inserted, errors } = await importText(JSON.stringify([entry]));
    assert.equal(inserted, 1, JSON.stringify(errors));
    const { body } = await api.call('GET', 'users/auth0%7Call');
    const { password_hash, user_id, created_at, ...shown } = entry;
    for (const [name, value] of Object.entries(shown)) assert.deepEqual(body[name], value, name);
    assert.equal(body.created_at, '2020-01-01T00:00:00.000Z');
  });
});

test('what is exported is imported: each member of it', async () => {
  const dir = folder(), data = join(dir, 'data'), file = join(dir, 'users.json'), out = join(dir, 'out.json'), again = join(dir, 'again.json');
  const people = [
    { user_id: 'auth0|a', email: 'a@bulk.example', connection: realm, password: 'Correct-Horse-9', email_verified: true, blocked: true, user_metadata: { a: 1 }, app_metadata: { b: 2, ostia: { administrator: true } }, created_at: '2020-01-01T00:00:00.000Z', locale: 'de' },
    { user_id: 'email|b', email: 'b@bulk.example', connection: 'email', phone_verified: false },
    { user_id: 'sms|c', phone_number: '+15005550006', connection: 'sms', phone_verified: true },
    { user_id: 'oidc|acme|d', email: 'd@bulk.example', connection: 'acme', biography: 'what the upstream said', clearance: 7 },
  ];
  writeFileSync(file, JSON.stringify(people));
  const tenant = tenantFile(dir, { clients: [app], extra });
  const first = await runOstia(['import', tenant, '--users', file, '--data', data]);
  assert.equal(first.code, 0, first.stderr);
  const write = (to) => runOstia(['export', '--users', to, '--output', join(dir, 'out.yaml'), '--data', data]);
  assert.equal((await write(out)).code, 0);
  const second = await runOstia(['import', tenant, '--users', out, '--data', join(dir, 'data2')]);
  assert.deepEqual([second.code, second.stderr], [0, '']);
  const back = await runOstia(['import', '--users', out, '--upsert', '--data', data]);
  assert.match(back.stdout, /4 users: 0 added, 4 changed, 0 refused/);
  assert.equal((await write(again)).code, 0);
  assert.equal(readFileSync(again, 'utf8'), readFileSync(out, 'utf8'));
});

describe('a byte-order mark stands before any file', () => {
  for (const [form, text] of [['an array', `${mark}${JSON.stringify([good(0)])}`], ['lines', `${mark}${JSON.stringify(good(0))}\r\n${JSON.stringify(good(1))}\r\n`]])
    test(`${form}, in a job`, async () => assert.deepEqual((await importText(text)).errors, []));
  test('in --users, at the start and on the command line', async (t) => {
    const dir = folder(), file = join(dir, 'users.json'), tenant = tenantFile(dir, { clients: [app] });
    writeFileSync(file, mark + JSON.stringify([good(0)]));
    assert.equal((await runOstia(['import', tenant, '--users', file, '--data', join(dir, 'data')])).code, 0);
    const server = await serve(['--plain-http', '--listen', `127.0.0.1:${await freePort()}`, '--data', join(dir, 'other'), '--config', tenant, '--users', file]);
    await server.stop();
  });
});

describe('a time that is imported is written as ours, or refused by name', () => {
  const times = { '2020-03-29T02:30:00+02:00': '2020-03-29T00:30:00.000Z', '2020-03-29T00:30:00.999Z': '2020-03-29T00:30:00.000Z', '2020-01-01': '2020-01-01T00:00:00.000Z', 1577836800000: '2020-01-01T00:00:00.000Z', '2019-12-31T22:30:00-01:30': '2020-01-01T00:00:00.000Z' };
  for (const [text, ours] of Object.entries(times))
    for (const member of ['created_at', 'updated_at', 'last_login', 'last_password_reset'])
      test(`${member}: ${text}`, async () => {
        const value = /^\d+$/.test(text) ? Number(text) : text;
        const { inserted, errors } = await importText(JSON.stringify([{ email: 't@bulk.example', user_id: 't', [member]: value }]));
        assert.equal(inserted, 1, JSON.stringify(errors));
        if (member !== 'created_at') return;
        assert.equal((await api.call('GET', 'users/auth0%7Ct')).body.created_at, ours);
        const found = async (from, to) => (await api.call('GET', `users?q=${encodeURIComponent(`created_at:[${from} TO ${to}] AND email:t@bulk.example`)}`)).body.length;
        const around = (minutes) => new Date(Date.parse(ours) + minutes * 60_000).toISOString();
        assert.deepEqual([await found(around(-30), around(30)), await found(around(90), around(150)), await found(around(-150), around(-90))], [1, 0, 0]);
      });
  for (const value of ['yesterday', '', '2020-02-30', '2020-1-1', '2020-01-01T25:00:00Z', '2020-01-01T00:00:00 CET', -1, 1e18, 1.5, true, {}, [], '0001-01-01T00:00:00Z'])
    test(`no time: ${JSON.stringify(value)}`, async () => {
      const { failed, errors } = await importText(JSON.stringify([{ email: 't@bulk.example', created_at: value }]));
      assert.equal(failed, 1);
      assert.match(errors[0].errors[0].message, /created_at/);
      assert.equal(errors[0].errors[0].path, 'created_at');
    });
});

test('hash cost: a fast hash of another system logs in, and is ours after that', async () => {
  const hash = { algorithm: 'md5', hash: { value: createHash('md5').update('Correct-Horse-9').digest('hex'), encoding: 'hex' } };
  assert.equal((await importText(JSON.stringify([{ ...good(0), custom_password_hash: hash }]))).inserted, 1);
  const logIn = (password) => api.token({ grant_type: 'password', client_id: 'app', username: good(0).email, password });
  assert.equal((await logIn('Wrong-Horse-9')).body.error, 'invalid_grant');
  for (let i = 0; i < 2; i++) assert.ok((await logIn('Correct-Horse-9')).body.access_token);
});
