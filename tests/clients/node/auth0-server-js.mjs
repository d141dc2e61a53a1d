import { createServer } from 'node:http';
import { CookieTransactionStore, ServerClient, StatefulStateStore } from '@auth0/auth0-server-js';
import { app as base, CALLBACK, CLIENT_ID, CLIENT_SECRET, DOMAIN, port, secret, shows } from './site.mjs';

const sessions = new Map();
const cookies = {
  getCookie: (name, { request }) => new Map((request.headers.cookie ?? '').split('; ').map((c) => [c.slice(0, c.indexOf('=')), decodeURIComponent(c.slice(c.indexOf('=') + 1))])).get(name),
  getCookies: ({ request }) => Object.fromEntries((request.headers.cookie ?? '').split('; ').map((c) => [c.slice(0, c.indexOf('=')), decodeURIComponent(c.slice(c.indexOf('=') + 1))])),
  setCookie: (name, value, options, { response }) => response.appendHeader('set-cookie', `${name}=${encodeURIComponent(value)}; Path=/`),
  deleteCookie: (name, { response }) => response.appendHeader('set-cookie', `${name}=; Path=/; Max-Age=0`),
};
const store = { get: async (id) => sessions.get(id), set: async (id, value) => { sessions.set(id, value); }, delete: async (id) => { sessions.delete(id); }, deleteByLogoutToken: async () => {} };
// recipe
const auth0 = new ServerClient({
  domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, authorizationParams: { redirect_uri: CALLBACK },
  transactionStore: new CookieTransactionStore({ secret }, cookies), stateStore: new StatefulStateStore({ secret, store }, cookies),
});
createServer(async (request, response) => {
  const at = { request, response }, url = new URL(request.url, base);
  try {
    if (url.pathname === '/callback') {
      await auth0.completeInteractiveLogin(url, at);
      return response.writeHead(302, { location: '/' }).end();
    }
    const user = await auth0.getUser(at);
    if (user) return response.end(JSON.stringify(user));
    response.writeHead(302, { location: (await auth0.startInteractiveLogin({}, at)).href }).end();
  } catch (error) {
    response.writeHead(500).end(`${error.stack} ${error.cause?.stack}`);
  }
}).listen(port, () => shows());
// end
