// docs/clients.md, made of the table, of the results that are kept, and of the recipes: each is the part of the program's own
// source between `recipe` and `end`, so it is what has been run.
import { readFileSync } from 'node:fs';
import { root } from '../../../tools/lib.mjs';

const here = `${root}/tests/clients`;
export const resultsFile = `${here}/results.json`;
export const pageFile = `${root}/docs/clients.md`;
export const readResults = () => JSON.parse(readFileSync(resultsFile, 'utf8'));

// A recipe is a part of a program, which runs as a whole: `javascript`, since what is `js` in the documentation stands by itself.
const code = { mjs: 'javascript', jsx: 'jsx', py: 'python', go: 'go', java: 'java', rb: 'ruby', pl: 'perl', rs: 'rust', c: 'c', cpp: 'cpp', sh: 'sh', R: 'r', erl: 'erlang' };

/** The lines of a program's source that connect it to Ostia. */
export function recipeOf({ ecosystem, script }) {
  const lines = readFileSync(`${here}/${ecosystem}/${script}`, 'utf8').split('\n'), kept = [];
  let isIn = false;
  for (const line of lines) {
    if (/^\s*(\/\/|#|%|--) recipe$/.test(line)) isIn = true;
    else if (/^\s*(\/\/|#|%|--) end$/.test(line)) isIn = false;
    else if (isIn) kept.push(line);
  }
  const indent = Math.min(...kept.filter((line) => line.trim()).map((line) => /^\s*/.exec(line)[0].length));
  return { language: code[script.split('.').at(-1)] ?? 'text', text: kept.map((line) => line.slice(indent)).join('\n').trim() };
}

const mark = ({ result, why } = { result: '—' }) => (result === 'SKIP' ? `skipped: ${why}` : result === 'PASS' ? 'passes' : result === 'FAIL' ? 'fails' : 'not run yet');

export function makePage(ecosystems, results) {
  const rows = ecosystems.flatMap((e) => e.rows), passing = rows.filter((row) => results[row.id]?.result === 'PASS');
  const programs = new Set(passing.map((row) => `${row.ecosystem} ${row.program}`)).size;
  const table = ({ rows: list }) => ['| program | version | what is run | result |', '| --- | --- | --- | --- |',
    ...list.map((row) => `| [${row.program}](#${row.id}) | ${results[row.id]?.version ?? row.version() ?? ''} | ${row.what} | ${mark(results[row.id])} |`)].join('\n');
  const recipe = (row) => {
    const { language, text } = recipeOf(row);
    return `<a id="${row.id}"></a>\n\n### ${row.program}${row.variant ? `, ${row.variant}` : ''}\n\n${row.note ? `${row.note}\n\n` : ''}\`\`\`${language}\n${text}\n\`\`\`\n`;
  };
  return `# Programs that work with Ostia

<!-- Made by tests/clients/run.mjs. -->
Libraries, frameworks, servers and tools of other people, each unchanged and of the version that is named, run against the authority by
\`make clients\`: ${programs} programs in ${new Set(passing.map((row) => row.ecosystem)).size} groups pass. A program that verifies tokens is given the tokens of a person and of a
machine, and one for another API, an ID token and one that was tampered with, which it must refuse. A login goes through the
authority's own pages.

Below each table is what connects the program, as it was run. \`ISSUER\` is \`https://login.example.com/\`, with the slash at its end; \`DOMAIN\` is the same
without scheme and slash; \`AUDIENCE\` is the identifier of your API; \`APP\` is the address of your application, and \`CALLBACK\` one of its application's
\`callbacks\`. While you try things out, the certificate is one of Ostia's own, and \`CA\` is the file \`ca.pem\` in its data folder:
${'`NODE_EXTRA_CA_CERTS`'} (Node), \`SSL_CERT_FILE\` (Python, Go, Ruby, most of Debian), \`REQUESTS_CA_BUNDLE\` (requests) or \`CURL_CA_BUNDLE\` name it to a program.

${ecosystems.filter((e) => e.rows.length).map((e) => `## ${e.title}\n\n${e.about ? `${e.about}\n\n` : ''}${table(e)}\n\n${e.rows.map(recipe).join('\n')}`).join('\n')}`;
}
