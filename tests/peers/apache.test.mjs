// Debian's Apache with mod_auth_openidc, a relying party in C, unchanged.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, openPage, signIn } from '../lib/browser.mjs';
import { folder, freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
let browser, authority, site;
before(async () => {
  browser = await launch();
  const port = await freePort();
  site = `http://localhost:${port}`;
  authority = await startAuthority(group, {
    clients: [{ name: 'Apache', client_id: 'apache', client_secret: 'apache-secret', app_type: 'regular_web', callbacks: [`${site}/private/callback`], allowed_logout_urls: [`${site}/out.txt`], grant_types: ['authorization_code'] }],
    extra,
  });
  const dir = folder();
  mkdirSync(`${dir}/www/private`, { recursive: true });
  writeFileSync(`${dir}/www/private/page.txt`, 'inside');
  writeFileSync(`${dir}/www/out.txt`, 'outside');
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'mime', 'headers'].map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so`).join('\n');
  writeFileSync(`${dir}/httpd.conf`, `${modules}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${dir}/pid
ErrorLog ${dir}/error.log
TypesConfig /etc/mime.types
DocumentRoot ${dir}/www
User www-data
Group www-data
<Directory ${dir}/www>
  Require all granted
</Directory>
OIDCProviderMetadataURL ${authority.issuer}.well-known/openid-configuration
OIDCSSLValidateServer Off
OIDCClientID apache
OIDCClientSecret apache-secret
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRedirectURI ${site}/private/callback
OIDCCryptoPassphrase ${'x'.repeat(32)}
OIDCInfoHook userinfo id_token
<Location /private>
  AuthType openid-connect
  Require valid-user
</Location>
`);
  execFileSync('chmod', ['-R', 'a+rX', dir]);
  if (process.getuid() === 0) execFileSync('chown', ['-R', 'www-data', dir]); // else Apache runs as who starts it
  const server = spawn('/usr/sbin/apache2', ['-f', `${dir}/httpd.conf`, '-DFOREGROUND'], { stdio: 'inherit' });
  group.after(() => server.kill());
  await until(() => fetch(`${site}/out.txt`).then((r) => r.ok, () => false), 'Apache answers');
});
after(() => browser.close());

test('mod_auth_openidc: log in, claims, log out', async (t) => {
  const page = await openPage(t, browser, `${site}/private/page.txt`);
  await signIn(page);
  await page.waitForURL(`${site}/private/page.txt`);
  assert.equal(await page.innerText('body'), 'inside');
  const info = await (await page.request.get(`${site}/private/callback?info=json`)).json();
  assert.deepEqual([info.userinfo.email, info.id_token.iss, info.id_token.aud], ['ada@example.com', authority.issuer, 'apache']);
  await page.goto(`${site}/private/callback?logout=${encodeURIComponent(`${site}/out.txt`)}`);
  await page.waitForURL(`${site}/out.txt`);
  await page.goto(`${site}/private/page.txt`);
  await page.waitForURL(/\/u\/login/); // the authority's session has ended too
});
