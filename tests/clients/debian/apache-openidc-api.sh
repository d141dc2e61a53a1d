. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/apache.sh"
start_apache auth_openidc <<CFG
# recipe
OIDCOAuthVerifyJwksUri ${ISSUER}.well-known/jwks.json
OIDCCABundlePath $work/ca.pem
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
OIDCOAuthRemoteUserClaim sub
<Location />
  AuthType oauth20
  <RequireAll>
    Require claim iss:$ISSUER
    Require claim aud:$AUDIENCE
  </RequireAll>
</Location>
# end
CFG
until_says 401 status "$APP/"
ask "@api $APP/"
echo @done
