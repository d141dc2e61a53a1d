require_relative 'kit'
require 'omniauth-oauth2'
require 'rack'

# recipe
class Ostia < OmniAuth::Strategies::OAuth2
  option :name, 'ostia'
  option :client_options, site: ISSUER, authorize_url: '/authorize', token_url: '/oauth/token', auth_scheme: :request_body
  option :pkce, true
  option :scope, 'openid email'
  option :callback_path, '/callback'
  info { access_token.get('/userinfo').parsed }
  def callback_url = CALLBACK
end
# end
OmniAuth::Strategies.const_set(:Ostia, Ostia)
app = Rack::Builder.new do
  use Rack::Session::Cookie, secret: 'x' * 64
  use OmniAuth::Builder do
    provider Ostia, CLIENT_ID, CLIENT_SECRET
  end
  run ->(env) { [200, { 'content-type' => 'text/plain' }, [env['omniauth.auth'] ? env['omniauth.auth'].info['email'] : env.inspect]] }
end
OmniAuth.config.allowed_request_methods = [:get]
OmniAuth.config.silence_get_warning = true
shows(app, '/auth/ostia')
