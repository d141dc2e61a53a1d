// What a run sends and is answered: the package's requests, its frames and popups, and where it leads the page.
let current = [];

const shown = (url) => decodeURIComponent(url.replace(/[?&]/g, (mark) => `\n  ${mark}`));
const withoutPassword = (body) => (typeof body === 'string' ? body.replace(/("password":\s*")[^"]*/g, '$1…').replace(/(password=)[^&]*/g, '$1…') : '');

const { open, send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  this.exchange = { request: `${method} ${url}`, response: '' };
  return open.call(this, method, url, ...rest);
};
XMLHttpRequest.prototype.send = function (body) {
  const exchange = this.exchange;
  if (body) exchange.request += `\n${withoutPassword(body)}`;
  current.push(exchange);
  this.addEventListener('load', () => (exchange.response = `${this.status} ${this.responseText.slice(0, 2000)}`));
  this.addEventListener('error', () => (exchange.response = 'no answer'));
  return send.call(this, body);
};

const fetchNow = window.fetch;
window.fetch = async (url, options = {}) => {
  const exchange = { request: `${options.method ?? 'GET'} ${url}${options.body ? `\n${withoutPassword(options.body)}` : ''}`, response: '' };
  if (String(url).startsWith('http')) current.push(exchange);
  const response = await fetchNow(url, options);
  exchange.response = `${response.status} ${(await response.clone().text()).slice(0, 2000)}`;
  return response;
};

const openWindow = window.open;
window.open = (url, ...rest) => {
  if (url && url !== 'about:blank') current.push({ request: `popup ${shown(url)}` });
  return openWindow.call(window, url, ...rest);
};

new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes)
      if (node.tagName === 'IFRAME') setTimeout(() => current.push({ request: `hidden frame ${shown(node.src)}` }));
}).observe(document.body, { childList: true });

// A redirect leaves this page; what was sent is shown when the answer is.
window.navigation?.addEventListener('navigate', (event) => {
  if (new URL(event.destination.url).origin !== location.origin) sessionStorage.setItem('playground.sent', JSON.stringify([...current, { request: `GET ${shown(event.destination.url)}` }]));
});

/** Starts to listen; the list fills itself. */
export const listen = () => (current = []);

/** What was sent before this page was left, if it was. */
export function fromBefore() {
  const sent = JSON.parse(sessionStorage.getItem('playground.sent') ?? '[]');
  sessionStorage.removeItem('playground.sent');
  return sent;
}
