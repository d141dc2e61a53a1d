// The playground: the methods of the page, the errors of its table, and who is logged in.
import { fromBefore, listen } from './traffic.js';
import { errors } from './errors.js';
import { groups, session, webAuth } from './methods.js';
import { card, element, find, report, showProfile } from './view.js';

function signedIn(result) {
  if (!result?.accessToken || !result.idTokenPayload) return;
  session.accessToken = result.accessToken;
  find('#status').textContent = `Logged in as ${result.idTokenPayload.name ?? result.idTokenPayload.sub}`;
  find('#login').hidden = true;
  find('#logout').hidden = false;
}

async function press(title, action) {
  const sent = listen();
  try {
    const result = await action();
    if (result === undefined && !sent.length) return; // the page is being left
    signedIn(result);
    report(title, { result, sent });
    if (title === 'webAuth.client.userInfo') showProfile(result);
  } catch (error) {
    report(title, { error: error instanceof Error && !error.code ? { message: error.message } : error, sent });
  }
}

// The popup’s own page has nothing to show: it hands the response to the window that opened it.
async function readResponse() {
  const { hash } = location;
  if (location.pathname === '/example/popup') return webAuth.popup.callback({ hash });
  const sent = fromBefore();
  history.replaceState(null, '', location.pathname); // tokens do not stay in the address
  try {
    const result = await webAuth.parseHash({ hash });
    if (!result) return;
    signedIn(result);
    report('webAuth.authorize → webAuth.parseHash', { result, sent });
    showProfile(await webAuth.client.userInfo(result.accessToken));
  } catch (error) {
    report('webAuth.authorize → webAuth.parseHash', { error, sent });
  }
}

find('#domain').textContent = window.playground.domain;
find('#login').onclick = () => webAuth.authorize();
find('#logout').onclick = () => webAuth.logout({ returnTo: `${location.origin}/example`, clientID: window.playground.clientID });

for (const { title, methods } of groups) {
  const cards = methods.map((method) => card(method, (values) => press(method.name, () => method.run(values))));
  find('#methods').append(element('h3', { textContent: title }), element('div', { className: 'cards' }, ...cards));
}
for (const { status, code, text, run } of errors) {
  const title = `${status} ${code}`;
  const button = element('button', { type: 'button', textContent: 'Cause it', label: `Cause it: ${title}, ${text}`, onclick: () => press(`${title}: on purpose`, run), data: { error: `${status} ${code} ${text.slice(0, 24)}` } });
  find('#errors tbody').append(element('tr', {}, element('td', { textContent: status }), element('td', {}, element('code', { textContent: code || '–' })), element('td', { textContent: text }), element('td', {}, button)));
}
readResponse();
