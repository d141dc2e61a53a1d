import { useLocation } from 'preact-iso';
import { all, del, get, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { attempt, say } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, useData } from '../parts/page';
import { Script } from '../parts/script-page';

const empty = 'exports.onExecutePostLogin = async (event, api) => {\n  api.idToken.setCustomClaim("https://example.com/greeting", `Hello ${event.user.name}`);\n};\n';
const trigger = 'actions/triggers/post-login/bindings';

async function load() {
  const [actions, bound] = await Promise.all([all('actions/actions', 'actions'), get(trigger)]);
  const order: string[] = bound.bindings.map((b: Json) => b.action.id);
  return actions.map((action) => ({ ...action, place: order.indexOf(action.id) + 1, order }));
}

async function bind(ids: string[]) {
  await patch(trigger, { bindings: ids.map((one) => ({ ref: { type: 'action_id', value: one } })) });
}

export function Actions() {
  const data = useData(load);
  const { route } = useLocation();
  const create = async ({ name }: Record<string, string>) => {
    const made = await post('actions/actions', { name, code: empty, supported_triggers: [{ id: 'post-login', version: 'v3' }] });
    route(`/dashboard/actions/${id(made.id)}`);
  };
  const flip = (action: Json, on: boolean) => attempt(async () => {
    if (on && !action.deployed) await post(`actions/actions/${id(action.id)}/deploy`, {});
    await bind(on ? [...action.order, action.id] : action.order.filter((one: string) => one !== action.id));
    await data.reload();
  }, 'Saved.');
  return (
    <Page title="Actions" actions={<Create name="Create action" done="The action was created. No login runs it yet." action={create} lines={({ name }) => fileLines({ section: 'actions', entry: { name } }, { code: `./actions/${name}/code.js`, supported_triggers: [{ id: 'post-login', version: 'v3' }] })} questions={[{ name: 'name', label: 'Name' }]} />}>
      <p>Post-login actions run at every login, after the rules, in this order.</p>
      <Loaded of={data}>
        {(actions) => <List label="This tenant’s actions" rows={actions} none="No actions yet." columns={[
          { title: 'Order', show: (a) => a.place || '' },
          { title: 'Name', show: (a) => <a href={`/dashboard/actions/${id(a.id)}`}>{a.name}</a> },
          { title: 'Deployed', show: (a) => (a.all_changes_deployed ? 'yes' : a.deployed ? 'an older version' : 'no') },
          { title: 'Runs', show: (a) => <input type="checkbox" role="switch" aria-label={`Run ${a.name} at login`} checked={a.place > 0} onChange={(e) => flip(a, e.currentTarget.checked)} /> },
        ]} />}
      </Loaded>
    </Page>
  );
}

const example = {
  user: { user_id: 'auth0|ada', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, user_metadata: {}, app_metadata: {} },
  client: { client_id: 'ostia-demo', name: 'Ostia Playground', metadata: {} },
  connection: { name: 'Username-Password-Authentication', strategy: 'auth0' },
  request: { ip: '127.0.0.1', query: {} },
  stats: { logins_count: 1 },
  authentication: { methods: [{ name: 'pwd' }] },
};

export function Action() {
  const { path, data, leave } = useOne('actions/actions', '/dashboard/actions');
  return (
    <Loaded of={data}>
      {(action: Json) => (
        <Page title={action.name} back={['/dashboard/actions', 'Actions']} actions={<>
          <button type="button" class="outline" onClick={() => attempt(async () => { await post(`${path}/deploy`, {}); await data.reload(); }, 'Deployed. Logins now run the saved code.')}>Deploy</button>
          <Dangerous name="Delete action" question="Logins will no longer run it." done="The action was deleted." action={() => del(path)} then={leave} />
        </>}>
          <p>{action.all_changes_deployed ? 'The saved code is deployed.' : 'The saved code is not deployed: logins do not run it.'}</p>
          <Script label="The action's code" code={action.code} example={example}
            save={async (code) => { await patch(path, { code }); say('Saved. Logins will run it once you deploy it.', fileLines({ section: 'actions', entry: { name: action.name } }, { code: `./actions/${action.name}/code.js` })); }}
            run={async (code, payload) => { await patch(path, { code }); return (await post(`${path}/test`, { payload })).payload; }} />
        </Page>
      )}
    </Loaded>
  );
}
