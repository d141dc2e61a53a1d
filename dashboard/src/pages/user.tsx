import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { del, get, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { type Field, Form } from '../parts/form';
import { attempt } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, Tabs, useData, when } from '../parts/page';
import { Editor } from '../parts/script-page';
import { descriptionOf } from './logs';

const profile: Field[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'nickname', label: 'Nickname', kind: 'text' },
  { name: 'email', label: 'Email', kind: 'email' },
  { name: 'email_verified', label: 'Email is verified', kind: 'switch' },
  { name: 'blocked', label: 'Blocked', kind: 'switch', help: 'Blocking a user also logs them out everywhere.' },
  { name: 'administrator', label: 'Administrator', kind: 'switch', help: 'Can use this dashboard when signed in through the administrators’ connection.' },
];

function Metadata({ user, path, set }: { user: Json; path: string; set: (user: Json) => void }) {
  const [text, setText] = useState({ user_metadata: JSON.stringify(user.user_metadata ?? {}, null, 2), app_metadata: JSON.stringify(user.app_metadata ?? {}, null, 2) });
  const save = (name: 'user_metadata' | 'app_metadata') => attempt(async () => {
    const wanted = JSON.parse(text[name]);
    // The API merges, so removed members must be sent as null.
    for (const gone of Object.keys(user[name] ?? {})) if (!(gone in wanted)) wanted[gone] = null;
    set(await patch(path, { [name]: wanted }));
  }, 'Saved.', `{ "email": ${JSON.stringify(user.email)}, "${name}": ${text[name].replace(/\s+/g, ' ')} }`);
  return (
    <>
      {(['user_metadata', 'app_metadata'] as const).map((name) => (
        <section key={name}>
          <h2>{name}</h2>
          <p>{name === 'user_metadata' ? 'Belongs to the user, who can change it.' : 'Belongs to the application. The user cannot change it.'}</p>
          <Editor label={name} language="json" value={text[name]} change={(value) => setText((before) => ({ ...before, [name]: value }))} />
          <button type="button" onClick={() => save(name)}>Save {name}</button>
        </section>
      ))}
    </>
  );
}

function Identities({ user, path, reload }: { user: Json; path: string; reload: () => Promise<void> }) {
  const link = async ({ other }: Record<string, string>) => {
    const [provider, ...rest] = other.split('|');
    await post(`${path}/identities`, { provider, user_id: rest.join('|') });
    await reload();
  };
  return (
    <>
      <List label={`Identities of ${user.name ?? user.user_id}`} rows={user.identities.map((i: Json) => ({ ...i, id: `${i.provider}|${i.user_id}` }))} none="" columns={[
        { title: 'Identity', show: (i) => <code>{i.id}</code> },
        { title: 'Connection', show: (i) => i.connection },
        { title: '', show: (i) => (i.id === user.user_id ? 'primary' : <Dangerous name="Unlink" question="It will become a separate account again, without this one’s metadata." done="The identity was unlinked." action={() => del(`${path}/identities/${id(i.provider)}/${id(i.user_id)}`)} then={reload} />) },
      ]} />
      <Create name="Link account" done="The accounts are linked." action={link} questions={[{ name: 'other', label: 'User ID of the other account', help: 'For example email|5f7c8ec7c33c6c004bbafe82. It becomes an identity of this one; its metadata is not merged.' }]} />
    </>
  );
}

function Sessions({ path }: { path: string }) {
  const data = useData(async () => {
    const [sessions, tokens, methods] = await Promise.all([get(`${path}/sessions`), get(`${path}/refresh-tokens`), get(`${path}/authentication-methods`)]);
    return { sessions: sessions.sessions ?? [], tokens: tokens.tokens ?? tokens.refresh_tokens ?? [], methods: Array.isArray(methods) ? methods : methods.authenticators ?? [] };
  }, [path]);
  return (
    <Loaded of={data}>
      {({ sessions, tokens, methods }) => (
        <>
          <h2>Sessions</h2>
          <List label="Logged-in browsers" rows={sessions} none="Not logged in anywhere." columns={[
            { title: 'Since', show: (s) => when(s.authenticated_at ?? s.created_at) },
            { title: 'Browser', show: (s) => s.device?.initial_user_agent ?? '' },
            { title: 'Address', show: (s) => s.device?.initial_ip ?? '' },
            { title: '', show: (s) => <Dangerous name="Log out" question="This browser will be logged out at once." done="The session was ended." action={() => del(`sessions/${id(s.id)}`)} then={data.reload} /> },
          ]} />
          {sessions.length > 0 && <Dangerous name="Log out everywhere" question="All of this user’s sessions will end at once." done="All sessions were ended." action={() => del(`${path}/sessions`)} then={data.reload} />}
          <h2>Devices</h2>
          <List label="Applications with a refresh token" rows={tokens} none="No application has a refresh token." columns={[
            { title: 'Application', show: (t) => t.client_id },
            { title: 'Since', show: (t) => when(t.created_at) },
            { title: 'Last used', show: (t) => when(t.last_exchanged_at) },
            { title: '', show: (t) => <Dangerous name="Revoke" question="The user will have to log in to the application again." done="The token was revoked." action={() => del(`refresh-tokens/${id(t.id)}`)} then={data.reload} /> },
          ]} />
          <h2>Second factors</h2>
          <List label="Authentication methods" rows={methods} none="None enrolled." columns={[
            { title: 'Kind', show: (m) => m.type },
            { title: 'Name', show: (m) => m.name ?? m.email ?? m.phone_number ?? '' },
            { title: '', show: (m) => <Dangerous name="Remove" question="The user will have to enrol again." done="The factor was removed." action={() => del(`${path}/authentication-methods/${id(m.id)}`)} then={data.reload} /> },
          ]} />
        </>
      )}
    </Loaded>
  );
}

function Logs({ path }: { path: string }) {
  const data = useData(() => get(`${path}/logs?per_page=50&sort=date:-1`), [path]);
  return <Loaded of={data}>{(logs) => <List label="Activity on this account" rows={logs} none="Nothing yet." columns={[
    { title: 'Time', show: (l) => when(l.date) },
    { title: 'Event', show: descriptionOf },
    { title: 'Address', show: (l) => l.ip },
    { title: 'Application', show: (l) => l.client_name ?? l.client_id ?? '' },
  ]} />}</Loaded>;
}

function Help({ user, path }: { user: Json; path: string }) {
  const [ticket, setTicket] = useState('');
  const reset = () => attempt(async () => setTicket((await post('tickets/password-change', { user_id: user.user_id })).ticket), 'Give the link below to the user. It works once.');
  const { route } = useLocation();
  return (
    <>
      <p class="row">
        <button type="button" class="outline" onClick={reset}>Reset password</button>
        <button type="button" class="outline" onClick={() => attempt(() => post('jobs/verification-email', { user_id: user.user_id }), 'The email is on its way.')}>Send verification email</button>
        <button type="button" class="outline" onClick={() => attempt(() => del(`user-blocks/${id(user.user_id)}`), 'Blocks from failed logins were lifted.')}>Unblock</button>
      </p>
      {ticket && <pre tabIndex={0}><code>{ticket}</code></pre>}
      <Dangerous name="Delete user" question={`${user.name ?? user.user_id} and all of their data will be deleted.`} done="The user was deleted." action={() => del(path)} then={() => route('/dashboard/users')} />
    </>
  );
}

export function User() {
  const { path, data } = useOne('users', '/dashboard/users');
  return (
    <Loaded of={data}>
      {(user: Json) => (
        <Page title={user.name || user.email || user.user_id} back={['/dashboard/users', 'Users']}>
          <p><code>{user.user_id}</code> {user.blocked && <mark>blocked</mark>} {user.administrator && <mark>administrator</mark>}</p>
          <Tabs label="The account" tabs={[
            { name: 'Profile', show: () => <Form fields={profile} document={user} save={(change) => patch(path, change)} saved={data.set} place={{ section: 'users', entry: { user_id: user.user_id } }} /> },
            { name: 'Metadata', show: () => <Metadata user={user} path={path} set={data.set} /> },
            { name: 'Identities', show: () => <Identities user={user} path={path} reload={data.reload} /> },
            { name: 'Sessions and devices', show: () => <Sessions path={path} /> },
            { name: 'Log', show: () => <Logs path={path} /> },
            { name: 'Help or delete', show: () => <Help user={user} path={path} /> },
          ]} />
        </Page>
      )}
    </Loaded>
  );
}
