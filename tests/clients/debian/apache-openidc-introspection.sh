. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/apache.sh"
start_apache auth_openidc <<CFG
# recipe
# The application's resource_server_identifier is the API's identifier
OIDCOAuthIntrospectionEndpoint ${ISSUER}oauth/introspect
OIDCOAuthIntrospectionEndpointAuth client_secret_post
OIDCOAuthClientID $CLIENT_ID
OIDCOAuthClientSecret $CLIENT_SECRET
OIDCOAuthRemoteUserClaim sub
OIDCCABundlePath $work/ca.pem
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
<Location />
  AuthType oauth20
  Require valid-user
</Location>
# end
CFG
until_says 401 status "$APP/"
ask "@api $APP/"
echo @done
