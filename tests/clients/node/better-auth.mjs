import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { genericOAuth } from 'better-auth/plugins';
import { toNodeHandler } from 'better-auth/node';
import { app as baseURL, CLIENT_ID, CLIENT_SECRET, ISSUER, port, secret, shows } from './site.mjs';

// recipe
const auth = betterAuth({
  baseURL, secret,
  plugins: [genericOAuth({ config: [{ providerId: 'ostia', discoveryUrl: `${ISSUER}.well-known/openid-configuration`, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, scopes: ['openid', 'profile', 'email'], pkce: true }] })],
});
// end
const handle = toNodeHandler(auth);
createServer(async (request, response) => {
  if (request.url.startsWith('/api/auth')) return handle(request, response);
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const session = await auth.api.getSession({ headers });
  if (session) return response.end(JSON.stringify(session.user));
  const started = await auth.api.signInSocial({ body: { provider: 'ostia', callbackURL: '/' }, headers, asResponse: true });
  response.writeHead(302, { location: (await started.json()).url, 'set-cookie': started.headers.getSetCookie() }).end();
}).listen(port, () => shows());
