. "$(dirname "$0")/kit.sh"
printf %s "$USER_TOKEN" > "$work/token"; printf %s "$TAMPERED_TOKEN" > "$work/bad"
# recipe
curl -sS --cacert "$CA" "${ISSUER}pem" | openssl x509 -pubkey -noout > "$work/key.pem"
jwt -alg RS256 -key "$work/key.pem" -verify "$work/token" > "$work/claims" || fail 'a token is verified'
# end
jwt -alg RS256 -key "$work/key.pem" -verify "$work/bad" > /dev/null 2>&1 && fail 'a tampered one is refused'
grep -q "$ISSUER" "$work/claims" && echo @done
