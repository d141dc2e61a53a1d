require_relative 'kit'
require 'oauth2'

# recipe
client = OAuth2::Client.new(CLIENT_ID, CLIENT_SECRET, site: ISSUER, authorize_url: '/authorize', token_url: '/oauth/token', auth_scheme: :request_body)
back = sign_in(client.auth_code.authorize_url(redirect_uri: CALLBACK, scope: 'openid email offline_access', state: 'state'))
token = client.auth_code.get_token(back['code'], redirect_uri: CALLBACK)
user = token.get('/userinfo').parsed
renewed = token.refresh!
machine = client.client_credentials.get_token(audience: AUDIENCE)
# end
expect(user['email'] == EMAIL && renewed.token && machine.token, 'profile')
done
