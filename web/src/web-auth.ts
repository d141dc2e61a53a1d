import { answer, checkCallback, explain, rawError, settled, type Callback } from './answers.js';
import { noteLogout } from './attempts.js';
import { Authentication } from './authentication.js';
import { render } from './captcha.js';
import { ask, has } from './core.js';
import { CrossOriginAuthentication } from './cross-origin.js';
import { encode } from './encode.js';
import { HostedPages } from './hosted-pages.js';
import { checkResponseType, checkWebAuth, flow, flowWithMode, merge, omit } from './options.js';
import { PluginHandler } from './plugins.js';
import { Popup } from './popup.js';
import { Redirect } from './redirect.js';
import { addChallenge, forget, refresh, usesPkce } from './refresh.js';
import { renew } from './renew.js';
import { readResponse } from './responses.js';
import { run } from './run.js';
import { SSODataStorage } from './ssodata.js';
import { TransactionManager } from './transaction-manager.js';
import { WebMessageHandler } from './web-message.js';

/** Login for web pages: the API of auth0-js over Ostia's core. */
export class WebAuth {
  baseOptions: any;
  transactionManager: TransactionManager;
  client: Authentication;
  redirect: Redirect;
  popup: Popup;
  crossOriginAuthentication: CrossOriginAuthentication;
  webMessageHandler: WebMessageHandler;
  _universalLogin: HostedPages;
  ssodataStorage: SSODataStorage;

  constructor(options: any) {
    checkWebAuth(options);
    // The caller's object is kept and completed, as applications expect.
    this.baseOptions = options;
    options.plugins = new PluginHandler(this, options.plugins || []);
    options._sendTelemetry = options._sendTelemetry !== false;
    options._timesToRetryFailedRequests = parseInt(options._timesToRetryFailedRequests, 10) || 0;
    Object.assign(options, { jwksURI: undefined }, ask('derive_base', null, encode(omit(options, 'plugins __clock'))).value);
    if (options.legacySameSiteCookie !== false) options.legacySameSiteCookie = true;
    this.transactionManager = new TransactionManager(options);
    this.client = new Authentication(options);
    this.redirect = new Redirect(this, options);
    this.popup = new Popup(this, options);
    this.crossOriginAuthentication = new CrossOriginAuthentication(this, options);
    this.webMessageHandler = new WebMessageHandler(this);
    this._universalLogin = new HostedPages(this, options);
    this.ssodataStorage = new SSODataStorage(options);
  }

  /** Sends the person to the authority to log in. */
  authorize(options?: any): void {
    let params = merge(this.baseOptions, `clientID ${flowWithMode} organization invitation`, options);
    checkResponseType(params);
    params = this.transactionManager.process(params);
    params.scope ||= 'openid profile email';
    if (usesPkce(this.baseOptions, params)) addChallenge(this.transactionManager, params);
    (window as any).location = this.client.buildAuthorizeUrl(params);
  }

  /** Ends the session at the authority and sends the person back to `returnTo`. */
  logout(options?: any): void {
    noteLogout();
    forget(this);
    (window as any).location = this.client.buildLogoutUrl(options);
  }

  /** Reads an authorization response from the location's fragment (with PKCE, from its query too), or from `options.hash`. */
  parseHash(options?: any, cb?: Callback): any {
    if (!cb && typeof options === 'function') return this.parseHash({}, options);
    options ??= {};
    return settled(cb, (done) => {
      const pkce = usesPkce(this.baseOptions, options);
      let hash = (options.hash === undefined ? window.location.hash : options.hash).replace(/^#?\/?/, '');
      if (pkce && options.hash === undefined && !/(^|&)(code|error)=/.test(hash)) hash = window.location.search.slice(1);
      const reply = ask('parse_hash', this.client.encodedBase(), encode({ hash: '#/' + hash, responseType: options.responseType }));
      if (has(reply, 'error')) return done(rawError(reply));
      if (!reply.value && !(pkce && reply.response.code)) return done(null, null);
      return this.validateAuthenticationResponse(options, reply.response, done);
    });
  }

  /** Checks an authorization response that is already taken apart. */
  validateAuthenticationResponse(options: any, parsedHash: any, cb?: Callback): any {
    return settled(cb, (done) => readResponse(this, options, parsedHash, done));
  }

  /** Checks an ID token: its signature and its claims. */
  validateToken(token: string, nonce?: string, cb?: Callback): any {
    return settled(cb, (done) =>
      run({ storage: this.transactionManager.storage, clock: this.baseOptions.__clock }, { start: 'validate_token', base: this.client.encodedBase(), options: encode(token), response: encode(nonce) },
        (reply) => (has(reply, 'value') ? done(null, reply.value) : done(rawError(reply)))));
  }

  /** New tokens for a person who is signed in at the authority, without showing anything. */
  checkSession(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      let params = merge(this.baseOptions, 'clientID ' + flow, options);
      const deliver = answer(done, { forceLegacy: true, ignoreCasing: true });
      const pkce = usesPkce(this.baseOptions, params);
      const askFrame = () => {
        if (!pkce && params.responseType === 'code') return done(explain({ error: 'error', error_description: "responseType can't be `code`" }, 'response_type_code'));
        if (!(options.nonce && options.state)) params = this.transactionManager.process(params);
        if (!params.redirectUri) return done(explain({ error: 'error', error_description: "redirectUri can't be empty" }, 'redirect_uri_missing'));
        checkCallback(done);
        if (pkce) addChallenge(this.transactionManager, params);
        this.webMessageHandler.run(omit(params, 'usePostMessage tenant postMessageDataType'), deliver);
      };
      if (pkce) refresh(this, params, deliver, askFrame);
      else askFrame();
    });
  }

  /** As `checkSession`, through a page of the application's own. */
  renewAuth(options: any, cb?: Callback): any {
    const { usePostMessage, postMessageDataType, postMessageOrigin, timeout } = options;
    let params = merge(this.baseOptions, 'clientID ' + flow, options);
    params.responseType ||= 'token';
    params.responseMode ||= 'fragment';
    params = this.transactionManager.process(params);
    return settled(cb, (done) => {
      checkCallback(done);
      params.prompt = 'none';
      const url = this.client.buildAuthorizeUrl(omit(params, 'usePostMessage tenant postMessageDataType postMessageOrigin'));
      renew({ url, timeout, usePostMessage: !!usePostMessage, postMessageDataType, postMessageOrigin }, (hash) => this.parseHash({ hash }, done));
    });
  }

  /** Embedded login with a password of the connection `realm`. */
  login(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      const params = this.transactionManager.process(merge(this.baseOptions, `clientID ${flow} onRedirecting organization invitation`, options));
      if (!this.isHostedPage()) return this.crossOriginAuthentication.login(params, done);
      params.connection = params.realm;
      delete params.realm;
      this._universalLogin.login(params, done);
    });
  }

  /** Has a code or a link sent. */
  passwordlessStart(options: any, cb?: Callback): any {
    options.authParams = this.transactionManager.process(merge(this.baseOptions, flowWithMode, options.authParams));
    return this.client.passwordless.start(options, cb);
  }

  /** Logs in with a code that was sent. */
  passwordlessLogin(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      const params = this.transactionManager.process(merge(this.baseOptions, `clientID ${flow} onRedirecting`, options));
      if (this.isHostedPage()) return void this.passwordlessVerify(params, done);
      const { connection, email, phoneNumber, verificationCode } = params;
      this.crossOriginAuthentication.login({
        credentialType: 'http://auth0.com/oauth/grant-type/passwordless/otp',
        realm: connection,
        username: email || phoneNumber,
        otp: verificationCode,
        ...omit(params, 'connection email phoneNumber verificationCode'),
      }, done);
    });
  }

  /** Checks a code and sends the person to where it becomes a session. */
  passwordlessVerify(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      let params = merge(this.baseOptions, `clientID ${flowWithMode} onRedirecting`, options);
      checkResponseType(params);
      params = this.transactionManager.process(params);
      return this.client.passwordless.verify(params, (error) => {
        if (error) return done(error);
        const go = () => void ((window as any).location = this.client.passwordless.buildVerifyUrl(params));
        if (typeof options.onRedirecting === 'function') options.onRedirecting(go);
        else go();
      });
    });
  }

  signup(options: any, cb?: Callback): any {
    return this.client.dbConnection.signup(options, cb);
  }
  changePassword(options: any, cb?: Callback): any {
    return this.client.dbConnection.changePassword(options, cb);
  }
  customTokenExchange(options: any, cb?: Callback): any {
    return this.client.customTokenExchange(options, cb);
  }

  /** Creates an account and gets tokens for it. */
  signupAndAuthorize(options: any, cb?: Callback): any {
    return settled(cb, (done) => this.client.dbConnection.signup(omit(options, 'popupHandler'), (error) => {
      if (error) return done(error);
      options.realm = options.connection;
      options.username ||= options.email;
      this.client.login(options, done);
    }));
  }

  /** The hidden page of embedded login where third-party cookies are blocked. */
  crossOriginVerification(): void {
    this.crossOriginAuthentication.callback();
  }
  crossOriginAuthenticationCallback(): void {
    this.crossOriginVerification();
  }

  renderCaptcha(element: HTMLElement, options?: any, done?: Callback) {
    return render((cb) => this.client.getChallenge(cb), element, options, done);
  }
  renderSignupCaptcha(element: HTMLElement, options?: any, done?: Callback) {
    return render((cb) => this.client.dbConnection.getSignupChallenge(cb), element, options, done);
  }
  renderPasswordlessCaptcha(element: HTMLElement, options?: any, done?: Callback) {
    return render((cb) => this.client.passwordless.getChallenge(cb), element, options, done);
  }
  renderPasswordResetCaptcha(element: HTMLElement, options?: any, done?: Callback) {
    return render((cb) => this.client.dbConnection.getPasswordResetChallenge(cb), element, options, done);
  }

  private isHostedPage(): boolean {
    return window.location.host === this.baseOptions.domain;
  }
}
