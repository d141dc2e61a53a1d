import express from 'express';
import oidc from 'express-openid-connect';
import { app as baseURL, AUDIENCE, CLIENT_ID, CLIENT_SECRET, ISSUER, port, secret, shows } from './site.mjs';

const app = express();
// recipe
app.use(oidc.auth({
  issuerBaseURL: ISSUER, baseURL, clientID: CLIENT_ID, clientSecret: CLIENT_SECRET, secret, idpLogout: true,
  authorizationParams: { response_type: 'code', audience: AUDIENCE, scope: 'openid profile email offline_access' },
}));
app.get('/', async (request, response) => response.json({ ...await request.oidc.fetchUserInfo(), renewed: Boolean((await request.oidc.accessToken.refresh()).access_token) }));
// end
app.listen(port, () => shows());
