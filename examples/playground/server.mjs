// Serves the playground and the browser package at http://localhost:3000/example: files, and faults on order.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = fileURLToPath(new URL('../../build/npm/dist/', import.meta.url));
const authority = process.env.OSTIA_DOMAIN ?? 'http://localhost:8080';
const port = Number(process.env.PORT ?? 3000);

const page = [`${here}index.html`, 'text/html; charset=utf-8'];
const files = {
  '/example': page,
  '/example/callback': page,
  '/callback': page,
  '/example/popup': page,
  ...Object.fromEntries(['app', 'errors', 'methods', 'traffic', 'view'].map((name) => [`/example/${name}.js`, [`${here}${name}.js`, 'text/javascript; charset=utf-8']])),
  '/example/style.css': [`${here}style.css`, 'text/css; charset=utf-8'],
  '/example/auth0.min.js': [`${dist}auth0.min.js`, 'text/javascript; charset=utf-8'],
  '/example/auth0.wasm.min.js': [`${dist}auth0.wasm.min.js`, 'text/javascript; charset=utf-8'],
};

// The strictest policy under which the universal build works: nothing inline, nothing evaluated.
const policy = (wasm) => [
  "default-src 'none'", `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}`, "style-src 'self'", "img-src 'self' data:",
  `connect-src 'self' ${authority}`, `frame-src ${authority}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

// An answer that this tenant would never give, ordered from the authority of `--dev`.
async function orderFault(request, response) {
  let body = '';
  for await (const part of request) body += part;
  const answer = await fetch(`${authority}/_dev/faults`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }).catch(() => ({ status: 502 }));
  response.writeHead(answer.status).end();
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/example/fault' && request.method === 'POST' && request.headers.origin === `http://localhost:${port}`) return orderFault(request, response);
  if (url.pathname === '/') return response.writeHead(302, { Location: '/example' }).end();
  if (url.pathname === '/example/config.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-store' });
    return response.end(`window.playground = ${JSON.stringify({ domain: authority, clientID: 'ostia-demo' })};\n`);
  }
  const [file, type] = files[url.pathname] ?? [];
  if (!file || !existsSync(file)) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is nothing here. The playground is at /example.\n');
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store', 'Content-Security-Policy': policy(true), 'X-Content-Type-Options': 'nosniff' });
  createReadStream(file).pipe(response);
});

server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `The example needs port ${port}, which another program uses.` : error.message);
  process.exit(1);
});
server.listen(port, 'localhost', () => console.log(`example: ready at http://localhost:${port}/example`));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
