import * as client from 'openid-client';
import { CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER } from './kit.mjs';

// recipe
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
const request = await client.initiateBackchannelAuthentication(config, { scope: 'openid', binding_message: '1-2-3', login_hint: JSON.stringify({ format: 'iss_sub', iss: ISSUER, sub: 'auth0|ada' }) });
const polling = client.pollBackchannelAuthenticationGrant(config, request);
// end
const tokens = await polling;
expect(tokens.claims().sub === 'auth0|ada', 'an ID token');
done();
