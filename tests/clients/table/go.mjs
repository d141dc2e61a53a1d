const tokens = 'verifies access tokens by the published keys';
const api = 'an API: access tokens by the published keys';
const site = 'a web application: login and profile';
const at = (name) => `github.com/${name}`;

export const rows = [
  { program: 'coreos/go-oidc', package: at('coreos/go-oidc/v3'), script: 'go-oidc/main.go', what: `discovery, code with PKCE and nonce, ID token, profile; ${tokens}` },
  { program: 'golang.org/x/oauth2', package: 'golang.org/x/oauth2', script: 'oauth2/main.go', what: 'client credentials, code, renewal' },
  { program: 'golang.org/x/oauth2', variant: 'devices', package: 'golang.org/x/oauth2', script: 'oauth2-device/main.go', what: 'the device flow', client: device },
  { program: 'golang-jwt/jwt', package: at('golang-jwt/jwt/v5'), script: 'golang-jwt/main.go', what: `${tokens}, with keyfunc` },
  { program: 'MicahParks/keyfunc', package: at('MicahParks/keyfunc/v3'), script: 'keyfunc/main.go', what: 'the published keys, kept fresh' },
  { program: 'lestrrat-go/jwx', package: at('lestrrat-go/jwx/v3'), script: 'jwx/main.go', what: tokens },
  { program: 'lestrrat-go/jwx/v2', package: at('lestrrat-go/jwx/v2'), script: 'jwx2/main.go', what: tokens },
  { program: 'go-jose/go-jose', package: at('go-jose/go-jose/v4'), script: 'go-jose/main.go', what: tokens },
  { program: 'zitadel/oidc', package: at('zitadel/oidc/v3'), script: 'zitadel-oidc/main.go', what: 'discovery, code with PKCE, ID token, profile' },
  { program: 'zitadel/oidc', variant: 'introspection', package: at('zitadel/oidc/v3'), script: 'zitadel-rs/main.go', what: 'an API asks what a token is good for, RFC 7662', client: () => ({ app_type: 'resource_server', resource_server_identifier: 'https://api.example.com/' }) },
  { program: 'auth0/go-jwt-middleware/v2', package: at('auth0/go-jwt-middleware/v2'), script: 'go-jwt-middleware2/main.go', what: api },
  { program: 'auth0/go-jwt-middleware', package: at('auth0/go-jwt-middleware/v3'), script: 'go-jwt-middleware3/main.go', what: api },
  { program: 'markbates/goth', package: at('markbates/goth'), script: 'goth-auth0/main.go', what: `${site}; its Auth0 provider` },
  { program: 'markbates/goth', variant: 'OpenID Connect', package: at('markbates/goth'), script: 'goth-openid/main.go', what: `${site}; its OpenID Connect provider` },
  { program: 'hashicorp/cap', package: at('hashicorp/cap'), script: 'cap/main.go', what: `discovery, code with PKCE and nonce, ID token; ${tokens}` },
  { program: 'auth0/go-auth0', package: at('auth0/go-auth0'), script: 'go-auth0/main.go', what: 'login with a password, profile, the Management API' },
  { program: 'auth0/go-auth0/v2', package: at('auth0/go-auth0/v2'), script: 'go-auth0-2/main.go', what: 'the Management API' },
  { program: 'labstack/echo-jwt', package: at('labstack/echo-jwt/v4'), script: 'echo-jwt/main.go', what: `${api}, with keyfunc` },
  { program: 'go-chi/jwtauth', package: at('go-chi/jwtauth/v5'), script: 'jwtauth/main.go', what: 'an API: access tokens by a key of its settings' },
  { program: 'int128/oauth2cli', package: at('int128/oauth2cli'), script: 'oauth2cli/main.go', what: 'a command line: code with PKCE, loopback', client: loopback },
  { program: 'cli/oauth', package: at('cli/oauth'), script: 'cli-oauth/main.go', what: 'a command line: the device flow', client: device },
  { program: 'prometheus/common', package: at('prometheus/common'), script: 'prometheus-common/main.go', what: 'client credentials, as every program of Prometheus does it' },
  { program: 'hashicorp/vault-plugin-auth-jwt', package: at('hashicorp/vault-plugin-auth-jwt'), script: 'vault-jwt/main.go', what: 'Vault\'s JWT method, in its own process: configuration, role, login' },
  { program: 'modelcontextprotocol/go-sdk', package: at('modelcontextprotocol/go-sdk'), script: 'mcp-go-sdk/main.go', what: 'an MCP server\'s bearer middleware' },
  { program: 'oauth2-proxy', pinned: '7.15.6', script: 'oauth2-proxy.sh', what: site, client: (app) => ({ callbacks: [`${app}/proxy/callback`] }) },
  { program: 'int128/kubelogin', pinned: '1.36.3', script: 'kubelogin.sh', what: 'credentials for kubectl: code with PKCE, loopback', client: loopback },
  { program: 'smallstep/cli', pinned: '0.30.2', script: 'step.sh', what: '`step oauth`: code with PKCE, loopback', client: loopback },
];

const publicly = { client_secret: undefined, token_endpoint_auth_method: 'none' };
function device() {
  return { app_type: 'native', ...publicly, grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] };
}

function loopback(app) {
  const { port } = new URL(app);
  return { app_type: 'native', callbacks: ['http://127.0.0.1', `http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://localhost:${port}/`, `http://127.0.0.1:${port}/`] };
}
