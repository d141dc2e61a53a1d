// Answers to CAPTCHAs as tests need them: the built-in one solved, and a provider's server that says what it is told to.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** The number of a challenge. */
export function numberOf({ salt, challenge, maxnumber }) {
  for (let number = 0; number <= maxnumber; number++) if (sha256(salt + number) === challenge) return number;
  throw new Error('the challenge has no solution');
}

const encode = (proof) => Buffer.from(JSON.stringify(proof)).toString('base64');

/** What a form sends for a challenge; `more` in place of what is right. */
export function solve(challenge, more = {}) {
  const { algorithm, salt, signature } = challenge;
  return encode({ algorithm, challenge: challenge.challenge, number: numberOf(challenge), salt, signature, ...more });
}

/** The same of challenges that nobody signed. */
export const forge = (salt, number, signature = '0'.repeat(64)) => encode({ algorithm: 'SHA-256', challenge: sha256(salt + number), number, salt, signature });

/** What the form of a page is to ask; undefined: nothing. */
export const questionOf = (page) => {
  const found = /data-captcha="([^"]*)"/.exec(page.html)?.[1];
  return found && JSON.parse(found.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('&#x2F;', '/'));
};

/** A provider's server: `answer(sent)` says what it answers, `{ status, body }`; `asked` is what came. */
export async function startProvider(t, answer) {
  const asked = [];
  const provider = { asked, answer };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (d) => (text += d));
    request.on('end', () => {
      const sent = request.headers['content-type'].includes('json') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
      asked.push({ path: request.url, sent });
      const { status = 200, body } = provider.answer(sent);
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  provider.url = `http://127.0.0.1:${server.address().port}/verify`;
  t.after(() => (server.closeAllConnections(), server.close()));
  return provider;
}
