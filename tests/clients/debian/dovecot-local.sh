. "$(dirname "$0")/kit.sh"; . "$(dirname "$0")/dovecot.sh"
# recipe
# The key of each application, by its client id, where the token says `azp`
kid=$(curl -sS --cacert "$CA" "${ISSUER}.well-known/jwks.json" | grep -o '"kid":"[^"]*' | head -1 | cut -d'"' -f4)
mkdir -p "$work/keys/world/RS256" "$work/keys/default/RS256"
curl -sS --cacert "$CA" "${ISSUER}pem" | openssl x509 -pubkey -noout | tee "$work/keys/world/RS256/$kid" > "$work/keys/default/RS256/$kid"
cat > "$work/oauth2.conf" <<CFG
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$work/keys/
issuers = $ISSUER
username_attribute = azp
CFG
# end
start_dovecot nobody
login world "$USER_TOKEN" || fail "a token of a person is taken"
login world "$MACHINE_TOKEN" || fail "a token of a machine is taken"
login world "$TAMPERED_TOKEN" && fail 'a tampered one is refused'
echo @done
