// `node fuzz/verifiers.mjs [COUNT] [SEED] [--write]`: our verifier beside jose, and beside PyJWT where PYTHON has it, over
// COUNT tokens (a million). A difference that nobody has decided is printed, and an exit code of 1. `--write` puts the
// figures into docs/verifiers.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { root } from '../tools/lib.mjs';
import { compare } from '../tests/lib/tokens/compare.mjs';
import { kinds } from '../tests/lib/tokens/kinds.mjs';

const [count = '1000000', seed = '1'] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const progress = (done) => { if (done % 50_000 === 0) console.error(`${done} of ${count}`); };
const result = await compare({ count: Number(count), seed: Number(seed), progress });

let findings = 0;
for (const [peer, { agree, good, findings: found }] of Object.entries(result)) {
  console.log(`${peer}: ${agree} of ${count} alike, ${good} of them taken by both`);
  for (const one of found.slice(0, 20)) console.log(`  ${one.ours} here, ${one.theirs} there: ${one.names.join(', ')}\n    ${one.token.slice(0, 2000)}`);
  findings += found.length;
}

const number = (n) => n.toLocaleString('en');
const table = () => {
  const names = Object.keys(result), mark = '<!-- made by `node fuzz/verifiers.mjs --write` -->';
  const lines = [mark, `${number(Number(count))} tokens, seed ${seed}. ${names.map((name) => `Of ${name}'s verdicts ${number(result[name].agree)} are ours, ${number(result[name].good)} of them "good"`).join('. ')}. All others are of these kinds:`, '',
    `| kind | | why | standard | ${names.join(' | ')} |`, `|---|---|---|---|${names.map(() => '---').join('|')}|`];
  for (const { id, way, says, section } of kinds)
    lines.push(`| ${id} | ${way} | ${says} | ${section} | ${names.map((name) => { const c = result[name].kinds[id]; return c ? number(c.stricter + c.laxer) : '0'; }).join(' | ')} |`);
  return { mark, text: `${lines.join('\n')}\n<!-- end -->` };
};
if (process.argv.includes('--write')) {
  const page = `${root}/docs/verifiers.md`, { mark, text } = table(), before = readFileSync(page, 'utf8');
  writeFileSync(page, before.slice(0, before.indexOf(mark)) + text + before.slice(before.indexOf('<!-- end -->') + '<!-- end -->'.length));
}
if (findings) console.log(`${findings} differences that nobody has decided`);
process.exit(findings ? 1 : 0);
