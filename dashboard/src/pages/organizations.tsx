import { useLocation } from 'preact-iso';
import { all, del, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { type Field, Form } from '../parts/form';
import { attempt } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, Tabs, useData, when } from '../parts/page';

export function Organizations() {
  const data = useData(() => all('organizations', 'organizations'));
  const { route } = useLocation();
  const create = async ({ name, display_name }: Record<string, string>) => route(`/dashboard/organizations/${id((await post('organizations', { name, display_name })).id)}`);
  return (
    <Page title="Organizations" actions={<Create name="Create organization" done="The organization was created." action={create} lines={({ name, display_name }) => fileLines({ section: 'organizations', entry: { name } }, { display_name })} questions={[
      { name: 'name', label: 'Name', help: 'Used as organization=… in logins: lowercase letters, digits and dashes.' },
      { name: 'display_name', label: 'Display name' },
    ]} />}>
      <Loaded of={data}>
        {(organizations) => <List label="This tenant’s organizations" rows={organizations} none="No organizations yet." columns={[
          { title: 'Name', show: (o) => <a href={`/dashboard/organizations/${id(o.id)}`}>{o.display_name}</a> },
          { title: 'Name in requests', show: (o) => <code>{o.name}</code> },
          { title: 'ID', show: (o) => <code>{o.id}</code> },
        ]} />}
      </Loaded>
    </Page>
  );
}

const fields: Field[] = [
  { name: 'display_name', label: 'Display name', kind: 'text' },
  { name: 'branding.logo_url', label: 'Logo', kind: 'url', help: 'Shown on its members’ login page.' },
];

function Members({ organization, path }: { organization: Json; path: string }) {
  const data = useData(() => all(`${path}/members`, 'members'), [path]);
  return (
    <Loaded of={data}>
      {(members) => (
        <>
          <List label={`Members of ${organization.display_name}`} rows={members} none="No members yet." columns={[
            { title: 'Name', show: (u) => <a href={`/dashboard/users/${id(u.user_id)}`}>{u.name || u.email || u.user_id}</a> },
            { title: 'Email', show: (u) => u.email ?? '' },
            { title: '', show: (u) => <Dangerous name="Remove" question={`${u.name || u.user_id} will no longer be able to log in to ${organization.display_name}.`} done="The member was removed." action={() => del(`${path}/members`, { members: [u.user_id] })} then={data.reload} /> },
          ]} />
          <Create name="Add member" done="The member was added." questions={[{ name: 'user', label: 'User ID', help: 'Shown on the user’s page.' }]} action={async ({ user }) => { await post(`${path}/members`, { members: [user] }); await data.reload(); }} />
        </>
      )}
    </Loaded>
  );
}

function Doors({ organization, path }: { organization: Json; path: string }) {
  const data = useData(async () => {
    const [connections, enabled] = await Promise.all([all('connections', 'connections'), all(`${path}/enabled_connections`, 'enabled_connections')]);
    return connections.map((c) => ({ ...c, door: enabled.find((e) => e.connection_id === c.id) }));
  }, [path]);
  const flip = (connection: Json, on: boolean) => attempt(async () => {
    if (on) await post(`${path}/enabled_connections`, { connection_id: connection.id });
    else await del(`${path}/enabled_connections/${id(connection.id)}`);
    await data.reload();
  }, 'Saved.');
  const join = (connection: Json, on: boolean) => attempt(async () => { await patch(`${path}/enabled_connections/${id(connection.id)}`, { assign_membership_on_login: on }); await data.reload(); }, 'Saved.');
  return (
    <Loaded of={data}>
      {(connections) => (
        <>
          <p>If none is enabled here, members log in with the application’s connections.</p>
          <List label={`Connections for ${organization.display_name}`} rows={connections} none="There are no connections." columns={[
            { title: 'Connection', show: (c) => c.name },
            { title: 'Enabled', show: (c) => <input type="checkbox" role="switch" aria-label={`Enable ${c.name}`} checked={Boolean(c.door)} onChange={(e) => flip(c, e.currentTarget.checked)} /> },
            { title: 'Add as member on login', show: (c) => c.door && <input type="checkbox" role="switch" aria-label={`Add users of ${c.name} as members on login`} checked={c.door.assign_membership_on_login} onChange={(e) => join(c, e.currentTarget.checked)} /> },
          ]} />
        </>
      )}
    </Loaded>
  );
}

function Invitations({ path }: { path: string }) {
  const data = useData(async () => {
    const [invitations, clients] = await Promise.all([all(`${path}/invitations`, 'invitations'), all('clients', 'clients')]);
    return { invitations, clients: clients.filter((c) => ['allow', 'require'].includes(c.organization_usage)) };
  }, [path]);
  return (
    <Loaded of={data}>
      {({ invitations, clients }) => (
        <>
          <List label="Pending invitations" rows={invitations} none="No pending invitations." columns={[
            { title: 'Email', show: (i) => i.invitee?.email },
            { title: 'Expires', show: (i) => when(i.expires_at) },
            { title: '', show: (i) => <Dangerous name="Withdraw" question="The link in the email will no longer work." done="The invitation was withdrawn." action={() => del(`${path}/invitations/${id(i.id)}`)} then={data.reload} /> },
          ]} />
          {clients.length === 0
            ? <p class="none">No application allows organizations. To change that, open the application and go to OAuth.</p>
            : <Create name="Invite" done="The invitation is on its way." questions={[
                { name: 'email', label: 'Email', type: 'email' },
                { name: 'inviter', label: 'Invited by' },
                { name: 'client_id', label: 'Application', options: clients.map((c: Json): [string, string] => [c.client_id, c.name]) },
              ]} action={async ({ email, inviter, client_id }) => { await post(`${path}/invitations`, { invitee: { email }, inviter: { name: inviter }, client_id }); await data.reload(); }} />}
        </>
      )}
    </Loaded>
  );
}

export function Organization() {
  const { path, data, leave } = useOne('organizations', '/dashboard/organizations');
  return (
    <Loaded of={data}>
      {(organization: Json) => (
        <Page title={organization.display_name} back={['/dashboard/organizations', 'Organizations']}>
          <p><code>{organization.name}</code> <code>{organization.id}</code></p>
          <Tabs label={organization.display_name} tabs={[
            { name: 'Settings', show: () => <Form fields={fields} document={organization} save={(change) => patch(path, change)} saved={data.set} place={{ section: 'organizations', entry: { name: organization.name } }} /> },
            { name: 'Members', show: () => <Members organization={organization} path={path} /> },
            { name: 'Connections', show: () => <Doors organization={organization} path={path} /> },
            { name: 'Invitations', show: () => <Invitations path={path} /> },
            { name: 'Delete', show: () => <Dangerous name="Delete organization" question="Its members will keep their accounts." done="The organization was deleted." action={() => del(path)} then={leave} /> },
          ]} />
        </Page>
      )}
    </Loaded>
  );
}
