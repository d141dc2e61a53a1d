import { withCallback, legacyError, type Callback } from './callback.js';
import { ask } from './core.js';
import { encode, encodeBase } from './encode.js';
import { RequestHandle } from './http.js';
import { run, type Host } from './run.js';
import { Storage } from './storage.js';

/** The authentication API's methods, `webAuth.client`. */
export class Authentication {
  baseOptions: any;
  /** Whether this client reports itself as the hosted page's, as it was when the client was made. */
  private readonly hostedPage: boolean;

  constructor(first: any, second?: any) {
    const options = second ?? first;
    this.hostedPage = !!options?.universalLoginPage;
    Object.assign(options ?? {}, ask('derive_base', checkable(options)).value);
    this.baseOptions = options;
    options._sendTelemetry = options._sendTelemetry !== false;
  }

  /** The URL to which a person is sent to log in. */
  buildAuthorizeUrl(options: any): string {
    const { value, warning } = ask('build_authorize_url', this.encodedBase(), encode(options));
    if (warning) console.warn(warning);
    return value;
  }

  /** The URL that ends the session at the authority. */
  buildLogoutUrl(options?: any): string {
    return ask('build_logout_url', this.encodedBase(), options === undefined ? {} : encode(options)).value;
  }

  /** The profile of the person for whom `accessToken` was issued. */
  userInfo(accessToken: string, cb?: Callback<any>): RequestHandle | Promise<any> {
    if (typeof accessToken !== 'string') throw new Error('accessToken parameter is not valid');
    return withCallback(cb, (callback) => this.request('user_info', [accessToken], callback));
  }

  encodedBase(): unknown {
    return encodeBase(this.baseOptions, this.hostedPage);
  }

  private request(name: string, args: unknown[], cb: Callback<any>): RequestHandle {
    const host: Host = { storage: new Storage(this.baseOptions), request: new RequestHandle() };
    run(host, name, [this.encodedBase(), ...args], (reply) => {
      if ('value' in reply) return cb(null, reply.value);
      cb(legacyError(reply, originalOf(host)));
    });
    return host.request!;
  }
}

/** Options as far as the constructor's checks look at them: what is inside a plugin is its own. */
export function checkable(options: any): unknown {
  if (options === null || typeof options !== 'object') return encode(options);
  const { plugins, __clock, ...rest } = options;
  return encode(plugins ? { ...rest, plugins: typeof plugins === 'object' ? [] : plugins } : rest);
}

function originalOf(host: Host): Error {
  const answer = host.answered!;
  let body: unknown = null;
  try {
    body = JSON.parse(answer.body!);
  } catch { /* not JSON: there is no body to show */ }
  if (answer.status === 0)
    return Object.assign(
      new Error('Request has been terminated\nPossible causes: the network is offline, Origin is not allowed by Access-Control-Allow-Origin, the page is being unloaded, etc.'),
      { crossDomain: true, status: undefined, method: host.request!.method, url: host.request!.url },
    );
  const { status, statusText, type } = answer;
  const response = { status, statusCode: status, statusText, type, text: answer.body, body };
  return Object.assign(new Error(statusText || 'Unsuccessful HTTP response'), { status, response });
}
