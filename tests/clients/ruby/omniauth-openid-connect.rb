require_relative 'kit'
require 'omniauth_openid_connect'
require 'rack'

secret = 'x' * 64
app = Rack::Builder.new do
  use Rack::Session::Cookie, secret: secret
  # recipe
  use OmniAuth::Builder do
    provider :openid_connect, name: :ostia, discovery: true, issuer: ISSUER, scope: %i[openid email profile], response_type: :code, pkce: true, callback_path: '/callback',
                              client_auth_method: :body, client_options: { identifier: CLIENT_ID, secret: CLIENT_SECRET, redirect_uri: CALLBACK }
  end
  # end
  run ->(env) { [200, { 'content-type' => 'text/plain' }, [env['omniauth.auth'] ? env['omniauth.auth'].info.email : env.inspect]] }
end
OmniAuth.config.allowed_request_methods = [:get]
OmniAuth.config.silence_get_warning = true
shows(app, '/auth/ostia')
