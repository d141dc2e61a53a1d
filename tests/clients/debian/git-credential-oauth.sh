. "$(dirname "$0")/kit.sh"
mkdir -p "$work/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$1" > %s/opened\n' "$work" > "$work/bin/xdg-open"
chmod +x "$work"/bin/*
export HOME=$work BROWSER="$work/bin/xdg-open"
# recipe
# ~/.gitconfig
cat > "$HOME/.gitconfig" <<CFG
[credential "https://$DOMAIN"]
  oauthClientId = $CLIENT_ID
  oauthClientSecret = $CLIENT_SECRET
  oauthAuthURL = /authorize
  oauthTokenURL = /oauth/token
  oauthScopes = openid
  oauthRedirectURL = http://127.0.0.1:$PORT
CFG
# end
printf 'protocol=https\nhost=%s\n\n' "$DOMAIN" | git-credential-oauth get > "$work/credential" 2> "$work/git.log" &
until_says http cat "$work/opened" "$work/git.log"
url=$(cat "$work/opened" "$work/git.log" 2> /dev/null | grep -o 'https\?://[^ ]*' | head -1)
ask "@follow $url"
until_says '^password=' cat "$work/credential"
echo @done
