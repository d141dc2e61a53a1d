// The order of the house, which no compiler knows: how tasks are awaited, and which folder may look into which.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { root } from './lib.mjs';

const list = (...patterns) => execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' }).trim().split('\n');

/** What is against it, a sentence each. */
export function findings() {
  const out = [], complain = (text) => out.push(text);

  // g++ 12 loses track of temporaries that live across a suspension: base/async.hpp has the forms that await, each of which
  // names its task first. What else follows co_await is a named object or one of Asio's own operations.
  for (const file of list('authority/*.cpp')) {
    const text = readFileSync(`${root}/${file}`, 'utf8').replace(/\/\/.*/g, '');
    for (const [match] of text.matchAll(/co_await\s+(?!std::move\(\w+\)|asio::|http::async_read|stream\.async_|timer\.async_|pause\.async_|acceptor\.async_)[^;]*/g))
      complain(`${file}: await a task by its name: ${match.slice(0, 80)}`);
  }

  // A coroutine starts when it is awaited, so a view that it takes may look at what is gone.
  for (const file of list('authority/*.cpp', 'authority/*.hpp')) {
    const text = readFileSync(`${root}/${file}`, 'utf8').replace(/\/\/.*/g, '');
    for (const [match] of text.matchAll(/^(?:Async<|Answer|Handling|boost::asio::awaitable<|asio::awaitable<)[^;{]*string_view[^;{]*/gm))
      complain(`${file}: a coroutine must own its texts: ${match.slice(0, 100)}`);
  }

  // `core` knows nobody; inside it a folder knows those to its left. So it is in `authority`, whose rules (`protocol`) know
  // the core alone, and whose wiring knows everybody.
  const floors = {
    core: ['text', 'url', 'json', 'jose', 'oauth', 'oidc', 'engine', 'auth0'],
    authority: ['base', 'protocol', 'crypto', 'http', 'store', 'scripts', 'tenant', 'state', 'pages', 'messages', 'logs', 'limits', 'accounts', 'mfa', 'grants',
      'upstream', 'flow', 'self_service', 'endpoints', 'embedded', 'management', 'operations', 'dev', 'dashboard', 'doctor', 'wiring'],
  };
  const includes = (file) => [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/#include "([^"]+)"/g)].map(([, include]) => include);
  for (const file of list('core/ostia/*')) {
    const own = floors.core.indexOf(file.split('/')[2]);
    for (const include of includes(file))
      if (!include.startsWith('ostia/') || (own >= 0 && floors.core.indexOf(include.split('/')[1]) > own)) complain(`${file} must not include ${include}`);
  }
  for (const file of list('authority/*.cpp', 'authority/*.hpp')) {
    const [, folder] = file.split('/'), own = floors.authority.indexOf(folder);
    if (folder === 'tests') continue;
    if (own < 0) complain(`${file}: the folder has no floor (tools/lint.mjs)`);
    for (const include of includes(file)) {
      const other = floors.authority.indexOf(include.split('/')[0]);
      if (other > own) complain(`${file} must not include ${include}: ${include.split('/')[0]} stands on ${folder}`);
      if (folder === 'protocol' && !/^(ostia|protocol)\//.test(include)) complain(`${file} must not include ${include}: rules know the core alone`);
    }
  }
  // What the verbs say comes from anywhere, and one place makes it harmless.
  for (const file of list('cli/*.cpp'))
    if (file !== 'cli/terminal.cpp' && /\b(f?printf|f?puts|fwrite|std::c(out|err))\b/.test(readFileSync(`${root}/${file}`, 'utf8'))) complain(`${file}: say it with cli/terminal.hpp`);
  // What decides is short enough to be read at once.
  for (const file of list('authority/protocol/*.cpp')) {
    const text = readFileSync(`${root}/${file}`, 'utf8');
    for (const [body, name] of text.matchAll(/^[\w:<>*& ]*?(\w+)\([^;{]*\) \{\n(?:.*\n)*?\}/gm))
      if (!file.endsWith('_test.cpp') && body.split('\n').length > 30) complain(`${file}: ${name} has ${body.split('\n').length} lines; a rule has 30 at most`);
  }
  for (const [folder, forbidden] of [['authority', /"ostia\/(auth0|ostia\.hpp)/], ['sdk', /#include "(protocol|http|store|tenant)\//]])
    for (const file of list(`${folder}/*.cpp`, `${folder}/*.hpp`))
      if (forbidden.test(readFileSync(`${root}/${file}`, 'utf8'))) complain(`${file} reaches into what ${folder} must not know`);
  return out;
}
