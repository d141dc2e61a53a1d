import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { done, expect, signIn } from './kit.mjs';
import { startServer } from './mcp-server.mjs';

const server = await startServer();
// recipe
// Nothing is registered by hand: the tenant has `enable_dynamic_client_registration` and `resource_parameter_profile: compatibility`.
let asked, saved = {};
const provider = {
  redirectUrl: 'http://localhost:33418/callback',
  clientMetadata: { client_name: 'An MCP client', redirect_uris: ['http://localhost:33418/callback'], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' },
  clientInformation: () => saved.client, saveClientInformation: (client) => { saved.client = client; },
  tokens: () => saved.tokens, saveTokens: (tokens) => { saved.tokens = tokens; },
  codeVerifier: () => saved.verifier, saveCodeVerifier: (verifier) => { saved.verifier = verifier; },
  redirectToAuthorization: (url) => { asked = url; },
};
const connect = async () => {
  const transport = new StreamableHTTPClientTransport(new URL(server.url), { authProvider: provider });
  const client = new Client({ name: 'client', version: '1' });
  try { await client.connect(transport); } catch (error) { if (!asked) throw error; }
  return { client, transport };
};
const { transport } = await connect();
await transport.finishAuth((await signIn(asked.href)).searchParams.get('code'));
asked = undefined;
const { client } = await connect();
const { tools } = await client.listTools();
// end
expect(tools[0].name === 'add', 'a tool');
done();
