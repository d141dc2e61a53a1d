// Messages on their way to people: a real mail server receives them, a stand-in of Twilio's shape the text messages.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { startExim } from '../lib/exim.mjs';
import { freePort, serve, startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const provider = (port, more = {}) => ({ name: 'smtp', enabled: true, default_from_address: 'Türen <doors@example.com>', credentials: { smtp_host: '127.0.0.1', smtp_port: port, ...more } });
const start = (api, email, language) => api.post('/passwordless/start', { client_id: 'app', connection: 'email', email, send: 'code' }, language ? { 'x-request-language': language } : {});
const decodeWords = (s) => s.replace(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_, b) => Buffer.from(b, 'base64').toString());
const unquote = (s) => Buffer.from(s.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, h) => String.fromCharCode(parseInt(h, 16))), 'latin1').toString();

row('AZ-1301', 'd', 'e-mail', 'emailProvider smtp', 'a real server gets HTML and text, with proper headers, in the language', async (t) => {
  const exim = await startExim(t);
  if (!exim) return;
  const api = new Api(await startAuthority(t, { clients: [app], extra: { ...extra, emailProvider: provider(exim.port) } }));
  await start(api, 'ada.new@example.com', 'ja');
  const [mail] = await until(() => exim.mails().length && exim.mails(), 'the mail is there');
  const { code } = await api.message('ada.new@example.com');
  assert.match(decodeWords(mail), /^From: Türen <doors@example\.com>$/m);
  assert.match(mail, /^To: ada\.new@example\.com$/m);
  assert.match(mail, /^Date: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000$/m);
  assert.match(mail, /^Message-ID: <[\w-]+@example\.com>$/m);
  assert.ok(decodeWords(mail).includes(`Test のコード: ${code}`));
  assert.match(mail, /^Content-Type: multipart\/alternative/m);
  const body = unquote(mail);
  assert.match(body, /Content-Type: text\/plain; charset=utf-8[\s\S]*Content-Type: text\/html; charset=utf-8/);
  assert.equal(body.split(code).length - 1 >= 2, true);
});

row('AZ-1302', 'd', 'the queue', 'the mail server is away, the program restarts', 'nothing is lost: it goes out when the server is back', async (t) => {
  const exim = await startExim(t);
  if (!exim) return;
  await exim.stop();
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, emailProvider: provider(exim.port) } });
  await start(new Api(authority), 'late@example.com');
  await until(() => /message_delayed/.test(authority.log()), 'it is tried later');
  authority.child.kill('SIGKILL');
  await authority.ended;
  await exim.start();
  const again = await serve(authority.args);
  t.after(() => again.stop());
  await new Api(authority).advance(60);
  const [mail] = await until(() => exim.mails().length && exim.mails(), 'the mail is there');
  assert.match(mail, /^To: late@example\.com$/m);
});

test('a mail that the server refuses for good is given up, and logged', async (t) => {
  const exim = await startExim(t);
  if (!exim) return;
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, emailProvider: provider(exim.port) } });
  const api = new Api(authority);
  await start(api, 'nobody@refused.example');
  await until(() => /"event":"message_failed".*reply 55/.test(authority.log()), 'it is given up');
  assert.equal((await api.message('nobody@refused.example')).state, 'failed');
  await start(api, 'somebody@example.com'); // the queue goes on
  await until(() => exim.mails().length, 'the next one is there');
});

row('AZ-1303', 'd', 'e-mail', 'the tenant\'s own templates', 'subject, from and Liquid body; what does not render falls back', async (t) => {
  const emailTemplates = [
    { template: 'verify_email', enabled: true, syntax: 'liquid', from: 'Verify <v@example.com>', subject: 'Hello {{ user.given_name | default: "you" }}', body: '<a href="{{ url }}">{{ application.name }}</a>{% unless user.email_verified %} not yet{% endunless %}' },
    { template: 'welcome_email', enabled: true, syntax: 'liquid', subject: 'Hi', body: 'Hi {{ user.email }}' }, { template: 'blocked_account', enabled: false },
    { template: 'reset_email', enabled: true, syntax: 'liquid', subject: 'Reset', body: '{% if broken %}' },
  ];
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, emailTemplates } });
  const api = new Api(authority);
  await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'new@example.com', password: 'Brand-New-7', given_name: 'N<ll' });
  const mail = await api.message('new@example.com');
  assert.deepEqual([mail.subject, mail.from], ['Hello N<ll', 'Verify <v@example.com>']);
  assert.match(mail.html, /^<a href="http:\/\/localhost:\d+\/u\/email-verification\?ticket=[\w-]+">Test application<\/a> not yet$/);
  await api.post('/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'ada@example.com' });
  const reset = await api.message('ada@example.com');
  assert.equal(reset.subject, 'Reset');
  assert.match(reset.html, /Choose a new password/);
  assert.match(authority.log(), /template_failed.*a block is not closed/);
  const person = new Reader(api.issuer);
  await person.submit(await person.open(mail.link));
  assert.equal((await api.message('new@example.com')).html, 'Hi new@example.com');
  for (let i = 0; i < 10; i++) await api.token({ grant_type: 'password', client_id: 'app', username: 'grace@example.com', password: 'no' });
  assert.equal((await api.messages('grace@example.com')).length, 0); // turned off
});

const twilio = async (t, status = 201) => {
  const port = await freePort();
  const requests = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d)).on('end', () => {
      requests.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status).end('{}');
    });
  }).listen(port, '127.0.0.1');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${port}`, requests };
};

row('AZ-1304', 'd', 'text messages', 'twilio_sid, twilio_token, from', 'an HTTP request of Twilio\'s shape, with Basic authentication', async (t) => {
  const { url, requests } = await twilio(t);
  const connections = [{ name: 'sms', strategy: 'sms', options: { twilio_sid: 'AC1', twilio_token: 'a-token', from: '+15005550006', template: 'Code @@password@@ for {{ application.name }}', ostia: { twilio_url: url } } }];
  const authority = await startAuthority(t, { clients: [app], extra: { ...extra, connections } });
  const api = new Api(authority);
  await api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+49301234567', send: 'code' });
  const [sent] = await until(() => requests.length && requests, 'the provider is asked');
  assert.equal(sent.path, '/2010-04-01/Accounts/AC1/Messages.json');
  assert.equal(sent.headers.authorization, `Basic ${Buffer.from('AC1:a-token').toString('base64')}`);
  const { code } = await api.message('+49301234567');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(sent.body)), { To: '+49301234567', From: '+15005550006', Body: `Code ${code} for Test application` });
});

row('AZ-1305', 'd', 'text messages', 'a gateway of one\'s own', 'JSON with recipient, body and sender', async (t) => {
  const { url, requests } = await twilio(t);
  const connections = [{ name: 'sms', strategy: 'sms', options: { provider: 'sms_gateway', gateway_url: `${url}/sms`, gateway_token: 'g', from: 'Ostia' } }];
  const api = new Api(await startAuthority(t, { clients: [app], extra: { ...extra, connections } }));
  await api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+49301234567', send: 'code' });
  const [sent] = await until(() => requests.length && requests, 'the provider is asked');
  assert.equal(sent.headers.authorization, 'Bearer g');
  const { recipient, sender } = JSON.parse(sent.body);
  assert.deepEqual([recipient, sender], ['+49301234567', 'Ostia']);
});

row('AZ-1306', 'd', 'POST /passwordless/start', 'text messages without a provider, outside of development', '400 sms_provider_error', async (t) => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const authority = await startAuthority(t, { clients: [app], extra, dev: false });
  const answer = await (await fetch(`${authority.issuer}passwordless/start`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ client_id: 'app', connection: 'sms', phone_number: '+49301234567', send: 'code' }) })).json();
  assert.equal(answer.error, 'sms_provider_error');
});
