// What nobody has signed, or somebody else than the authority; and doors that an account does not have the key of.
import assert from 'node:assert/strict';
import { Reader } from '../../lib/authority.mjs';
import { callback } from '../../lib/tenant.mjs';
import { forge } from '../../lib/siege.mjs';
import { hs256, isRefused, realm } from './world.mjs';

const now = () => Math.floor(Date.now() / 1000);
const lists = ['clients', 'connections', 'roles', 'resource-servers', 'rules', 'organizations', 'log-streams', 'grants', 'client-grants', 'device-credentials', 'users', 'logs'];

export default {
  'a token that nobody has signed, with an empty list of audiences': async (w) => {
    for (const claims of [{ aud: [] }, { aud: {} }, { aud: [[]] }, {}, [], null])
      for (const header of [{ alg: 'HS256', typ: 'at+jwt' }, { alg: 'RS256', typ: 'at+jwt' }, { alg: 'none', typ: 'at+jwt' }]) {
        const token = forge(header, claims, 'x'.repeat(32));
        for (const path of ['/userinfo', '/api/v2/users', '/mfa/authenticators']) assert.equal((await w.api.get(path, w.bearer(token))).status, 401, `${path} ${JSON.stringify([header, claims])}`);
      }
  },

  'a list that begins before its beginning': async (w) => {
    const narrow = await w.machineToken('roles'), tooFar = ['-5', '-1', '-9223372036854775808', '9223372036854775807', '99999999999999999999', '1e3', ' 1'];
    for (const path of lists)
      for (const number of tooFar) {
        const { status } = await w.api.call('GET', `${path}?take=1&from=${Buffer.from(number).toString('base64url')}`, undefined, path === 'roles' ? narrow : undefined);
        assert.ok(status < 500, `${path} ${number}: ${status}`);
        if (path === 'roles' && number.startsWith('-')) assert.equal(status, 400, number);
      }
  },

  "an API's shared secret, as an administrator's token": async (w) => {
    const ada = await w.person();
    const token = (more) => forge({ alg: 'HS256', typ: 'at+jwt' }, { iss: w.issuer, iat: now(), exp: now() + 600, azp: 'machine', ...more }, hs256);
    const audiences = (path) => [['https://hs.example.com/', `${w.issuer}${path}`], [`${w.issuer}${path}`, 'https://hs.example.com/'], `${w.issuer}${path}`];
    for (const aud of audiences('api/v2/'))
      for (const path of ['users', 'clients', 'client-grants']) assert.equal((await w.api.call('GET', path, undefined, token({ aud, sub: 'machine@clients', gty: 'client-credentials', scope: 'read:users read:clients read:client_keys read:client_grants' }))).status, 401, JSON.stringify(aud));
    for (const aud of audiences('userinfo')) assert.equal((await w.userinfo(token({ aud, sub: ada.id, scope: 'openid profile email' }))).status, 401);
    for (const aud of audiences('mfa/')) isRefused(await w.associate(token({ aud, sub: ada.id, scope: 'enroll read:authenticators' })));
  },

  "an application's ID token of somebody else": async (w) => {
    const victim = await w.person(), eve = await w.person();
    const own = await w.logIn(eve, undefined, { audience: `${w.issuer}api/v2/`, scope: 'openid update:current_user_identities' });
    const idToken = forge({ alg: 'HS256', typ: 'JWT' }, { iss: w.issuer, sub: victim.id, aud: 'hsapp', iat: now(), exp: now() + 600, auth_time: now() }, 'a-secret-that-the-application-knows-too');
    isRefused(await w.api.call('POST', `${eve.path}/identities`, { link_with: idToken }, own.body.access_token));
    isRefused(await w.api.post('/tokeninfo', { id_token: idToken }));
    const hinted = await w.api.get(`/oidc/logout?${new URLSearchParams({ id_token_hint: idToken, client_id: 'hsapp' })}`);
    assert.ok(hinted.status < 500 && !hinted.text.includes(victim.username));
    assert.equal((await w.must('GET', eve.path)).identities.length, 1);
    assert.equal((await w.logIn(victim)).status, 200, 'the account is still its own');
  },

  'a session of the shop, at the payroll': async (w) => {
    const ada = await w.person(), browser = await w.signIn(ada);
    assert.ok(browser.end.location.searchParams.get('code'));
    const silent = await browser.open(w.url({ client_id: 'payroll', prompt: 'none' }));
    assert.equal(silent.location.searchParams.get('error'), 'login_required');
    const page = await browser.open(w.url({ client_id: 'payroll' }));
    assert.equal(page.action, '/u/login');
    const tried = await browser.submit(page, ada.words);
    assert.equal(tried.location, undefined, 'nor with the password');
  },

  'a sign-up where nobody may sign up': async (w) => {
    const stranger = { email: 'stranger@example.com', password: 'Stranger-Word-9' };
    for (const [client_id, connection] of [['ostia-dashboard', realm], ['ostia-dashboard', 'Employees'], ['payroll', 'Employees'], ['payroll', realm], ['app', 'Employees']])
      isRefused(await w.api.post('/dbconnections/signup', { client_id, connection, ...stranger }, w.from()), `${client_id} ${connection}`);
    const page = await new Reader(w.issuer).open(w.url({ client_id: 'payroll', screen_hint: 'signup', redirect_uri: callback }));
    assert.notEqual(page.action, '/u/signup');
    assert.deepEqual(await w.must('GET', `users-by-email?email=${stranger.email}`), []);
  },
};
