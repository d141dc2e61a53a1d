. "$(dirname "$0")/kit.sh"
cat > "$work/Caddyfile" <<CFG
{
  admin off
  auto_https off
}
http://localhost:$PORT {
  # recipe
  forward_auth https://$DOMAIN {
    uri /userinfo
    header_up Host {upstream_hostport}
    transport http {
      tls_trusted_ca_certs $work/ca.pem
    }
  }
  respond 200
  # end
}
CFG
HOME=$work caddy run --config "$work/Caddyfile" --adapter caddyfile > "$work/caddy.log" 2>&1 &
until_says 401 status "$APP/"
[ "$(status "$APP/" "$USER_TOKEN")" = 200 ] || fail 'a token is taken'
[ "$(status "$APP/" "$TAMPERED_TOKEN")" = 401 ] || fail 'a tampered one is refused'
echo @done
