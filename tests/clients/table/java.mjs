const tokens = 'verifies access tokens by the published keys';
const api = 'an API: access tokens by the published keys';
const site = 'a web application: login and profile';
const strict = 'with its checks of RFC 9068';
const boot = (name) => ({ client: (app) => ({ callbacks: [`${app}/login/oauth2/code/${name}`] }) });

export const rows = [
  { program: 'Nimbus JOSE + JWT', package: 'nimbus-jose-jwt', script: 'libs/NimbusTokens.java', what: tokens },
  { program: 'Nimbus JOSE + JWT', variant: strict, package: 'nimbus-jose-jwt', script: 'libs/NimbusStrict.java', what: `${tokens}, RFC 9068` },
  { program: 'Nimbus OAuth 2.0 SDK', package: 'oauth2-oidc-sdk', script: 'libs/NimbusLogin.java', what: 'discovery, code with PKCE and nonce, ID token, profile' },
  { program: 'com.auth0:java-jwt', package: 'java-jwt', script: 'libs/JavaJwt.java', what: `${tokens}, with jwks-rsa` },
  { program: 'com.auth0:jwks-rsa', package: 'jwks-rsa', script: 'libs/JwksRsa.java', what: 'the published keys and their certificates' },
  { program: 'com.auth0:auth0', package: 'auth0', script: 'libs/Auth0Login.java', what: 'its AuthAPI: a password, profile, renewal, client credentials, code' },
  { program: 'com.auth0:auth0', variant: 'ManagementApi', package: 'auth0', script: 'libs/Auth0Management.java', what: 'its ManagementApi: users, applications, roles' },
  { program: 'jose4j', script: 'libs/Jose4j.java', what: tokens },
  { program: 'JJWT', package: 'jjwt-api', script: 'libs/Jjwt.java', what: tokens },
  { program: 'fusionauth-jwt', script: 'libs/FusionAuthJwt.java', what: tokens },
  { program: 'Vert.x', package: 'vertx-auth-oauth2', script: 'libs/Vertx.java', what: `discovery; ${tokens}` },
  { program: 'ScribeJava', package: 'scribejava-core', script: 'libs/Scribe.java', what: 'code, profile, renewal' },
  { program: 'google-oauth-client', script: 'libs/GoogleOauth.java', what: 'code with PKCE, renewal' },
  { program: 'Apache Kafka', package: 'kafka-clients', script: 'libs/Kafka.java', args: ['-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls="${ISSUER}.well-known/jwks.json"'], what: 'a broker\'s OAUTHBEARER validator' },
  { program: 'Spring Security 6', package: 'spring-security-oauth2-jose', script: 'spring6/SpringDecoder.java', what: `discovery; ${tokens}` },
  { program: 'Spring Security 6', variant: strict, package: 'spring-security-oauth2-jose', script: 'spring6/SpringAtJwt.java', what: `${tokens}, RFC 9068` },
  { program: 'Spring Security 7', package: 'spring-security-oauth2-jose', script: 'spring7/SpringDecoder.java', what: `discovery; ${tokens}` },
  { program: 'Spring Security 7', variant: strict, package: 'spring-security-oauth2-jose', script: 'spring7/SpringAtJwt.java', what: `${tokens}, RFC 9068` },
  { program: 'Spring Boot 4', package: 'spring-boot-starter-webmvc', script: 'boot4/BootLogin.java', what: site, ...boot('ostia') },
  { program: 'Spring Boot 4', variant: 'API', package: 'spring-boot-starter-webmvc', script: 'boot4/BootApi.java', what: api },
  { program: 'Spring Boot 3', package: 'spring-boot-starter-web', script: 'boot3/BootLogin.java', what: site, ...boot('ostia') },
  { program: 'Spring Boot 3', variant: 'API', package: 'spring-boot-starter-web', script: 'boot3/BootApi.java', what: api },
  { program: 'okta-spring-boot-starter', script: 'boot3/OktaLogin.java', what: `${site}, as Auth0's guide for Spring has it`, ...boot('okta') },
  { program: 'okta-spring-boot-starter', variant: 'API', script: 'boot3/OktaApi.java', what: api },
];
