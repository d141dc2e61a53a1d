// The reasons that the program's sources give, that its catalogue documents, and that tests assert.
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

const name = /^[a-z]+(_[a-z]+)+$/;
/** Texts of a part that is one text, or a choice of some. */
const choices = (part = '') => (/^("|[^"]*\?)/.test(part) && !/^[^"]*\(/.test(part) ? [...part.matchAll(/(?<![=!]= )"([^"]*)"/g)].map(([, text]) => text) : []);

// What makes an error of its last argument. Those of `caller_error` end a command or a start, and reach nobody who asks.
const makers = /\b(oauth|refused|bad|bad_request|failed|invalid_client|invalid_grant|invalid_signup|not_let_in)\(/g;
// Lists: an error with the status that it is answered with, an entry of the tenant's log, a page whose key the log has.
const isError = (list) => list.length >= 4 && /^\d{3}$/.test(list[3]);
const isEvent = (list) => list.length === 7 && /^("\w+"|\w+\s*[?.]|\w+$)/.test(list[0]);

function reasonsOf(file) {
  const text = read(file).replace(/^\s*\/\/.*$/gm, '');
  const out = [];
  for (const m of text.matchAll(makers)) out.push(...choices(parts(text, m.index + m[0].length).at(-1)));
  for (const m of text.matchAll(/(\w*)\{/g)) {
    const list = parts(text, m.index + m[0].length);
    if (isError(list)) out.push(...choices(list[2]));
    if (isEvent(list)) out.push(...choices(list[6]));
    if (m[1] === 'ErrorPage') out.push(...choices(list[1]));
  }
  for (const [, value] of text.matchAll(/\b(?:reason|which) = ([^;]*);/g)) out.push(...choices(value));
  return file.endsWith('webauthn.cpp') ? out : out;
}

/** Of an upstream's ID token; without `max_age`, an organization, and what is asked of access tokens only. */
const ofIdTokens = () => {
  const text = read('core/ostia/oidc/id_token.cpp');
  const rules = [...text.matchAll(/\{"[\w ]+", "\w+", "(\w+)"/g)].flatMap(([, rule]) => [`${rule}_missing`, `${rule}_mismatch`]);
  const given = [...text.matchAll(/(?:refuse|time_violation)\(\s*"(\w+)"/g)].map(([, reason]) => reason);
  return [...new Set([...rules, ...given])];
};

export const given = () => ({ files: filesOf('authority', /\.[ch]pp$/).map((f) => [f, reasonsOf(f)]), ofIdTokens: ofIdTokens() });
