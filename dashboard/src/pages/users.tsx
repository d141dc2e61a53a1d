import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { all, get, id, post } from '../api';
import { Create } from '../parts/dialog';
import { List, Loaded, Page, useData, when } from '../parts/page';

const perPage = 50;

export function Users() {
  const { route, query } = useLocation();
  const [text, setText] = useState(query.q ?? '');
  const q = query.q ?? '', page = Number(query.page ?? 0);
  const data = useData(() => get(`users?per_page=${perPage}&page=${page}&include_totals=true${q ? `&search_engine=v3&q=${id(q)}` : ''}`), [q, page]);
  const databases = useData(() => all('connections?strategy=auth0', 'connections'));
  const to = (nextPage: number, nextQ = q) => route(`/dashboard/users?${new URLSearchParams({ ...(nextQ && { q: nextQ }), ...(nextPage && { page: String(nextPage) }) })}`);
  const create = async ({ email, password, connection, username }: Record<string, string>) => {
    const made = await post('users', { email, password, connection, ...(username && { username }) });
    route(`/dashboard/users/${id(made.user_id)}`);
  };
  return (
    <Page title="Users" actions={<Create name="Create user" done="The user was created." action={create} questions={[
      { name: 'email', label: 'Email', type: 'email' },
      { name: 'password', label: 'Password', type: 'password' },
      { name: 'username', label: 'Username', optional: true, help: 'Only if the connection requires one.' },
      { name: 'connection', label: 'Connection', options: (databases.data ?? []).map((c) => [c.name, c.name]) },
    ]} />}>
      <form role="search" class="row" onSubmit={(e) => { e.preventDefault(); to(0, text); }}>
        <input type="search" aria-label="Search users" placeholder="Name, email address, or email:*@example.com" value={text} onInput={(e) => setText(e.currentTarget.value)} />
        <button type="submit" class="fit">Search</button>
      </form>
      <Loaded of={data}>
        {({ users, total }) => (
          <>
            <List label={`${total} users`} rows={users} none="No users found." columns={[
              { title: 'Name', show: (u) => <a href={`/dashboard/users/${id(u.user_id)}`}>{u.name || u.email || u.phone_number || u.user_id}</a> },
              { title: 'Email or phone', show: (u) => u.email ?? u.phone_number ?? '' },
              { title: 'Connection', show: (u) => u.identities?.[0]?.connection ?? '' },
              { title: 'Last login', show: (u) => when(u.last_login) },
              { title: '', show: (u) => (u.blocked ? <mark>blocked</mark> : '') },
            ]} />
            {total > perPage && (
              <nav class="row" aria-label="Pages">
                <button type="button" class="outline" disabled={page === 0} onClick={() => to(page - 1)}>Previous</button>
                <span>{page + 1} of {Math.ceil(total / perPage)}</span>
                <button type="button" class="outline" disabled={(page + 1) * perPage >= total} onClick={() => to(page + 1)}>Next</button>
              </nav>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
