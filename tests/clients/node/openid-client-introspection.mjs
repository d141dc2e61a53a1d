import * as client from 'openid-client';
import { CLIENT_ID, CLIENT_SECRET, done, ISSUER, verifies } from './kit.mjs';

// recipe
// The application's `resource_server_identifier` is the API's identifier.
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const verify = async (token) => (await client.tokenIntrospection(config, token)).active;
// end
await verifies(verify);
done();
