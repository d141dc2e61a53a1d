// An MCP server that takes access tokens of the authority.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { z } from 'zod';
import { APP, ISSUER, PORT } from './kit.mjs';

export async function startServer() {
  const app = express(), url = `${APP}/mcp`;
  app.use(express.json());
  // recipe
  const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', ISSUER));
  const verifyAccessToken = async (token) => {
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: url });
    return { token, clientId: payload.client_id ?? payload.azp, scopes: (payload.scope ?? '').split(' '), expiresAt: payload.exp };
  };
  const oauthMetadata = await (await fetch(`${ISSUER}.well-known/oauth-authorization-server`)).json();
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: new URL(url) }));
  app.use('/mcp', requireBearerAuth({ verifier: { verifyAccessToken }, resourceMetadataUrl: `${APP}/.well-known/oauth-protected-resource/mcp` }));
  // end
  app.post('/mcp', async (request, response) => {
    const server = new McpServer({ name: 'server', version: '1' });
    server.registerTool('add', { description: 'adds', inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  await new Promise((resolve) => app.listen(Number(PORT), resolve));
  return { url };
}
