import { useLocation } from 'preact-iso';
import { all, del, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { type Field, Form } from '../parts/form';
import { attempt } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, Tabs, useData } from '../parts/page';

export function Apis() {
  const data = useData(() => all('resource-servers', 'resource_servers'));
  const { route } = useLocation();
  const create = async ({ name, identifier, signing_alg }: Record<string, string>) => {
    const made = await post('resource-servers', { name, identifier, signing_alg });
    route(`/dashboard/apis/${id(made.id)}`);
  };
  return (
    <Page title="APIs" actions={<Create name="Create API" done="The API was created." action={create} lines={({ name, identifier, signing_alg }) => fileLines({ section: 'resourceServers', entry: { name, identifier } }, { signing_alg })} questions={[
      { name: 'name', label: 'Name' },
      { name: 'identifier', label: 'Identifier', help: 'The audience of the API’s tokens, by convention a URL. It cannot be changed later.' },
      { name: 'signing_alg', label: 'Signing algorithm', options: [['RS256', 'RS256'], ['HS256', 'HS256']] },
    ]} />}>
      <Loaded of={data}>
        {(apis) => <List label="This tenant’s APIs" rows={apis} none="No APIs yet." columns={[
          { title: 'Name', show: (a) => (a.is_system ? a.name : <a href={`/dashboard/apis/${id(a.id)}`}>{a.name}</a>) },
          { title: 'Audience', show: (a) => <code>{a.identifier}</code> },
          { title: 'Permissions', show: (a) => a.scopes.length },
        ]} />}
      </Loaded>
    </Page>
  );
}

const fields: Field[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'token_lifetime', label: 'Token lifetime, in seconds', kind: 'number', min: 1 },
  { name: 'token_lifetime_for_web', label: 'Token lifetime for browser flows, in seconds', kind: 'number', min: 1 },
  { name: 'allow_offline_access', label: 'Allow offline access', kind: 'switch', help: 'Applications can get refresh tokens for this API.' },
  { name: 'enforce_policies', label: 'Enforce permissions', kind: 'switch', help: 'Users get only the permissions their roles have.' },
  { name: 'token_dialect', label: 'Permissions in the access token', kind: 'choice', options: [['access_token', 'No'], ['access_token_authz', 'Yes']], unset: 'access_token' },
];

function Permissions({ api, path, set }: { api: Json; path: string; set: (api: Json) => void }) {
  const save = async (scopes: Json[]) => set(await patch(path, { scopes }));
  const lines = (scopes: Json[]) => fileLines({ section: 'resourceServers', entry: { name: api.name, identifier: api.identifier } }, { scopes });
  return (
    <>
      <List label={`Permissions of ${api.name}`} rows={api.scopes.map((s: Json) => ({ ...s, id: s.value }))} none="No permissions yet." columns={[
        { title: 'Permission', show: (s) => <code>{s.value}</code> },
        { title: 'Description', show: (s) => s.description },
        { title: '', show: (s) => <Dangerous name="Remove" question={`Tokens will no longer have ${s.value}.`} done="The permission was removed." action={() => save(api.scopes.filter((one: Json) => one.value !== s.value))} /> },
      ]} />
      <Create name="Add permission" done="The permission was added." questions={[{ name: 'value', label: 'Permission', help: 'For example read:messages' }, { name: 'description', label: 'Description', optional: true }]}
        action={(added) => save([...api.scopes, added])} lines={(added) => lines([...api.scopes, added])} />
    </>
  );
}

function Machines({ api }: { api: Json }) {
  const data = useData(async () => {
    const [clients, grants] = await Promise.all([all('clients?app_type=non_interactive,regular_web', 'clients'), all(`client-grants?audience=${id(api.identifier)}`, 'client_grants')]);
    return clients.filter((c) => c.grant_types?.includes('client_credentials')).map((client) => ({ ...client, grant: grants.find((g) => g.client_id === client.client_id) }));
  });
  const flip = (row: Json, on: boolean) => attempt(async () => {
    if (on) await post('client-grants', { client_id: row.client_id, audience: api.identifier, scope: api.scopes.map((s: Json) => s.value) });
    else await del(`client-grants/${id(row.grant.id)}`);
    await data.reload();
  }, 'Saved.');
  return (
    <Loaded of={data}>
      {(rows) => <List label={`Machines that can call ${api.name}`} rows={rows} none="No application has the client credentials grant." columns={[
        { title: 'Application', show: (r) => <a href={`/dashboard/applications/${id(r.client_id)}`}>{r.name}</a> },
        { title: 'Permissions', show: (r) => r.grant?.scope.join(' ') ?? '' },
        { title: 'Authorized', show: (r) => <input type="checkbox" role="switch" aria-label={`Authorize ${r.name}`} checked={Boolean(r.grant)} onChange={(e) => flip(r, e.currentTarget.checked)} /> },
      ]} />}
    </Loaded>
  );
}

export function Api() {
  const { path, data, leave } = useOne('resource-servers', '/dashboard/apis');
  return (
    <Loaded of={data}>
      {(api: Json) => (
        <Page title={api.name} back={['/dashboard/apis', 'APIs']}>
          <p><code>{api.identifier}</code></p>
          <Tabs label={api.name} tabs={[
            { name: 'Settings', show: () => <Form fields={fields} document={api} save={(change) => patch(path, change)} saved={data.set} place={{ section: 'resourceServers', entry: { name: api.name, identifier: api.identifier } }} /> },
            { name: 'Permissions', show: () => <Permissions api={api} path={path} set={data.set} /> },
            { name: 'Machines', show: () => <Machines api={api} /> },
            { name: 'Delete', show: () => <Dangerous name="Delete API" question={`Nobody will be able to get tokens for ${api.name}.`} done="The API was deleted." action={() => del(path)} then={leave} /> },
          ]} />
        </Page>
      )}
    </Loaded>
  );
}
