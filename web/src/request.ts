// HTTP as auth0-js does it: JSON both ways over XMLHttpRequest in pages (fetch elsewhere), leaving in the same tick.
import type { Callback } from './answers.js';
import { binary, toUtf8 } from './utf8.js';
import { version } from './version.js';

const retried = [408, 413, 429, 500, 502, 503, 504, 521, 522, 524];
const offline = 'Request has been terminated\nPossible causes: the network is offline, Origin is not allowed by Access-Control-Allow-Origin, the page is being unloaded, etc.';

interface Raw {
  status: number;
  statusText?: string;
  type?: string;
  text?: string;
}

interface Exchange {
  method?: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
  credentials?: boolean;
  /** In characters; an answer with a limit also has half a minute to come. */
  limit?: number;
}

const patience = 30_000;

/** One exchange; answers status 0 when nothing came. Returns what stops it. */
export function exchange({ method = 'GET', url, headers = {}, body, credentials, limit }: Exchange, done: (raw: Raw) => void): () => void {
  if (typeof XMLHttpRequest === 'undefined') return byFetch(url, { method, headers, body: body ?? null, credentials: credentials ? 'include' : 'omit' }, limit, done);
  const xhr = new XMLHttpRequest();
  let stopped = false;
  const finish = (raw: Raw) => {
    if (!stopped) done(raw);
    stopped = true;
  };
  xhr.open(method, url, true);
  xhr.withCredentials = !!credentials;
  if (limit) {
    xhr.timeout = patience;
    xhr.onprogress = () => {
      if (xhr.responseText.length <= limit) return;
      finish({ status: 0 }); // what is called off may say nothing more
      xhr.abort();
    };
  }
  for (const name of Object.keys(headers)) xhr.setRequestHeader(name, headers[name]!);
  xhr.onloadend = () =>
    finish(xhr.status ? { status: xhr.status, statusText: xhr.statusText, type: xhr.getResponseHeader('content-type') ?? '', text: xhr.responseText } : { status: 0 });
  xhr.send(body ?? null);
  return () => {
    stopped = true;
    xhr.abort();
  };
}

// In service workers and in Node, which are young enough to have all of this.
function byFetch(url: string, options: RequestInit, limit = Infinity, done: (raw: Raw) => void): () => void {
  const stop = new AbortController();
  let stopped = false;
  const timer = limit < Infinity ? setTimeout(() => stop.abort(), patience) : undefined;
  const read = (response: Response): Promise<Raw> => {
    const reader = response.body?.getReader(), decoder = new TextDecoder();
    let text = '';
    const next = (): Promise<Raw> => reader!.read().then(({ done, value }) => {
      text += decoder.decode(value, { stream: !done });
      if (text.length > limit) throw stop.abort();
      return done ? { status: response.status, statusText: response.statusText, type: response.headers.get('content-type') ?? '', text } : next();
    });
    return reader ? next() : Promise.resolve({ status: response.status, statusText: response.statusText, text });
  };
  fetch(url, { ...options, signal: stop.signal }).then(read).catch(() => ({ status: 0 })).then((raw) => {
    clearTimeout(timer);
    if (!stopped) done(raw);
  });
  return () => {
    stopped = true;
    stop.abort();
  };
}

/** What a client method returns: the request under way. */
class RequestHandle {
  constructor(public request: Pending) {}
  get method() { return this.request.method; }
  get url() { return this.request.url; }
  get body() { return this.request.data; }
  get headers() { return this.request.headers; }
  abort() { this.request.stop(); }
  getMethod() { return this.method; }
  getUrl() { return this.url; }
  getBody() { return this.body; }
  getHeaders() { return this.headers; }
}

const trimmed = 'username email phoneNumber';

class Pending {
  data: any;
  credentials = false;
  stop: () => void = () => {};

  constructor(public method: string, public url: string, public headers: Record<string, string>, private repeats: number) {}

  set(name: string, value: string) {
    this.headers[name] = value;
    return this;
  }
  send(body: any) {
    this.data = { ...body };
    for (const name of trimmed.split(' ')) if (body[name]) this.data[name] = body[name].trim();
    return this;
  }
  withCredentials() {
    this.credentials = true;
    return this;
  }
  end(cb: Callback): RequestHandle {
    const { method, url, headers, data, credentials } = this;
    this.stop = exchange({ method, url, headers, body: data && JSON.stringify(data), credentials }, (raw) => {
      if ((!raw.status || retried.indexOf(raw.status) >= 0) && this.repeats-- > 0) return this.end(cb);
      this.finish(raw, cb);
    });
    return new RequestHandle(this);
  }

  private finish({ status, statusText, type = '', text }: Raw, cb: Callback): void {
    const { method, url, data } = this;
    if (!status)
      return cb(Object.assign(new Error(offline), { crossDomain: true, status: undefined, method, url, reason: globalThis.navigator?.onLine === false ? 'network_offline' : 'network_failed' }));
    let body: any = null;
    try {
      if (/[/+]json($|[^-\w])/i.test(type) && text) body = JSON.parse(text);
    } catch {
      return cb(Object.assign(new Error('Parser is unable to parse the response'), { parse: true, rawResponse: text, status, statusCode: status, reason: 'answer_malformed' }));
    }
    const response = { http: true, req: { method, url, _data: data }, status, statusCode: status, statusText, type: type.split(/ *; */)[0], text, body };
    if (status >= 200 && status < 300) return cb(null, response);
    cb(Object.assign(new Error(statusText || 'Unsuccessful HTTP response'), { status, response, reason: status === 429 ? 'rate_limited' : 'error_answer' }));
  }
}

export class RequestBuilder {
  private readonly headers: Record<string, string>;
  private readonly hostedPage: boolean;
  private readonly repeats: number;
  private readonly telemetry: boolean;
  private readonly info: any;

  constructor(options: any) {
    this.telemetry = options._sendTelemetry !== false;
    this.info = options._telemetryInfo;
    this.repeats = options._timesToRetryFailedRequests || 0;
    this.headers = options.headers ?? {};
    this.hostedPage = options.universalLoginPage;
  }

  /** The `Auth0-Client` value: base64 with the URL alphabet and its padding kept. */
  getTelemetryData(): string {
    const name = this.hostedPage ? 'auth0.js-ulp' : 'auth0.js';
    const info = this.info ? { ...this.info, env: { ...this.info.env, [name]: version.raw } } : { name, version: version.raw };
    return btoa(binary(toUtf8(JSON.stringify(info)))).replace(/\+/g, '-').replace(/\//g, '_');
  }

  private start(method: string, url: string, options: { noHeaders?: boolean; xRequestLanguage?: string } = {}): Pending {
    const headers: Record<string, string> = {};
    if (!options.noHeaders) {
      headers['Content-Type'] = 'application/json';
      if (options.xRequestLanguage) headers['X-Request-Language'] = options.xRequestLanguage;
      Object.assign(headers, this.headers, this.telemetry && { 'Auth0-Client': this.getTelemetryData() });
    }
    return new Pending(method, url, headers, this.repeats);
  }
  get(url: string, options?: object) { return this.start('GET', url, options); }
  post(url: string, options?: object) { return this.start('POST', url, options); }
  patch(url: string, options?: object) { return this.start('PATCH', url, options); }
}

/** `path` below `root`, one slash between them. */
export const join = (root: string, path: string): string => root.replace(/\/+$/, '') + path;
