// Small things: a mail that is not sent, a cell that is a formula, and two readings of one request.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from '../../../tools/lib.mjs';
import { SoftwareKey } from '../../lib/passkey.mjs';
import { freePort, runOstia, serve } from '../../lib/program.mjs';
import { answersOf, ask, exchange } from '../../lib/raw.mjs';
import { until } from '../../lib/until.mjs';
import { isRefused, realm } from './world.mjs';

const head = (lines, body = '') => `${lines.join('\r\n')}\r\n\r\n${body}`;

export default {
  'a new way in, and its owner is not told': async (w) => {
    const ada = await w.person(), eve = await w.person();
    const own = (await w.logIn(ada, undefined, { audience: `${w.issuer}api/v2/`, scope: 'openid update:current_user_identities' })).body, other = (await w.logIn(eve)).body;
    const before = w.mailsTo(ada.username).length, linked = await w.api.call('POST', `${ada.path}/identities`, { link_with: other.id_token }, own.access_token);
    assert.equal(linked.status, 201, linked.text);
    await until(() => w.mailsTo(ada.username).length > before, 'a mail tells of the identity');
    const grace = await w.person(), browser = w.browser(), offer = await browser.submit(await browser.open(w.url()), grace.words);
    assert.equal(offer.action, '/u/passkey/new');
    await browser.submit(offer, new SoftwareKey().answer(offer, w.issuer));
    await until(() => w.mailsTo(grace.username).some((text) => /passkey/i.test(text)), 'a mail tells of the passkey');
  },

  'a formula in an export, a script as a picture': async (w) => {
    const signUp = (more) => w.api.post('/dbconnections/signup', { client_id: 'app', connection: realm, password: 'Some-Word-9', ...more }, w.from());
    for (const picture of ['javascript:alert(1)', 'data:text/html,x']) isRefused(await signUp({ email: 'picture@example.com', picture }));
    assert.equal((await signUp({ email: 'formula@example.com', name: '=HYPERLINK("https://evil.example")', given_name: '@SUM(1)', family_name: '+1', nickname: '-1' })).status, 200);
    const job = await w.must('POST', 'jobs/users-exports', { format: 'csv', fields: ['email', 'name', 'given_name', 'family_name', 'nickname'].map((name) => ({ name })) });
    const { location } = await until(async () => { const one = await w.must('GET', `jobs/${job.id}`); return one.location && one; }, 'the export is made');
    const csv = gunzipSync(Buffer.from(await (await fetch(location)).arrayBuffer())).toString();
    assert.ok(csv.includes('HYPERLINK'));
    for (const cell of csv.split(/[,;\t\r\n]/)) assert.doesNotMatch(cell, /^[ "]*[=+\-@]/, cell);
  },

  'somebody else knocks while a program waits for its login': async (w) => {
    const ada = await w.person(), browser = join(w.folder(), 'browser');
    writeFileSync(browser, `#!${process.execPath}
import('${root}/tests/lib/authority.mjs').then(async ({ Reader }) => {
  const url = process.argv[2], back = new URL(url).searchParams.get('redirect_uri');
  for (const more of ['?x=1', '?code=theirs&state=theirs', '?error=access_denied']) await fetch(back + more, { headers: { 'sec-fetch-site': 'cross-site' } });
  const person = new Reader('${w.issuer}');
  let page = await person.submit(await person.open(url), ${JSON.stringify(ada.words)});
  if (page.action === '/u/passkey/new') page = await person.submit(page, {}, 'later');
  await fetch(page.location);
});\n`, { mode: 0o755 });
    const { code, stdout, stderr } = await runOstia(['login', '--domain', w.issuer.slice(0, -1), '--client-id', 'native'], { env: { BROWSER: browser } });
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(ada.username));
  },

  'one request that two programs read in two ways': async (w) => {
    const to = { port: w.authority.port }, host = `Host: 127.0.0.1:${to.port}`, get = (...lines) => head(['GET /health/live HTTP/1.1', 'Connection: close', ...lines]);
    const post = (lines, body) => head(['POST /oauth/token HTTP/1.1', host, 'Content-Type: application/x-www-form-urlencoded', ...lines], body);
    const bad = {
      'no Host': get(), 'two Hosts': get(host, 'Host: evil.example'), 'a folded line': get(host, 'X: a', ' b'), 'two lengths in one': post(['Content-Length: 3, 3'], 'a=b'), 'gzip, chunked': post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
      'chunks in HTTP/1.0': head(['POST /oauth/token HTTP/1.0', host, 'Transfer-Encoding: chunked'], '0\r\n\r\n'), 'both lengths': post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    };
    for (const [what, bytes] of Object.entries(bad)) {
      const answers = answersOf(await exchange(to, `${bytes}GET /health/live HTTP/1.1\r\n${host}\r\n\r\n`));
      assert.equal(answers.length, 1, what);
      assert.ok([400, 501].includes(answers[0].status), `${what}: ${answers[0].status}`);
    }
  },

  'an old cipher, and plain HTTP instead': async (w, t) => {
    const dir = w.folder(), port = await freePort(), file = (name) => join(dir, name);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('key.pem'), '-out', file('cert.pem'), '-days', '2', '-subj', '/CN=login.example.com', '-addext', 'subjectAltName=DNS:login.example.com'], { stdio: 'ignore' });
    const server = await serve(['--data', file('data'), '--listen', `127.0.0.1:${port}`, '--issuer', 'https://login.example.com', '--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')]);
    t.after(() => server.stop());
    const tries = (...more) => spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'login.example.com', ...more], { input: '', encoding: 'utf8' }).stdout;
    const agreed = (out) => /Cipher is (?!\(NONE\))/.test(out);
    assert.ok(agreed(tries('-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256')), 'good ones are there');
    for (const cipher of ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA384', 'AES128-SHA', 'AES128-GCM-SHA256']) assert.ok(!agreed(tries('-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`)), cipher);
    for (const version of ['-tls1', '-tls1_1']) assert.ok(!agreed(tries(version, '-cipher', 'ALL:@SECLEVEL=0')), version);
    const { headers } = await ask({ port, tls: true, servername: 'login.example.com' }, ['GET /health/live HTTP/1.1', 'Host: login.example.com']);
    assert.match(headers['strict-transport-security'] ?? '', /max-age=31536000/);
  },
};
