// libraries: libcurl libcrypto
#include "kit.h"

#include <openssl/pem.h>
#include <jwt/jwt.hpp>

#include <string>

static std::string public_key(const char* certificate) {
  BIO *in = BIO_new_mem_buf(certificate, -1), *out = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(out, X509_get_pubkey(PEM_read_bio_X509(in, nullptr, nullptr, nullptr)));
  char* text;
  const long length = BIO_get_mem_data(out, &text);
  return {text, static_cast<std::size_t>(length)};
}

int main() {
  using namespace jwt::params;
  // recipe
  const std::string key = public_key(kit_get("pem"));
  const auto decoded = jwt::decode(told("MACHINE_TOKEN"), algorithms({"RS256"}), secret(key), issuer(told("ISSUER")),
                                   aud(told("AUDIENCE")), verify(true));
  // end
  expect(decoded.payload().has_claim("sub"), "a token is taken");
  std::error_code error;
  jwt::decode(told("TAMPERED_TOKEN"), algorithms({"RS256"}), error, secret(key), verify(true));
  expect(bool(error), "a tampered one is refused");
  done();
}
