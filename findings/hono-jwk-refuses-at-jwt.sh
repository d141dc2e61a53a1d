#!/bin/sh
# Hono's jwk middleware refuses access tokens in the form of RFC 9068.
#
# Seen with: hono 4.13.19, jose 6.2.17, Node 20, Linux x86-64, on 2026-12-01.
# What: RFC 9068 section 2.1 gives a JWT access token the type `at+jwt`. Two tokens that differ in `typ` alone, signed with the same key,
# are sent to an application with `jwk({ jwks_uri, alg, verification })` as its guide shows it. The one with `JWT` is taken; the one with
# `at+jwt` is a 401, since whoever sets no `verification.typ` gets a check for `JWT`. With `verification.typ: 'at+jwt'` the first is refused.
# Who it hurts: whoever turns RFC 9068 on at their authority: every API with this middleware answers 401 from then on, and the answer does
# not say that it is the type.
# Output seen:
#   JWT 200, at+jwt 401
#   with typ at+jwt: JWT 401, at+jwt 200
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --no-audit --no-fund --silent hono@4.13.19 jose@6.2.17 > /dev/null
cat > types.mjs <<'JS'
import { Hono } from 'hono';
import { jwk } from 'hono/jwk';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { publicKey, privateKey } = await generateKeyPair('RS256');
const keys = [{ ...await exportJWK(publicKey), kid: 'k', alg: 'RS256', use: 'sig' }];
const token = (typ) => new SignJWT({ client_id: 'c', jti: 'j' }).setProtectedHeader({ alg: 'RS256', kid: 'k', typ }).setIssuer('https://issuer.example/').setAudience('api').setSubject('s').setIssuedAt().setExpirationTime('1h').sign(privateKey);
const answers = [];
for (const verification of [{}, { typ: 'at+jwt' }]) {
  const app = new Hono();
  app.use('*', jwk({ keys, alg: ['RS256'], verification }));
  app.get('/', (context) => context.text('in'));
  for (const typ of ['JWT', 'at+jwt']) answers.push((await app.request('/', { headers: { authorization: `Bearer ${await token(typ)}` } })).status);
}
console.log(`JWT ${answers[0]}, at+jwt ${answers[1]}\nwith typ at+jwt: JWT ${answers[2]}, at+jwt ${answers[3]}`);
process.exit(answers.join() === '200,401,401,200' ? 0 : 1);
JS
node types.mjs
