require_relative 'kit'
require 'rack/oauth2'

# recipe
client = Rack::OAuth2::Client.new(identifier: CLIENT_ID, secret: CLIENT_SECRET, redirect_uri: CALLBACK, authorization_endpoint: "#{ISSUER}authorize", token_endpoint: "#{ISSUER}oauth/token")
client.authorization_code = sign_in(client.authorization_uri(scope: %w[openid email], state: 'state'))['code']
token = client.access_token!(:post)
user = JSON.parse(token.get("#{ISSUER}userinfo").body)
# end
expect(user['email'] == EMAIL, 'profile')
done
