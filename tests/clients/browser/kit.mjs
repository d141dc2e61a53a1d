// What the pages in this folder share.
export const { ISSUER, DOMAIN, CLIENT_ID, AUDIENCE, APP, EMAIL, PASSWORD } = window.told;
export const done = () => console.log('done');
export const fail = (why) => console.log(`fail ${why?.stack ?? JSON.stringify(why)}`);
export const expect = (isSo, what) => { if (!isSo) throw new Error(`not so: ${what}`); };
/** Runs the page; a failure is told. */
export const page = (run) => run().catch(fail);
export const hasAnswer = () => /[?&#](code|error|access_token)=/.test(location.href);
