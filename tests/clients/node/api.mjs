// The middlewares for APIs, each with the same route.
import { AUDIENCE, DOMAIN, done, fail, ISSUER, PORT, servesApi, STRICT_AUDIENCE } from './kit.mjs';

export { AUDIENCE, DOMAIN, ISSUER, STRICT_AUDIENCE };
export const port = Number(PORT);
export async function served(path = '/', how) {
  await servesApi(`http://localhost:${port}${path}`, how).catch((error) => fail(error.stack));
  done();
}
