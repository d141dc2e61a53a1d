import { explain, knownReason, type Callback } from './answers.js';
import { hadLogin } from './attempts.js';
import { openFrame } from './frame.js';
import { pick } from './options.js';
import type { WebAuth } from './web-auth.js';

/** The origin of an absolute URL as auth0-js reads one, else null. */
const originOf = (url: string): string | null => {
  const [, scheme, host, port] = /^(https?:|file:|chrome-extension:)\/\/([^:/?#]*)(?::([0-9]+))?/.exec(url) ?? [];
  return scheme ? `${scheme}//${host}${port ? ':' + port : ''}` : null;
};

// Sites as cookies see them, near enough: the scheme and the last two labels.
const siteOf = ({ protocol, hostname }: { protocol: string; hostname: string }) => protocol + hostname.split('.').slice(-2).join('.');

/** Silent authentication by web message: `checkSession`, and embedded login in popup mode. */
export class WebMessageHandler {
  constructor(private readonly webAuth: WebAuth) {}

  run(options: any, cb: Callback): void {
    const { client, transactionManager, baseOptions } = this.webAuth;
    options.responseMode = 'web_message';
    options.prompt = 'none';
    const { origin, hostname } = window.location;
    const wanted = originOf(options.redirectUri);
    if (wanted && wanted !== origin)
      return cb(explain({
        error: 'origin_mismatch',
        error_description: `The redirectUri's origin (${wanted}) should match the window's origin (${origin}).`,
      }, 'redirect_origin_mismatch'));

    const url = client.buildAuthorizeUrl(options);
    const authority = new URL(url);
    const { state } = options;
    const read = ({ data, origin: from, source }: MessageEvent, frame: HTMLIFrameElement) =>
      source === frame.contentWindow && from === authority.origin && data?.type === 'authorization_response' && data.response?.state === state
        ? data.response
        : undefined;
    const late = { error: 'timeout', error_description: 'Timeout during executing web_message communication', state };
    openFrame({ url, timeout: options.timeout, event: 'message', read, late }, (response) => {
      const { error } = response;
      if (!error) return this.webAuth.validateAuthenticationResponse(options, response, cb);
      if (error === 'consent_required' && hostname === 'localhost' && !baseOptions.disableWarnings)
        console.warn("Consent Required. Consent can't be skipped on localhost. Read more here: https://auth0.com/docs/api-auth/user-consent#skipping-consent-for-first-party-clients");
      transactionManager.clearTransaction(state);
      cb(explain(pick(response, 'error error_description'), this.reasonOf(response, authority)));
    });
  }

  // Somebody logged in in this tab, and a frame of another site does not know it: the browser keeps the cookie from it.
  private reasonOf({ error, third_party_cookies }: any, authority: URL): string {
    const blocked = third_party_cookies === 'blocked' ||
      (third_party_cookies === undefined && siteOf(authority) !== siteOf(window.location) && hadLogin());
    return error === 'login_required' && blocked ? 'third_party_cookies_blocked' : knownReason(error);
  }
}
