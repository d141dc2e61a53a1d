import { answer, checkCallback, explain, settled, type Callback } from './answers.js';
import { answerOpener, broadcast, openChannel, pageOrigin } from './channel.js';
import { CrossOriginAuthentication } from './cross-origin.js';
import { afterSignup } from './login-error.js';
import { checkResponseType, merge, omit, pick } from './options.js';
import { join } from './request.js';
import { TransactionManager } from './transaction-manager.js';
import { addChallenge, keep, usesPkce } from './refresh.js';
import type { WebAuth } from './web-auth.js';

const features = (options: any) => Object.keys(options).map((name) => `${name}=${options[name]}`).join(',');

/** A window to show login in: opened in the click, sent to the authority later. */
export class PopupHandler {
  _current_popup: any = null;

  calculatePosition(options: any): { width: number; height: number; left: number; top: number } {
    const width = options.width || 500, height = options.height || 600;
    const left = options.left || window.screenX + (window.outerWidth - width) / 2;
    const top = options.top || window.screenY + (window.outerHeight - height) / 2;
    return { width, height, left, top };
  }

  preload(options: any): any {
    if (this._current_popup && !this._current_popup.closed) return this._current_popup;
    const given = options.popupOptions ?? {};
    const popup: any = window.open(options.url || 'about:blank', 'auth0_signup_popup', features({ ...this.calculatePosition(given), ...given }));
    this._current_popup = popup;
    if (popup) popup.kill = () => {
      popup.close();
      this._current_popup = null;
    };
    return popup;
  }

  load(url: string, relayUrl: unknown, options: any, cb: Callback): any {
    const given = options.popupOptions ?? {};
    const channel = {
      url, relayUrl, origin: options.origin, popup: this._current_popup,
      features: features({ ...this.calculatePosition(given), ...given }),
    };
    const popup = openChannel(channel, (...outcome) => {
      this._current_popup = null;
      (cb as any)(...outcome);
    });
    popup.focus();
    return popup;
  }
}

/** Login in a window of its own, `webAuth.popup`. */
export class Popup {
  readonly client: WebAuth['client'];
  readonly transactionManager: TransactionManager;
  readonly crossOriginAuthentication: CrossOriginAuthentication;

  constructor(readonly webAuth: WebAuth, readonly baseOptions: any) {
    this.client = webAuth.client;
    this.transactionManager = new TransactionManager(baseOptions);
    this.crossOriginAuthentication = new CrossOriginAuthentication(webAuth, baseOptions);
  }

  buildPopupHandler(): any {
    return this.baseOptions.plugins.get('popup.getPopupHandler')?.getPopupHandler() ?? new PopupHandler();
  }

  /** Opens an empty window inside the click, for a later `authorize({popupHandler})`. */
  preload(options: any = {}): any {
    const handler = this.buildPopupHandler();
    handler.preload(options || {});
    return handler;
  }

  getPopupHandler(options: any, preload?: boolean): any {
    return options.popupHandler || (preload ? this.preload(options) : this.buildPopupHandler());
  }

  /** Shows the authority's login in a window; to be called inside a click. */
  authorize(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      const { baseOptions } = this;
      const plugin = baseOptions.plugins.get('popup.authorize');
      let params = merge(baseOptions, 'clientID scope domain audience tenant responseType redirectUri _csrf state _intstate nonce organization invitation', omit(options, 'popupHandler'));
      checkResponseType(params);
      const window: any = {};
      let relayUrl = params.redirectUri;
      if (options.owp) {
        params.owp = true;
        relayUrl = join(baseOptions.rootUrl, '/relay.html');
      } else {
        window.origin = pageOrigin(relayUrl);
      }
      if (options.popupOptions) window.popupOptions = pick(options.popupOptions, 'width height top left');
      if (plugin) params = plugin.processParams(params);
      params = this.transactionManager.process(params);
      params.scope ||= 'openid profile email';
      delete params.domain;
      const pkce = usesPkce(baseOptions, params);
      if (pkce) addChallenge(this.transactionManager, params);
      const url = this.client.buildAuthorizeUrl(params);
      const deliver = answer(done, { keepOriginal: true });
      return this.getPopupHandler(options).load(url, relayUrl, window, (...outcome: [any, any?, any?]) => {
        if (pkce && outcome[1]?.refreshToken) keep(this.webAuth, params, outcome[1]);
        deliver(...outcome);
      });
    });
  }

  /** The popup's page: hands the authority's response to the page that opened it. */
  callback(options: any = {}): void {
    options ??= {};
    const expected = options.popupOrigin || this.baseOptions.popupOrigin || window.location.origin;
    const parse = (done: (data: any) => void) => this.webAuth.parseHash(options, (error: any, data: any) => done(error || data));
    if (!window.opener) {
      (window as any).doPost = (message: any) => window.parent.postMessage(message, expected);
      const { hash, search } = window.location;
      const state = /[#?&/]state=([^&]+)/.exec(options.hash ?? hash + search)?.[1];
      if (state && window.parent === window) parse((data) => broadcast(decodeURIComponent(state), data));
      return;
    }
    answerOpener((origin, done) => {
      if (origin === expected) return parse(done);
      done(explain({
        error: 'origin_mismatch',
        error_description: `The popup's origin (${origin}) should match the \`popupOrigin\` parameter (${expected}).`,
      }, 'popup_origin_mismatch'));
    });
  }

  /** Embedded login whose tokens come by callback: no window, a hidden frame. */
  loginWithCredentials(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      options.realm = options.realm || options.connection;
      options.popup = true;
      const request = merge(this.baseOptions, 'redirectUri responseType state nonce timeout', omit(options, 'popupHandler connection'));
      this.crossOriginAuthentication.login(this.transactionManager.process(request), done);
    });
  }

  passwordlessVerify(options: any, cb?: Callback): any {
    return settled(cb, (done) => {
      checkCallback(done);
      return this.client.passwordless.verify(omit(options, 'popupHandler'), (error) => {
        if (error) return done(error);
        options.username = options.phoneNumber || options.email;
        options.password = options.verificationCode;
        for (const name of ['email', 'phoneNumber', 'verificationCode', 'type']) delete options[name];
        this.client.loginWithResourceOwner(options, done);
      });
    });
  }

  signupAndLogin(options: any, cb?: Callback): any {
    return settled(cb, (done) => this.client.dbConnection.signup(options, (error) => {
      if (error) return done(error);
      this.loginWithCredentials(options, afterSignup(done));
    }));
  }
}
