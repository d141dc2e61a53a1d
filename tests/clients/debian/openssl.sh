. "$(dirname "$0")/kit.sh"
# recipe
openssl s_client -connect "$DOMAIN" -servername localhost -CAfile "$CA" -verify_return_error -x509_strict -verify_hostname localhost < /dev/null > "$work/out.log" 2>&1 || fail 'a strict verification'
# end
grep -q 'Verify return code: 0' "$work/out.log" || fail 'return code 0'
echo @done
