export const rows = [
  { program: 'jose', package: 'erlang-jose', script: 'jose.erl', what: 'verifies access tokens by a published key' },
];
