import axios from 'axios';
import { authorizationCode, refreshToken } from 'axios-oauth-client';
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, done, expect, ISSUER, signIn } from './kit.mjs';

const back = await signIn(`${ISSUER}authorize?${new URLSearchParams({ client_id: CLIENT_ID, response_type: 'code', redirect_uri: CALLBACK, scope: 'openid offline_access', state: 'state' })}`);
// recipe
const getToken = authorizationCode(axios.create(), `${ISSUER}oauth/token`, CLIENT_ID, CLIENT_SECRET, CALLBACK);
const token = await getToken(back.searchParams.get('code'));
const renewed = await refreshToken(axios.create(), `${ISSUER}oauth/token`, CLIENT_ID, CLIENT_SECRET)(token.refresh_token);
// end
expect(token.id_token && renewed.access_token, 'tokens');
done();
