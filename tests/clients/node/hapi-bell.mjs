import Bell from '@hapi/bell';
import Hapi from '@hapi/hapi';
import { CLIENT_ID, CLIENT_SECRET, ISSUER, app as location, port, secret, shows } from './site.mjs';

const server = Hapi.server({ port });
// recipe
await server.register(Bell);
const provider = {
  name: 'ostia', protocol: 'oauth2', auth: `${ISSUER}authorize`, token: `${ISSUER}oauth/token`, scope: ['openid', 'email', 'profile'], pkce: 'S256',
  profile: async (credentials, params, get) => { credentials.profile = await get(`${ISSUER}userinfo`); },
};
server.auth.strategy('ostia', 'bell', { provider, password: secret, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, isSecure: false, location });
server.route({ method: ['GET', 'POST'], path: '/callback', options: { auth: 'ostia' }, handler: (request) => request.auth.credentials?.profile ?? request.auth.error.message });
// end
await server.start();
await shows('/callback');
