. "$(dirname "$0")/kit.sh"
cat > "$work/nginx.conf" <<CFG
daemon off;
pid $work/pid;
error_log $work/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi; uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$PORT;
    # recipe
    location / {
      auth_request /auth;
      return 204;
    }
    location = /auth {
      internal;
      proxy_pass ${ISSUER}userinfo;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_ssl_trusted_certificate $work/ca.pem;
      proxy_ssl_verify on;
      proxy_ssl_server_name on;
      proxy_ssl_name localhost;
    }
    # end
  }
}
CFG
sed -i 's/return 204;/try_files \/none @in;/; s/    # end/    location @in { return 200; }\n    # end/' "$work/nginx.conf"
/usr/sbin/nginx -c "$work/nginx.conf" > "$work/out.log" 2>&1 &
until_says 401 status "$APP/"
[ "$(status "$APP/" "$USER_TOKEN")" = 200 ] || fail 'a token is taken'
[ "$(status "$APP/" "$TAMPERED_TOKEN")" = 401 ] || fail 'a tampered one is refused'
echo @done
