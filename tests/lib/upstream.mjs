// An identity provider that says what a test wants it to say: OpenID Connect, and the shapes of those that are older.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export class ScriptedUpstream {
  key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  requests = [];
  people = new Map(); // code → what was asked

  async start(t) {
    this.server = createServer((request, response) => this.answer(request, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.server.once('listening', resolve));
    t.after(() => new Promise((resolve) => { this.server.closeAllConnections(); this.server.close(resolve); }));
    this.issuer = `http://127.0.0.1:${this.server.address().port}`;
    return this.reset();
  }

  /** Back to somebody honest. */
  reset() {
    this.claims = { sub: 'u1', email: 'una@example.net', email_verified: true, name: 'Una Upstream', given_name: 'Una', picture: 'https://img.example/una.png' };
    this.change = {};
    this.requests = [];
    return this;
  }

  connection(name, more = {}, options = {}) {
    return { name, strategy: 'oidc', options: { client_id: 'ostia', client_secret: 'upstream-secret', issuer: this.issuer, discovery_url: `${this.issuer}/.well-known/openid-configuration`, ...options }, ...more };
  }

  sign(claims, { alg = 'RS256', kid = 'k1', key = this.key.privateKey } = {}) {
    const input = `${b64({ alg, kid, typ: 'JWT' })}.${b64(claims)}`;
    return `${input}.${alg === 'none' ? '' : createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`;
  }

  /** As a person who agrees: where the authority is told to go on. */
  approve(authorizationUrl, more = {}) {
    const asked = Object.fromEntries(new URL(authorizationUrl).searchParams);
    const code = `code-${this.people.size}`;
    this.people.set(code, asked);
    const back = new URL(asked.redirect_uri);
    for (const [name, value] of Object.entries({ code, state: asked.state, iss: this.issuer, ...more })) if (value !== undefined) back.searchParams.set(name, value);
    return back.href;
  }

  idToken(asked, accessToken, change = this.change.idToken ?? {}) {
    const now = Math.floor(Date.now() / 1000);
    const at_hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
    return this.sign({ iss: this.issuer, aud: 'ostia', iat: now, exp: now + 300, nonce: asked.nonce, at_hash, ...this.claims, ...change }, this.change.signing);
  }

  async answer(request, response) {
    let body = '';
    for await (const part of request) body += part;
    if (this.change.late_ms) await new Promise((resolve) => { setTimeout(resolve, this.change.late_ms); });
    const url = new URL(request.url, this.issuer);
    this.requests.push({ path: url.pathname, method: request.method, headers: request.headers, body });
    const send = (status, value, type = 'application/json') => response.writeHead(status, { 'content-type': type }).end(typeof value === 'string' ? value : JSON.stringify(value));
    const scripted = this.change[url.pathname];
    if (scripted?.hangs) return undefined;
    if (scripted) return send(scripted.status ?? 200, scripted.body, scripted.type);
    if (url.pathname === '/.well-known/openid-configuration')
      return send(200, { issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`, userinfo_endpoint: `${this.issuer}/userinfo`, jwks_uri: `${this.issuer}/jwks`, authorization_response_iss_parameter_supported: true });
    if (url.pathname === '/jwks') return send(200, { keys: [{ ...this.key.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] });
    if (url.pathname === '/token') {
      const form = new URLSearchParams(body), asked = this.people.get(form.get('code'));
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      if (!asked || (asked.code_challenge && asked.code_challenge !== challenge)) return send(400, { error: 'invalid_grant' });
      this.people.delete(form.get('code'));
      return send(200, { access_token: 'upstream-access', refresh_token: 'upstream-refresh', token_type: 'Bearer', expires_in: 60, id_token: this.idToken(asked, 'upstream-access') });
    }
    if (url.pathname === '/userinfo') return send(200, this.claims);
    return send(404, {});
  }
}
