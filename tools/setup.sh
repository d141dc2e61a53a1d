#!/bin/sh
# Installs what a build (and the tests) need on Debian 12. Says and does nothing when all of it is there.
set -eu
cd "$(dirname "$0")/.."

build="build-essential cmake ninja-build ccache pkg-config git ca-certificates brotli
  libboost1.81-dev libssl-dev libcurl4-openssl-dev libsodium-dev libsqlite3-dev libpq-dev libicu-dev prometheus-cpp-dev libyaml-cpp-dev libcli11-dev
  libsecret-1-dev libjemalloc-dev libqrencode-dev libkainjow-mustache-dev libzxcvbn-dev zlib1g-dev libfido2-dev libcbor-dev libcrypt-dev libgtest-dev
  clang-19 lld-19 llvm-19 libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32 wasi-libc"
test="curl chromium sqlite3 postgresql-15 pgbouncer haproxy nginx-light caddy exim4-daemon-light apache2 libapache2-mod-auth-openidc wrk libclang-rt-19-dev clang-format-19 clang-tidy-19 openssl
  mkdocs mkdocs-material duktape valgrind qt6-base-dev xvfb xauth gnome-keyring dbus"

wanted=$build
case " $* " in *" test "*) wanted="$wanted $test" ;; esac
command -v node > /dev/null && command -v npm > /dev/null || wanted="$wanted nodejs npm"

missing=
for package in $wanted; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  root=
  [ "$(id -u)" = 0 ] || root=sudo
  echo "Installing:$missing"
  export DEBIAN_FRONTEND=noninteractive
  $root apt-get update -qq
  # shellcheck disable=SC2086
  $root apt-get install -qq -y --no-install-recommends $missing > /dev/null
fi

mkdir -p build
# Debian's Node is 18; the tests' peers want 20. npm carries newer ones; the Makefile looks there first.
if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
  machine=$(node -p process.arch)
  npm install --prefix build/node --no-audit --no-fund --loglevel=error "node-linux-$machine@22"
  ln -sfn "node_modules/node-linux-$machine/bin" build/node/bin
  PATH="$PWD/build/node/bin:$PATH"
fi
if ! cmp -s package-lock.json build/node_modules.lock || [ ! -d node_modules ]; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json build/node_modules.lock
fi
# Not in the lock file: these two name binaries for machines that not every registry has. Vite builds the dashboard; the
# tests build pages with all of them.
[ -d build/bundlers/node_modules/vite ] ||
  npm install --prefix build/bundlers --no-audit --no-fund --loglevel=error vite@7.3.8 rollup@4.68.7 @rollup/plugin-node-resolve@16.0.3
