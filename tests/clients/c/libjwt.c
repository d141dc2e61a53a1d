// libraries: libjwt libcurl libcrypto
#include <jwt.h>
#include <openssl/pem.h>
#include "kit.h"

/** The public key of a certificate, as PEM. */
static char* public_key(const char* certificate) {
  BIO *in = BIO_new_mem_buf(certificate, -1), *out = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(out, X509_get_pubkey(PEM_read_bio_X509(in, NULL, NULL, NULL)));
  char* text;
  long length = BIO_get_mem_data(out, &text);
  return strndup(text, length);
}

int main(void) {
  // recipe
  char* key = public_key(kit_get("pem"));
  jwt_t* jwt;
  int good = jwt_decode(&jwt, told("USER_TOKEN"), (unsigned char*)key, strlen(key));
  const char* issuer = good == 0 ? jwt_get_grant(jwt, "iss") : "";
  // end
  expect(good == 0 && jwt_get_alg(jwt) == JWT_ALG_RS256 && strcmp(issuer, told("ISSUER")) == 0, "a token is taken");
  expect(jwt_decode(&jwt, told("TAMPERED_TOKEN"), (unsigned char*)key, strlen(key)) != 0, "a tampered one is refused");
  done();
}
