require_relative 'kit'
require 'openid_connect'

# recipe
# `ostia.compat: openid` of the application: this library takes a number for `updated_at` only.
metadata = OpenIDConnect::Discovery::Provider::Config.discover!(ISSUER)
client = OpenIDConnect::Client.new(identifier: CLIENT_ID, secret: CLIENT_SECRET, redirect_uri: CALLBACK, authorization_endpoint: metadata.authorization_endpoint,
                                   token_endpoint: metadata.token_endpoint, userinfo_endpoint: metadata.userinfo_endpoint)
client.authorization_code = sign_in(client.authorization_uri(scope: %i[openid email], state: 'state', nonce: 'nonce'))['code']
token = client.access_token!(:post)
id_token = OpenIDConnect::ResponseObject::IdToken.decode(token.id_token, metadata.jwks)
id_token.verify!(issuer: ISSUER, client_id: CLIENT_ID, nonce: 'nonce')
user = token.userinfo!
# end
expect(user.email == EMAIL, 'profile')
done
