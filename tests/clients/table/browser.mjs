const login = 'login, profile';
const spa = (app) => ({ app_type: 'spa', client_secret: undefined, token_endpoint_auth_method: 'none', callbacks: [`${app}/callback`, `${app}/`, `${app}/silent`], grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password', 'http://auth0.com/oauth/grant-type/password-realm'] });
const one = (row) => ({ secure: true, client: spa, ...row });

export const rows = [
  { program: '@auth0/auth0-spa-js', script: 'auth0-spa-js.mjs', what: `${login}, renewal with refresh tokens` },
  { program: '@auth0/auth0-spa-js', variant: 'frame', script: 'auth0-spa-js-frame.mjs', what: `${login}, renewal in a hidden frame` },
  { program: '@auth0/auth0-spa-js', variant: 'popup', script: 'auth0-spa-js-popup.mjs', what: 'login in a popup' },
  { program: '@auth0/auth0-spa-js', variant: 'DPoP', script: 'auth0-spa-js-dpop.mjs', what: 'tokens that are bound to a key, RFC 9449' },
  {
    program: '@auth0/auth0-spa-js', variant: 'several APIs', script: 'auth0-spa-js-mrrt.mjs', what: 'one refresh token for several APIs',
    client: (app) => ({ ...spa(app), refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', policies: ['https://api.example.com/', 'https://other.example.com/'].map((audience) => ({ audience, scope: ['read:messages'] })) } }),
  },
  {
    program: '@auth0/auth0-spa-js', variant: 'session transfer', script: 'auth0-spa-js-transfer.mjs', what: 'a native application\'s login goes on in the page',
    client: (app) => ({ ...spa(app), session_transfer: { can_create_session_transfer_token: true, allowed_authentication_methods: ['query'] } }),
  },
  { program: '@auth0/auth0-react', script: 'auth0-react.mjs', what: login },
  { program: '@auth0/auth0-vue', script: 'auth0-vue.mjs', what: login },
  { program: 'auth0-js', script: 'auth0-js.mjs', what: `${login}, implicit` },
  { program: 'auth0-lock', script: 'auth0-lock.mjs', what: 'its box in the page: a password, tokens' },
  { program: 'oidc-client-ts', script: 'oidc-client-ts.mjs', what: `${login}, renewal` },
  { program: 'oidc-client-ts', variant: 'DPoP', script: 'oidc-client-ts-dpop.mjs', what: 'tokens that are bound to a key, RFC 9449' },
  { program: 'react-oidc-context', script: 'react-oidc-context.mjs', what: login },
  { program: 'oidc-client', script: 'oidc-client.mjs', what: `${login} (oidc-client-ts before it)` },
  { program: '@axa-fr/oidc-client', script: 'axa-oidc-client.mjs', what: login },
  { program: 'react-oauth2-code-pkce', script: 'react-oauth2-code-pkce.mjs', what: login },
  { program: '@okta/okta-auth-js', script: 'okta-auth-js.mjs', what: login },
  { program: '@openid/appauth', script: 'appauth.mjs', what: 'discovery, code with PKCE' },
  { program: 'oidc-spa', script: 'oidc-spa.mjs', what: login },
].map(one);
