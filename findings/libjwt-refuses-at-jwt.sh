#!/bin/sh
# libjwt of Debian 12 cannot read access tokens in the form of RFC 9068.
#
# Seen with: Debian 12's libjwt-dev and libjwt0 1.10.2-1+deb12u1, gcc 12.2, OpenSSL 3.0, Linux x86-64, on 2026-12-01.
# Needs Debian 12 with gcc and what libjwt depends on (libjansson4, libssl3).
# What: two tokens that differ in `typ` alone are signed with the same RSA key. jwt_decode() takes the one with `JWT` and gives EINVAL (22)
# for the one with `at+jwt`, the type that RFC 9068 section 2.1 gives to access tokens: any type but `JWT` is an error, and no function
# turns that off. Nor does the error say that it is the type.
# Who it hurts: whoever turns RFC 9068 on at their authority: all that stands on this library refuses every token from then on.
# Output seen:
#   JWT: 0
#   at+jwt: 22
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq 'libjwt-dev=1.10.2-1+deb12u1' 'libjwt0=1.10.2-1+deb12u1' 2> /dev/null
for package in *.deb; do dpkg -x "$package" .; done
openssl genrsa -out key.pem 2048 2> /dev/null
openssl rsa -in key.pem -pubout -out public.pem 2> /dev/null
url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
token() {
  signed="$(printf '{"alg":"RS256","typ":"%s"}' "$1" | url).$(printf '{"iss":"https://issuer.example/","sub":"s","aud":"api","exp":4102444800,"iat":1700000000,"jti":"j","client_id":"c"}' | url)"
  printf '%s.%s' "$signed" "$(printf %s "$signed" | openssl dgst -sha256 -sign key.pem | url)"
}
cat > decode.c <<'C'
#include <jwt.h>
#include <stdio.h>
#include <string.h>

int main(int count, char** arguments) {
  char key[4096];
  FILE* file = fopen("public.pem", "r");
  const size_t length = fread(key, 1, sizeof key - 1, file);
  key[length] = 0;
  jwt_t* jwt = NULL;
  printf("%d\n", jwt_decode(&jwt, arguments[1], (unsigned char*)key, (int)length));
  return count != 2;
}
C
library=$(dirname "$(find . -name 'libjwt.so.0')")
gcc -I usr/include -o decode decode.c "$library/libjwt.so.0"
plain=$(LD_LIBRARY_PATH=$library ./decode "$(token JWT)")
typed=$(LD_LIBRARY_PATH=$library ./decode "$(token at+jwt)")
printf 'JWT: %s\nat+jwt: %s\n' "$plain" "$typed"
[ "$plain" = 0 ] && [ "$typed" = 22 ]
