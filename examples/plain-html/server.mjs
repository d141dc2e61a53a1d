// Serves the page, at whatever path the login leads back to, and the browser package beside it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const page = new URL('index.html', import.meta.url);
const script = new URL('../../build/npm/dist/auth0.min.js', import.meta.url);

createServer(({ url }, response) => {
  const [file, type] = url.endsWith('/auth0.min.js') ? [script, 'text/javascript'] : [page, 'text/html'];
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(readFileSync(file));
}).listen(3000, 'localhost', () => console.log('open http://localhost:3000'));
