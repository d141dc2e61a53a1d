# What the scripts in this folder share: a folder, a line for the person at the browser, and a status of an address.
set -u
work=$(mktemp -d)
chmod 755 "$work"
cp "$CA" "$work/ca.pem" # the data folder is the authority's own; a daemon may be another user's
trap 'jobs -p | xargs -r kill 2> /dev/null; rm -rf "$work"' EXIT

ask() {
  echo "$1"
  IFS= read -r answer
  case $answer in ok*) ;; *) fail "$answer" ;; esac
}
fail() {
  echo "not so: $1" >&2
  for log in "$work"/*.log; do [ -f "$log" ] && tail -n 20 "$log" >&2; done
  exit 1
}
status() { curl -s -o /dev/null -w '%{http_code}' --cacert "$CA" ${2:+-H "authorization: Bearer $2"} "$1"; }
# What a command says, as soon as it says this.
until_says() {
  for _ in $(seq 600); do
    "${@:2}" 2> /dev/null | grep -q -- "$1" && return
    read -r -t 0.1 _ <> <(:) || :
  done
  fail "$* says $1"
}
