import axios from 'axios';
import { clientCredentials } from 'axios-oauth-client';
import { AUDIENCE, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER } from './kit.mjs';

// recipe
const getToken = clientCredentials(axios.create(), `${ISSUER}oauth/token`, CLIENT_ID, CLIENT_SECRET);
const token = await getToken({ audience: AUDIENCE, scope: 'read:messages' }).catch(() => getToken('read:messages', { audience: AUDIENCE }));
// end
expect(token.access_token, 'a token');
done();
