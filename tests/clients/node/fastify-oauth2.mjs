import cookie from '@fastify/cookie';
import oauth2 from '@fastify/oauth2';
import Fastify from 'fastify';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, ISSUER, port, shows } from './site.mjs';

const app = Fastify();
app.register(cookie);
// recipe
app.register(oauth2, {
  name: 'ostia', scope: ['openid', 'email'], credentials: { client: { id: CLIENT_ID, secret: CLIENT_SECRET } },
  discovery: { issuer: ISSUER }, startRedirectPath: '/login', callbackUri: CALLBACK, pkce: 'S256', cookie: { secure: false },
});
app.get('/callback', async (request) => {
  const { token } = await app.ostia.getAccessTokenFromAuthorizationCodeFlow(request);
  return app.ostia.userinfo(token.access_token);
});
// end
await app.listen({ port });
await shows('/login');
