import { createServer } from 'node:http';
import { envelop, useEngine } from '@envelop/core';
import { useAuth0 } from '@envelop/auth0';
import { execute, GraphQLObjectType, GraphQLSchema, GraphQLString, parse, specifiedRules, subscribe, validate } from 'graphql';
import { AUDIENCE, DOMAIN, port, served } from './api.mjs';

const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { sub: { type: GraphQLString, resolve: (_, __, context) => context._auth0?.sub } } }) });
// recipe
const getEnveloped = envelop({ plugins: [useEngine({ parse, validate, specifiedRules, execute, subscribe }), useAuth0({ domain: DOMAIN, audience: AUDIENCE, extendContextField: '_auth0' })] });
// end
createServer(async (request, response) => {
  try {
    const enveloped = getEnveloped({ request: { headers: new Map(Object.entries(request.headers)) }, req: request, headers: request.headers });
    const result = await enveloped.execute({ schema: schema, document: enveloped.parse('{ sub }'), contextValue: await enveloped.contextFactory() });
    response.writeHead(result.data?.sub ? 200 : 401).end(JSON.stringify(result));
  } catch (error) {
    response.writeHead(401).end(error.message);
  }
}).listen(port, () => served());
