// What the Management API keeps and does not act upon, from the tables that it works by: docs/reference/kept.md.
// `node tools/reference-kept.mjs [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { root } from './lib.mjs';

const table = (file) => JSON.parse(readFileSync(`${root}/authority/tenant/${file}`, 'utf8'));
const resources = Object.entries(table('kept.json')).filter(([, r]) => r.why);
const schemas = Object.entries(table('schemas.json'));

/** The members that a schema marks, each after what it is in. */
function keptIn(schema, path = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [...(property['x-ostia-kept'] ? [`${path}${name}`] : []), ...keptIn(property, `${path}${name}.`)]);
}

const members = new Map();
for (const [name, schema] of schemas) {
  const of = name.replace(/_(create|update|put)$/, '');
  for (const member of keptIn(schema)) members.set(of, new Set([...(members.get(of) ?? []), member]));
}
const strategies = [...readFileSync(`${root}/authority/tenant/kept.cpp`, 'utf8').split('bool is_kept_strategy')[1].matchAll(/"([\w-]+)"/g)].map(([, name]) => name).sort();

const page = `# What is kept and not acted upon

The Management API takes everything that the vendor's takes, so that programs that carry whole tenants about go through. What means nothing
here is kept, given back as it came, and changes nothing. \`ostia lint\` names what a tenant has of it, the description of the API
(\`/api/v2/openapi.json\`) marks it with \`x-ostia-kept\`, and a tenant file has it under \`kept\`. Secrets in it are sealed and never shown.
Made from the tables that the program works by (\`node tools/reference-kept.mjs\`).

## Resources

| path, below \`/api/v2/\` | methods | why |
|---|---|---|
${resources.map(([path, r]) => `| \`${path}\` | ${r.methods} | ${r.why} |`).join('\n')}
| \`organizations/{id}/clients\` | GET POST PATCH DELETE | which applications an organization's members use follows from the connections and the application |
| \`custom-domains/default\` | GET PATCH | links lead to the domain that was asked |

## Members

| resource | members |
|---|---|
${[...members].map(([of, names]) => `| ${of.replaceAll('_', ' ')} | ${[...names].map((n) => `\`${n}\``).join(', ')} |`).join('\n')}

## Kinds

- **Connections** of these strategies are kept, and nobody can sign in by them: ${strategies.map((s) => `\`${s}\``).join(', ')}.
- **Log streams** of other types than \`http\` are kept, and nothing is sent to them.
- **Second factors** \`push-notification\` and \`duo\` can be turned on, and nobody is asked for them.
- **Actions** of other triggers than \`post-login\` are kept, and cannot be bound.
- **Client grants** with \`subject_type: user\` or \`default_for\` are kept: no machine gets a token by them.
`;

const file = `${root}/docs/reference/kept.md`;
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) throw new Error('docs/reference/kept.md is old: run `node tools/reference-kept.mjs`');
