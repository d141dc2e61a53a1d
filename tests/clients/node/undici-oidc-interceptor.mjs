import { createServer } from 'node:http';
import { Agent, request } from 'undici';
import { createOidcInterceptor } from 'undici-oidc-interceptor';
import { APP, AUDIENCE, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, PORT } from './kit.mjs';

createServer((incoming, response) => response.end(incoming.headers.authorization ?? '')).listen(Number(PORT));
// recipe
const dispatcher = new Agent().compose(createOidcInterceptor({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, idpTokenUrl: `${ISSUER}oauth/token`, urls: [APP], audience: AUDIENCE, contentType: 'form-urlencoded' }));
const { body } = await request(APP, { dispatcher });
// end
expect((await body.text()).startsWith('Bearer ey'), 'the request has a token');
done();
