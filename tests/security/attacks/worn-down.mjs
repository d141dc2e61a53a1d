// What wears somebody down: guesses, messages, accounts without end, locks against the owner; and steps that are left out.
import assert from 'node:assert/strict';
import { callback } from '../../lib/tenant.mjs';
import { totp } from '../../lib/totp.mjs';
import { until } from '../../lib/until.mjs';
import { isRefused, realm, tally } from './world.mjs';

const origin = { origin: 'http://localhost:4000' };
const silently = async (w, browser) => {
  const { location } = await browser.open(w.url({ response_type: 'id_token', prompt: 'none', client_id: 'app' }));
  const token = new URLSearchParams(location.hash.slice(1)).get('id_token');
  return token ? JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub : new URLSearchParams(location.hash.slice(1)).get('error');
};
const linkTo = (w, email, more = {}) => w.startCode({ email, send: 'link', authParams: { response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' }, ...more });
const newest = (w, address, path) => until(() => w.mailsTo(address).map((text) => w.linkIn(text, path)).findLast(Boolean), `a mail to ${address}`);
const withConsent = async (w, person, scope) => {
  const browser = w.browser(), page = await w.onwards(browser, await browser.submit(await browser.open(w.url({ client_id: 'third', response_type: 'token id_token', scope })), person.words));
  assert.match(page.action, /consent/);
  const { location } = await w.onwards(browser, await browser.submit(page, {}, 'accept'));
  return { browser, tokens: Object.fromEntries(new URLSearchParams(location.hash.slice(1))) };
};
const signUp = (w, email, headers, more = {}) => w.api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password: 'Some-Word-9', ...more }, headers);
/** The tenant asks everybody for a captcha, while it runs. */
const withCaptcha = async (w, run) => {
  await w.must('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'always', challenge_passwordless_policy: 'always', challenge_password_reset_policy: 'always' });
  try { return await run(); } finally { await w.must('PATCH', 'attack-protection/bot-detection', { challenge_password_policy: 'never', challenge_passwordless_policy: 'never', challenge_password_reset_policy: 'never' }); }
};

export default {
  "another site's form signs somebody in as the attacker": async (w) => {
    const ada = await w.person(), victim = await w.signIn(ada);
    await linkTo(w, 'attacker@example.com');
    const link = await newest(w, 'attacker@example.com', '/passwordless/verify_redirect'), page = await w.browser().open(link);
    const sent = await victim.get('/passwordless/verify_redirect', { method: 'POST', headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, body: new URLSearchParams({ ...page.fields, ...Object.fromEntries(new URL(link).searchParams), action: 'default' }) });
    assert.ok(!/[?&]code=/.test(sent.headers.get('location') ?? ''), 'no code');
    assert.equal(await silently(w, victim), ada.id, 'the session is still the owner’s');
  },

  'an enrolment that was begun shuts the owner out': (w) => w.withFactors(async () => {
    const ada = await w.person();
    await w.associate((await w.logIn(ada)).body.mfa_token);
    const browser = w.browser(), page = await w.onwards(browser, await browser.submit(await browser.open(w.url()), ada.words));
    assert.ok(page.links['Authenticator app'], `${page.heading}: one may still be added`);
    const { mfa_token } = (await w.logIn(ada)).body, own = await w.associate(mfa_token);
    assert.equal((await w.prove('otp', mfa_token, { otp: totp(own.body.secret) })).status, 200);
  }),

  'strangers lock the owner out': async (w) => {
    const ada = await w.person(), home = w.from(w.network());
    assert.equal((await w.logIn(ada, home)).status, 200);
    const wrong = (i) => w.logIn({ words: { username: i % 2 ? ada.username : ada.username.toUpperCase(), password: `wrong-${i}` } }, w.from(w.network()));
    const statuses = (await Promise.all(Array.from({ length: 60 }, (_, i) => wrong(i)))).map((a) => a.status);
    assert.ok((tally(statuses)[403] ?? 0) <= 20, `judged: ${JSON.stringify(tally(statuses))}`);
    assert.equal((await w.logIn(ada, home)).status, 200, 'the owner at home');
    isRefused(await w.logIn(ada, w.from(w.network())), 'the right one of a stranger');
    const link = await newest(w, ada.username, '/u/unblock'), owner = w.browser(), page = await owner.open(link);
    if (page.action) await owner.submit(page);
    assert.equal((await w.logIn(ada, w.from(owner.address))).status, 200, 'the owner, by the mail, from somewhere new');
  },

  'a burst of second factors': (w) => w.withFactors(async () => {
    const ada = await w.person(), { body: { mfa_token } } = await w.logIn(ada), { body } = await w.associate(mfa_token);
    assert.equal((await w.prove('otp', mfa_token, { otp: totp(body.secret) })).status, 200);
    const thief = (await w.logIn(ada)).body.mfa_token, address = w.from(w.network());
    const guess = (i, headers) => w.prove('otp', thief, { otp: String(i).padStart(6, '0') }, headers);
    const burst = (await Promise.all(Array.from({ length: 80 }, (_, i) => guess(i, address)))).map((a) => a.status);
    assert.ok((tally(burst)[403] ?? 0) <= 10, `at once: ${JSON.stringify(tally(burst))}`);
    const spread = [];
    for (let i = 0; i < 40; i++) spread.push((await guess(i, w.from(w.network()))).status);
    assert.ok((tally(spread)[403] ?? 0) <= 10, `from everywhere: ${JSON.stringify(tally(spread))}`);
  }),

  'factors that the tenant has turned off': (w) => w.withFactors(async () => {
    const ada = await w.person(), { body: { mfa_token } } = await w.logIn(ada), { body } = await w.associate(mfa_token);
    assert.equal((await w.prove('otp', mfa_token, { otp: totp(body.secret) })).status, 200);
    const turn = async (enabled) => { for (const name of ['otp', 'recovery-code']) await w.must('PUT', `guardian/factors/${name}`, { enabled }); };
    await turn(false);
    try {
      const again = (await w.logIn(ada)).body.mfa_token;
      isRefused(await w.prove('otp', again, { otp: totp(body.secret, Date.now() / 1000 + 30) }));
      const recovery = await w.prove('recovery-code', again, { recovery_code: body.recovery_codes[0] });
      isRefused(recovery);
      assert.equal(recovery.body.recovery_code, undefined);
    } finally { await turn(true); }
  }),

  'an ID token tells more than was agreed to, or longer': async (w) => {
    const ada = await w.person(), { browser, tokens } = await withConsent(w, ada, 'openid');
    const told = await w.api.post('/tokeninfo', { id_token: tokens.id_token });
    assert.ok(!told.text.includes(ada.username), told.text);
    await browser.submit(await browser.open('/account'), {}, 'withdraw:third');
    isRefused(await w.api.post('/tokeninfo', { id_token: tokens.id_token }));
  },

  'an access token outlives the consent': async (w) => {
    for (const how of ['by the person', 'by an administrator']) {
      const ada = await w.person(), { browser, tokens } = await withConsent(w, ada, 'openid profile');
      assert.equal((await w.userinfo(tokens.access_token)).status, 200);
      if (how === 'by the person') await browser.submit(await browser.open('/account'), {}, 'withdraw:third');
      else await w.must('DELETE', `grants?user_id=${encodeURIComponent(ada.id)}`);
      assert.equal((await w.userinfo(tokens.access_token)).status, 401, how);
    }
  },

  "somebody else's page asks who is signed in": async (w) => {
    const ada = await w.person(), browser = await w.signIn(ada);
    for (const from of ['https://third.example', 'https://evil.example']) {
      const answer = await browser.get('/user/ssodata', { headers: { origin: from } }), text = await answer.text();
      const isReadable = answer.headers.get('access-control-allow-origin') === from && answer.headers.get('access-control-allow-credentials') === 'true';
      assert.ok(!isReadable || !(text.includes(ada.username) || text.includes(ada.id)), `${from}: ${text}`);
    }
  },

  'a reset link in a mailbox that is no longer theirs': async (w) => {
    const ada = await w.person(), typed = { password: 'The-Thief-7', 're-enter-password': 'The-Thief-7' };
    await w.resetMail(ada);
    const link = await newest(w, ada.username, '/u/reset');
    await w.must('PATCH', ada.path, { email: `moved-${ada.username}`, email_verified: true, verify_email: false, connection: realm });
    const browser = w.browser(), page = await browser.open(link), done = page.action ? await browser.submit(page, typed) : page;
    isRefused(done);
    isRefused(await w.logIn({ words: { username: `moved-${ada.username}`, password: typed.password } }));
  },

  'a reset link, many times at once': async (w) => {
    const ada = await w.person();
    await w.resetMail(ada);
    const link = await newest(w, ada.username, '/u/reset'), browsers = Array.from({ length: 8 }, () => w.browser());
    const pages = await Promise.all(browsers.map((browser) => browser.open(link)));
    const typed = (i) => ({ password: `Their-Other-Word-${i}`, 're-enter-password': `Their-Other-Word-${i}` });
    const done = await Promise.all(browsers.map((browser, i) => browser.submit(pages[i], typed(i))));
    assert.equal(done.filter((page) => page.status === 200 && !page.alert && /changed/i.test(page.heading)).length, 1, done.map((page) => `${page.status} ${page.heading}`).join());
  },

  'messages to somebody without end': async (w) => {
    const ada = await w.person(), phone = '+491701234567', many = (n, send) => Promise.all(Array.from({ length: n }, (_, i) => send(i)));
    const codes = await many(60, (i) => w.startCode({ email: ['flood@example.com', 'FLOOD@example.com', `flood+${i}@example.com`][i % 3] }));
    const resets = await many(40, () => w.resetMail(ada));
    const texts = await many(40, () => w.startCode({ connection: 'sms', phone_number: phone }));
    for (const answers of [codes, resets, texts]) assert.deepEqual(Object.keys(tally(answers.map((a) => a.status))), ['200'], 'who asks learns nothing');
    await w.startCode({ email: 'last@example.com' }); // goes out behind them
    await w.startCode({ connection: 'sms', phone_number: '+491709999999' });
    await until(() => w.mailsTo('last@example.com').length && w.texts.some(({ body }) => body.includes('9999999')), 'the last ones are there');
    assert.ok(w.mails.filter(({ to }) => /^flood(\+\d+)?@example\.com$/i.test(to[0])).length <= 5, 'codes');
    assert.ok(w.mailsTo(ada.username).length <= 5, 'resets');
    assert.ok(w.texts.filter(({ body }) => body.includes(phone)).length <= 5, 'text messages');
  },

  'accounts without end': async (w) => {
    const headers = w.from(w.network()), began = Date.now();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => signUp(w, `made-${i}@example.com`, headers)));
    const refilled = Math.ceil((Date.now() - began) / 1200), let_in = answers.filter((a) => a.status !== 429).length;
    assert.ok(let_in <= 50 + refilled, `${let_in} of 100, ${refilled} of them later`);
    assert.equal((await signUp(w, 'somebody-else@example.com', w.from())).status, 200, 'others go on');
  },

  'a captcha that is always asked, by another way in': (w) => withCaptcha(w, async () => {
    const ada = await w.person(), asked = (answer, what) => {
      isRefused(answer, what);
      assert.match(answer.text ?? '', /captcha|requires_verification/i, what);
    };
    asked(await w.logIn(ada), '/oauth/token');
    asked(await w.token({ grant_type: 'password', client_id: 'app', ...ada.words }), '/oauth/token, password');
    asked(await w.api.post('/co/authenticate', { client_id: 'app', credential_type: 'http://auth0.com/oauth/grant-type/password-realm', realm, ...ada.words }, { ...origin, ...w.from() }), '/co/authenticate');
    asked(await signUp(w, 'robot@example.com', w.from()), '/dbconnections/signup');
    const browser = w.browser();
    for (const [start, fields] of [[w.url({ prompt: 'login' }), ada.words], [w.url({ prompt: 'login', screen_hint: 'signup' }), { email: 'robot@example.com', password: 'Some-Word-9' }]]) {
      const page = await browser.open(start), next = await browser.submit(page, fields);
      assert.equal(next.location, undefined, page.action);
      assert.equal(next.action, page.action, `${page.action} asks again`);
    }
    const before = w.mailsTo(ada.username).length, login = await browser.open(w.url({ prompt: 'login' }));
    const forgotten = await browser.open(`/u/reset-password/request?${new URLSearchParams({ state: login.fields.state })}`), sent = await browser.submit(forgotten, { username: ada.username, email: ada.username });
    assert.equal(sent.action, forgotten.action, 'the page of a reset asks again');
    assert.equal(w.mailsTo(ada.username).length, before);
    assert.deepEqual(await w.must('GET', 'users-by-email?email=robot@example.com'), []);
  }),

  'a captcha whose picture tells its answer': (w) => withCaptcha(w, async () => {
    const { body } = await w.api.post('/usernamepassword/challenge', { state: 's' }, w.from());
    assert.notEqual(body.required, false);
    // Work, not letters: what a program can read off a drawing keeps no program out.
    assert.doesNotMatch(JSON.stringify(body), /<path|<text|svg/i);
  }),
};
