// Runs one row. Its program says in lines of its output what it wants of the person at the browser, and reads the answer:
//   @open URL             sign in there; the answer is the address that the authority leads to, for programs that take it by hand
//   @follow URL           sign in there, and go where it leads, for programs that listen there
//   @visit URL TEXT       a person who goes there ends, signed in, at a page with TEXT; @press: by the button of that page
//   @browse URL TEXT      the same with Chromium, for pages that need scripts
//   @api URL [strict]     an API: it takes tokens for it and refuses others
//   @done                 all is well; @skip REASON: it cannot be run here
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from '../../lib/until.mjs';
import { send } from './request.mjs';

const patience = 240_000;
const brief = (text) => text.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 300);

/** Asks an API with each kind of token; what went wrong, or nothing. */
async function callApi(world, url, strict) {
  const { tokens, ca } = world;
  const status = async (token) => (await send(url, { ca, headers: token ? { authorization: `Bearer ${token}` } : {} })).status;
  const expected = strict
    ? [['STRICT_USER_TOKEN', 200], ['STRICT_MACHINE_TOKEN', 200], ['USER_TOKEN', 401], ['ID_TOKEN', 401]]
    : [['USER_TOKEN', 200], ['MACHINE_TOKEN', 200], ['OTHER_TOKEN', 401], ['ID_TOKEN', 401]];
  for (const [name, wanted] of [...expected, ['TAMPERED_TOKEN', 401], [undefined, 401]]) {
    const got = await status(tokens[name]);
    // Which of the refusals it is is the program's matter.
    if (wanted === 200 ? got !== 200 : got < 400 || got >= 500) return `${name ?? 'no token'}: ${got} where ${wanted} is right`;
  }
}

/** The answers of the person at the browser. */
function person(world, browser) {
  const surfer = world.surfer();
  const arrive = async (url, text, options) => {
    const page = await surfer.visit(url, options);
    return page.text.includes(text) ? 'ok' : `no: ${page.url} answered ${page.status} without "${text}": ${brief(page.text)}`;
  };
  const authority = new URL(world.issuer).host;
  return {
    open: async (url) => (await surfer.visit(url, { until: (next) => next.host !== authority })).url,
    follow: async (url) => `ok ${(await surfer.visit(url)).status}`,
    visit: (url, text) => arrive(url, text),
    press: (url, text) => arrive(url, text, { press: true }),
    browse: async (url, text) => browser(url, text),
    api: async (url, how) => (await callApi(world, url, how === 'strict')) ?? 'ok',
  };
}

const answers = (url, ca) => send(url, { ca }).then(() => true, () => false);

/** `{ result: 'PASS' | 'FAIL' | 'SKIP', why }` */
export async function runRow(world, { command, cwd, env }, browser) {
  const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const end = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended */ } };
  process.on('exit', end);
  let output = '', said, isLate = false;
  child.stderr.on('data', (part) => (output += part));
  child.stdin.on('error', () => {});
  const late = setTimeout(() => { isLate = true; end(); }, patience);
  const does = person(world, browser);
  createInterface({ input: child.stdout }).on('line', async (line) => {
    const [, verb, rest] = /^@(\w+) ?(.*)$/.exec(line) ?? [];
    if (verb === 'done' || verb === 'skip') {
      said ??= verb === 'done' ? { result: 'PASS' } : { result: 'SKIP', why: rest };
      return end();
    }
    output += `${line}\n`;
    if (!does[verb]) return;
    const [url, ...more] = rest.split(' ');
    let answer;
    try {
      if (verb !== 'open') await until(() => answers(new URL(url).origin, world.ca), `${url} answers`, 60_000);
      answer = await does[verb](url, more.join(' '));
    } catch (error) {
      answer = `no: ${error.message}`;
    }
    output += `${answer}\n`;
    child.stdin.write(`${answer}\n`);
  });
  const code = await new Promise((resolve) => {
    child.on('error', (error) => { output += error.message; resolve(-1); });
    child.on('close', resolve);
  });
  clearTimeout(late);
  process.off('exit', end);
  end();
  return said ?? { result: 'FAIL', why: isLate ? `it did not end: ${output.slice(-1500)}` : `ended with ${code}: ${output.slice(-2500)}` };
}
