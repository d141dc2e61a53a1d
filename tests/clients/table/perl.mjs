const tokens = 'verifies access tokens by the published keys';
export const rows = [
  { program: 'Crypt::JWT', package: 'libcrypt-jwt-perl', script: 'crypt-jwt.pl', what: tokens },
  { program: 'Mojo::JWT', package: 'libmojo-jwt-perl', script: 'mojo-jwt.pl', what: tokens },
  { program: 'LWP::Authen::OAuth2', package: 'liblwp-authen-oauth2-perl', script: 'lwp-authen-oauth2.pl', what: 'code, profile' },
  { program: 'Net::OAuth2', package: 'libnet-oauth2-perl', script: 'net-oauth2.pl', what: 'code, profile' },
  { program: 'Mojolicious::Plugin::OAuth2', package: 'libmojolicious-plugin-oauth2-perl', script: 'mojolicious-oauth2.pl', what: 'a web application: login by discovery, ID token' },
];
