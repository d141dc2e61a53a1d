import { answer, checkCallback, settled, type Callback } from './answers.js';
import { ask } from './core.js';
import { encode, encodeBase } from './encode.js';
import { afterSignup } from './login-error.js';
import { checkResponseType, merge, omit } from './options.js';
import { join, RequestBuilder } from './request.js';
import { TransactionManager } from './transaction-manager.js';
import type { WebAuth } from './web-auth.js';

/** What only the authority's own login page may do, `webAuth._universalLogin`. */
export class HostedPages {
  readonly request: RequestBuilder;

  constructor(readonly client: WebAuth, readonly baseOptions: any) {
    baseOptions.universalLoginPage = true;
    this.request = new RequestBuilder(baseOptions);
  }

  login(options: any, cb?: Callback) {
    const { baseOptions } = this;
    if (window.location.host !== baseOptions.domain)
      throw new Error('This method is meant to be used only inside the Universal Login Page.');
    const params = merge(baseOptions, 'clientID redirectUri tenant responseType responseMode scope audience _csrf state _intstate nonce', options);
    checkResponseType(params);
    return settled(cb, (done) => this.send(params, (error, form) => {
      if (error) return done(error);
      const submit = () => {
        const holder = document.createElement('div');
        holder.innerHTML = form;
        (document.body.appendChild(holder).children[0] as HTMLFormElement).submit();
      };
      if (typeof options.onRedirecting === 'function') options.onRedirecting(submit);
      else submit();
    }));
  }

  signupAndLogin(options: any, cb?: Callback) {
    return settled(cb, (done) => this.client.client.dbConnection.signup(options, (error) => {
      if (error) return done(error);
      this.login(options, afterSignup(done));
    }));
  }

  getSSOData(withActiveDirectories: any, cb?: Callback) {
    const given = typeof withActiveDirectories === 'function';
    const directories = given ? false : withActiveDirectories;
    return settled(given ? withActiveDirectories : cb, (done) => {
      if (typeof directories !== 'boolean') throw new Error('withActiveDirectories parameter is not valid');
      checkCallback(done);
      const query = directories ? `?ldaps=1&client_id=${encodeURIComponent(this.baseOptions.clientID)}` : '';
      return this.request.get(join(this.baseOptions.rootUrl, '/user/ssodata') + query, { noHeaders: true }).withCredentials().end(answer(done));
    });
  }

  private send(params: any, cb: Callback) {
    params.username = params.username || params.email;
    const body = merge(this.baseOptions, 'clientID redirectUri tenant responseType responseMode scope audience', omit(params, 'email onRedirecting'));
    new TransactionManager(this.baseOptions).process(body);
    const request = ask('usernamepasswordLogin', encodeBase(this.baseOptions), encode(body)).value;
    return this.request.post(join(this.baseOptions.rootUrl, request.path)).send(request.body).end(answer(cb));
  }
}
