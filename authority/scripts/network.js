// `http`, `https` and `fetch` of scripts. Their process has no sockets: a request is a message to the authority, which
// makes the call where its own policy lets it, and its answer is a message back.
const network = (ask) => {
  const { Readable, Writable } = load('node:stream');
  const { STATUS_CODES, METHODS } = load('node:http');
  const ofConnection = ['connection', 'content-length', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
  const sent = (headers) => headers.filter(([name]) => !ofConnection.includes(name.toLowerCase()));

  // What would be about a connection of the script's own.
  const notOurs = ['socketPath', 'createConnection', 'lookup', 'localAddress', 'localPort', 'ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'checkServerIdentity'];
  const checkOptions = (options) => {
    for (const name of notOurs)
      if (options[name] !== undefined) throw new Error(`the option ${name} is not for scripts: the authority makes their calls`);
    if (options.rejectUnauthorized === false) throw new Error('rejectUnauthorized: false is not for scripts: certificates are checked');
  };
  class Agent {
    constructor(options = {}) { checkOptions(options); this.options = { ...options }; }
    destroy() {}
  }

  class IncomingMessage extends Readable {
    constructor(answer) {
      super({ read() {} });
      Object.assign(this, { statusCode: answer.status, statusMessage: STATUS_CODES[answer.status] ?? '', httpVersion: '1.1', headers: {}, rawHeaders: answer.headers.flat(), complete: true });
      for (const [name, value] of answer.headers) {
        if (name === 'set-cookie') (this.headers[name] ??= []).push(value);
        else this.headers[name] = Object.hasOwn(this.headers, name) ? `${this.headers[name]}, ${value}` : value;
      }
      this.push(answer.body);
      this.push(null);
    }
    setTimeout() { return this; }
  }

  const address = (scheme, options) => {
    const protocol = options.protocol ?? scheme;
    if (protocol !== scheme) throw Object.assign(new TypeError(`Protocol "${protocol}" not supported. Expected "${scheme}"`), { code: 'ERR_INVALID_PROTOCOL' });
    const name = String(options.hostname ?? options.host ?? 'localhost'), host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
    return `${protocol}//${host}${options.port ? `:${Number(options.port)}` : ''}${options.path ?? '/'}`;
  };

  class ClientRequest extends Writable {
    #headers = new Map();
    #parts = [];
    #timer;
    constructor(scheme, options) {
      super();
      checkOptions(options);
      this.method = String(options.method ?? 'GET').toUpperCase();
      this.path = String(options.path ?? '/');
      this.protocol = scheme;
      this.host = String(options.hostname ?? options.host ?? 'localhost');
      this.url = address(scheme, options);
      if (options.auth) this.setHeader('Authorization', `Basic ${Buffer.from(String(options.auth)).toString('base64')}`);
      const headers = options.headers ?? {};
      for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers)) this.setHeader(name, value);
      if (options.timeout) this.setTimeout(options.timeout);
      options.signal?.addEventListener('abort', () => this.destroy(options.signal.reason), { once: true });
    }
    setHeader(name, value) { this.#headers.set(String(name).toLowerCase(), [String(name), value]); return this; }
    getHeader(name) { return this.#headers.get(String(name).toLowerCase())?.[1]; }
    hasHeader(name) { return this.#headers.has(String(name).toLowerCase()); }
    removeHeader(name) { this.#headers.delete(String(name).toLowerCase()); }
    getHeaders() { return Object.fromEntries([...this.#headers].map(([name, [, value]]) => [name, value])); }
    getHeaderNames() { return [...this.#headers.keys()]; }
    flushHeaders() {}
    setNoDelay() {}
    setSocketKeepAlive() {}
    abort() { this.destroy(); }
    setTimeout(milliseconds, then) {
      if (then) this.once('timeout', then);
      clearTimeout(this.#timer);
      if (milliseconds > 0) this.#timer = setTimeout(() => this.emit('timeout'), milliseconds);
      return this;
    }
    _write(part, encoding, done) { this.#parts.push(Buffer.from(part, encoding)); done(); }
    _final(done) {
      const headers = [...this.#headers.values()].flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]));
      ask({ method: this.method, url: this.url, headers: sent(headers), body: Buffer.concat(this.#parts) }).then((answer) => {
        clearTimeout(this.#timer);
        done();
        if (this.destroyed) return;
        const message = new IncomingMessage(answer);
        if (!this.emit('response', message)) message.resume();
      }, (error) => { clearTimeout(this.#timer); done(error); });
    }
    _destroy(error, done) { clearTimeout(this.#timer); done(error); }
  }

  const credentials = (url) => (url.username ? { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` } : {});
  const parts = (url) => ({ protocol: url.protocol, hostname: url.hostname, port: url.port, path: url.pathname + url.search, ...credentials(url) });
  const moduleOf = (scheme) => {
    const request = (input, ...rest) => {
      const listener = rest.find((one) => typeof one === 'function'), more = rest.find((one) => one && typeof one === 'object') ?? {};
      const made = new ClientRequest(scheme, { ...(typeof input === 'string' || input instanceof URL ? parts(new URL(input)) : input), ...more });
      if (listener) made.once('response', listener);
      return made;
    };
    const get = (...input) => { const made = request(...input); made.end(); return made; };
    const never = (name) => () => { throw new Error(`${name} is not for scripts: they do not listen`); };
    return { request, get, Agent, globalAgent: new Agent(), ClientRequest, IncomingMessage, STATUS_CODES, METHODS, createServer: never('createServer'), Server: never('Server') };
  };

  const toSelf = (headers) => headers.filter(([name]) => !['authorization', 'cookie', 'proxy-authorization', 'host'].includes(name));
  const toNext = (request, status) => {
    const becomesGet = (status === 303 && request.method !== 'HEAD') || (status < 303 && request.method === 'POST');
    if (!becomesGet) return request;
    return { method: 'GET', headers: request.headers.filter(([name]) => !name.startsWith('content-')), body: Buffer.alloc(0) };
  };
  const failed = (cause) => new TypeError('fetch failed', { cause });
  const responseOf = (answer, method, url, redirected) => {
    const isEmpty = [204, 205, 304].includes(answer.status) || method === 'HEAD';
    const response = new Response(isEmpty ? null : answer.body, { status: answer.status, statusText: STATUS_CODES[answer.status] ?? '', headers: answer.headers });
    return Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
  };
  // The Fetch standard, section 4.4: what a redirect keeps of the request. Each one is a call of its own.
  const fetch = async (input, init) => {
    const asked = new Request(input, init), { signal } = asked;
    const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    aborted.catch(() => {});
    let { url } = asked, request = { method: asked.method, headers: [...asked.headers], body: Buffer.from(await asked.arrayBuffer()) };
    for (let redirects = 0; ; ++redirects) {
      signal.throwIfAborted();
      const answer = await Promise.race([ask({ ...request, url: url.replace(/#.*/, ''), headers: sent(request.headers) }), aborted])
        .catch((error) => { throw signal.aborted ? error : failed(error); });
      const location = answer.headers.find(([name]) => name === 'location')?.[1];
      if (asked.redirect === 'manual' || location === undefined || ![301, 302, 303, 307, 308].includes(answer.status))
        return responseOf(answer, request.method, url.replace(/#.*/, ''), redirects > 0);
      if (asked.redirect === 'error') throw failed(new Error('unexpected redirect'));
      if (redirects === 20) throw failed(new Error('redirect count exceeded'));
      const next = new URL(location, url);
      request = toNext(request, answer.status);
      if (next.origin !== new URL(url).origin) request = { ...request, headers: toSelf(request.headers) };
      url = next.href;
    }
  };
  return { http: moduleOf('http:'), https: moduleOf('https:'), fetch };
};
