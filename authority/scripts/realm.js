// Evaluated in a job's realm, where everything is the realm's own: a script meets objects and errors that it may change
// as it likes, and what it changes ends with its job. `host` has what comes from outside; all of that is frozen.
'use strict';
((host) => {
const known = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
const lazily = (name) => Object.defineProperty(globalThis, name, {
  get() { known(name, host.global(name)); return globalThis[name]; },
  set(value) { known(name, value); },
  configurable: true,
});
known('global', globalThis);
known('console', Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, () => {}])));
for (const name of host.globals) lazily(name);
const require = (name) => {
  const plain = String(name).replace(/^node:/, '').split('@')[0];
  if (host.modules.includes(plain)) return host.load(plain);
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
};
known('require', require);

class UnauthorizedError extends Error { constructor(message) { super(message); this.name = 'UnauthorizedError'; } }
class ValidationError extends Error { constructor(code, message) { super(message); this.name = 'ValidationError'; this.code = code; } }
known('UnauthorizedError', UnauthorizedError);
known('ValidationError', ValidationError);
const rules = async (text) => {
  const job = JSON.parse(text), commands = [];
  known('configuration', job.configuration);
  const update = (member) => async (id, metadata) => { commands.push({ type: member, user_id: id, metadata }); };
  known('auth0', { domain: job.domain, users: { updateUserMetadata: update('user_metadata'), updateAppMetadata: update('app_metadata') } });
  let { user, context } = job;
  for (const rule of job.rules) {
    const run = host.compile(`return (${rule.script}\n);`, rule.name, [])();
    [user, context] = await new Promise((resolve, reject) => {
      const done = (error, u, c) => (error ? reject(error) : resolve([u ?? user, c ?? context]));
      Promise.resolve(run(user, context, done)).catch(reject);
    });
  }
  return JSON.stringify({ user, context, commands });
};
const load = (code, name) => {
  const module = { exports: {} };
  host.compile(code, name, ['exports', 'module', 'require'])(module.exports, module, require);
  return module.exports;
};
const actions = async (text) => {
  const job = JSON.parse(text), commands = [], event = job.event;
  const cache = new Map(Object.entries(job.cache ?? {}));
  let stopped = false;
  const say = (command) => { commands.push(command); };
  const metadata = (member) => (name, value) => {
    const next = { ...event.user?.[member] };
    if (value === null || value === undefined) delete next[name]; else next[name] = value;
    if (event.user) event.user[member] = next;
    say({ type: member, name, value: value ?? null });
  };
  const second = (type) => (factor, options = {}) => say({ type, factors: [factor, ...(options.additionalFactors ?? [])] });
  const claims = (type) => ({ setCustomClaim: (name, value) => say({ type, name, value }) });
  const actionApi = (action) => ({
    access: {
      deny: (...reason) => { say({ type: 'deny', reason: String(reason[reason.length - 1] ?? 'Access denied') }); stopped = true; },
      rejectInvalidSubjectToken: (reason) => { say({ type: 'reject', reason: String(reason ?? 'Invalid subject_token') }); stopped = true; },
    },
    idToken: claims('id_token'),
    accessToken: { ...claims('access_token'), addScope: (scope) => say({ type: 'add_scope', scope }), removeScope: (scope) => say({ type: 'remove_scope', scope }) },
    user: { setUserMetadata: metadata('user_metadata'), setAppMetadata: metadata('app_metadata') },
    multifactor: { enable: (provider, options = {}) => say({ type: 'multifactor', provider, allowRememberBrowser: options.allowRememberBrowser ?? true }) },
    authentication: {
      challengeWith: second('challenge'), challengeWithAny: (factors) => say({ type: 'challenge', factors }),
      enrollWith: second('enroll'), enrollWithAny: (factors) => say({ type: 'enroll', factors }),
      setUserById: (id) => say({ type: 'user', user_id: String(id) }),
      setUserByConnection: (connection, profile, options = {}) => say({ type: 'user_by_connection', connection: String(connection), profile, creates: options.creationBehavior !== 'none', updates: options.updateBehavior === 'replace' }),
      recordMethod: (url) => say({ type: 'record_method', url }), setPrimaryUser: (id) => say({ type: 'primary_user', user_id: id }),
    },
    redirect: {
      sendUserTo: (url, options = {}) => {
        const to = new URL(url);
        for (const [name, value] of Object.entries(options.query ?? {})) to.searchParams.set(name, value);
        say({ type: 'redirect', url: to.href, action: action.name });
        stopped = true;
      },
      encodeToken: ({ secret, payload, expiresInSeconds = 900 }) => {
        const now = Math.floor(Date.now() / 1000);
        return host.sign(secret, { iat: now, iss: event.request?.hostname, sub: event.user?.user_id, exp: now + expiresInSeconds, ip: event.request?.ip, ...payload });
      },
      validateToken: ({ secret, tokenParameterName = 'session_token' }) => {
        const token = event.request?.query?.[tokenParameterName] ?? event.request?.body?.[tokenParameterName];
        if (!token) throw new Error('The session token is missing: no parameter ' + tokenParameterName);
        const payload = JSON.parse(host.verify(secret, token));
        if (!(payload.exp > Date.now() / 1000)) throw new Error('The session token is invalid: it has expired');
        if (payload.sub !== event.user?.user_id) throw new Error('The session token is invalid: it is about somebody else');
        if (payload.state !== undefined && payload.state !== event.request?.query?.state) throw new Error('The session token is invalid: its state is another one');
        return payload;
      },
    },
    cache: {
      get: (key) => (cache.has(key) ? { value: cache.get(key) } : undefined),
      set: (key, value) => { cache.set(key, value); return { type: 'success', record: { value } }; },
      delete: (key) => { cache.delete(key); return { type: 'success' }; },
    },
    rules: { wasExecuted: () => false },
    session: { revoke: (reason) => { say({ type: 'deny', reason: String(reason ?? 'The session was revoked'), revokes: true }); stopped = true; } },
  });
  let waiting = job.continue;
  for (const action of job.actions) {
    if (waiting && action.name !== waiting) continue;
    const exported = load(action.code, action.name);
    const handler = waiting ? exported.onContinuePostLogin : exported[job.handler ?? 'onExecutePostLogin'];
    waiting = undefined;
    event.secrets = action.secrets;
    event.configuration = {};
    if (handler) await handler(event, actionApi(action));
    if (stopped) break;
  }
  return JSON.stringify({ commands, stopped, cache: Object.fromEntries(cache) });
};

return { rules, actions };
})
