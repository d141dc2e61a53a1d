. "$(dirname "$0")/kit.sh"
cat > "$work/rabbitmq.conf" <<CFG
# recipe
# The API's identifier is the resource server; its scopes are rabbitmq.read:*/*, rabbitmq.tag:management and so on
auth_backends.1 = rabbit_auth_backend_oauth2
auth_oauth2.resource_server_id = rabbitmq
auth_oauth2.jwks_url = ${ISSUER}.well-known/jwks.json
auth_oauth2.https.cacertfile = $work/ca.pem
auth_oauth2.https.peer_verification = verify_peer
# end
listeners.tcp.1 = 127.0.0.1:$PORT
management.tcp.port = $((PORT + 20000))
management.tcp.ip = 127.0.0.1
CFG
echo '[rabbitmq_management,rabbitmq_auth_backend_oauth2].' > "$work/enabled"
token=$(curl -sS --cacert "$CA" "${ISSUER}oauth/token" -d grant_type=client_credentials -d client_id="$CLIENT_ID" -d client_secret="$CLIENT_SECRET" -d audience=rabbitmq | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
HOME=$work RABBITMQ_NODENAME="clients$PORT@localhost" RABBITMQ_DIST_PORT=$((PORT + 10000)) ERL_EPMD_PORT=$((PORT + 30000)) RABBITMQ_CONFIG_FILE="$work/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$work/enabled" RABBITMQ_MNESIA_BASE="$work/mnesia" RABBITMQ_LOG_BASE="$work" \
  /usr/lib/rabbitmq/bin/rabbitmq-server > "$work/out.log" 2>&1 &
until_says 401 status "http://127.0.0.1:$((PORT + 20000))/api/whoami"
[ "$(status "http://127.0.0.1:$((PORT + 20000))/api/whoami" "$token")" = 200 ] || fail 'a token is taken'
[ "$(status "http://127.0.0.1:$((PORT + 20000))/api/whoami" "$USER_TOKEN")" = 401 ] || fail 'one for another API is refused'
echo @done
