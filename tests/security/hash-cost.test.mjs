// An imported hash whose cost is out of bounds is refused where it comes in, and never computed where it is there already.
import assert from 'node:assert/strict';
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { before, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
const password = 'Correct-Horse-9';
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } });
  api = await new Management(authority).authenticate();
});

const b64 = (bytes) => bytes.toString('base64').replaceAll('=', '');
const salt = Buffer.from('0123456789abcdef'), whole = b64(createHash('sha256').update('x').digest());
const bcrypt = (cost) => `$2b$${String(cost).padStart(2, '0')}$${'a'.repeat(53)}`;
const argon2 = (m, t, p, kind = 'argon2id') => `$${kind}$v=19$m=${m},t=${t},p=${p}$${b64(salt)}$${whole}`;
const pbkdf2 = (i, size = 32) => `$pbkdf2-sha256$i=${i},l=${size}$${b64(salt)}$${b64(i < 1e6 && i > 0 && Number.isInteger(i) ? pbkdf2Sync(password, salt, i, size, 'sha256') : Buffer.alloc(size))}`;
const scrypt = (cost, more = {}) => ({ custom_password_hash: { algorithm: 'scrypt', hash: { value: scryptSync(password, 'salt', 32, { N: 1024 }).toString('hex'), encoding: 'hex' }, salt: { value: 'salt', encoding: 'utf8' }, cost, blockSize: 8, parallelization: 1, ...more } });
const kept = (password_hash) => ({ password_hash });
const custom = (algorithm, value) => ({ custom_password_hash: { algorithm, hash: { value } } });

const unbearable = [
  kept(bcrypt(17)), kept(bcrypt(31)), kept(bcrypt(99)), kept(bcrypt(0)), kept('$2b$'), kept('$2b$10$short'), kept(`$2b$-1$${'a'.repeat(53)}`),
  kept(argon2(4_194_304, 1, 1)), kept(argon2(1024, 4_294_967_295, 1)), kept(argon2(-8, 1, 1)), kept(argon2('1e9', 1, 1)), kept(argon2(524_288, 5, 1)), kept(argon2(1024, 0, 1)), kept(argon2(1024, 1, 65)), kept('$argon2id$'), kept('$argon2id$v=19$m=,t=,p=$x$y'), kept('$argon2d$v=19$m=1024,t=1,p=1$x$y'),
  kept(pbkdf2(10_000_001)), kept(pbkdf2(9_223_372_036_854_775_807n)), kept(pbkdf2(-1)), kept(pbkdf2(0)), kept(pbkdf2(1000, 65)), kept(pbkdf2(1000, 100_000)), kept('$pbkdf2'), kept('$pbkdf2-'), kept('$pbkdf2-sha256$$$'),
  kept(''), kept('$'), kept('plain'), kept('$1$md5crypt$x'), kept('{}'), kept('{"algorithm":"scrypt","cost":1073741824}'),
  custom('bcrypt', bcrypt(31)), custom('argon2', argon2(4_194_304, 100, 1)), custom('pbkdf2', pbkdf2(10_000_001)),
  scrypt(2 ** 30), scrypt(2 ** 62), scrypt(-2), scrypt(0), scrypt(3), scrypt(1024, { blockSize: 2 ** 40 }), scrypt(1024, { parallelization: 2 ** 31 }), scrypt(1024, { blockSize: -1 }),
];
const bearable = [kept(pbkdf2(1000)), kept(pbkdf2(1, 64)), scrypt(1024)];

const importUsers = async (users) => {
  const id = (await api.call('GET', 'connections?strategy=auth0')).body[0].id;
  const form = new FormData();
  form.append('users', new Blob([JSON.stringify(users)]), 'users.json');
  form.append('connection_id', id);
  const job = await api.call('POST', 'jobs/users-imports', form);
  assert.equal(job.status, 202, job.text);
  return until(async () => { const { body } = await api.call('GET', `jobs/${job.body.id}`); return body.status === 'completed' && body; }, 'the import ends');
};
const logIn = (username) => api.token({ grant_type: 'password', client_id: 'app', username, password });

test('hash cost: what a login cannot bear, and what can never be right, is refused at import with its reason', async () => {
  const done = await importUsers(unbearable.map((hash, i) => ({ email: `u${i}@example.com`, ...hash })));
  const errors = (await api.call('GET', `jobs/${done.id}/errors`)).body ?? [];
  const taken = unbearable.filter((_, i) => !errors.some((e) => e.user.email === `u${i}@example.com`));
  assert.deepEqual(taken, []);
  for (const { errors: [{ message }] } of errors) assert.match(message, /hash|algorithm|password_hash/i);
  assert.match(JSON.stringify(errors[0]), /cost 17 is out of bounds: at most 16/);
});

test('hash cost: the edge is let in, and works', async () => {
  const done = await importUsers(bearable.map((hash, i) => ({ email: `good${i}@example.com`, ...hash })));
  assert.equal(done.summary.inserted, bearable.length);
  for (const i of bearable.keys()) assert.equal((await logIn(`good${i}@example.com`)).status, 200, JSON.stringify(bearable[i]));
});

test('hash cost: one that is in the store already is not computed', async () => {
  await importUsers([{ email: 'stored@example.com', ...kept(pbkdf2(1000)) }]);
  for (const { password_hash } of unbearable.filter((h) => h.password_hash?.length < 10_000)) {
    sql(authority, `UPDATE users SET password_hash = '${password_hash}' WHERE email = 'stored@example.com'`);
    const answer = await logIn('stored@example.com');
    assert.ok([403, 429].includes(answer.status), `${password_hash}: ${answer.status}`);
  }
  assert.equal((await fetch(`${api.issuer}health/live`)).status, 200);
});
