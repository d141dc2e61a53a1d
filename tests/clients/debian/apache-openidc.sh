. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/apache.sh"
start_apache auth_openidc <<CFG
# recipe
OIDCProviderMetadataURL ${ISSUER}.well-known/openid-configuration
OIDCCABundlePath $work/ca.pem
OIDCClientID $CLIENT_ID
OIDCClientSecret $CLIENT_SECRET
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRedirectURI $CALLBACK
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
<Location />
  AuthType openid-connect
  Require claim email:$EMAIL
</Location>
# end
CFG
ask "@visit $APP/ $EMAIL"
echo @done
