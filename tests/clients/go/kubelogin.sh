. "$(dirname "$0")/kit.sh"
# recipe
kubelogin get-token --oidc-issuer-url="$ISSUER" --oidc-client-id="$CLIENT_ID" --oidc-client-secret="$CLIENT_SECRET" --oidc-extra-scope=email \
  --listen-address="127.0.0.1:$PORT" --skip-open-browser --certificate-authority="$CA" --token-cache-dir="$DATA/kube-$CLIENT_ID" > "$DATA/credential" &
# end
ask "@follow $APP/"
wait
grep -q '"kind":"ExecCredential"' "$DATA/credential" && grep -q '"token":"ey' "$DATA/credential" && echo @done
