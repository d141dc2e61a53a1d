const tokens = 'verifies access tokens by the published keys';
export const rows = [
  { program: 'jsonwebtoken', script: 'src/bin/jsonwebtoken.rs', what: tokens },
  { program: 'josekit', script: 'src/bin/josekit.rs', what: tokens },
  { program: 'jwtk', script: 'src/bin/jwtk.rs', what: tokens },
  { program: 'alcoholic_jwt', script: 'src/bin/alcoholic_jwt.rs', what: tokens },
  { program: 'jwt-simple', script: 'src/bin/jwt_simple.rs', what: 'verifies access tokens by a published key' },
  { program: 'oauth2', script: 'src/bin/oauth2.rs', what: 'code with PKCE, renewal, client credentials' },
  { program: 'openidconnect', script: 'src/bin/openidconnect.rs', what: 'discovery, code with PKCE and nonce, ID token, profile' },
];
