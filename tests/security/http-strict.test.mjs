// HTTP/1.1 as RFC 9112 has it, from outside: what two programs could read in two ways is refused, and the connection ends.
// authority/tests/strict_test.cpp has more rows; these show that they hold on the wire.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startAuthority } from '../lib/program.mjs';
import { answersOf, exchange } from '../lib/raw.mjs';
import { scope } from '../lib/scope.mjs';
import { app } from '../lib/tenant.mjs';

const group = scope();
let to;
before(async () => {
  const { devPort } = await startAuthority(group, { clients: [app] });
  to = { port: devPort };
});

const head = (lines) => `${lines.join('\r\n')}\r\n\r\n`;
const good = head(['GET /health/live HTTP/1.1', 'Host: localhost', 'Connection: close']);
const post = (lines, body = '') => head(['POST /oauth/token HTTP/1.1', 'Host: localhost', 'Content-Type: application/x-www-form-urlencoded', ...lines]) + body;
const get = (lines, first = 'GET /health/live HTTP/1.1') => head([first, 'Connection: close', ...lines]);
const chunked = 'Transfer-Encoding: chunked', asked = 400; // what /oauth/token says of an empty form, as an application is told it

// A second request comes behind each that is refused: it must not be answered.
const refused = {
  'no Host': [get([]), 400],
  'two Hosts': [get(['Host: localhost', 'Host: localhost']), 400],
  'a malformed Host': [get(['Host: localhost/x']), 400],
  'an empty Host': [get(['Host:']), 400],
  'a Host with a user': [get(['Host: me@localhost']), 400],
  'a Host with a port that is none': [get(['Host: localhost:99999']), 400],
  'a header over two lines': [get(['Host: localhost', 'X: a', ' b']), 400],
  'a header over two lines, by a tab': [get(['Host: localhost', 'X: a', '\tb']), 400],
  'a space before the colon': [get(['Host: localhost', 'X : a']), 400],
  'a name with a parenthesis': [get(['Host: localhost', 'X(y): a']), 400],
  'a value with NUL': [get(['Host: localhost', 'X: a\0b']), 400],
  'a value with a bare CR': [get(['Host: localhost', 'X: a\rY: b']), 400],
  'lines that end with LF alone': ['GET /health/live HTTP/1.1\nHost: localhost\n\n', 400],
  'one line that ends with LF alone': [get(['Host: localhost', 'X: a\nY: b']), 400],
  'two empty lines first': [`\r\n\r\n${get(['Host: localhost'])}`, 400],
  'HTTP/1.2': [get(['Host: localhost'], 'GET /health/live HTTP/1.2'), 505],
  'a target with a space': [get(['Host: localhost'], 'GET /health /live HTTP/1.1'), 400],
  'CONNECT': [get(['Host: localhost'], 'CONNECT localhost:443 HTTP/1.1'), 501],
  'two Authorizations': [get(['Host: localhost', 'Authorization: Bearer a', 'Authorization: Bearer b']), 400],
  'an expectation that nobody meets': [get(['Host: localhost', 'Expect: 200-ok']), 417],
  'both lengths': [post(['Content-Length: 4', chunked], '0\r\n\r\n'), 400],
  'two lengths': [post(['Content-Length: 3', 'Content-Length: 3'], 'a=b'), 400],
  'a list of lengths': [post(['Content-Length: 3, 3'], 'a=b'), 400],
  'a length with a sign': [post(['Content-Length: +3'], 'a=b'), 400],
  'gzip, then chunked': [post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'), 501],
  'chunked, then gzip': [post(['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'), 400],
  'chunked twice': [post([chunked, chunked], '0\r\n\r\n'), 400],
  'identity': [post(['Transfer-Encoding: identity'], 'a=b'), 400],
  'chunks in HTTP/1.0': [head(['POST /oauth/token HTTP/1.0', 'Host: localhost', chunked]) + '0\r\n\r\n', 400],
  'a chunk without a size': [post([chunked], 'x\r\n'), 400],
  'a chunk that is longer than it says': [post([chunked], '1\r\nab\r\n0\r\n\r\n'), 400],
  'a chunk size above 64 bits': [post([chunked], '10000000000000000\r\na\r\n0\r\n\r\n'), 400],
  'chunk extensions without end': [post([chunked], Array.from({ length: 50 }, () => `1;${'x'.repeat(200)}\r\na\r\n`).join('')), 400],
  'a chunk line without end': [post([chunked], `1;${'x'.repeat(50_000)}`), 431],
  'trailers without end': [post([chunked], `0\r\n${'X: y\r\n'.repeat(20_000)}\r\n`), 431],
  'a head without end': [`GET / HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(20_000)}`, 431],
};
const taken = {
  'one Host': [get(['Host: localhost']), 200],
  'a Host with a port': [get(['Host: localhost:8080']), 200],
  'a Host that is IPv6': [get(['Host: [::1]:8080']), 200],
  'a target in absolute form': [get(['Host: localhost'], 'GET http://localhost/health/live HTTP/1.1'), 200],
  'an absolute target counts more than Host': [get(['Host: other.example'], 'GET http://localhost/health/live HTTP/1.1'), 200],
  'HTTP/1.0 without Host': [get([], 'GET /health/live HTTP/1.0'), 200],
  'one empty line first': [`\r\n${get(['Host: localhost'])}`, 200],
  'blanks around a value': [get(['Host: \t localhost \t']), 200],
  'an empty value': [get(['Host: localhost', 'X:']), 200],
  'two lines of a list': [get(['Host: localhost', 'Accept: a/b', 'Accept: c/d', 'Cookie: a=b', 'Cookie: c=d']), 200],
  'a length': [post(['Content-Length: 3', 'Connection: close'], 'a=b'), asked],
  'chunks': [post([chunked, 'Connection: close'], '3\r\na=b\r\n0\r\n\r\n'), asked],
  'chunks with an extension and a trailer': [post([chunked, 'Connection: close'], '3;x=y\r\na=b\r\n0\r\nX: y\r\n\r\n'), asked],
  'chunks by another case': [post(['transfer-encoding: Chunked', 'Connection: close'], '3\r\na=b\r\n0\r\n\r\n'), asked],
};

describe('is refused, and nothing behind it is answered:', () => {
  for (const [name, [bytes, status]] of Object.entries(refused))
    test(name, async () => {
      const [answer, ...more] = answersOf(await exchange(to, bytes + good));
      assert.deepEqual([answer?.status, answer?.closes, more.length], [status, true, 0]);
    });
});

describe('is taken:', () => {
  for (const [name, [bytes, status]] of Object.entries(taken))
    test(name, async () => {
      const [answer, ...more] = answersOf(await exchange(to, bytes));
      assert.deepEqual([answer?.status, more.length], [status, 0]);
    });
  test('requests one behind the other', async () => {
    const answers = answersOf(await exchange(to, head(['GET /health/live HTTP/1.1', 'Host: localhost']) + post([chunked], '3\r\na=b\r\n0\r\n\r\n') + good));
    assert.deepEqual(answers.map((a) => a.status), [200, asked, 200]);
  });
  test('a body that is announced by Expect', async () => {
    const text = await exchange(to, post(['Content-Length: 3', 'Expect: 100-continue', 'Connection: close'], 'a=b'));
    assert.match(text, /HTTP\/1\.1 400 /);
  });
});

test('what is sent behind the body is no part of the head: no trailer is a header', async () => {
  const [answer] = answersOf(await exchange(to, post([chunked, 'Connection: close'], '3\r\na=b\r\n0\r\nAuthorization: Basic bm9ib2R5Ong=\r\n\r\n')));
  const [without] = answersOf(await exchange(to, post([chunked, 'Connection: close'], '3\r\na=b\r\n0\r\n\r\n')));
  assert.deepEqual([answer.status, answer.body], [without.status, without.body]);
});

test('cookies in several lines are one list', async () => {
  const [answer] = answersOf(await exchange(to, get(['Host: localhost', 'Cookie: a=b', 'Cookie: c=d'])));
  assert.equal(answer.status, 200);
});
