import { skip } from './kit.mjs';

// recipe
// It takes names with a dot, HTTPS and no port only. `sudo ostia dev-domain login.ostia.test` makes such an address of this machine
// (`--undo` takes it away again); NODE_EXTRA_CA_CERTS names Next the certificate.
// lib/auth0.js
// import { Auth0Client } from '@auth0/nextjs-auth0/server';
// export const auth0 = new Auth0Client({ domain: 'login.ostia.test', clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, appBaseUrl: APP, secret: SECRET });
// end
skip('takes no localhost and no port');
