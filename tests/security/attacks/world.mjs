// The tenant that is attacked: one node as in production behind a proxy that is this machine, so that a step can come from
// any address; mail and text messages go out and are caught here. Nothing of it is turned down for the tests, and no
// clock is moved: what has to be old is made old in the database.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createMailServer } from 'node:net';
import { Reader } from '../../lib/authority.mjs';
import { machine, Management, managementGrant } from '../../lib/management.mjs';
import { folder, freePort, ostia, runOstia, startAuthority } from '../../lib/program.mjs';
import { sql } from '../../lib/store.mjs';
import { app, callback, database, deviceGrant, exchangeGrant, grants, third, web } from '../../lib/tenant.mjs';

export const realm = 'Username-Password-Authentication', employees = 'Employees';
export const mail = { host: '127.0.1.25' }, gateway = { host: '127.0.1.26' }, listener = { host: '127.0.1.27' };
export const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const api_ = (name, more) => ({ name, identifier: `https://${name}.example.com/`, scopes: [{ value: 'read:it' }, { value: 'admin:it' }], ...more });
export const hs256 = 'a-secret-of-the-api-and-of-whoever-runs-it';
const unquoted = (s) => Buffer.from(s.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, h) => String.fromCharCode(parseInt(h, 16))), 'latin1').toString();

/** The least that takes mail (RFC 5321): each in full, with its recipients. */
function takeMail(t, port, mails) {
  const server = createMailServer((socket) => {
    let rest = '', to = [], isData = false;
    const say = (line) => socket.write(`${line}\r\n`);
    say('220 mail.test');
    socket.on('error', () => {}).on('data', (d) => {
      rest += d.toString('latin1');
      for (let end; (end = rest.indexOf(isData ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const text = rest.slice(0, end);
        rest = rest.slice(end + (isData ? 5 : 2));
        if (isData) mails.push({ to, text: unquoted(text) });
        else if (/^RCPT/i.test(text)) to.push(/<([^>]*)>/.exec(text)[1]);
        else if (/^MAIL/i.test(text)) to = [];
        const wasData = isData;
        isData = !isData && /^DATA/i.test(text);
        say(isData ? '354 go on' : /^QUIT/i.test(text) && !wasData ? '221 bye' : '250 ok');
      }
    });
  }).listen(port, mail.host);
  t.after(() => server.close());
}

/** Answers each request with 200 and remembers it. */
function listen(t, { host }, port, seen) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d)).on('end', () => { seen.push({ path: request.url, headers: request.headers, body }); response.end('{}'); });
  }).listen(port, host);
  t.after(() => { server.closeAllConnections(); server.close(); });
}

/** A person behind a proxy: a browser of one address. */
export class Browser extends Reader {
  constructor(issuer, address) { super(issuer); this.address = address; }
  get(url, options = {}) { return super.get(url, { ...options, headers: { 'x-forwarded-for': this.address, ...options.headers } }); }
}

export class World {
  mails = []; texts = []; told = []; secrets = {};
  #networks = 0; #people = 0;

  async start(group) {
    this.group = group;
    const [mailPort, textPort, hookPort] = [await freePort(), await freePort(), await freePort()];
    takeMail(group, mailPort, this.mails);
    listen(group, gateway, textPort, this.texts);
    listen(group, listener, hookPort, this.told);
    this.listenerPort = hookPort;
    const spa = (client_id, more) => ({ ...app, client_id, name: client_id, ...more });
    const secret = { app_type: 'regular_web', callbacks: [callback] };
    const clients = [
      spa('app', { organization_usage: 'allow', initiate_login_uri: 'https://app.example.com/login', web_origins: ['http://localhost:4000'], grant_types: [...app.grant_types, ...['otp', 'oob', 'recovery-code'].map(mfaGrant)] }),
      web, machine,
      { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code'] },
      { ...third, grant_types: [...third.grant_types, 'refresh_token', deviceGrant], web_origins: ['https://third.example'] },
      { ...secret, name: 'Symmetric', client_id: 'hsapp', client_secret: 'a-secret-that-the-application-knows-too', grant_types: ['password', 'authorization_code'], jwt_configuration: { alg: 'HS256' } },
      { ...secret, name: 'Payroll', client_id: 'payroll', client_secret: 'payroll-secret', grant_types: ['authorization_code', 'refresh_token', 'password', grants.realm] },
      { ...web, name: 'Exchanger', client_id: 'exchanger', client_secret: 'exchanger-secret', grant_types: [exchangeGrant, 'password'] },
      { ...web, name: 'Tellable', client_id: 'tellable', client_secret: 'tellable-secret', oidc_logout: { backchannel_logout_urls: [`http://${listener.host}:${hookPort}/logout`] } },
      { ...web, name: 'Pushing', client_id: 'pushing', client_secret: 'pushing-secret', require_pushed_authorization_requests: true, cross_origin_authentication: true, web_origins: ['http://localhost:4000'], grant_types: ['authorization_code', grants.otp] },
      ...['roles', 'keys', 'invitations'].map((name) => ({ ...machine, name, client_id: name })),
    ];
    const all = clients.map((c) => c.client_id).filter((id) => id !== 'payroll');
    const args = ['--plain-http', '--trusted-proxy', '127.0.0.1'];
    const { stdout } = await runOstia(['serve', '--help']);
    if (stdout.includes('--allow-egress')) args.push('--allow-egress', '127.0.1.0/24');
    this.authority = await startAuthority(group, { clients, dev: false, args, extra: {
      databases: [database(realm, { brute_force_protection: true, authentication_methods: { passkey: { enabled: true } } }, { enabled_clients: all }), database(employees, { disable_signup: true }, { enabled_clients: ['payroll'] })],
      connections: [{ name: 'email', strategy: 'email', enabled_clients: all }, { name: 'sms', strategy: 'sms', enabled_clients: all, options: { provider: 'sms_gateway', gateway_url: `http://${gateway.host}:${textPort}/`, gateway_token: 'gateway-token', from: 'Ostia' } }],
      organizations: [{ name: 'acme', display_name: 'Acme', connections: [{ name: realm }] }],
      guardianFactors: ['otp', 'sms', 'recovery-code'].map((name) => ({ name, enabled: true })),
      emailProvider: { name: 'smtp', enabled: true, default_from_address: 'doors@example.com', credentials: { smtp_host: mail.host, smtp_port: mailPort } },
      resourceServers: [api_('a'), api_('b'), api_('guarded', { enforce_policies: true, token_dialect: 'access_token_authz' }), api_('hs', { signing_alg: 'HS256', signing_secret: hs256 })],
      clientGrants: [
        managementGrant(), managementGrant(['read:roles'], 'roles'), managementGrant(['read:clients', 'read:client_keys'], 'keys'), managementGrant(['create:organization_invitations'], 'invitations'),
        ...['a', 'b', 'guarded'].map((name) => ({ client_id: 'exchanger', audience: `https://${name}.example.com/`, scope: ['read:it', 'admin:it'] })),
      ],
    } });
    this.issuer = this.authority.issuer;
    this.api = await new Management({ devIssuer: this.issuer }).authenticate();
    Object.assign(this.secrets, { 'a client secret': 'payroll-secret', "an API's secret": hs256, "the gateway's token": 'gateway-token' });
    return this;
  }

  /** A network that nobody has come from yet. */
  network() { const n = ++this.#networks; return `198.51.${100 + (n >> 8)}.${n & 255}`; }
  from(address = this.network()) { return { 'x-forwarded-for': address }; }
  browser(address = this.network()) { return new Browser(this.issuer, address); }

  /** Somebody whom nobody has attacked yet; `connection`: where. */
  async person(more = {}) {
    const name = `person${++this.#people}`, one = { username: `${name}@example.com`, password: `Their-Word-${name}-9` };
    const made = await this.must('POST', 'users', { connection: realm, email: one.username, password: one.password, email_verified: true, verify_email: false, ...more });
    this.secrets[`the password of ${name}`] = one.password;
    return Object.assign(one, { id: made.user_id, path: `users/${encodeURIComponent(made.user_id)}`, words: { username: one.username, password: one.password } });
  }

  async must(...call) {
    const answer = await this.api.call(...call);
    assert.ok(answer.status < 300, `${call[0]} ${call[1]}: ${answer.status} ${answer.text}`);
    return answer.body;
  }
  bearer(token, more = {}) { return { authorization: `Bearer ${token}`, ...more }; }
  async machineToken(client_id) { return (await new Management({ devIssuer: this.issuer }).authenticate(client_id)).bearer; }
  token(fields, headers = this.from()) { return this.api.token(fields, headers); }
  logIn(person, headers, more = {}) { return this.token({ grant_type: grants.realm, client_id: 'app', realm, scope: 'openid profile email offline_access', ...person.words, ...more }, headers); }
  url(more = {}) { return `${this.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid profile email', state: 's', nonce: 'n', ...more })}`; }

  /** Past the offer of a passkey, to wherever it leads. */
  async onwards(browser, page) {
    return page.action === '/u/passkey/new' ? browser.submit(page, {}, 'later') : page;
  }
  /** A browser in which that person is signed in; and the page or address where that ended. */
  async signIn(person, more = {}, browser = this.browser()) {
    const page = await browser.open(this.url(more));
    browser.end = await this.onwards(browser, page.location ? page : await browser.submit(page, person.words));
    return browser;
  }
  async codeFor(person, more) { return (await this.signIn(person, more)).end.location.searchParams.get('code'); }
  redeem(code, more = {}) { return this.token({ grant_type: 'authorization_code', client_id: 'web', client_secret: 'web-secret', code, redirect_uri: callback, ...more }); }
  userinfo(token) { return this.api.get('/userinfo', this.bearer(token)); }
  startCode(fields, headers = this.from()) { return this.api.post('/passwordless/start', { client_id: 'app', connection: 'email', send: 'code', ...fields }, headers); }
  resetMail(person, headers = this.from()) { return this.api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: person.username }, headers); }

  mailsTo(address) { return this.mails.filter(({ to }) => to.includes(address)).map(({ text }) => text); }
  linkIn(text, path) { return new RegExp(`https?://[^\\s"<>]*${path}[^\\s"<>]*`).exec(text)?.[0].replaceAll('&amp;', '&'); }
  sql(text) { return sql(this.authority, text); }
  /** Those sessions are from two hours ago. */
  age(person) { this.sql(`UPDATE sessions SET auth_time = auth_time - 7200, created_at = created_at - 7200 WHERE user_id = '${person.id}'`); }
  /** While it runs, each login asks for a second factor. */
  async withFactors(run) {
    await this.must('PUT', 'guardian/policies', ['all-applications']);
    try { return await run(); } finally { await this.must('PUT', 'guardian/policies', []); }
  }
  associate(mfa_token, body = { authenticator_types: ['otp'] }, headers = this.from()) { return this.api.post('/mfa/associate', body, this.bearer(mfa_token, headers)); }
  prove(name, mfa_token, fields, headers) { return this.token({ grant_type: mfaGrant(name), client_id: 'app', mfa_token, ...fields }, headers); }

  folder() { return folder(); }
  get program() { return ostia; }
}

/** How often each status came. */
export const tally = (statuses) => statuses.reduce((all, s) => ({ ...all, [s]: (all[s] ?? 0) + 1 }), {});
/** Refused, and no defect. */
export const isRefused = ({ status, text }, what) => assert.ok(status >= 400 && status < 500, `${what ?? ''} ${status} ${String(text).slice(0, 300)}`);
