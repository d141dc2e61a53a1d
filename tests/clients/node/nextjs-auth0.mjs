import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, CLIENT_ID, CLIENT_SECRET, DOMAIN, port, secret, shows } from './site.mjs';

// Beside what is installed: there Next looks for packages.
const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'next-'));
function write(file, text) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

write('lib/auth0.js', `
// recipe
// It takes names with a dot, HTTPS and no port only: sudo ostia dev-domain login.ostia.test makes such an address of this machine
// (--undo takes it away again), and NODE_EXTRA_CA_CERTS names Next the certificate.
// lib/auth0.js
import { Auth0Client } from '@auth0/nextjs-auth0/server';
export const auth0 = new Auth0Client({ domain: process.env.DOMAIN, clientId: process.env.CLIENT_ID, clientSecret: process.env.CLIENT_SECRET, appBaseUrl: process.env.APP, secret: process.env.SECRET });
// end
`);
write('proxy.js', `
import { auth0 } from './lib/auth0.js';
export const proxy = (request) => auth0.middleware(request);
`);
write('app/layout.jsx', 'export default ({ children }) => <html><body>{children}</body></html>;');
write('app/page.jsx', `
import { redirect } from 'next/navigation';
import { auth0 } from '../lib/auth0.js';
export default async function Page() {
  const session = await auth0.getSession();
  if (!session) redirect('/auth/login');
  return <p>{session.user.email}</p>;
}
`);
write('package.json', '{ "private": true, "type": "module" }');
const next = join(dirname(folder), '../node_modules/next/dist/bin/next');
spawn(process.execPath, [next, 'dev', '--port', String(port), '--hostname', 'localhost'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', APP: app, DOMAIN, CLIENT_ID, CLIENT_SECRET, SECRET: secret } });
await shows();
