import Koa from 'koa';
import { koaJwtSecret } from 'jwks-rsa';
import jwt from 'koa-jwt';
import { AUDIENCE, ISSUER, port, served } from './api.mjs';

const app = new Koa();
// recipe
app.use(jwt({ secret: koaJwtSecret({ jwksUri: `${ISSUER}.well-known/jwks.json`, cache: true }), audience: AUDIENCE, issuer: ISSUER, algorithms: ['RS256'] }));
app.use((context) => { context.body = context.state.user; });
// end
app.listen(port, () => served());
