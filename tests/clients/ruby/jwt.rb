require_relative 'kit'
require 'jwt'

# recipe
keys = JWT::JWK::Set.new(get_json('.well-known/jwks.json')) if defined?(JWT::JWK::Set)
keys ||= get_json('.well-known/jwks.json')
verify = lambda do |token|
  JWT.decode(token, nil, true, algorithms: ['RS256'], jwks: keys, iss: ISSUER, verify_iss: true, aud: AUDIENCE, verify_aud: true)
end
# end
verifies(&verify)
done
