import { answer, explain, type Callback } from './answers.js';
import { ask } from './core.js';
import { encode, encodeBase } from './encode.js';
import { omit } from './options.js';
import { join, RequestBuilder } from './request.js';
import { Storage } from './storage.js';
import { WebMessageHandler } from './web-message.js';
import type { WebAuth } from './web-auth.js';

const verifierKey = (origin: string, id: string) => `co/verifier/${encodeURIComponent(origin)}/${encodeURIComponent(id)}`;
const verifierLife = 15 / 60 / 24; // days

/** Embedded login (WA-107 to WA-121): credentials over XHR for a ticket, and the ticket for a session. */
export class CrossOriginAuthentication {
  readonly request: RequestBuilder;
  readonly webMessageHandler: WebMessageHandler;
  readonly storage: Storage;

  constructor(private readonly webAuth: WebAuth, readonly baseOptions: any) {
    this.request = new RequestBuilder(baseOptions);
    this.webMessageHandler = new WebMessageHandler(webAuth);
    this.storage = new Storage(baseOptions);
  }

  login(options: any, cb: Callback): void {
    options.username = options.username || options.email;
    delete options.email;
    const { path, body } = ask('coAuthenticate', encodeBase(this.baseOptions), encode(options)).value;
    const deliver = answer(cb, { forceLegacy: true });
    this.request.post(join(this.baseOptions.rootUrl, path)).withCredentials().send(body).end((error, response) => {
      // No `statusCode` on these errors, and what cannot be read is a request error; the password is in neither.
      if (error) return deliver(explain(error.response?.body || { error: 'request_error', error_description: JSON.stringify({ ...error, response: undefined }) }, error.reason, error.message));
      const proceed = () => this.proceed(options, response.body, deliver);
      if (typeof options.onRedirecting === 'function') options.onRedirecting(proceed);
      else proceed();
    });
  }

  private proceed(options: any, ticket: any, deliver: Callback): void {
    if (!ticket) return deliver(explain({ error: 'request_error', error_description: 'The authority answered without a login ticket' }, 'answer_malformed'));
    const request = { ...omit(options, 'password credentialType otp popup onRedirecting'), loginTicket: ticket.login_ticket };
    this.storage.setItem(verifierKey(this.baseOptions.rootUrl, ticket.co_id), ticket.co_verifier, { expires: verifierLife });
    if (options.popup === true) this.webMessageHandler.run(request, deliver);
    else this.webAuth.authorize(request);
  }

  /** The hidden verification page: proves to the authority that this browser began the login. */
  callback(): void {
    const [, origin] = ('&' + window.location.hash.slice(1)).split('&origin=');
    const target = decodeURIComponent(String(origin?.split('&')[0]));
    window.addEventListener('message', ({ data, origin: asker, source }: MessageEvent) => {
      if (data?.type !== 'co_verifier_request') return;
      let verifier = '';
      try {
        const key = verifierKey(asker, data.request.id);
        verifier = this.storage.getItem(key) || '';
        this.storage.removeItem(key);
      } catch { /* a request without an id has no verifier */ }
      source!.postMessage({ type: 'co_verifier_response', response: { verifier } }, { targetOrigin: asker });
    });
    window.parent.postMessage({ type: 'ready' }, target);
  }
}
