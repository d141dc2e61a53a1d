import * as client from 'openid-client';
import { CLIENT_ID, CLIENT_SECRET, done, EMAIL, expect, follow, ISSUER } from './kit.mjs';

// recipe
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const device = await client.initiateDeviceAuthorization(config, { scope: 'openid email' });
console.log(`Go to ${device.verification_uri_complete}`);
const polling = client.pollDeviceAuthorizationGrant(config, device);
// end
await follow(device.verification_uri_complete);
expect((await polling).claims().email === EMAIL, 'claims');
done();
