// An API that verifies access tokens: GET /messages wants the scope read:messages.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.env.ISSUER ?? 'http://localhost:8080/';
const audience = 'https://api.example.com/';
const port = Number(process.env.PORT ?? 3001);

const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', issuer)); // fetched once, and again for a new key

const requires = (scope) => async (request, response, next) => {
  const token = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '')?.[1];
  try {
    const { payload } = await jwtVerify(token ?? '', keys, { issuer, audience, algorithms: ['RS256'] });
    if (!payload.scope?.split(' ').includes(scope)) return response.status(403).json({ error: 'insufficient_scope' });
    request.user = payload.sub;
    next();
  } catch {
    response.status(401).set('WWW-Authenticate', 'Bearer error="invalid_token"').json({ error: 'invalid_token' });
  }
};

express()
  .get('/messages', requires('read:messages'), (request, response) => response.json({ messages: [`Hello ${request.user}`] }))
  .listen(port, 'localhost', () => console.log(`example: an API at http://localhost:${port}/messages`));
