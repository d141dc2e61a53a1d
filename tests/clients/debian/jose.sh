. "$(dirname "$0")/kit.sh"
printf %s "$USER_TOKEN" > "$work/token"; printf %s "$TAMPERED_TOKEN" > "$work/bad"
# recipe
curl -sS --cacert "$CA" -o "$work/jwks.json" "${ISSUER}.well-known/jwks.json"
jose jws ver -i "$work/token" -k "$work/jwks.json" -O- > "$work/claims" || fail 'a token is verified'
# end
jose jws ver -i "$work/bad" -k "$work/jwks.json" && fail 'a tampered one is refused'
grep -q "\"iss\":\"$ISSUER\"" "$work/claims" && echo @done
