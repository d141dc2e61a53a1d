import { all, get } from '../api';
import { List, Loaded, Page, useData, when } from '../parts/page';
import { descriptionOf } from './logs';

async function load() {
  const [users, clients, active, logs] = await Promise.all([
    get('users?per_page=1&include_totals=true'), all('clients?fields=client_id,name', 'clients'), get('stats/active-users'), get('logs?per_page=8&sort=date:-1'),
  ]);
  return { users: users.total, clients: clients.length, active, logs };
}

export function Overview() {
  const data = useData(load);
  return (
    <Page title="Overview">
      <Loaded of={data}>
        {({ users, clients, active, logs }) => (
          <>
            <dl class="figures">
              <div><dt>Users</dt><dd><a href="/dashboard/users">{users}</a></dd></div>
              <div><dt>Active in the last 30 days</dt><dd>{active}</dd></div>
              <div><dt>Applications</dt><dd><a href="/dashboard/applications">{clients}</a></dd></div>
            </dl>
            <h2>Recent activity</h2>
            <List label="Newest log entries" rows={logs} none="Nothing yet." columns={[
              { title: 'Time', show: (l) => when(l.date) },
              { title: 'Event', show: (l) => descriptionOf(l) },
              { title: 'User', show: (l) => l.user_name ?? l.client_name ?? '' },
            ]} />
            <p><a href="/dashboard/logs">Full log, live</a></p>
          </>
        )}
      </Loaded>
    </Page>
  );
}
