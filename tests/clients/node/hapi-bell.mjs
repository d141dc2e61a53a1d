import Bell from '@hapi/bell';
import Hapi from '@hapi/hapi';
import { CLIENT_ID, CLIENT_SECRET, DOMAIN, app as location, port, secret, shows } from './site.mjs';

const server = Hapi.server({ port });
// recipe
await server.register(Bell);
server.auth.strategy('auth0', 'bell', { provider: 'auth0', config: { domain: DOMAIN }, password: secret, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, isSecure: false, location });
server.route({ method: ['GET', 'POST'], path: '/callback', options: { auth: 'auth0' }, handler: (request) => request.auth.credentials?.profile ?? request.auth.error.message });
// end
await server.start();
await shows('/callback');
