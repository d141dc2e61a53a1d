import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DATA, done, fail, follow } from './kit.mjs';
import { startServer } from './mcp-server.mjs';

const server = await startServer();
const at = dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json'));
const { bin } = JSON.parse(readFileSync(join(at, 'package.json')));
// recipe
// npx mcp-remote https://api.example.com/mcp
const child = spawn(process.execPath, [join(at, bin['mcp-remote']), server.url, '--allow-http'], { env: { ...process.env, MCP_REMOTE_CONFIG_DIR: mkdtempSync(join(DATA, 'mcp-')), BROWSER: 'true' } });
// end
createInterface({ input: child.stderr }).on('line', (line) => {
  console.log(line.replace(/^@/, ''));
  const url = /https:\/\/\S+\/authorize\?\S+/.exec(line)?.[0];
  if (url) follow(url);
});
createInterface({ input: child.stdout }).on('line', (line) => {
  const answer = JSON.parse(line);
  if (answer.id === 1) {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
    return child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })}\n`);
  }
  if (answer.result?.tools?.[0]?.name !== 'add') fail(line);
  child.kill();
  done();
});
child.on('close', (code) => { if (code) fail(`mcp-remote ended with ${code}`); });
child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'client', version: '1' } } })}\n`);
