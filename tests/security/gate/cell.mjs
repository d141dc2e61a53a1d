// One cell of the gate: a browser, the request that the application makes, and in what words the outcome is told.
import { Reader, readPage } from '../../lib/authority.mjs';
import { decode } from '../../lib/person.mjs';
import { callback, guarded, people, secret } from './tenant.mjs';

/** A way that ends before its last step: it was refused, in these words. */
export class Refused extends Error {
  constructor(outcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

const login = ['/u/login', '/u/passwordless', '/u/passwordless/code', '/u/signup', '/u/account', '/u/passkey'];
const named = { '/u/consent': 'consent', '/u/mfa': 'mfa', '/u/mfa/enrol': 'mfa', '/activate/confirm': 'device', '/u/organization': 'organization' };

export class Cell {
  /** @param api the Management API @param who the person's name, of `people` */
  constructor(api, who) {
    Object.assign(this, { api, name: who, who: people[who] });
    this.person = new Reader(api.issuer);
    this.request = {};     // what a condition asks beside
    this.client = 'app';
    this.accepts = false;  // whether the person says yes to a consent
  }

  get credentials() { return { client_id: this.client, client_secret: secret }; }

  /** The request at `/authorize`. `plain`: without what the condition asks, as when the session was begun before. */
  url(more = {}, plain = false) {
    const asked = { client_id: plain ? 'app' : this.client, response_type: 'code', redirect_uri: callback, audience: guarded, scope: 'openid email read:it offline_access', state: 's', ...(plain ? {} : this.request), ...more };
    return `/authorize?${new URLSearchParams(asked)}`;
  }

  // ---- What was the answer?

  /** The outcome of tokens that were given or not, in a word. */
  tokens({ status, body, text }) {
    if (status !== 200) return body?.error ?? `${status} ${text.slice(0, 80)}`;
    this.given = body;
    const { scope, permissions, sub } = decode(body.access_token);
    this.sub = sub;
    const has = scope.split(' ').includes('read:it'), told = JSON.stringify(permissions);
    const isNew = this.who.sub && sub !== this.who.sub;
    if (has && told === '["read:it"]') return isNew ? 'somebody else' : 'in';
    if (!has && told === '[]') return isNew ? 'new' : 'less';
    return `scope ${scope}, permissions ${told}`;
  }

  async redeem(code) {
    return this.tokens(await this.api.token({ grant_type: 'authorization_code', ...this.credentials, code, redirect_uri: callback }));
  }

  async answered(parameters) {
    return parameters.error ?? (parameters.code ? this.redeem(parameters.code) : `nothing in ${JSON.stringify(parameters)}`);
  }

  /** Where a browser ends: at a page, or at the application with a code (which is redeemed) or an error. */
  async outcome(response) {
    const to = response.headers.get('location');
    if (to) {
      const url = new URL(to, this.api.issuer);
      this.landed = url;
      if (`${url.origin}${url.pathname}` === callback) return this.answered(Object.fromEntries(url.searchParams));
      return `${url.origin}${url.pathname}`;
    }
    const page = this.page = await readPage(response);
    const message = /id="message">([^<]*)</.exec(page.html)?.[1];
    if (message) return this.answered(JSON.parse(message).response);
    if (page.action === callback) return this.answered(page.fields);
    const path = response.at?.pathname;
    if (page.alert && (page.action || path)) return 'alert';
    if (page.heading === 'Your account') return 'in';
    const at = page.action || path;
    if (named[at]) return named[at];
    if (login.includes(at)) return 'login';
    if (page.status === 400 || page.status === 403) return 'stale';
    return `${page.status} ${at ?? ''} ${page.heading}`;
  }

  async look(path, options) { return this.outcome(await this.person.follow(new URL(path, this.api.issuer), options)); }
  async submit(fields = {}, action = 'default') {
    const { page } = this;
    return this.look(page.action, { method: 'POST', body: new URLSearchParams({ ...page.fields, ...fields, action }) });
  }

  /** Goes on only if the outcome is this one. */
  async need(wanted, outcome) {
    const got = await outcome;
    if (got !== wanted) throw new Refused(got);
  }

  // ---- What people do

  get words() { return { username: this.who.email, password: this.who.password }; }

  /** From `/authorize` by the login page to the answer. */
  async logIn(path = this.url()) {
    await this.need('login', this.look(path));
    return this.enter();
  }

  /** The password at a login page, and yes to what is asked then. */
  async enter() {
    return this.agreed(this.submit(this.words));
  }

  /** An outcome; where it is the page of a consent, what comes after its yes. */
  async agreed(outcome) { return (await outcome) === 'consent' && this.accepts ? this.submit({}, 'accept') : outcome; }

  another() { return new Reader(this.api.issuer); }

  /** A session by a request without conditions, as another day's login would have made it. */
  async session() { await this.code(this.accepts ? this.url() : this.url({}, true)); }

  /** The code of a login, not redeemed. */
  async code(path = this.url()) {
    this.redeem = () => 'in';
    await this.need('in', this.logIn(path));
    delete this.redeem;
    const code = this.landed?.searchParams.get('code');
    this.landed = undefined;
    return code;
  }

  post(path, body, headers = {}) { return this.api.post(path, body, headers); }
}
