// Between a page and the popup that it opened: JSON texts over `postMessage` (WA-148 to WA-164), and a
// BroadcastChannel for where the browser cuts the two apart (Cross-Origin-Opener-Policy).

/** The origin of a URL of http or https; of this page for anything else. */
export const pageOrigin = (url: unknown): string => {
  const text = /^https?:\/\//.test(String(url)) ? String(url) : window.location.href;
  return /^(https?:\/\/[-_a-zA-Z.0-9:]+)/.exec(text)?.[1] ?? text;
};
const relay = (state: string) => (globalThis.BroadcastChannel ? new globalThis.BroadcastChannel('auth0.popup.' + state) : undefined);

/** Whether this page asks the browser to cut it off from popups of other origins; then `closed` says nothing. */
const isCutOff = (): Promise<boolean> => globalThis.crossOriginIsolated
  ? Promise.resolve(true)
  : fetch(window.location.href, { method: 'HEAD', cache: 'force-cache' })
    .then(({ headers }) => /^same-origin(?!-allow)/.test(headers.get('cross-origin-opener-policy') ?? ''), () => false);

export interface ChannelOptions {
  url: string;
  relayUrl: unknown;
  origin?: string | undefined;
  features: string;
  popup?: Window | null;
}

export interface PopupReference {
  originalPopup: Window | null;
  close(): void;
  focus(): void;
}

/** Opens (or sends on) the popup and waits for its one answer. */
export function openChannel({ url, relayUrl, origin = pageOrigin(url), features, popup }: ChannelOptions, cb: (error: any, data?: any, reason?: string) => void): PopupReference {
  const stop = () => {
    clearInterval(poll);
    window.removeEventListener('message', hear);
    window.removeEventListener('pagehide', close);
    channel?.close();
  };
  const close = () => {
    stop();
    handle?.close();
  };
  let done = false;
  const finish = (error: any, data?: any, reason?: string) => {
    if (!done) cb(error, data, reason);
    done = true;
  };
  const fail = (text: string, reason: string) => setTimeout(() => {
    stop();
    finish(text, undefined, reason);
  }, 0);
  const receive = (error: any, data?: any, reason?: string) => {
    close();
    finish(error, data, reason);
  };
  if (!relayUrl) fail("missing required 'relay_url' parameter", 'redirect_uri_missing');
  const handle = popup || window.open(url, null as any, /Android.*Firefox/.test(navigator.userAgent) ? undefined : features);
  if (popup) popup.location.href = url;
  if (!handle) fail('The browser blocked the popup window', 'popup_blocked');

  const hear = (event: MessageEvent) => {
    // What a popup says as it goes has no source any more.
    if (event.origin !== origin || (event.source && handle && event.source !== handle)) return;
    let message: any;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (message?.a === 'ready') handle?.postMessage(JSON.stringify({ a: 'request' }), origin);
    else if (message?.a === 'error') receive(message.d, undefined, 'popup_closed');
    else if (message?.a === 'response') receive(null, message.d);
  };
  const state = new URL(url, window.location.href).searchParams.get('state');
  const channel = state ? relay(state) : undefined;
  if (channel) channel.onmessage = ({ data }) => data?.d && receive(null, data.d);
  let asked = false;
  const poll = setInterval(() => {
    if (!handle?.closed || asked) return;
    asked = true;
    // Where it is cut off the answer comes over the channel.
    (channel ? isCutOff() : Promise.resolve(false)).then((cut) => cut || receive('User closed the popup window', undefined, 'popup_closed'));
  }, 500);
  window.addEventListener('message', hear);
  window.addEventListener('pagehide', close);
  return { originalPopup: handle, close, focus: () => handle?.focus() };
}

/** The popup's side: asks the opener for its request, once, and gives it what `respond` makes of it. */
export function answerOpener(respond: (origin: string, done: (data: unknown) => void) => void): void {
  const { opener } = window;
  let open = true;
  let target = '*'; // nothing but `ready` is said before the opener's origin is known
  const post = (message: object) => opener.postMessage(JSON.stringify(message), target);
  const hear = (event: MessageEvent) => {
    let message: any;
    try {
      message = JSON.parse(event.data);
    } catch { /* not for us */ }
    if (message?.a !== 'request' || event.source !== opener) return;
    window.removeEventListener('message', hear);
    target = event.origin;
    setTimeout(() => respond(target, (data) => {
      open = false;
      post({ a: 'response', d: data });
    }), 0);
  };
  window.addEventListener('message', hear);
  post({ a: 'ready' });
  window.addEventListener('pagehide', () => {
    if (open) post({ a: 'error', d: 'client closed window' });
    open = false;
    window.close();
  });
}

/** The answer of a popup whose opener the browser took away. */
export function broadcast(state: string, data: unknown): void {
  const channel = relay(state);
  channel?.postMessage({ a: 'response', d: data });
  channel?.close();
}
