import { answer, checkCallback, settled, type Callback, type Handling } from './answers.js';
import { ask } from './core.js';
import { encode, encodeBase } from './encode.js';
import { checkClient, checkObject, checkTelemetry, checkText, omit } from './options.js';
import { join, RequestBuilder } from './request.js';
import { SSODataStorage } from './ssodata.js';
import { WebAuth } from './web-auth.js';

/** The method `name` of the authentication API, whose request the core knows. */
function send(client: { baseOptions: any; request: RequestBuilder }, name: string, options: any, cb: Callback, requestOptions?: object) {
  const { value } = ask(name, encodeBase(client.baseOptions), encode(options));
  checkCallback(cb);
  return client.request.post(join(client.baseOptions.rootUrl, value.path), requestOptions).send(value.body).end(answer(cb));
}

const asIs: Handling = { ignoreCasing: true };

/** Asks whether a captcha is needed; without a transaction of the hosted page there is nothing to ask about. */
function challenge(client: { baseOptions: any; request: RequestBuilder }, path: string, cb: Callback | undefined) {
  return settled(cb, (done) => {
    checkCallback(done);
    const { state, rootUrl } = client.baseOptions;
    if (!state) return done();
    return client.request.post(join(rootUrl, path)).send({ state }).end(answer(done, asIs));
  });
}

/** Database accounts, `webAuth.client.dbConnection`. */
export class DBConnection {
  constructor(readonly request: RequestBuilder, readonly baseOptions: any) {}

  /** Creates an account. */
  signup(options: any, cb?: Callback) {
    return settled(cb, (done) => send(this, 'signup', options, done));
  }
  /** Has a mail sent with a link that sets a new password. */
  changePassword(options: any, cb?: Callback) {
    return settled(cb, (done) => send(this, 'changePassword', options, done));
  }
  getSignupChallenge(cb?: Callback) {
    return challenge(this, '/dbconnections/signup/challenge', cb);
  }
  getPasswordResetChallenge(cb?: Callback) {
    return challenge(this, '/dbconnections/change_password/challenge', cb);
  }
}

/** Sign-in with a code or a link, `webAuth.client.passwordless`. */
export class Passwordless {
  constructor(readonly request: RequestBuilder, readonly baseOptions: any) {}

  /** Where a checked code becomes a session. */
  buildVerifyUrl(options: any): string {
    checkObject(options);
    const { _sendTelemetry } = this.baseOptions;
    return ask('build_verify_url', encodeBase(this.baseOptions, _sendTelemetry && this.request.getTelemetryData()), encode(options)).value;
  }
  /** Has a code or a link sent. */
  start(options: any, cb?: Callback) {
    return settled(cb, (done) => {
      ask('check', 'passwordlessStart', encode(options));
      checkCallback(done);
      const { xRequestLanguage } = options;
      delete options.xRequestLanguage;
      return send(this, 'passwordlessStart', options, done, { xRequestLanguage });
    });
  }
  /** Checks a code. */
  verify(options: any, cb?: Callback) {
    return settled(cb, (done) => send(this, 'passwordlessVerify', options, done));
  }
  getChallenge(cb?: Callback) {
    return challenge(this, '/passwordless/challenge', cb);
  }
}

/** The authentication API's methods, `webAuth.client`. */
export class Authentication {
  baseOptions: any;
  auth0: any;
  request: RequestBuilder;
  passwordless: Passwordless;
  dbConnection: DBConnection;
  ssodataStorage: SSODataStorage;
  warn: { disableWarnings: boolean; warning(message: string): void };

  constructor(first: any, second?: any) {
    const options = second ?? first;
    if (second) this.auth0 = first;
    checkClient(options);
    checkTelemetry(options);
    this.baseOptions = options;
    options._sendTelemetry = options._sendTelemetry !== false;
    options.rootUrl = ask('derive_base', null, encode(omit(options, 'plugins __clock'))).value.rootUrl;
    this.request = new RequestBuilder(options);
    this.passwordless = new Passwordless(this.request, options);
    this.dbConnection = new DBConnection(this.request, options);
    const disableWarnings = !!options._disableDeprecationWarnings;
    this.warn = { disableWarnings, warning: (message) => disableWarnings || console.warn(message) };
    this.ssodataStorage = new SSODataStorage(options);
  }

  /** The URL to which a person is sent to log in. */
  buildAuthorizeUrl(options: any): string {
    checkObject(options);
    const { value, warning } = ask('build_authorize_url', this.encodedBase(), encode(options));
    if (warning) this.warn.warning(warning);
    return value;
  }

  /** The URL that ends the session at the authority. */
  buildLogoutUrl(options?: any): string {
    if (options) checkObject(options);
    return ask('build_logout_url', this.encodedBase(), encode(options ?? {})).value;
  }

  /** Tokens for a code, a refresh token or credentials. */
  oauthToken(options: any, cb?: Callback) {
    return settled(cb, (done) => {
      checkObject(options);
      checkCallback(done);
      return send(this, 'oauthToken', options, done);
    });
  }
  /** Tokens for a password of the connection `realm`. */
  login(options: any, cb?: Callback) {
    return settled(cb, (done) => this.grant('login', 'http://auth0.com/oauth/grant-type/password-realm', options, done));
  }
  /** Tokens for a password of the tenant's default directory. */
  loginWithDefaultDirectory(options: any, cb?: Callback) {
    return settled(cb, (done) => this.grant('loginWithDefaultDirectory', 'password', options, done));
  }
  /** Tokens for a token of somebody else's (RFC 8693). */
  customTokenExchange(options: any, cb?: Callback) {
    return settled(cb, (done) => {
      ask('check', 'customTokenExchange', encode(options));
      checkCallback(done);
      return this.oauthToken({ ...options, grantType: 'urn:ietf:params:oauth:grant-type:token-exchange' }, done);
    });
  }
  loginWithResourceOwner(options: any, cb?: Callback) {
    return settled(cb, (done) => send(this, 'loginWithResourceOwner', options, done));
  }
  delegation(options: any, cb?: Callback) {
    return settled(cb, (done) => send(this, 'delegation', options, done));
  }

  /** The profile of the person for whom `accessToken` was issued. */
  userInfo(accessToken: string, cb?: Callback) {
    return settled(cb, (done) => {
      checkText(accessToken, 'accessToken');
      checkCallback(done);
      return this.request.get(join(this.baseOptions.rootUrl, '/userinfo')).set('Authorization', 'Bearer ' + accessToken).end(answer(done, asIs));
    });
  }
  getUserCountry(cb?: Callback) {
    return settled(cb, (done) => {
      checkCallback(done);
      return this.request.get(join(this.baseOptions.rootUrl, '/user/geoloc/country')).end(answer(done));
    });
  }
  getChallenge(cb?: Callback) {
    return challenge(this, '/usernamepassword/challenge', cb);
  }

  /** What is known of the last sign-in and whether it still holds. */
  getSSOData(withActiveDirectories?: any, cb?: Callback): any {
    this.auth0 ??= new WebAuth(this.baseOptions);
    if (window.location.host === this.baseOptions.domain) return this.auth0._universalLogin.getSSOData(withActiveDirectories, cb);
    return settled(typeof withActiveDirectories === 'function' ? withActiveDirectories : cb, (done) => {
      checkCallback(done);
      this.askForSession(done);
    });
  }

  private askForSession(cb: Callback): void {
    const { clientID } = this.baseOptions;
    const { lastUsedConnection, lastUsedSub } = this.ssodataStorage.get() || {};
    const request = { responseType: 'token id_token', scope: 'openid profile email', connection: lastUsedConnection, timeout: 5000 };
    this.auth0.checkSession(request, (error: any, result: any) => {
      if (error?.error === 'login_required') return cb(null, { sso: false });
      if (error?.error === 'consent_required')
        error.error_description = 'Consent required. When using `getSSOData`, the user has to be authenticated with the following scope: `openid profile email`.';
      const claims = result?.idTokenPayload;
      if (error || (lastUsedSub && lastUsedSub !== claims.sub)) return cb(error, { sso: false });
      cb(null, {
        lastUsedConnection: { name: lastUsedConnection },
        lastUsedUserID: claims.sub,
        lastUsedUsername: claims.email || claims.name,
        lastUsedClientID: clientID,
        sessionClients: [clientID],
        sso: true,
      });
    });
  }

  private grant(name: string, grantType: string, options: any, cb: Callback) {
    ask('check', name, encode(options));
    options.grantType = grantType;
    return this.oauthToken(options, cb);
  }

  encodedBase(): unknown {
    return encodeBase(this.baseOptions, this.baseOptions._sendTelemetry && this.request.getTelemetryData());
  }
}
