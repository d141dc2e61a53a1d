// Debian's glewlwyd, if it is installed, with its store in a folder of its own: a peer written in C, on SQLite too.
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../tests/lib/program.mjs';
import { until } from '../tests/lib/until.mjs';

const program = '/usr/bin/glewlwyd', schema = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz', modules = '/usr/lib/glewlwyd';

const settings = (port, folder) => `port=${port}
bind_address="127.0.0.1"
external_url="http://localhost:${port}"
login_url="login.html"
url_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="file"
log_level="ERROR"
log_file="${join(folder, 'log')}"
cookie_secure=0
session_key="session"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${modules}/user"
user_middleware_module_path="${join(folder, 'none')}"
client_module_path="${modules}/client"
user_auth_scheme_module_path="${modules}/scheme"
plugin_module_path="${modules}/plugin"
hash_algorithm="SHA256"
database = { type = "sqlite3" path = "${join(folder, 'db')}" };
`;

async function caller(base) {
  let cookie = '';
  const call = async (method, path, body) => {
    const response = await fetch(`${base}api/${path}`, { method, headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) });
    cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') || cookie;
    if (!response.ok) throw new Error(`glewlwyd: ${method} ${path}: ${response.status} ${await response.text()}`);
  };
  await call('POST', 'auth/', { username: 'admin', password: 'password' }); // as its schema has it
  return call;
}

/** Starts it with one application that may ask for tokens of its own; nothing where the package is not installed. */
export async function startGlewlwyd(parent) {
  if (!existsSync(program) || !existsSync(schema)) return undefined;
  const folder = join(parent, 'glewlwyd'), port = await freePort(), base = `http://localhost:${port}/`;
  mkdirSync(join(folder, 'none'), { recursive: true });
  writeFileSync(join(folder, 'settings'), settings(port, folder));
  execFileSync('sqlite3', [join(folder, 'db')], { input: execFileSync('zcat', [schema]), stdio: ['pipe', 'ignore', 'inherit'] });
  const child = spawn(program, ['--config-file', join(folder, 'settings')], { stdio: 'ignore' });
  await until(() => fetch(`${base}config/`).then((r) => r.ok, () => false), 'glewlwyd is there');
  const call = await caller(base);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  await call('POST', 'scope/', { name: 'read', display_name: 'Read', password_required: false, scheme: {} });
  await call('POST', 'mod/plugin/', { module: 'oidc', name: 'oidc', display_name: 'OIDC', parameters: { iss: base, 'jwt-type': 'rsa', 'jwt-key-size': '256', key: privateKey, cert: publicKey, 'code-duration': 600, 'refresh-token-duration': 1209600, 'access-token-duration': 3600, 'allow-non-oidc': true, 'auth-type-client-enabled': true } });
  await call('POST', 'client/', { client_id: 'machine', name: 'Machine', client_secret: 'machine-secret', confidential: true, enabled: true, scope: ['read'], authorization_type: ['client_credentials'], redirect_uri: [], token_endpoint_auth_method: ['client_secret_basic'] });
  return { pid: child.pid, base, token: 'api/oidc/token', jwks: 'api/oidc/jwks', stop: () => child.kill() };
}
