// Our verifier beside others over the same tokens. Where one takes what the other refuses, `kinds` must say why: a token
// that no kind is about is a finding.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { root } from '../../../tools/lib.mjs';
import { algorithms, audience, corpus, issuer, makeKeys, now } from './corpus.mjs';
import { kindOf } from './kinds.mjs';

const judge = process.env.SDK_JUDGE ?? `${root}/build/release/sdk/tests/sdk_judge`;
const python = process.env.PYTHON ?? 'python3';

/** A program that answers a line with a line. */
class Filter {
  constructor(command, args) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface(this.child.stdout).on('line', (line) => this.waiting.shift()(line));
    this.child.on('close', (code) => { for (const one of this.waiting) one(`ended with ${code}`); });
  }
  ask(token) {
    return new Promise((resolve) => { this.waiting.push(resolve); this.child.stdin.write(`${token}\n`); });
  }
  end() { this.child.stdin.end(); }
}

const hasPyJWT = () => spawnSync(python, ['-c', 'import jwt, cryptography'], { stdio: 'ignore' }).status === 0;

/** The libraries that are there. */
function peers(file, jwks) {
  const keys = createLocalJWKSet(jwks), options = { issuer, audience, algorithms, clockTolerance: 60, currentDate: new Date(now * 1000) };
  const out = { jose: { ask: (token) => jwtVerify(token, keys, options).then(() => 'good', (e) => e.code ?? e.name), end() {} } };
  if (hasPyJWT()) out.PyJWT = new Filter(python, [join(import.meta.dirname, 'pyjwt.py'), file, issuer, audience, String(now)]);
  return out;
}

const read = (part) => { try { return JSON.parse(Buffer.from(part, 'base64url')); } catch { return undefined; } };

/** How `count` tokens came out: by peer, how often they agree, and of each kind of difference how often which way. */
export async function compare({ count, seed, progress = () => {} }) {
  const dir = mkdtempSync(join(tmpdir(), 'ostia-tokens-')), file = join(dir, 'jwks.json');
  const made = makeKeys();
  writeFileSync(file, JSON.stringify(made.jwks));
  const ours = new Filter(judge, [file, issuer, audience, String(now)]), others = peers(file, made.jwks);
  const result = Object.fromEntries(Object.keys(others).map((name) => [name, { agree: 0, good: 0, kinds: {}, findings: [] }]));
  const note = (name, { token, names }, our, their) => {
    const r = result[name];
    if ((our === 'good') === (their === 'good')) {
      r.agree++;
      if (our === 'good') r.good++;
      return;
    }
    const [h, p] = token.split('.');
    const said = { token, names, ours: our, theirs: their, peer: name, header: read(h), payload: read(p) };
    const kind = kindOf(said);
    if (!kind) return r.findings.push(said);
    const counted = (r.kinds[kind] ??= { stricter: 0, laxer: 0 });
    counted[our === 'good' ? 'laxer' : 'stricter']++;
  };
  let batch = [], done = 0;
  const settle = async () => {
    await Promise.all(batch.map(async (one) => {
      const [our, ...their] = await Promise.all([ours.ask(one.token), ...Object.values(others).map((peer) => peer.ask(one.token))]);
      Object.keys(others).forEach((name, i) => note(name, one, our, their[i]));
    }));
    done += batch.length;
    batch = [];
    progress(done, result);
  };
  for (const one of corpus(made, seed, count)) if (batch.push(one) === 500) await settle();
  await settle();
  for (const filter of [ours, ...Object.values(others)]) filter.end();
  rmSync(dir, { recursive: true });
  return result;
}
