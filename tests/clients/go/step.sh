. "$(dirname "$0")/kit.sh"
# recipe
step oauth --provider="${ISSUER}.well-known/openid-configuration" --client-id="$CLIENT_ID" --client-secret="$CLIENT_SECRET" \
  --listen="127.0.0.1:$PORT" --listen-url="http://127.0.0.1:$PORT" --bare --oidc > "$DATA/step" 2> "$DATA/step.err" < /dev/null &
# end
for _ in $(seq 600); do grep -q '^https://' "$DATA/step.err" && break; read -t 0.1 _ < /dev/tcp/127.0.0.1/1 2>/dev/null || :; done
ask "@follow $(grep -m1 '^https://' "$DATA/step.err")"
wait
cut -d. -f2 "$DATA/step" | grep -q '^ey' && echo @done
