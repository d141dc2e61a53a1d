// What the programs meet: one authority, an application for each of them, and tokens as they are given out.
import { readFileSync } from 'node:fs';
import { freePort, startAuthority } from '../../lib/program.mjs';
import { managementGrant } from '../../lib/management.mjs';
import { Surfer, send } from './request.mjs';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const everything = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password', 'http://auth0.com/oauth/grant-type/password-realm', 'http://auth0.com/oauth/grant-type/mfa-otp', device];
export const audience = 'https://api.example.com/', strictAudience = 'https://strict.example.com/', otherAudience = 'https://other.example.com/';
const scope = ['read:messages', 'write:messages'];
const scopes = scope.map((value) => ({ value }));
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };

/** A row's application: it may do all that any program here wants, unless the row says otherwise. */
function application(row, app) {
  return {
    name: row.id, client_id: row.id, client_secret: `secret-of-${row.id}-that-is-long-enough`, app_type: 'regular_web', token_endpoint_auth_method: 'client_secret_post',
    callbacks: [`${app}/callback`], allowed_logout_urls: [`${app}/`], web_origins: [app], allowed_origins: [app], cross_origin_authentication: true, grant_types: everything,
    ...row.client?.(app),
  };
}

/** Starts the authority of these rows, at `domain` and without a port where one is named. */
export async function startWorld(rows, domain) {
  const ports = new Map();
  for (const row of rows) ports.set(row.id, await freePort());
  const home = (row) => `${row.secure ? 'https' : 'http'}://localhost:${ports.get(row.id)}`;
  const applications = rows.map((row) => application(row, home(row)));
  const world = { name: 'World', client_id: 'world', client_secret: 'the-secret-of-the-world-itself', app_type: 'regular_web', callbacks: ['http://localhost:1/'], grant_types: everything };
  const grants = [...applications, world].filter((a) => a.client_secret).flatMap(({ client_id }) => [...[audience, strictAudience, otherAudience].map((a) => ({ client_id, audience: a, scope })), managementGrant(undefined, client_id)]);
  const authority = await startAuthority(undefined, {
    ...(domain && { port: 443, args: ['--issuer', `https://${domain}/`] }),
    clients: [...applications, world],
    extra: {
      tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication' },
      resourceServers: [
        { name: 'API', identifier: audience, scopes, allow_offline_access: true },
        { name: 'Strict API', identifier: strictAudience, scopes, allow_offline_access: true, token_dialect: 'rfc9068_profile' },
        { name: 'Other API', identifier: otherAudience, scopes, allow_offline_access: true },
        ...rows.flatMap((row) => row.apis?.(home(row)) ?? []),
      ],
      clientGrants: [...grants, ...rows.flatMap((row) => (row.grants ?? []).map((grant) => ({ client_id: row.id, ...grant })))],
      ...Object.assign({}, ...rows.map((row) => row.tenant)),
    },
  });
  const { issuer, data } = authority, file = `${data}/ca.pem`, ca = readFileSync(file);
  const surfer = () => new Surfer({ issuer, ca, ...ada });

  async function token(fields) {
    const { status, text } = await send(`${issuer}oauth/token`, { ca, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ client_id: world.client_id, client_secret: world.client_secret, ...fields }) });
    if (status !== 200) throw new Error(`no token: ${text}`);
    return JSON.parse(text);
  }
  async function user(audience) {
    const query = new URLSearchParams({ client_id: 'world', response_type: 'code', redirect_uri: 'http://localhost:1/', audience, scope: 'openid profile email read:messages' });
    const back = new URL((await surfer().visit(`${issuer}authorize?${query}`, { until: (url) => url.port === '1' })).url);
    return token({ grant_type: 'authorization_code', code: back.searchParams.get('code'), redirect_uri: 'http://localhost:1/' });
  }
  const machine = async (audience) => (await token({ grant_type: 'client_credentials', audience })).access_token;
  const ofUser = await user(audience), [head, body, signature] = ofUser.access_token.split('.');
  const tokens = {
    USER_TOKEN: ofUser.access_token, ID_TOKEN: ofUser.id_token, MACHINE_TOKEN: await machine(audience),
    STRICT_USER_TOKEN: (await user(strictAudience)).access_token, STRICT_MACHINE_TOKEN: await machine(strictAudience),
    OTHER_TOKEN: await machine(otherAudience), TAMPERED_TOKEN: [head, body, signature[0] === 'A' ? `B${signature.slice(1)}` : `A${signature.slice(1)}`].join('.'),
  };

  /** What a row's program is told, as a person would write it into its settings. */
  function environment(row) {
    const app = home(row), { client_id, client_secret = '' } = applications[rows.indexOf(row)];
    return {
      ...tokens, ISSUER: issuer, DOMAIN: domain ?? authority.domain, DEV_ISSUER: authority.devIssuer, CLIENT_ID: client_id, CLIENT_SECRET: client_secret, AUDIENCE: audience, STRICT_AUDIENCE: strictAudience,
      APP: app, PORT: String(ports.get(row.id)), CALLBACK: `${app}/callback`, CA: file, DATA: data, EMAIL: ada.username, PASSWORD: ada.password,
      NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file, REQUESTS_CA_BUNDLE: file, CURL_CA_BUNDLE: file, PERL_LWP_SSL_CA_FILE: file,
    };
  }
  return { authority, issuer, ca, surfer, tokens, environment, home };
}
