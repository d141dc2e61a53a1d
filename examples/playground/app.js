// The playground: one entry a method, each with the code that runs when its button is pressed.
const { domain, clientID } = window.playground;
const redirectUri = location.origin + '/example';

const webAuth = new auth0.WebAuth({ domain, clientID, redirectUri, responseType: 'token id_token', scope: 'openid profile email' });

const find = (selector) => document.querySelector(selector);
const session = { accessToken: null };

// ---- what was sent, what came back ----

const sent = [];
const open = XMLHttpRequest.prototype.open;
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  sent.push(`${method} ${url}`);
  return open.call(this, method, url, ...rest);
};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.tagName === 'IFRAME') setTimeout(() => sent.push(`hidden frame ${node.src}`));
}).observe(document.body, { childList: true });
// A redirect leaves this page; what was sent is shown when the answer is.
window.navigation?.addEventListener('navigate', (event) => {
  if (new URL(event.destination.url).origin !== location.origin) sessionStorage.setItem('playground.sent', event.destination.url);
});

const readable = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

function log(title, { request, error, result }) {
  find('#log .empty')?.remove();
  const item = document.createElement('li');
  item.className = error ? 'bad' : 'good';
  const add = (tag, text) => item.append(Object.assign(document.createElement(tag), { textContent: text }));
  add('h3', title);
  if (request) add('h4', 'Sent'), add('pre', request);
  add('h4', error ? 'Came back: an error' : 'Came back');
  add('pre', readable(error ? { ...error, original: undefined, ...(error.reason && { reason: error.reason }) } : result));
  find('#log').prepend(item);
}

async function show(title, action) {
  sent.length = 0;
  try {
    log(title, { result: await action(), request: sent.join('\n') });
  } catch (error) {
    log(title, { error: error instanceof Error ? { message: error.message } : error, request: sent.join('\n') });
  }
}

// ---- methods ----

const methods = {
  'webAuth.authorize': {
    text: 'Sends you to the login page and back.',
    code: 'webAuth.authorize()',
    run: () => webAuth.authorize(),
  },
  'webAuth.authorize, with a fresh login': {
    text: 'Asks for the password even if you are logged in.',
    code: "webAuth.authorize({ prompt: 'login' })",
    run: () => webAuth.authorize({ prompt: 'login' }),
  },
  'webAuth.checkSession': {
    text: 'New tokens without showing anything, if you are logged in at the authority.',
    code: 'const result = await webAuth.checkSession({});',
    run: () => show('webAuth.checkSession', async () => signedIn(await webAuth.checkSession({}))),
  },
  'webAuth.client.userInfo': {
    text: 'Your profile, for the access token.',
    code: 'const user = await webAuth.client.userInfo(accessToken);',
    run: () => show('webAuth.client.userInfo', async () => showProfile(await webAuth.client.userInfo(session.accessToken ?? ''))),
  },
  'webAuth.parseHash': {
    text: 'Reads an authorization response. This one is made up, so it is refused.',
    code: "await webAuth.parseHash({ hash: '#access_token=made-up&id_token=a.b.c&state=unknown' });",
    run: () => show('webAuth.parseHash', () => webAuth.parseHash({ hash: '#access_token=made-up&id_token=a.b.c&state=unknown' })),
  },
  'webAuth.client.buildAuthorizeUrl': {
    text: 'The address of a login, for those who redirect themselves.',
    code: "webAuth.client.buildAuthorizeUrl({ state: 'my-state', nonce: 'my-nonce' })",
    run: () => show('webAuth.client.buildAuthorizeUrl', async () => webAuth.client.buildAuthorizeUrl({ state: 'my-state', nonce: 'my-nonce' })),
  },
  'webAuth.client.buildLogoutUrl': {
    text: 'The address of a logout.',
    code: 'webAuth.client.buildLogoutUrl({ returnTo: location.origin + "/example" })',
    run: () => show('webAuth.client.buildLogoutUrl', async () => webAuth.client.buildLogoutUrl({ returnTo: redirectUri })),
  },
  'webAuth.logout': {
    text: 'Ends your session at the authority.',
    code: 'webAuth.logout({ returnTo: location.origin + "/example" })',
    run: () => webAuth.logout({ returnTo: redirectUri }),
  },
};

for (const [name, { text, code, run }] of Object.entries(methods)) {
  const card = document.createElement('article');
  card.className = 'card';
  const heading = Object.assign(document.createElement('h3'), { textContent: name });
  const explanation = Object.assign(document.createElement('p'), { textContent: text });
  const source = Object.assign(document.createElement('pre'), { textContent: code });
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Run', onclick: run });
  button.setAttribute('aria-label', `Run ${name}`);
  button.dataset.method = name;
  const row = Object.assign(document.createElement('div'), { className: 'row' });
  row.append(button);
  card.append(heading, explanation, source, row);
  find('#methods').append(card);
}

// ---- who is logged in ----

function showProfile(user) {
  const list = find('#profile dl');
  list.replaceChildren();
  for (const [claim, value] of Object.entries(user)) {
    list.append(Object.assign(document.createElement('dt'), { textContent: claim }));
    list.append(Object.assign(document.createElement('dd'), { textContent: String(value) }));
  }
  find('#profile').hidden = false;
  return user;
}

function signedIn(result) {
  session.accessToken = result.accessToken;
  find('#status').textContent = `Logged in as ${result.idTokenPayload?.name ?? result.idTokenPayload?.sub}`;
  find('#login').hidden = true;
  find('#logout').hidden = false;
  return result;
}

find('#domain').textContent = domain;
find('#login').onclick = () => webAuth.authorize();
find('#logout').onclick = () => webAuth.logout({ returnTo: redirectUri });

async function readResponse() {
  const request = sessionStorage.getItem('playground.sent');
  sessionStorage.removeItem('playground.sent');
  const { hash } = location;
  history.replaceState(null, '', location.pathname); // tokens do not stay in the address
  try {
    const result = await webAuth.parseHash({ hash });
    if (!result) return;
    signedIn(result);
    log('webAuth.authorize → webAuth.parseHash', { request, result });
    showProfile(await webAuth.client.userInfo(result.accessToken));
  } catch (error) {
    log('webAuth.authorize → webAuth.parseHash', { request, error });
  }
}
readResponse();
