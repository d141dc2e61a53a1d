. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/apache.sh"
curl -sS --cacert "$CA" "${ISSUER}pem" > "$work/pem.pem"
start_apache oauth2 <<CFG
# recipe
# With a certificate of a public authority without the part from the question mark on.
<Location />
  AuthType oauth2
  OAuth2TokenVerify jwks_uri ${ISSUER}.well-known/jwks.json jwks_uri.ssl_verify=false
  OAuth2TargetPass remote_user_claim=sub
  <RequireAll>
    Require oauth2_claim iss:$ISSUER
    Require oauth2_claim aud:$AUDIENCE
  </RequireAll>
</Location>
# end
CFG
until_says 401 status "$APP/"
ask "@api $APP/"
echo @done
