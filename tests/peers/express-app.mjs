// The application of express.test.mjs: PORT ISSUER.
import express from 'express';
import oidc from 'express-openid-connect';

const [port, issuer] = process.argv.slice(2);
const app = express();
app.use(oidc.auth({
  issuerBaseURL: issuer, baseURL: `http://localhost:${port}`, clientID: 'express', clientSecret: 'express-secret-of-some-length', secret: 'a cookie secret that is long enough for it', idpLogout: true, authRequired: false,
  authorizationParams: { response_type: 'code', audience: 'https://api.example.com/', scope: 'openid profile email offline_access read:messages' },
}));
app.get('/', (_, response) => response.send('home'));
app.get('/me', oidc.requiresAuth(), async (request, response) => {
  const before = request.oidc.accessToken.access_token;
  const after = await request.oidc.accessToken.refresh();
  response.json({ user: request.oidc.user, profile: await request.oidc.fetchUserInfo(), refreshed: Boolean(after.access_token) && after.access_token !== before });
});
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
