. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/dovecot.sh"
cat > "$work/oauth2.conf" <<CFG
# recipe
# dovecot-oauth2.conf.ext: any token of a person that has the scopes openid and email
introspection_mode = auth
introspection_url = ${ISSUER}userinfo
username_attribute = email
tls_ca_cert_file = $work/ca.pem
# end
CFG
start_dovecot nobody
login "$EMAIL" "$USER_TOKEN" || fail 'a token is taken'
login "$EMAIL" "$TAMPERED_TOKEN" && fail 'a tampered one is refused'
login "grace@example.com" "$USER_TOKEN" && fail 'another person is refused'
echo @done
