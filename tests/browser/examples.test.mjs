// The small examples for the web, each started by its one command.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { launch, openPage, signIn } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const somebodyAnswers = () => fetch('http://localhost:8080/health/live').then(() => true, () => false);

/** Starts an example; resolves when its output matches. */
async function start(t, name, ready) {
  const wasThere = await somebodyAnswers();
  const child = spawn(process.execPath, ['tools/example.mjs', name], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  t.after(async () => {
    try { process.kill(-child.pid, 'SIGTERM'); } catch { /* it has ended */ }
    await ended;
    // The next example must not take the authority of this one, which is about to end, for one that stays.
    if (!wasThere) await until(async () => !(await somebodyAnswers()), 'the authority ends');
  });
  await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => ready.test((output += d)) && resolve());
    child.on('exit', () => reject(new Error(`${name} ended: ${output}`)));
  });
}

for (const [name, ready] of [['plain-html', /open http/], ['react-vite', /localhost:3000/]])
  test(`${name}: log in, be known after a reload, log out`, async (t) => {
    await start(t, name, ready);
    const page = await openPage(t, browser, 'http://localhost:3000/');
    await page.click('text=Log in');
    await signIn(page);
    await page.waitForSelector('text=Hello Ada Lovelace.');
    assert.equal(page.url(), 'http://localhost:3000/');
    await page.reload();
    await page.waitForSelector('text=Hello Ada Lovelace.');
    await page.click('text=Log out');
    await page.waitForSelector('button:visible >> text=Log in');
    await page.reload();
    await page.waitForSelector('button:visible >> text=Log in');
    assert.deepEqual(page.errors, []);
  });

test('node-server: only a token with the scope is let in', async (t) => {
  await start(t, 'node-server', /an API at/);
  const token = async (audience) => (await (await fetch('http://localhost:8080/oauth/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'ostia-machine', client_secret: 'ostia-machine-secret', audience }) })).json()).access_token;
  const ask = async (bearer) => { const r = await fetch('http://localhost:3001/messages', { headers: bearer ? { authorization: `Bearer ${bearer}` } : {} }); return [r.status, await r.json()]; };
  const good = await token('https://api.example.com/');
  assert.deepEqual(await ask(good), [200, { messages: ['Hello ostia-machine@clients'] }]);
  assert.equal((await ask())[0], 401);
  assert.equal((await ask(good.slice(0, -4) + 'AAAA'))[0], 401);
  assert.equal((await ask(await token('http://localhost:8080/api/v2/')))[0], 401);
});
