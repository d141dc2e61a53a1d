// Requests byte by byte, for what no client library sends.
import { connect } from 'node:net';
import { connect as connectByTls } from 'node:tls';

/** Sends these bytes to `{ port, host, localAddress, tls }`, and gives all that comes back until the other side closes or is silent after an answer. */
export function exchange(to, bytes) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', rejectUnauthorized: false, servername: 'localhost', ...to };
    const socket = to.tls ? connectByTls(options) : connect(options);
    let text = '';
    socket.setEncoding('latin1');
    socket.on(to.tls ? 'secureConnect' : 'connect', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.on('data', (d) => { text += d; });
    socket.on('error', (error) => (text ? resolve(text) : reject(error)));
    socket.on('close', () => resolve(text));
  });
}

/** The answers in what came back: `{ status, headers, body, closes }`. A body's end is its Content-Length. */
export function answersOf(text) {
  const out = [];
  for (let rest = text; rest.startsWith('HTTP/1.1 ');) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [first, ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
    const length = Number(headers['content-length'] ?? 0);
    out.push({ status: Number(first.split(' ')[1]), headers, body: rest.slice(end + 4, end + 4 + length), closes: headers.connection === 'close' });
    rest = rest.slice(end + 4 + length);
  }
  return out;
}

/** One request of these lines, after which the connection is closed; its answer. */
export async function ask(to, lines, body = '') {
  const [answer] = answersOf(await exchange(to, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`));
  return answer;
}
