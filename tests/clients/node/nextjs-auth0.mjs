import { skip } from './kit.mjs';

// recipe
// It takes names with a dot, HTTPS and port 443 only: a line `127.0.0.1 login.ostia.test` in /etc/hosts, `ostia serve --issuer https://login.ostia.test/
// --listen 127.0.0.1:443`, and NODE_EXTRA_CA_CERTS=DATA/ca.pem for Next.
// lib/auth0.js
// import { Auth0Client } from '@auth0/nextjs-auth0/server';
// export const auth0 = new Auth0Client({ domain: 'login.ostia.test', clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, appBaseUrl: APP, secret: SECRET });
// end
skip('takes no localhost and no port');
