// The Management API's reference, from what an authority says of itself: docs/reference/http.md.
// `node tools/reference-http.mjs [--check]`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './lib.mjs';

async function describe() {
  const data = mkdtempSync(join(tmpdir(), 'ostia-openapi-'));
  const server = spawn(`${root}/build/release/ostia`, ['serve', '--plain-http', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const issuer = await new Promise((resolve, reject) => {
      server.stdout.on('data', (line) => resolve(/ready at (\S+)/.exec(line)?.[1]));
      server.on('exit', () => reject(new Error('the authority did not start')));
    });
    return await (await fetch(`${issuer}api/v2/openapi.json`)).json();
  } finally {
    server.kill();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

const { paths } = await describe();
const groups = new Map();
for (const [path, methods] of Object.entries(paths))
  for (const [method, operation] of Object.entries(methods)) {
    if (!operation.operationId) continue;
    const group = path.replace(/^\/(api\/v2\/)?/, '').split('/')[0];
    const scopes = (operation.security ?? []).flatMap((s) => Object.values(s).flat()).join(' ') || operation['x-scopes'] || '';
    groups.set(group, [...(groups.get(group) ?? []), `| \`${method.toUpperCase()} ${path}\` | ${operation.summary ?? ''} | ${scopes && `\`${scopes}\``} |`]);
  }

const page = `# Management API

Made from the authority's own description, \`https://DOMAIN/api/v2/openapi.json\` (OpenAPI 3.1, with the schema of every body), by
\`node tools/reference-http.mjs\`. Paths are under \`https://DOMAIN/api/v2\`; a token for that audience has the scopes. Any of them is enough. The
Authentication API's endpoints are in \`https://DOMAIN/.well-known/openid-configuration\` and, row by row, in [the compatibility tables](../compatibility.md).

${[...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, rows]) => `## ${group}\n\n| request | | scopes |\n|---|---|---|\n${rows.join('\n')}`).join('\n\n')}
`;

const file = `${root}/docs/reference/http.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) throw new Error('docs/reference/http.md is old: run `node tools/reference-http.mjs`');
