import { useLocation } from 'preact-iso';
import { all, del, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines, type Place } from '../parts/file-lines';
import { type Field, Form } from '../parts/form';
import { attempt } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, Tabs, useData } from '../parts/page';

const strategies: [string, string][] = [
  ['auth0', 'Database'], ['email', 'Passwordless: email'], ['sms', 'Passwordless: text message'], ['google-oauth2', 'Google'], ['github', 'GitHub'], ['facebook', 'Facebook'], ['twitter', 'Twitter'],
  ['apple', 'Apple'], ['windowslive', 'Microsoft'], ['linkedin', 'LinkedIn'], ['oidc', 'OpenID Connect'], ['oauth2', 'OAuth 2.0'],
];
const kind = (connection: Json) => strategies.find(([value]) => value === connection.strategy)?.[1] ?? connection.strategy;

const placeOf = ({ name, strategy }: Json): Place => ({ section: strategy === 'auth0' ? 'databases' : 'connections', entry: { name, strategy } });

/** The file's lines for turning a connection on or off for an application. */
export const doorLines = (connection: Json, clientId: string, status: boolean) =>
  fileLines(placeOf(connection), { enabled_clients: [...connection.enabled_clients.filter((one: string) => one !== clientId), ...(status ? [clientId] : [])] });

export function Connections() {
  const data = useData(() => all('connections', 'connections'));
  const { route } = useLocation();
  const create = async ({ name, strategy }: Record<string, string>) => {
    const made = await post('connections', { name, strategy });
    route(`/dashboard/connections/${id(made.id)}`);
  };
  return (
    <Page title="Connections" actions={<Create name="Create connection" done="The connection was created." action={create} lines={({ name, strategy }) => fileLines(placeOf({ name, strategy }), {})} questions={[
      { name: 'name', label: 'Name', help: 'Used as connection: \'…\' in logins. It cannot be changed later.' },
      { name: 'strategy', label: 'Kind', options: strategies },
    ]} />}>
      <Loaded of={data}>
        {(connections) => <List label="This tenant’s connections" rows={connections} none="No connections yet." columns={[
          { title: 'Name', show: (c) => <a href={`/dashboard/connections/${id(c.id)}`}>{c.name}</a> },
          { title: 'Kind', show: kind },
          { title: 'Applications', show: (c) => c.enabled_clients.length },
        ]} />}
      </Loaded>
    </Page>
  );
}

const ofDatabase: Field[] = [
  { name: 'options.requires_username', label: 'Requires username', kind: 'switch', help: 'signup() then also needs a username.' },
  { name: 'options.passwordPolicy', label: 'Password policy', kind: 'choice', options: [['none', 'None'], ['low', 'Low'], ['fair', 'Fair'], ['good', 'Good'], ['excellent', 'Excellent']], unset: 'good' },
  { name: 'options.password_complexity_options.min_length', label: 'Minimum password length', kind: 'number', min: 1, max: 128, unset: 8 },
  { name: 'options.password_no_personal_info.enable', label: 'No personal data in passwords', kind: 'switch' },
  { name: 'options.password_dictionary.enable', label: 'No common passwords', kind: 'switch' },
  { name: 'options.password_history.enable', label: 'No previous passwords', kind: 'switch' },
  { name: 'options.disable_signup', label: 'Disable sign-ups', kind: 'switch' },
  { name: 'options.brute_force_protection', label: 'Brute-force protection', kind: 'switch', unset: true },
];
const ofUpstream: Field[] = [
  { name: 'display_name', label: 'Name on the button', kind: 'text' },
  { name: 'options.client_id', label: 'Client ID', kind: 'text' },
  { name: 'options.client_secret', label: 'Client secret', kind: 'text' },
  { name: 'options.scope', label: 'Scope', kind: 'text' },
];
const ofPasswordless: Field[] = [
  { name: 'options.totp.length', label: 'Code length, in digits', kind: 'number', min: 4, max: 12, unset: 6 },
  { name: 'options.totp.time_step', label: 'Code lifetime, in seconds', kind: 'number', min: 30, unset: 180 },
  { name: 'options.disable_signup', label: 'Disable sign-ups', kind: 'switch' },
];
const fieldsOf = (c: Json) => (c.strategy === 'auth0' ? ofDatabase : ['email', 'sms'].includes(c.strategy) ? ofPasswordless : ofUpstream);

function Clients({ connection, reload }: { connection: Json; reload: () => Promise<void> }) {
  const data = useData(() => all('clients', 'clients'));
  const flip = (c: Json, status: boolean) => attempt(async () => { await patch(`connections/${id(connection.id)}/clients`, [{ client_id: c.client_id, status }]); await reload(); }, 'Saved.', doorLines(connection, c.client_id, status));
  return (
    <Loaded of={data}>
      {(clients) => <List label={`Applications that can use ${connection.name}`} rows={clients} none="There are no applications." columns={[
        { title: 'Application', show: (c) => <a href={`/dashboard/applications/${id(c.client_id)}`}>{c.name}</a> },
        { title: 'Enabled', show: (c) => <input type="checkbox" role="switch" aria-label={`Enable ${c.name}`} checked={connection.enabled_clients.includes(c.client_id)} onChange={(e) => flip(c, e.currentTarget.checked)} /> },
      ]} />}
    </Loaded>
  );
}

function TryIt({ connection }: { connection: Json }) {
  const data = useData(() => all('clients', 'clients'));
  return (
    <Loaded of={data}>
      {(clients) => {
        const usable = clients.filter((c) => connection.enabled_clients.includes(c.client_id) && c.callbacks.some((u: string) => !u.includes('*')));
        const to = (c: Json) => `/authorize?${new URLSearchParams({ client_id: c.client_id, redirect_uri: c.callbacks[0], response_type: 'code', scope: 'openid', prompt: 'login', connection: connection.name, state: 'try' })}`;
        return (
          <>
            <p>Opens an application’s login with this connection in another window. This browser is then signed in as that person; use a private window to stay signed in here.</p>
            {usable.length === 0 && <p class="none">No application with a callback URL can use this connection.</p>}
            <ul>{usable.map((c) => <li key={c.client_id}><a href={to(c)} target="_blank" rel="noreferrer">Try {connection.name} with {c.name}</a></li>)}</ul>
          </>
        );
      }}
    </Loaded>
  );
}

export function Connection() {
  const { path, data, leave } = useOne('connections', '/dashboard/connections');
  return (
    <Loaded of={data}>
      {(connection: Json) => (
        <Page title={connection.name} back={['/dashboard/connections', 'Connections']}>
          <p>{kind(connection)}</p>
          <Tabs label={connection.name} tabs={[
            { name: 'Settings', show: () => <Form fields={fieldsOf(connection)} document={connection} save={(change) => patch(path, change)} saved={data.set} place={placeOf(connection)} /> },
            { name: 'Applications', show: () => <Clients connection={connection} reload={data.reload} /> },
            { name: 'Try it', show: () => <TryIt connection={connection} /> },
            { name: 'Delete', show: () => <Dangerous name="Delete connection" question={`All users of ${connection.name} will be deleted too.`} done="The connection was deleted." action={() => del(path)} then={leave} /> },
          ]} />
        </Page>
      )}
    </Loaded>
  );
}
