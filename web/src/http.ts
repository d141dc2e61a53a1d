// One HTTP exchange for the core, over XMLHttpRequest in pages and fetch elsewhere; it leaves in the same tick.

export interface HttpEffect {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface HttpAnswer {
  status: number;
  statusText?: string;
  type?: string;
  body?: string;
  failure?: string;
}

/** What a client method returns: the request under way. */
export class RequestHandle {
  method = '';
  url = '';
  body: unknown = undefined;
  headers: Record<string, string> = {};
  aborted = false;
  request: unknown = undefined;
  stop: () => void = () => {};
  /** Lets go of the operation that waits for the answer. */
  forget: () => void = () => {};

  abort(): void {
    this.aborted = true;
    this.stop();
    this.forget();
  }
  getMethod() { return this.method; }
  getUrl() { return this.url; }
  getBody() { return this.body; }
  getHeaders() { return this.headers; }
}

function overXhr(effect: HttpEffect, handle: RequestHandle, done: (answer: HttpAnswer) => void): void {
  const xhr = new XMLHttpRequest();
  handle.request = xhr;
  handle.stop = () => xhr.abort();
  xhr.open(effect.method, effect.url, true);
  for (const name in effect.headers) xhr.setRequestHeader(name, effect.headers[name]!);
  xhr.onloadend = () => {
    if (handle.aborted) return;
    if (xhr.status === 0) return done({ status: 0 });
    const type = xhr.getResponseHeader('content-type') ?? '';
    done({ status: xhr.status, statusText: xhr.statusText, type, body: xhr.responseText });
  };
  xhr.send(effect.body || null);
}

function overFetch(effect: HttpEffect, handle: RequestHandle, done: (answer: HttpAnswer) => void): void {
  const stop = new AbortController();
  handle.stop = () => stop.abort();
  const { method, headers, body } = effect;
  fetch(effect.url, { method, headers, ...(body ? { body } : {}), credentials: 'omit', signal: stop.signal })
    .then(async (r) => ({ status: r.status, statusText: r.statusText, type: r.headers.get('content-type') ?? '', body: await r.text() }))
    .catch(() => ({ status: 0 }))
    .then((answer) => { if (!handle.aborted) done(answer); });
}

export function send(effect: HttpEffect, handle: RequestHandle, done: (answer: HttpAnswer) => void): void {
  Object.assign(handle, { method: effect.method, url: effect.url, headers: effect.headers });
  (typeof XMLHttpRequest === 'undefined' ? overFetch : overXhr)(effect, handle, done);
}
