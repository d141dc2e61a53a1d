. "$(dirname "$0")/kit.sh"
mkdir -p "$DATA/www" && echo "$EMAIL" > "$DATA/www/index.html"
# recipe
oauth2-proxy --provider=oidc --oidc-issuer-url="$ISSUER" --client-id="$CLIENT_ID" --client-secret="$CLIENT_SECRET" --redirect-url="$APP/proxy/callback" \
  --email-domain='*' --cookie-secret=0123456789abcdef0123456789abcdef --cookie-secure=false --code-challenge-method=S256 --skip-provider-button \
  --proxy-prefix=/proxy --http-address="localhost:$PORT" --upstream="file://$DATA/www/#/" \
  --skip-jwt-bearer-tokens --extra-jwt-issuers="$ISSUER=$AUDIENCE" &
# end
ask "@visit $APP/ $EMAIL"
echo @done
