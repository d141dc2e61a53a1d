// What the programs in this folder share: what they are told, and how they ask for a person at a browser.
import { createInterface } from 'node:readline';

export const { ISSUER, DOMAIN, DEV_ISSUER, CLIENT_ID, CLIENT_SECRET, AUDIENCE, STRICT_AUDIENCE, APP, PORT, CALLBACK, CA, DATA, EMAIL, PASSWORD, USER_TOKEN, MACHINE_TOKEN, ID_TOKEN, OTHER_TOKEN, TAMPERED_TOKEN, STRICT_USER_TOKEN, STRICT_MACHINE_TOKEN } = process.env;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(line) {
  console.log(line);
  return (await lines.next()).value;
}
async function asked(line) {
  const answer = await ask(line);
  if (!answer.startsWith('ok')) fail(answer);
}

/** A person signs in at this address; where the authority leads then, with the code in it. */
export const signIn = async (url) => new URL(await ask(`@open ${url}`));
/** A person signs in at this address and goes where it leads. */
export const follow = (url) => asked(`@follow ${url}`);
/** A person who goes to this page of the application ends at a page with that text. */
export const visit = (url, text) => asked(`@visit ${url} ${text}`);
export const press = (url, text) => asked(`@press ${url} ${text}`);
/** The API at this address takes tokens for it and no others. */
export const servesApi = (url, how = '') => asked(`@api ${url} ${how}`);

export function fail(why) {
  console.error(why);
  process.exit(1);
}
export const expect = (isSo, what) => isSo || fail(`not so: ${what}`);
export const done = () => console.log('@done');
export const skip = (why) => console.log(`@skip ${why}`);

/** `verify` takes this API's tokens, and none of the others; `strict` with those of an API with the dialect `rfc9068_profile`. */
export async function verifies(verify, { strict = false } = {}) {
  const good = strict ? { STRICT_USER_TOKEN, STRICT_MACHINE_TOKEN } : { USER_TOKEN, MACHINE_TOKEN };
  for (const [name, token] of Object.entries(good)) {
    try { await verify(token); } catch (error) { fail(`${name} is refused: ${error.stack ?? JSON.stringify(error)}`); }
  }
  for (const [name, token] of Object.entries({ OTHER_TOKEN, ID_TOKEN, TAMPERED_TOKEN, ...(strict && { USER_TOKEN }) })) {
    let isTaken = true;
    try { isTaken = (await verify(token)) !== false; } catch { isTaken = false; }
    if (isTaken) fail(`${name} is taken`);
  }
}
