// A tenant's files as the deploy CLI has them: markers, folders, and what stands in files beside it. Nothing is silent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { folder, freePort, runOstia, serve } from '../lib/program.mjs';

/** A folder with these files; a value that is no text is JSON. */
function files(list) {
  const at = folder();
  for (const [name, text] of Object.entries(list)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), typeof text === 'string' ? text : JSON.stringify(text));
  }
  return at;
}
async function exported(data) {
  const { stdout } = await runOstia(['export', '--data', data, '--output', join(data, 'out.json')]);
  const { readFileSync } = await import('node:fs');
  return { text: readFileSync(join(data, 'out.json'), 'utf8'), stdout };
}
/** What comes of an import. */
async function brought(path, { args = [], env } = {}) {
  const data = folder(), done = await runOstia(['import', path, '--data', data, ...args], { env });
  return { ...done, data, tenant: done.code === 0 ? (await exported(data)).text : '' };
}
const client = 'clients:\n  - name: App\n    client_id: app\n    app_type: spa\n';

describe('markers', () => {
  const tenant = (more) => files({ 'tenant.yaml': `${client}${more}`, 'map.json': { URLS: ['https://one.example/cb'], HOST: 'two.example', LEVEL: 3, ON: true } });
  test('a JSON value, with and without quotes of either kind', async () => {
    for (const quoted of ['@@URLS@@', '"@@URLS@@"', "'@@URLS@@'"]) {
      const at = tenant(`    callbacks: ${quoted}\n`), { stderr, tenant: out } = await brought(join(at, 'tenant.yaml'), { args: ['--mappings', join(at, 'map.json')] });
      assert.ok(out.includes('https://one.example/cb'), stderr);
      assert.ok(!stderr.includes('marker'), stderr);
    }
  });
  test('a text within a text, and a whole value that would be a comment', async () => {
    const at = tenant('    description: ##HOST##\n    callbacks: [https://##HOST##/cb]\n');
    const { tenant: out, stderr } = await brought(join(at, 'tenant.yaml'), { args: ['--mappings', join(at, 'map.json')] });
    assert.ok(out.includes('https://two.example/cb') && out.includes('description: two.example'), `${stderr}${out}`);
  });
  test('from the environment, and a file over it; a configuration of the CLI has them, too', async () => {
    const at = tenant('    description: "##HOST##"\n'), env = { AUTH0_KEYWORD_REPLACE_MAPPINGS: '{"HOST":"of the environment"}' };
    assert.ok((await brought(at, { env })).tenant.includes('of the environment'));
    writeFileSync(join(at, 'config.json'), JSON.stringify({ AUTH0_DOMAIN: 'x', AUTH0_KEYWORD_REPLACE_MAPPINGS: { HOST: 'of the file' } }));
    assert.ok((await brought(join(at, 'tenant.yaml'), { env, args: ['--mappings', join(at, 'config.json')] })).tenant.includes('of the file'));
  });
  test('in scripts beside it', async () => {
    const at = files({ 'tenant.yaml': 'rules:\n  - name: r\n    script: ./rules/r.js\n', 'rules/r.js': 'function r(user, context, callback) { callback(null, user, ##TEXT##, @@LIST@@); }', 'map.json': { TEXT: "'x'", LIST: ['a'] } });
    const { tenant: out } = await brought(at, { args: ['--mappings', join(at, 'map.json')] });
    assert.ok(out.includes("'x', [") && out.includes('a'), out);
  });
  test('without a value: named with file and line, left out where nothing else fits, and the rest comes in', async () => {
    const at = tenant('    callbacks: @@URLS@@\n    description: ##WORDS##\n    web_origins:\n      - https://##HOST##\n      - https://good.example\n');
    const { code, stderr, tenant: out } = await brought(join(at, 'tenant.yaml'));
    assert.equal(code, 0, stderr);
    for (const [line, marker, where] of [[5, '@@URLS@@', 'clients[0].callbacks is left out'], [6, '##WORDS##', 'clients[0].description has the marker in it'], [8, '##HOST##', 'clients[0].web_origins[0] is left out']])
      assert.match(stderr, new RegExp(`tenant\\.yaml:${line}: ${marker} has no value \\(--mappings\\): ${where.replace(/[[\]]/g, '\\$&')}`));
    assert.ok(out.includes('https://good.example') && !out.includes('URLS'), out);
  });
  test('of a script without a value: its file and line', async () => {
    const at = files({ 'tenant.yaml': 'rules:\n  - name: r\n    script: ./r.js\n', 'r.js': '// one\nconst x = "##X##";\n' });
    assert.match((await brought(at)).stderr, /r\.js:2: ##X## has no value/);
  });
  test('mappings that are none', async () => {
    const at = tenant('');
    for (const text of ['[]', '{', '"x"']) {
      writeFileSync(join(at, 'map.json'), text);
      const { code, stderr } = await brought(at, { args: ['--mappings', join(at, 'map.json')] });
      assert.equal(code, 2, stderr);
      assert.match(stderr, /map\.json: must be a JSON object of names and values/);
    }
  });
});

describe('files beside it', () => {
  const mail = (body) => files({ 'tenant.yaml': `connections:\n  - name: email\n    strategy: email\n    options:\n      email:\n        body: ${body}\n        subject: Code\n`, 'connections/email.html': '<p>{{ code }}</p>' });
  for (const body of ['./connections/email.html', './email.html', 'email.html'])
    test(`the body of a mail with its code, as ${body}`, async () => assert.ok((await brought(mail(body))).tenant.includes('<p>{{ code }}</p>')));
  test('one that is not there, and one that is outside', async () => {
    for (const [body, why] of [['./connections/none.html', /options\.email\.body: cannot read \.\/connections\/none\.html in .* or its folder connections/], ['./../../etc/x.html', /outside of the tenant's folder/]]) {
      const { code, stderr } = await brought(mail(body));
      assert.equal(code, 2, stderr);
      assert.match(stderr, why);
    }
  });
  test('a link that leads out, a pipe, and a folder in its place', async () => {
    for (const [make, why] of [[(at) => symlinkSync('/etc/hostname', at), /outside of the tenant's folder/], [(at) => execFileSync('mkfifo', [at]), /is no file/], [(at) => mkdirSync(at), /is no file/]]) {
      const at = files({ 'tenant.yaml': 'rules:\n  - name: r\n    script: ./rules/r.js\n', 'rules/x': '' });
      make(join(at, 'rules/r.js'));
      const { code, stderr } = await brought(at);
      assert.equal(code, 2, stderr);
      assert.match(stderr, why);
    }
  });
  test('a text that only looks like one stays', async () => {
    const at = files({ 'tenant.yaml': `${client}    description: see ./notes.md for more\n` });
    assert.ok((await brought(at)).tenant.includes('see ./notes.md for more'));
  });
});

describe("the deploy CLI's folder", () => {
  const list = {
    'tenant.json': { friendly_name: 'Acme' },
    'clients/App.json': { name: 'App', client_id: 'app', app_type: 'spa', callbacks: '@@URLS@@', grant_types: ['implicit'] },
    'database-connections/users/database.json': { name: 'users', strategy: 'auth0', options: { customScripts: { login: './login.js' } } },
    'database-connections/users/login.js': 'function login(email, password, callback) { callback(null); }',
    'rules/first.json': { name: 'first', script: './first.js', stage: 'login_success', enabled: true }, 'rules/first.js': 'function (user, context, callback) { callback(null, user, context); }',
    'actions/greet.json': { name: 'greet', code: './actions/greet/code.js', supported_triggers: [{ id: 'post-login', version: 'v3' }] }, 'actions/greet/code.js': 'exports.onExecutePostLogin = async () => {};',
    'pages/login.json': { name: 'login', enabled: true }, 'pages/login.html': '<title>Come in</title>',
    'emails/welcome_email.json': { template: 'welcome_email', body: './welcome_email.html', enabled: true }, 'emails/welcome_email.html': '<p>Welcome</p>', 'emails/provider.json': { name: 'smtp', credentials: { smtp_host: 'mail.example' } },
    'resource-servers/API.json': { name: 'API', identifier: 'https://api.example/' }, 'roles/admin.json': { name: 'admin' },
    'guardian/factors/otp.json': { name: 'otp', enabled: true }, 'attack-protection/captcha.json': {}, 'attack-protection/brute-force-protection.json': { enabled: true },
    'notes/other.json': {}, 'map.json': { URLS: ['https://one.example/cb'] },
  };
  test('each part of it comes in, and what is no part is named', async () => {
    const at = files(list), { code, stderr, tenant } = await brought(at, { args: ['--mappings', join(at, 'map.json')] });
    assert.equal(code, 0, stderr);
    for (const part of ['friendly_name: Acme', 'https://one.example/cb', 'function login(email', 'function (user, context', 'onExecutePostLogin', 'Come in', '<p>Welcome</p>', 'mail.example', 'https://api.example/', 'name: admin', 'bruteForceProtection']) assert.ok(tenant.includes(part), `${part}\n${tenant}`);
    assert.match(stderr, /notes\/other\.json is none of the deploy CLI's files, and is not read/);
  });
  test('a file in it that is not JSON is named', async () => {
    const at = files({ ...list, 'clients/App.json': '{ "name": ' }), { code, stderr } = await brought(at);
    assert.equal(code, 2);
    assert.match(stderr, /clients\/App\.json: line 1/);
  });
  test('a link in it that leads out is not followed', async () => {
    for (const name of ['clients/More.json', 'tenant.json', 'pages/login.html', 'database-connections/users/login.js']) {
      const at = files(list);
      rmSync(join(at, name), { force: true });
      symlinkSync('/etc/hostname', join(at, name));
      const { code, stderr } = await brought(at);
      assert.equal(code, 2, name);
      assert.match(stderr, /leads out of the tenant's folder|is outside of the tenant's folder/, name);
    }
  });
  test('lint reads it, too', async () => assert.match((await runOstia(['lint', files(list)])).stdout, /clients\[App\]\.grant_types/));
  test('and serve', async (t) => {
    const server = await serve(['--data', folder(), '--config', files(list), '--listen', `127.0.0.1:${await freePort()}`, '--dev'], { AUTH0_KEYWORD_REPLACE_MAPPINGS: '{"URLS":["https://one.example/cb"]}' });
    t.after(() => server.stop());
    assert.match(server.log(), /other\.json is none of the deploy CLI's files/);
  });
});

describe('what is no tenant', () => {
  for (const [what, name, text, why] of [
    ['Terraform', 'main.tf', 'resource "auth0_client" "x" {\n  name = "x"\n}\n', /main\.tf/],
    ['the tenant.json of a folder', 'tenant.json', { friendly_name: 'Acme' }, /is a part of a folder that the deploy CLI wrote/],
    ['a list', 'list.yaml', '- a\n', /is no tenant file/],
    ['other YAML', 'other.yaml', 'version: 3\nservices: {}\n', /is no tenant file: it has none of the sections/],
    ['a folder without any of it', 'empty/readme.md', 'x', /has neither a tenant\.yaml nor any of the folders/],
    ['anchors that grow', 'grow.yaml', `clients:\n  - name: &a ${'x'.repeat(1_000_000)}\n${'  - name: *a\n'.repeat(300)}`, /too large with its anchors/],
    ['cyclic anchors', 'loop.yaml', 'clients: &a\n  - *a\n', /loop\.yaml/],
  ])
    for (const verb of ['import', 'lint'])
      test(`${verb}: ${what}`, async () => {
        const at = files({ [name]: text }), path = join(at, name.split('/')[0]);
        const { code, stderr } = await runOstia([verb, path, ...(verb === 'import' ? ['--data', folder()] : [])]);
        assert.equal(code, 2, stderr);
        assert.match(stderr, why);
      });
});

describe('grants of the Management API', () => {
  for (const [what, audience, warning] of [['of the tenant that the file comes from', 'https://old.eu.auth0.com/api/v2/', /https:\/\/old\.eu\.auth0\.com\/api\/v2\/ is the Management API of another tenant/], ['by its placeholder', '{issuer}api/v2/', undefined]])
    test(what, async (t) => {
      const at = files({ 'tenant.yaml': `clients:\n  - name: M\n    client_id: m\n    client_secret: the-secret-of-the-machine\n    app_type: non_interactive\n    grant_types: [client_credentials]\nclientGrants:\n  - client_id: m\n    audience: "${audience}"\n    scope: [read:client_grants]\n` });
      const { data, stderr } = await brought(at);
      assert.equal(Boolean(stderr), Boolean(warning), stderr);
      if (warning) assert.match(stderr, warning);
      assert.match((await runOstia(['import', at, '--data', data])).stdout, /Nothing to change/);
      const port = await freePort(), server = await serve(['--data', data, '--listen', `127.0.0.1:${port}`, '--plain-http', '--issuer', `http://localhost:${port}/`]);
      t.after(() => server.stop());
      const own = `http://localhost:${port}/api/v2/`, token = await (await fetch(`http://localhost:${port}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'm', client_secret: 'the-secret-of-the-machine', audience: own }) })).json();
      assert.equal(token.scope, 'read:client_grants', JSON.stringify(token));
      const grants = await (await fetch(`${own}client-grants`, { headers: { authorization: `Bearer ${token.access_token}` } })).json();
      assert.deepEqual(grants.map((g) => g.audience), [own]);
    });
  test('one for an API of the file that only has such a name stays', async () => {
    const at = files({ 'tenant.yaml': `${client}resourceServers:\n  - name: Old\n    identifier: https://old.eu.auth0.com/api/v2/\nclientGrants:\n  - client_id: app\n    audience: https://old.eu.auth0.com/api/v2/\n    scope: []\n` });
    const { stderr, tenant } = await brought(at);
    assert.ok(!stderr && tenant.includes('audience: "https://old.eu.auth0.com/api/v2/"'), stderr + tenant);
  });
});
