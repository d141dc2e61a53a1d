// The frameworks for web applications: each shows the signed-in person's e-mail address at a page.
import { EMAIL, fail, done, press, visit } from './kit.mjs';

export { APP, AUDIENCE, CALLBACK, CLIENT_ID, CLIENT_SECRET, DOMAIN, ISSUER } from './kit.mjs';
export const port = Number(process.env.PORT), app = process.env.APP;
export const secret = 'a secret of the application that is long enough';
const shown = (go) => async (path = '/', text = EMAIL) => {
  await go(`${app}${path}`, text).catch((error) => fail(error.stack));
  done();
};
export const shows = shown(visit), showsAfterPress = shown(press);
process.on('unhandledRejection', (error) => console.error(error));
