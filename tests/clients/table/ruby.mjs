const tokens = 'verifies access tokens by the published keys';
const site = 'a web application: login and profile';
const openid = () => ({ ostia: { compat: 'openid' } });

export const rows = [
  { program: 'jwt', package: 'ruby-jwt', script: 'jwt.rb', what: tokens },
  { program: 'json-jwt', package: 'ruby-json-jwt', script: 'json-jwt.rb', what: tokens },
  { program: 'oauth2', package: 'ruby-oauth2', script: 'oauth2.rb', what: 'code, profile, renewal, client credentials' },
  { program: 'openid_connect', package: 'ruby-openid-connect', script: 'openid_connect.rb', what: 'discovery, code, ID token with nonce, profile', client: openid },
  { program: 'rack-oauth2', package: 'ruby-rack-oauth2', script: 'rack-oauth2.rb', what: 'code, profile' },
  { program: 'omniauth_openid_connect', package: 'ruby-omniauth-openid-connect', script: 'omniauth-openid-connect.rb', what: site, client: openid },
  { program: 'omniauth-oauth2', package: 'ruby-omniauth-oauth2', script: 'omniauth-oauth2.rb', what: `${site}; PKCE` },
];
