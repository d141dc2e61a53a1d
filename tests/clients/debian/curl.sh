. "$(dirname "$0")/kit.sh"
# recipe
token=$(curl -sS --cacert "$CA" "${ISSUER}oauth/token" -d grant_type=client_credentials -d client_id="$CLIENT_ID" -d client_secret="$CLIENT_SECRET" -d audience="$AUDIENCE" | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
curl -sS --fail --cacert "$CA" --oauth2-bearer "$USER_TOKEN" "${ISSUER}userinfo"
# end
case $token in ey*) echo; echo @done ;; *) fail token ;; esac
