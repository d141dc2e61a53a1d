. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/dovecot.sh"
cat > "$work/oauth2.conf" <<CFG
# recipe
# dovecot-oauth2.conf.ext; the application's resource_server_identifier is the API's identifier
introspection_mode = post
introspection_url = https://$CLIENT_ID:$CLIENT_SECRET@$DOMAIN/oauth/introspect
username_attribute = username
active_attribute = active
active_value = true
tls_ca_cert_file = $work/ca.pem
# end
CFG
start_dovecot nobody
login "$EMAIL" "$USER_TOKEN" || fail 'a token is taken'
login "$EMAIL" "$OTHER_TOKEN" && fail 'one for another API is refused'
login "$EMAIL" "$TAMPERED_TOKEN" && fail 'a tampered one is refused'
echo @done
