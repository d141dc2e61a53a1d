// Every way to a session or a token, and what it answers where something stands against it. The test runs each cell;
// `tools/gate.mjs` writes docs/security.md from the same.
import { conditions } from './conditions.mjs';
import { ways } from './ways.mjs';

/** What the cells say. Several words, with `|` between them, are as good as each other. */
export const outcomes = {
  in: 'tokens, or the page, as without the condition',
  less: 'tokens without the scope, and `permissions` without what is not permitted',
  new: 'a new account, with nothing of the old one',
  out: 'a page that says no, or that asks for a login',
  login: 'the login page',
  mfa: 'the page of the second factor',
  consent: 'the page of the consent',
  organization: 'the page that asks which organization',
};
/** What the other words are: errors that the application is told. */
const meaning = { out: ['stale', 'login', 'alert'] };
export const fits = (cell, outcome) => cell.split('|').some((one) => one === outcome || meaning[one]?.includes(outcome));

/** Why a cell cannot arise: `-` and the letter. */
export const reasons = {
  a: '`/account` is the authority\'s own application: every connection, no API, no consent',
  c: 'it is for the tenant\'s own applications only',
  f: 'it is what this way is for',
  i: 'the invitation gives membership and roles when it is accepted',
  k: 'there is no consent until the way ends; it asks for one',
  n: 'no organization can be named',
  o: 'one request: nothing is held meanwhile',
  p: 'what is held is gone by then, or is no request at `/authorize`',
  q: '`prompt=none` stands alone',
  u: 'no factor is used',
  w: 'the account has no password here',
};

/** The condition is there before anything has begun. */
export const before = parse(`
                   | nothing blocked       deleted          closed              noorg           member        role rule         action        factor       consent             grant
page               | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
resume             | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
session            | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
silent             | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent_required    unauthorized_client
form_post          | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent_required    unauthorized_client
web_message        | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent_required    unauthorized_client
popup              | in      blocked_user  access_denied    invalid_request     invalid_request access_denied less unauthorized access_denied mfa          consent|unauthorized_client unauthorized_client
device page        | in      out           out              out                 organization|invalid_request -n            less unauthorized access_denied mfa          consent             unauthorized_client
device             | in      out           out              out                 organization|invalid_request -n            less unauthorized access_denied mfa          consent             unauthorized_client
code               | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
refresh            | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
password           | in      unauthorized  invalid_grant    unauthorized_client invalid_request access_denied less unauthorized access_denied mfa_required unauthorized_client unauthorized_client
password-realm     | in      unauthorized  invalid_grant    invalid_request     invalid_request access_denied less unauthorized access_denied mfa_required unauthorized_client unauthorized_client
one-time code      | in      out           new              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
link               | in      out           new              bad.connection      invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
otp                | in      unauthorized  new              bad.connection      invalid_request access_denied less unauthorized access_denied mfa_required consent_required|unauthorized_client unauthorized_client
mfa-otp            | in      unauthorized  invalid_grant    unauthorized_client invalid_request access_denied less unauthorized access_denied -f           unauthorized_client unauthorized_client
mfa-oob            | in      unauthorized  invalid_grant    unauthorized_client invalid_request access_denied less unauthorized access_denied -f           unauthorized_client unauthorized_client
mfa-recovery-code  | in      unauthorized  invalid_grant    unauthorized_client invalid_request access_denied less unauthorized access_denied -f           unauthorized_client unauthorized_client
mfa page           | in      out           out              out                 invalid_request access_denied less unauthorized access_denied -f           consent             unauthorized_client
consent page       | in      out           out              out                 -f              access_denied less unauthorized access_denied mfa          -f                  unauthorized_client
upstream           | in      unauthorized  less             out|invalid_request invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
invitation         | in      out           out              out                 -i              -i            less unauthorized access_denied mfa          consent             unauthorized_client
passkey            | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
native passkey     | in      unauthorized  invalid_grant    invalid_request     invalid_request access_denied less unauthorized access_denied mfa_required unauthorized_client unauthorized_client
exchange           | in      out           out              out                 invalid_grant|access_denied|invalid_request access_denied less unauthorized access_denied mfa consent_required|invalid_grant|access_denied unauthorized_client
account            | in      out           out              -a                  -a              -a            -a   out          out           mfa          -a                  -a
hosted             | in      blocked_user  invalid_user_password invalid_connection invalid_request -n        less unauthorized access_denied mfa          consent             unauthorized_client
continue           | in      out           out              out                 invalid_request access_denied less unauthorized access_denied mfa          consent             unauthorized_client
`);

/** The way has begun, then the condition comes about, then the way is finished. */
export const since = parse(`
                   | blocked        deleted        reset          patched        ended          closed         member         role rule         action        factor               consent          fresh          login grant               off
page               | out            out            out            out            in             out            access_denied  less unauthorized access_denied mfa                  -k               in             in    unauthorized_client -u
resume             | login          login          login          login          login          login          access_denied  less unauthorized access_denied mfa                  -k               in|login       in    unauthorized_client -u
session            | login          login          login          login          login          login          access_denied  less unauthorized access_denied mfa                  consent          login          login unauthorized_client -u
silent             | login_required login_required login_required login_required login_required login_required access_denied  less unauthorized access_denied login_required       consent_required login_required -q    unauthorized_client -u
form_post          | login_required login_required login_required login_required login_required login_required access_denied  less unauthorized access_denied login_required       consent_required login_required -q    unauthorized_client -u
web_message        | login_required login_required login_required login_required login_required login_required access_denied  less unauthorized access_denied login_required       consent_required login_required -q    unauthorized_client -u
popup              | login          login          login          login          login          login          access_denied  less unauthorized access_denied mfa                  -k               -p             in    login|unauthorized_client -u
device page        | out            out            out            out            out            out            -n             less unauthorized access_denied mfa|mfa_required     -k               -p             -p    unauthorized_client -u
device             | unauthorized   invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  -n             less unauthorized access_denied mfa_required         invalid_grant    -p             -p    unauthorized_client -u
code               | unauthorized   invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  less in           in            in                   invalid_grant    -p             -p    unauthorized_client -u
refresh            | invalid_grant|unauthorized invalid_grant  invalid_grant  invalid_grant  in             invalid_grant  invalid_grant  less unauthorized access_denied mfa_required         invalid_grant    -p             -p    unauthorized_client -u
password           | -o             -o             -o             -o             -o             -o             -o             -o   -o           -o            -o                   -o               -o             -o    -o                  -u
password-realm     | -o             -o             -o             -o             -o             -o             -o             -o   -o           -o            -o                   -o               -o             -o    -o                  -u
one-time code      | out            new            -w             -w             in             out            access_denied  less unauthorized access_denied mfa                  -k               -p             in    unauthorized_client -u
link               | out            new            -w             -w             in             out            access_denied  less unauthorized access_denied mfa                  -k               -p             in    unauthorized_client -u
otp                | unauthorized   new            -w             -w             in             invalid_request access_denied less unauthorized access_denied mfa_required         -k               -p             -p    unauthorized_client -u
mfa-otp            | invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant|access_denied less in|unauthorized in|access_denied          -f                   -c               -p             -p    unauthorized_client invalid_grant
mfa-oob            | invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant|access_denied less in|unauthorized in|access_denied          -f                   -c               -p             -p    unauthorized_client invalid_grant
mfa-recovery-code  | invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant  invalid_grant|access_denied less in|unauthorized in|access_denied          -f                   -c               -p             -p    unauthorized_client invalid_grant
mfa page           | out            out            out            out            out            out            access_denied  less unauthorized access_denied -f                   -k               -p             in    unauthorized_client out|mfa
consent page       | out            out            out            out            out            out            access_denied  less in|unauthorized in|access_denied mfa                  -f               in|login       in    unauthorized_client -u
upstream           | unauthorized   less           -w             -w             in             out|access_denied  access_denied  less unauthorized access_denied mfa                  -k               -p             in    unauthorized_client -u
invitation         | out            out            out            out            in             out            access_denied  -i   unauthorized access_denied mfa                  -k               in             in    unauthorized_client -u
passkey            | out            out            in             in             in             out            access_denied  less unauthorized access_denied mfa                  -k               -p             in    unauthorized_client -u
native passkey     | unauthorized   invalid_grant  in             in             in             invalid_grant  access_denied  less unauthorized access_denied mfa_required         -c               -p             -p    unauthorized_client -u
exchange           | unauthorized|invalid_grant invalid_grant invalid_grant invalid_grant invalid_grant invalid_grant invalid_grant|access_denied less unauthorized access_denied mfa_required|interaction_required invalid_grant|access_denied|consent_required -p -p unauthorized_client -u
account            | login          login          login          login          login          -a             -a             -a   in           in            in|mfa               -a               login          -a    -a                  -u
hosted             | out            out            out            out            out            out            -n             less unauthorized access_denied mfa                  -k               -p             in    unauthorized_client -u
continue           | login          login          login          login          login          login          access_denied  less unauthorized access_denied mfa                  -k               in|login       in    unauthorized_client -u
`);

function parse(text) {
  const [[, names], ...rows] = text.split('\n').filter((line) => line.includes(' | ')).map((line) => line.split(/ \| +/)).map(([name, cells]) => [name.trim(), cells.trim().split(/ +/)]);
  return { columns: names, rows: Object.fromEntries(rows.map(([name, cells]) => [name, Object.fromEntries(names.map((column, i) => [column, cells[i]]))])), sizes: rows.map(([, cells]) => cells.length) };
}

// An API whose tokens are bound to a key gives none by any way to who shows no key: no way has an answer of its own.
for (const table of [before, since]) {
  table.columns.push('unbound');
  table.sizes = table.sizes.map((size) => size + 1);
  for (const [name, cells] of Object.entries(table.rows)) cells.unbound = name === 'account' ? '-a' : cells.patched === '-o' ? '-o' : 'invalid_request';
}

// ---- For docs/security.md

const groups = [['the person', ['blocked', 'deleted', 'reset', 'patched', 'ended']], ['the tenant', ['closed', 'noorg', 'member', 'role', 'grant', 'off']], ['more is wanted', ['rule', 'action', 'factor', 'consent', 'fresh', 'login', 'unbound']]];
const shown = (cell) => (cell === undefined ? '' : cell.startsWith('-') ? `(${cell[1]})` : cell.split('|').map((one) => (one in outcomes ? one : `\`${one}\``)).join(' or '));

export function markdown() {
  const lines = [];
  for (const [when, table] of [['before it begins', before], ['after it has begun', since]])
    for (const [group, all] of groups) {
      const columns = all.filter((name) => table.columns.includes(name));
      lines.push(`**What comes ${when}: ${group}**`, '', `| way | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`);
      for (const [name, cells] of Object.entries(table.rows)) lines.push(`| ${name} | ${columns.map((column) => shown(cells[column])).join(' | ')} |`);
      lines.push('');
    }
  const list = (of) => Object.entries(of).map(([name, what]) => `| ${name} | ${what} |`);
  return [
    '| way | is | held meanwhile |', '|---|---|---|', ...Object.entries(ways).map(([name, { what, held }]) => `| ${name} | ${what} | ${held} |`), '',
    '| column | what stands against it |', '|---|---|', ...list(Object.fromEntries(Object.entries(conditions).filter(([name]) => name !== 'nothing').map(([name, { what }]) => [name, what]))), '',
    '| cell | means |', '|---|---|', ...list(outcomes), '| `…` | this error, to the application |', ...Object.entries(reasons).map(([letter, what]) => `| (${letter}) | cannot arise: ${what} |`), '',
    ...lines,
  ].join('\n').trim();
}
