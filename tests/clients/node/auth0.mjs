import { ManagementClient } from 'auth0';
import { CLIENT_ID, CLIENT_SECRET, DOMAIN, done, EMAIL, expect } from './kit.mjs';

// recipe
const management = new ManagementClient({ domain: DOMAIN, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
const users = await management.users.list({ q: `email:"${EMAIL}"`, search_engine: 'v3' });
// end
expect(users.data[0].email === EMAIL, 'a user');
const created = await management.users.create({ connection: 'Username-Password-Authentication', email: 'new@example.com', password: 'Correct-Horse-9' });
await management.users.update(created.user_id, { user_metadata: { a: 1 } });
expect((await management.users.get(created.user_id)).user_metadata.a === 1, 'metadata');
await management.users.delete(created.user_id);
for (const list of ['clients', 'connections', 'roles', 'organizations', 'resourceServers', 'clientGrants', 'actions', 'logs', 'logStreams', 'customDomains', 'deviceCredentials'])
  await management[list].list(list === 'deviceCredentials' ? { user_id: 'auth0|ada' } : undefined).catch((error) => expect(false, `${list}: ${error.message}`));
done();
