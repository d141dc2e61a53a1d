import { useLocation } from 'preact-iso';
import { all, del, id, type Json, patch, post } from '../api';
import { Create, Dangerous } from '../parts/dialog';
import { fileLines } from '../parts/file-lines';
import { attempt, say } from '../parts/notices';
import { useOne } from '../parts/one';
import { List, Loaded, Page, useData } from '../parts/page';
import { Script } from '../parts/script-page';

const empty = 'function (user, context, callback) {\n  // A custom claim needs a name that is a URL you control.\n  context.idToken["https://example.com/greeting"] = "Hello " + user.name;\n  callback(null, user, context);\n}\n';

export function Rules() {
  const data = useData(() => all('rules', 'rules'));
  const { route } = useLocation();
  const create = async ({ name }: Record<string, string>) => route(`/dashboard/rules/${id((await post('rules', { name, script: empty, enabled: false })).id)}`);
  const flip = (rule: Json, enabled: boolean) => attempt(async () => { await patch(`rules/${id(rule.id)}`, { enabled }); await data.reload(); }, 'Saved.', fileLines({ section: 'rules', entry: { name: rule.name } }, { enabled }));
  return (
    <Page title="Rules" actions={<Create name="Create rule" done="The rule was created. It is turned off." action={create} lines={({ name }) => fileLines({ section: 'rules', entry: { name } }, { script: `./rules/${name}.js`, enabled: false })} questions={[{ name: 'name', label: 'Name', help: 'Letters, digits, spaces and dashes.' }]} />}>
      <p>Rules run at every login, including silent ones, in this order.</p>
      <Loaded of={data}>
        {(rules) => <List label="This tenant’s rules" rows={rules} none="No rules yet." columns={[
          { title: 'Order', show: (r) => r.order },
          { title: 'Name', show: (r) => <a href={`/dashboard/rules/${id(r.id)}`}>{r.name}</a> },
          { title: 'Enabled', show: (r) => <input type="checkbox" role="switch" aria-label={`Enable ${r.name}`} checked={r.enabled} onChange={(e) => flip(r, e.currentTarget.checked)} /> },
        ]} />}
      </Loaded>
    </Page>
  );
}

const example = {
  user: { user_id: 'auth0|ada', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, user_metadata: {}, app_metadata: {} },
  context: { clientID: 'ostia-demo', clientName: 'Ostia Playground', connection: 'Username-Password-Authentication', protocol: 'oidc-basic-profile', stats: { loginsCount: 1 }, idToken: {}, accessToken: {} },
};

export function Rule() {
  const { path, data, leave } = useOne('rules', '/dashboard/rules');
  return (
    <Loaded of={data}>
      {(rule: Json) => (
        <Page title={rule.name} back={['/dashboard/rules', 'Rules']} actions={<Dangerous name="Delete rule" question="Logins will no longer run it." done="The rule was deleted." action={() => del(path)} then={leave} />}>
          <Script label="The rule's code" code={rule.script} example={example}
            save={async (script) => { await patch(path, { script }); say('Saved.', fileLines({ section: 'rules', entry: { name: rule.name } }, { script: `./rules/${rule.name}.js` })); }}
            run={(script, input) => post(`${path}/test`, { script, ...input })} />
        </Page>
      )}
    </Loaded>
  );
}
