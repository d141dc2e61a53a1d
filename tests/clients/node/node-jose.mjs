import jose from 'node-jose';
import { done, expect, ISSUER, TAMPERED_TOKEN, USER_TOKEN } from './kit.mjs';

// recipe
const keys = await jose.JWK.asKeyStore(await (await fetch(new URL('.well-known/jwks.json', ISSUER))).json());
const { payload } = await jose.JWS.createVerify(keys).verify(USER_TOKEN);
// end
expect(JSON.parse(payload).iss === ISSUER, 'iss');
await jose.JWS.createVerify(keys).verify(TAMPERED_TOKEN).then(() => expect(false, 'refuses a tampered one'), () => {});
done();
