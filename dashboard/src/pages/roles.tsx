import { useLocation } from 'preact-iso';
import { all, del, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { type Field, Form } from '../parts/form';
import { useOne } from '../parts/one';
import { List, Loaded, Page, Tabs, useData } from '../parts/page';

export function Roles() {
  const data = useData(() => all('roles', 'roles'));
  const { route } = useLocation();
  const create = async ({ name, description }: Record<string, string>) => route(`/dashboard/roles/${id((await post('roles', { name, ...(description && { description }) })).id)}`);
  return (
    <Page title="Roles" actions={<Create name="Create role" done="The role was created." action={create} lines={({ name, description }) => fileLines({ section: 'roles', entry: { name } }, { description: description || undefined })} questions={[
      { name: 'name', label: 'Name' },
      { name: 'description', label: 'Description', optional: true },
    ]} />}>
      <Loaded of={data}>
        {(roles) => <List label="This tenant’s roles" rows={roles} none="No roles yet." columns={[
          { title: 'Name', show: (r) => <a href={`/dashboard/roles/${id(r.id)}`}>{r.name}</a> },
          { title: 'Description', show: (r) => r.description ?? '' },
        ]} />}
      </Loaded>
    </Page>
  );
}

const fields: Field[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'description', label: 'Description', kind: 'text' },
];

function Permissions({ role, path }: { role: Json; path: string }) {
  const data = useData(async () => {
    const [permissions, apis] = await Promise.all([all(`${path}/permissions`, 'permissions'), all('resource-servers', 'resource_servers')]);
    return { permissions, apis: apis.filter((a) => !a.is_system) };
  }, [path]);
  return (
    <Loaded of={data}>
      {({ permissions, apis }) => (
        <>
          <p>They apply to APIs that enforce permissions.</p>
          <List label={`Permissions of ${role.name}`} rows={permissions} none="No permissions yet." columns={[
            { title: 'Permission', show: (p) => <code>{p.permission_name}</code> },
            { title: 'API', show: (p) => p.resource_server_name ?? p.resource_server_identifier },
            { title: '', show: (p) => <Dangerous name="Remove" question={`Users with the role ${role.name} will no longer get ${p.permission_name} from it.`} done="The permission was removed." then={data.reload}
              action={() => del(`${path}/permissions`, { permissions: [{ resource_server_identifier: p.resource_server_identifier, permission_name: p.permission_name }] })} /> },
          ]} />
          <Create name="Add permission" done="The permission was added." questions={[{ name: 'permission', label: 'Permission', options: apis.flatMap((a: Json) => a.scopes.map((s: Json): [string, string] => [JSON.stringify([a.identifier, s.value]), `${s.value} (${a.name})`])) }]}
            action={async ({ permission }) => {
              const [resource_server_identifier, permission_name] = JSON.parse(permission);
              await post(`${path}/permissions`, { permissions: [{ resource_server_identifier, permission_name }] });
              await data.reload();
            }} />
        </>
      )}
    </Loaded>
  );
}

function People({ role, path }: { role: Json; path: string }) {
  const data = useData(() => all(`${path}/users`, 'users'), [path]);
  return (
    <Loaded of={data}>
      {(users) => (
        <>
          <List label={`Users with the role ${role.name}`} rows={users} none="Nobody has it yet." columns={[
            { title: 'Name', show: (u) => <a href={`/dashboard/users/${id(u.user_id)}`}>{u.name || u.email || u.user_id}</a> },
            { title: '', show: (u) => <Dangerous name="Remove" question={`${u.name || u.user_id} will no longer have the role ${role.name}.`} done="The role was removed." action={() => del(`users/${id(u.user_id)}/roles`, { roles: [role.id] })} then={data.reload} /> },
          ]} />
          <Create name="Assign to a user" done="The role was assigned." questions={[{ name: 'user', label: 'User ID', help: 'Shown on the user’s page.' }]} action={async ({ user }) => { await post(`${path}/users`, { users: [user] }); await data.reload(); }} />
        </>
      )}
    </Loaded>
  );
}

export function Role() {
  const { path, data, leave } = useOne('roles', '/dashboard/roles');
  return (
    <Loaded of={data}>
      {(role: Json) => (
        <Page title={role.name} back={['/dashboard/roles', 'Roles']}>
          <Tabs label={role.name} tabs={[
            { name: 'Settings', show: () => <Form fields={fields} document={role} save={(change) => patch(path, change)} saved={data.set} place={{ section: 'roles', entry: { name: role.name } }} /> },
            { name: 'Permissions', show: () => <Permissions role={role} path={path} /> },
            { name: 'Users', show: () => <People role={role} path={path} /> },
            { name: 'Delete', show: () => <Dangerous name="Delete role" question="Nobody will have it any more." done="The role was deleted." action={() => del(path)} then={leave} /> },
          ]} />
        </Page>
      )}
    </Loaded>
  );
}
