require_relative 'kit'
require 'json/jwt'

# recipe
keys = JSON::JWK::Set.new(get_json('.well-known/jwks.json'))
verifies do |token|
  claims = JSON::JWT.decode(token, keys, [:RS256])
  raise 'for another API' unless claims[:iss] == ISSUER && Array(claims[:aud]).include?(AUDIENCE)
end
# end
done
