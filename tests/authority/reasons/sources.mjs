// The reasons that the program's sources give, and those that its catalogue has.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/lib.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
const filesOf = (folder, pattern) => readdirSync(join(root, folder), { recursive: true }).filter((f) => pattern.test(f)).map((f) => `${folder}/${f}`);

/** What a call's parentheses or a list's braces hold, split at its commas; `at`: after the one that opens. Nothing, where it is longer. */
function parts(text, at) {
  const out = [];
  let depth = 0, from = at;
  for (const token of text.slice(at, at + 2000).matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|[(){}[\],]/g)) {
    const [mark] = token, here = at + token.index;
    if ('({['.includes(mark)) depth++;
    else if (')}]'.includes(mark) && depth-- === 0) return [...out, text.slice(from, here).trim()];
    else if (mark === ',' && depth === 0) { out.push(text.slice(from, here).trim()); from = here + 1; }
  }
  return [];
}

const isName = (text) => /^[a-z]+(_[a-z0-9]+)+$/.test(text);
/** What a part says that is a text, or a choice between texts. */
const choices = (part = '') => (/^"|\?/.test(part) ? [...part.matchAll(/(?<!== )"([^"]*)"/g)].map(([, text]) => text) : []);

// What makes an error, with its reason last. Those of `caller_error` end a command or a start, and answer nobody.
const makers = /\b(?:oauth|refused|bad|bad_request|failed|invalid_client|invalid_grant|invalid_signup|not_let_in)\(/g;
// Lists: an error with the status of its answer before it or after, what the protocol has decided, an entry of the log.
const isStatus = (part) => /^\d{3}$/.test(part);
const isError = (list) => list.length >= 4 && isStatus(list[3]);
const isRefusal = (list) => list.length === 4 && isStatus(list[0]);
const isStep = (list) => list.length === 2 && /^\w+Step::/.test(list[0]);
const isEvent = (list) => list.length === 7 && /^("|\w+(\.\w+)* [?=])/.test(list[0]) && !list.every((part) => /^"\w*"$/.test(part));

const prefixes = [['mfa/webauthn.cpp', 'webauthn_'], ['protocol/device.cpp', 'device_']];

function reasonsOf(file) {
  const text = read(file).replace(/^\s*\/\/.*$/gm, '');
  const out = [];
  for (const { 0: call, index } of text.matchAll(makers)) out.push(...choices(parts(text, index + call.length).at(-1)));
  for (const { 0: start, 1: type, index } of text.matchAll(/(\w*)\{/g)) {
    const list = parts(text, index + start.length);
    if (isError(list)) out.push(...choices(list[2]));
    if (isRefusal(list)) out.push(...choices(list[3]));
    if (isStep(list)) out.push(...choices(list[1]));
    if (isEvent(list)) out.push(...choices(list[6]));
    const member = (name) => list.find((part) => part.startsWith(`.${name} = `))?.slice(name.length + 4);
    out.push(...choices(member('reason')));
    if (type === 'ErrorPage' || type === 'page') out.push(...choices(member('key'))); // of its texts, which the log has
  }
  for (const [, value, member] of text.matchAll(/(?:\b(?:string reason|which) = ([^;]*);|\.reason = ("\w*"))/g)) out.push(...choices(value ?? member));
  for (const [, body] of text.matchAll(/string what_is_\w+\((.*?\n)}/gs)) for (const [, value] of body.matchAll(/return ([^;]*);/g)) out.push(...choices(value));
  const common = prefixes.find(([end]) => file.endsWith(end))?.[1] ?? '';
  return out.map((reason) => `${common}${reason}`);
}

/** Of the rules that an upstream's ID token must keep: here nobody asks for `max_age` or an organization. */
function reasonsOfIdTokens() {
  const text = read('core/ostia/oidc/id_token.cpp').split('Verdict check_authentication_age')[0];
  const rules = [...text.matchAll(/check_text\([^{]*\{"[\w ]+", "\w+", "(\w+)"/g)].flatMap(([, rule]) => [`${rule}_missing`, `${rule}_mismatch`]);
  const given = [...text.matchAll(/refuse\(\s*"(\w+)"/g)].map(([, reason]) => reason);
  const bound = [...read('core/ostia/oidc/id_token.hpp').matchAll(/peer_error\("\w+", "[^"]*", "(\w+)"\)/g)].map(([, reason]) => reason);
  return [...rules, ...given, ...bound].map((reason) => `id_token_${reason}`);
}

/** Of a device that polls: its errors are its reasons. */
const reasonsOfDevices = () => [...read('authority/grants/device.cpp').matchAll(/refused\(\s*\d+, "(\w+)"/g)].map(([, code]) => `device_${code}`);

const sorted = (list) => [...new Set(list)].sort();
export const given = sorted([...filesOf('authority', /(?<!_test)\.[ch]pp$/).flatMap(reasonsOf).filter(isName), ...reasonsOfIdTokens(), ...reasonsOfDevices()]);
export const documented = [...read('docs/errors-of-the-authority.md').matchAll(/^### `([a-z_]+)`$/gm)].map(([, reason]) => reason);
/** What the catalogue says of a reason, as a hint says it. */
export const hintOf = (reason) => new RegExp(`^### \`${reason}\`\\n((?:.+\\n?)*)`, 'm').exec(read('docs/errors-of-the-authority.md'))?.[1].trim().replace(/\n/g, ' ').replace(/\]\([^)]*\)/g, '').replace(/[`[]/g, '');
