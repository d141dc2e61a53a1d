. "$(dirname "$0")/kit.sh"
curl -sS --cacert "$CA" "${ISSUER}pem" | openssl x509 -pubkey -noout > "$work/key.pem"
cat > "$work/haproxy.cfg" <<CFG
defaults
  mode http
  timeout client 10s
  timeout connect 10s
  timeout server 10s
frontend api
  bind 127.0.0.1:$PORT
  # recipe
  # curl https://login.example.com/pem | openssl x509 -pubkey -noout > key.pem
  http-request set-var(txn.bearer) http_auth_bearer
  http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('\$.exp','int')
  http-request set-var(txn.now) date()
  http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('\$.iss')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('\$.aud')
  http-request set-var(txn.aud) var(txn.bearer),jwt_payload_query('\$.aud[0]') if !{ var(txn.aud) -m found }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_header_query('\$.alg') -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify("RS256","$work/key.pem") -m int 1 }
  http-request deny deny_status 401 unless { var(txn.iss) -m str $ISSUER } { var(txn.aud) -m str $AUDIENCE }
  http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
  # end
  http-request return status 200
CFG
haproxy -db -f "$work/haproxy.cfg" > "$work/haproxy.log" 2>&1 &
until_says 401 status "$APP/"
ask "@api $APP/"
echo @done
