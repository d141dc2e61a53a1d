import { answer, checkCallback, settled, type Callback } from './answers.js';
import { checkClient, checkObject, checkTelemetry, checkText } from './options.js';
import { RequestBuilder } from './request.js';

/** The Management API's methods for a person's own account. */
export class Management {
  baseOptions: any;
  request: RequestBuilder;

  constructor(options: any) {
    checkClient(options, 'token');
    checkTelemetry(options, '_sendTelemetry');
    this.baseOptions = options;
    options.headers = { Authorization: 'Bearer ' + options.token };
    this.request = new RequestBuilder(options);
    const { domain } = options;
    options.rootUrl = (/^https?:\/\//.test(domain) ? domain : 'https://' + domain).replace(/\/+$/, '') + '/api/v2';
  }

  getUser(userId: string, cb?: Callback) {
    return this.call('get', userId, '', undefined, cb);
  }
  /** Merges into `user_metadata`. */
  patchUserMetadata(userId: string, userMetadata: object, cb?: Callback) {
    return this.call('patch', userId, '', { user_metadata: userMetadata }, cb, () => checkObject(userMetadata, 'userMetadata parameter'));
  }
  patchUserAttributes(userId: string, user: object, cb?: Callback) {
    return this.call('patch', userId, '', user, cb, () => checkObject(user, 'user parameter'));
  }
  /** Makes the account of `secondaryUserToken` an identity of `userId`. */
  linkUser(userId: string, secondaryUserToken: string, cb?: Callback) {
    return this.call('post', userId, '/identities', { link_with: secondaryUserToken }, cb, () => checkText(secondaryUserToken, 'secondaryUserToken'));
  }

  private call(method: 'get' | 'post' | 'patch', userId: string, path: string, body: any, cb: Callback | undefined, check?: () => void) {
    return settled(cb, (done) => {
      checkText(userId, 'userId');
      check?.();
      checkCallback(done);
      // Encoded: an id is a name, not a path.
      const request = this.request[method](`${this.baseOptions.rootUrl}/users/${encodeURIComponent(userId).replace(/%7C/g, '|')}${path}`);
      return (body ? request.send(body) : request).end(answer(done, { ignoreCasing: true }));
    });
  }
}
