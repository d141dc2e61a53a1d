import { ExpressAuth, getSession } from '@auth/express';
import Auth0 from '@auth/express/providers/auth0';
import express from 'express';
import { CLIENT_ID, CLIENT_SECRET, EMAIL, ISSUER, press, visit, done } from './kit.mjs';
import { app as base, port, secret } from './site.mjs';

const app = express();
app.set('trust proxy', true);
// recipe
const config = { trustHost: true, secret, providers: [Auth0({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET })] };
app.use('/auth', ExpressAuth(config));
app.get('/', async (request, response) => response.json(await getSession(request, config)));
// end
app.listen(port, async () => {
  await press(`${base}/auth/signin?callbackUrl=%2F`, EMAIL);
  await visit(`${base}/`, EMAIL);
  done();
});
