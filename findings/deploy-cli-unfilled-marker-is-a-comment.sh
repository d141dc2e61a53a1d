#!/bin/sh
# A ##MARKER## of auth0-deploy-cli that has no value is a YAML comment: the text is cut there, and nothing is said.
#
# Seen with: auth0-deploy-cli 8.44.0, Node 20, Linux x86-64, on 2026-12-01.
# What: markers are replaced in the file's text before it is read as YAML. One that no mapping fills stays, and in a plain value `#` after
# a blank begins a comment (YAML 1.2.2 section 6.6). `friendly_name: ##NAME##` is null then, and `of ##TEAM## only` is "of". The CLI has a
# check for placeholders that are left, which looks at the texts that came of the file, where these are not any more. Within a word
# (`help@##HOST##`) the marker stays and would be found.
# Who it hurts: whoever forgets one mapping: a name or a description of the tenant is emptied or cut at the next import, without an error.
# Output seen:
#   friendly_name: null
#   support_email: "help@##HOST##"
#   description:   "of"
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error auth0-deploy-cli@8.44.0 > /dev/null
cat > tenant.yaml <<'YAML'
tenant:
  friendly_name: ##NAME##
  support_email: help@##HOST##
clients:
  - name: App
    description: of ##TEAM## only
YAML
cat > read.cjs <<'JS'
const YAMLContext = require('auth0-deploy-cli/lib/context/yaml').default;

(async () => {
  const context = new YAMLContext({ AUTH0_INPUT_FILE: 'tenant.yaml', AUTH0_KEYWORD_REPLACE_MAPPINGS: { OTHER: 'x' }, AUTH0_DOMAIN: 'tenant.example' }, {});
  await context.loadAssetsFromLocal();
  const { tenant, clients: [client] } = context.assets;
  console.log(`friendly_name: ${JSON.stringify(tenant.friendly_name)}`);
  console.log(`support_email: ${JSON.stringify(tenant.support_email)}`);
  console.log(`description:   ${JSON.stringify(client.description)}`);
})();
JS
expected='friendly_name: null
support_email: "help@##HOST##"
description:   "of"'
seen=$(node read.cjs)
echo "$seen"
[ "$seen" = "$expected" ]
