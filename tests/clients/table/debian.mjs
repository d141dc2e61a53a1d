const api = 'an API: access tokens by the published keys';
const loopback = (app) => ({ app_type: 'native', callbacks: [`http://127.0.0.1:${new URL(app).port}`, `http://127.0.0.1:${new URL(app).port}/`, app, `${app}/`] });

export const rows = [
  { program: 'curl', script: 'curl.sh', what: 'client credentials; the profile' },
  { program: 'OpenSSL', package: 'openssl', script: 'openssl.sh', what: 'the certificate, verified strictly' },
  { program: 'jose', script: 'jose.sh', what: 'verifies an access token by the published keys' },
  { program: 'jwt', script: 'jwt.sh', what: 'verifies an access token by the published certificate' },
  { program: 'HAProxy', package: 'haproxy', script: 'haproxy.sh', what: 'an API: access tokens by the published certificate' },
  { program: 'nginx', package: 'nginx-common', script: 'nginx.sh', what: '`auth_request`, asking /userinfo' },
  { program: 'Caddy', package: 'caddy', script: 'caddy.sh', what: '`forward_auth`, asking /userinfo' },
  { program: 'mod_auth_openidc', package: 'libapache2-mod-auth-openidc', script: 'apache-openidc.sh', what: 'a web application of Apache: login; a claim' },
  { program: 'mod_auth_openidc', variant: 'API', package: 'libapache2-mod-auth-openidc', script: 'apache-openidc-api.sh', what: api },
  { program: 'mod_auth_openidc', variant: 'introspection', package: 'libapache2-mod-auth-openidc', script: 'apache-openidc-introspection.sh', what: 'an API asks what a token is good for, RFC 7662', client: () => ({ app_type: 'resource_server', resource_server_identifier: 'https://api.example.com/' }) },
  { program: 'mod_oauth2', package: 'libapache2-mod-oauth2', script: 'apache-oauth2.sh', what: api },
  { program: 'Dovecot', package: 'dovecot-core', script: 'dovecot-userinfo.sh', what: 'IMAP with OAUTHBEARER (curl), asking /userinfo' },
  { program: 'Dovecot', variant: 'local', package: 'dovecot-core', script: 'dovecot-local.sh', what: 'IMAP with OAUTHBEARER (curl): access tokens by a key of its settings' },
  { program: 'Prometheus', package: 'prometheus', script: 'prometheus.sh', what: 'scrapes a target with client credentials' },
  { program: 'RabbitMQ', package: 'rabbitmq-server', script: 'rabbitmq.sh', what: 'its OAuth 2.0 backend: the management API with a machine\'s token', apis: () => [{ name: 'RabbitMQ', identifier: 'rabbitmq', scopes: ['rabbitmq.read:*/*', 'rabbitmq.write:*/*', 'rabbitmq.configure:*/*', 'rabbitmq.tag:administrator'].map((value) => ({ value })) }], grants: [{ audience: 'rabbitmq', scope: ['rabbitmq.read:*/*', 'rabbitmq.tag:administrator'] }] },
  { program: 'git-credential-oauth', script: 'git-credential-oauth.sh', skip: 'its code verifier has a character that RFC 7636 does not allow; version 0.17.2 has not', what: 'a command line: code with PKCE, loopback', client: loopback },
];
