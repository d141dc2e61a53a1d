. "$(dirname "$0")/kit.sh"
cat > "$work/target.cfg" <<CFG
defaults
  mode http
  timeout client 10s
  timeout connect 10s
  timeout server 10s
frontend target
  bind $work/unused.sock
  bind 127.0.0.1:$PORT
  http-request deny deny_status 401 unless { http_auth_bearer,jwt_payload_query('\$.aud') -m str $AUDIENCE }
  http-request return status 200 content-type text/plain string "up_and_well 1\n"
CFG
haproxy -db -f "$work/target.cfg" > "$work/haproxy.log" 2>&1 &
cat > "$work/prometheus.yml" <<CFG
# recipe
scrape_configs:
  - job_name: api
    scrape_interval: 1s
    scheme: http
    oauth2:
      client_id: $CLIENT_ID
      client_secret: $CLIENT_SECRET
      token_url: ${ISSUER}oauth/token
      endpoint_params:
        audience: $AUDIENCE
      tls_config:
        ca_file: $work/ca.pem
    static_configs:
      - targets: ['localhost:$PORT']
# end
CFG
until_says 401 status "$APP/"
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="127.0.0.1:$((PORT + 20000))" > "$work/prometheus.log" 2>&1 &
until_says '"health":"up"' curl -s "http://127.0.0.1:$((PORT + 20000))/api/v1/targets"
echo @done
