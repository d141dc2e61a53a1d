import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { all, del, get, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { type Field, Form } from '../parts/form';
import { List, Loaded, Page, Tabs, useData } from '../parts/page';
import { attempt } from '../parts/notices';
import { useOne } from '../parts/one';
import { doorLines } from './connections';

const types: [string, string][] = [
  ['spa', 'Single-page application'],
  ['regular_web', 'Regular web application'],
  ['native', 'Native'],
  ['non_interactive', 'Machine to machine'],
];
const typeOf = (client: Json) => types.find(([value]) => value === client.app_type)?.[1] ?? 'Generic';

export function Applications() {
  const data = useData(() => all('clients', 'clients'));
  const { route } = useLocation();
  const create = async ({ name, app_type }: Record<string, string>) => {
    const made = await post('clients', { name, app_type });
    route(`/dashboard/applications/${id(made.client_id)}`);
  };
  return (
    <Page title="Applications" actions={<Create name="Create application" done="The application was created." action={create} lines={({ name, app_type }) => fileLines({ section: 'clients', entry: { name } }, { app_type })} questions={[
      { name: 'name', label: 'Name' },
      { name: 'app_type', label: 'Type', options: types },
    ]} />}>
      <Loaded of={data}>
        {(clients) => <List label="This tenant’s applications" rows={clients} none="No applications yet." columns={[
          { title: 'Name', show: (c) => <a href={`/dashboard/applications/${id(c.client_id)}`}>{c.name}</a> },
          { title: 'Type', show: typeOf },
          { title: 'Client ID', show: (c) => <code>{c.client_id}</code> },
        ]} />}
      </Loaded>
    </Page>
  );
}

const addresses: Field[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'description', label: 'Description', kind: 'long' },
  { name: 'app_type', label: 'Application type', kind: 'choice', options: types },
  { name: 'token_endpoint_auth_method', label: 'Token endpoint authentication', kind: 'choice', options: [['none', 'None'], ['client_secret_post', 'Client secret (post)'], ['client_secret_basic', 'Client secret (basic)'], ['private_key_jwt', 'Private key JWT']] },
  { name: 'callbacks', label: 'Allowed callback URLs', kind: 'lines', help: 'Where users may be sent after login: one per line, matched exactly.' },
  { name: 'allowed_logout_urls', label: 'Allowed logout URLs', kind: 'lines', help: 'Where logout({ returnTo }) may send users.' },
  { name: 'web_origins', label: 'Allowed web origins', kind: 'lines', help: 'Origins that may use embedded and silent login: scheme, host and port.' },
  { name: 'allowed_origins', label: 'Allowed origins (CORS)', kind: 'lines' },
  { name: 'cross_origin_authentication', label: 'Allow cross-origin authentication', kind: 'switch', help: 'For embedded login: webAuth.login() and /co/authenticate.' },
  { name: 'initiate_login_uri', label: 'Application login URI', kind: 'url', help: 'Where users start again when a login page has expired.' },
];

const oauth: Field[] = [
  { name: 'jwt_configuration.alg', label: 'JsonWebToken signature algorithm', kind: 'choice', options: [['RS256', 'RS256'], ['HS256', 'HS256']], unset: 'RS256', help: 'auth0.js 10 refuses HS256: parseHash() fails with invalid_token.' },
  { name: 'jwt_configuration.lifetime_in_seconds', label: 'ID token lifetime, in seconds', kind: 'number', min: 1, unset: 36000 },
  { name: 'grant_types', label: 'Grants', kind: 'set', options: [
    ['authorization_code', 'Authorization code'], ['refresh_token', 'Refresh token'], ['implicit', 'Implicit'], ['client_credentials', 'Client credentials'], ['password', 'Password'],
    ['http://auth0.com/oauth/grant-type/password-realm', 'Password with realm'], ['http://auth0.com/oauth/grant-type/passwordless/otp', 'Passwordless OTP'],
    ['http://auth0.com/oauth/grant-type/mfa-otp', 'MFA: one-time code'], ['http://auth0.com/oauth/grant-type/mfa-oob', 'MFA: out of band'], ['http://auth0.com/oauth/grant-type/mfa-recovery-code', 'MFA: recovery code'],
    ['urn:ietf:params:oauth:grant-type:device_code', 'Device code'],
  ] },
  { name: 'refresh_token.rotation_type', label: 'Refresh tokens', kind: 'choice', options: [['rotating', 'Rotate'], ['non-rotating', 'Do not rotate']], unset: 'rotating' },
  { name: 'refresh_token.leeway', label: 'Rotation reuse interval, in seconds', kind: 'number', unset: 0 },
  { name: 'require_pushed_authorization_requests', label: 'Require pushed authorization requests', kind: 'switch' },
  { name: 'oidc_logout.backchannel_logout_urls', label: 'Back-channel logout URLs', kind: 'lines' },
  { name: 'organization_usage', label: 'Organizations', kind: 'choice', options: [['deny', 'Individuals'], ['allow', 'Both'], ['require', 'Members only']], unset: 'deny' },
];

function Credentials({ client, set }: { client: Json; set: (client: Json) => void }) {
  const [isShown, show] = useState(false);
  return (
    <>
      <dl class="facts">
        <dt>Domain</dt><dd><code>{location.host}</code></dd>
        <dt>Client ID</dt><dd><code>{client.client_id}</code></dd>
        {!client.client_secret && client.token_endpoint_auth_method !== 'none' && <><dt>Client secret</dt><dd><button type="button" class="small outline secondary" onClick={() => attempt(async () => { set({ ...client, ...(await get(`clients/${id(client.client_id)}?fields=client_secret`)) }); show(true); })}>Show</button></dd></>}
        {client.client_secret && <><dt>Client secret</dt><dd><code>{isShown ? client.client_secret : '••••••••••••'}</code> <button type="button" class="small outline secondary" onClick={() => show(!isShown)}>{isShown ? 'Hide' : 'Show'}</button></dd></>}
      </dl>
      {client.token_endpoint_auth_method !== 'none' && (
        <Dangerous name="Rotate secret" question="Programs with the old secret will no longer be able to authenticate." done="The secret was rotated."
          action={async () => set(await post(`clients/${id(client.client_id)}/rotate-secret`, {}))} />
      )}
    </>
  );
}

function Doors({ client }: { client: Json }) {
  const data = useData(() => all('connections', 'connections'));
  const flip = (c: Json, status: boolean) => attempt(async () => { await patch(`connections/${id(c.id)}/clients`, [{ client_id: client.client_id, status }]); await data.reload(); }, 'Saved.', doorLines(c, client.client_id, status));
  return (
    <Loaded of={data}>
      {(connections) => <List label={`Connections for ${client.name}`} rows={connections} none="There are no connections." columns={[
        { title: 'Connection', show: (c) => <a href={`/dashboard/connections/${id(c.id)}`}>{c.name}</a> },
        { title: 'Strategy', show: (c) => c.strategy },
        { title: 'Enabled', show: (c) => <input type="checkbox" role="switch" aria-label={`Enable ${c.name}`} checked={c.enabled_clients.includes(client.client_id)} onChange={(e) => flip(c, e.currentTarget.checked)} /> },
      ]} />}
    </Loaded>
  );
}

export function Application() {
  const { path, data, leave } = useOne('clients', '/dashboard/applications');
  return (
    <Loaded of={data}>
      {(client: Json) => {
        const form = (fields: Field[]) => () => <Form fields={fields} document={client} save={(change) => patch(path, change)} saved={data.set} place={{ section: 'clients', entry: { name: client.name, client_id: client.client_id } }} />;
        return (
          <Page title={client.name} back={['/dashboard/applications', 'Applications']}>
            <Tabs label={client.name} tabs={[
              { name: 'Settings', show: form(addresses) },
              { name: 'OAuth', show: form(oauth) },
              { name: 'Credentials', show: () => <Credentials client={client} set={data.set} /> },
              { name: 'Connections', show: () => <Doors client={client} /> },
              { name: 'Delete', show: () => <Dangerous name="Delete application" question={`Nobody will be able to log in to ${client.name}.`} done="The application was deleted." action={() => del(path)} then={leave} /> },
            ]} />
          </Page>
        );
      }}
    </Loaded>
  );
}
