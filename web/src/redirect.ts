import { settled, type Callback } from './answers.js';
import { CrossOriginAuthentication } from './cross-origin.js';
import { afterSignup } from './login-error.js';
import type { WebAuth } from './web-auth.js';

function useRealm(options: any): void {
  options.realm = options.realm || options.connection;
  delete options.connection;
}

/** Embedded login that ends in a redirect, `webAuth.redirect`. */
export class Redirect {
  readonly crossOriginAuthentication: CrossOriginAuthentication;

  constructor(private readonly webAuth: WebAuth, readonly baseOptions: any) {
    this.crossOriginAuthentication = new CrossOriginAuthentication(webAuth, baseOptions);
  }

  loginWithCredentials(options: any, cb?: Callback) {
    useRealm(options);
    return settled(cb, (done) => this.crossOriginAuthentication.login(options, done));
  }

  signupAndLogin(options: any, cb?: Callback) {
    return settled(cb, (done) => this.webAuth.client.dbConnection.signup(options, (error) => {
      if (error) return done(error);
      useRealm(options);
      this.webAuth.login(options, afterSignup(done));
    }));
  }
}
