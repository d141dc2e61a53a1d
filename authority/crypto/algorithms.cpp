#include "crypto/algorithms.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace ostia::authority::openssl {
namespace {

constexpr Algorithm algorithms[] = {
    {"RS256", EVP_PKEY_RSA, EVP_sha256, false, 0}, {"RS384", EVP_PKEY_RSA, EVP_sha384, false, 0},
    {"RS512", EVP_PKEY_RSA, EVP_sha512, false, 0}, {"PS256", EVP_PKEY_RSA, EVP_sha256, true, 0},
    {"ES256", EVP_PKEY_EC, EVP_sha256, false, 32}, {"ES384", EVP_PKEY_EC, EVP_sha384, false, 48},
    {"EdDSA", EVP_PKEY_ED25519, nullptr, false, 0}};

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(algorithms), std::end(algorithms), [&](const auto& a) { return a.name == name; });
  return found == std::end(algorithms) ? nullptr : found;
}

bool fits(const EVP_PKEY* key, const Algorithm& a) {
  if (EVP_PKEY_get_base_id(key) != a.key_type) return false;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
  if (a.key_type == EVP_PKEY_RSA) return bits >= 2048;
  return a.coordinate == 0 || bits == 8 * a.coordinate;
}

bool set_padding(EVP_PKEY_CTX* options, const Algorithm& a) {
  if (a.key_type != EVP_PKEY_RSA) return true;
  if (!a.is_pss) return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::string to_der_signature(std::string_view raw) {
  ECDSA_SIG* signature = ECDSA_SIG_new();
  const auto half = static_cast<int>(raw.size() / 2);
  ECDSA_SIG_set0(signature, BN_bin2bn(bytes(raw), half, nullptr), BN_bin2bn(bytes(raw) + half, half, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  ECDSA_SIG_free(signature);
  return out;
}

std::string from_der_signature(std::string_view der, std::size_t coordinate) {
  const unsigned char* at = bytes(der);
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  require(signature != nullptr, "reading an ECDSA signature");
  std::string out(2 * coordinate, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const auto size = static_cast<int>(coordinate);
  const bool fit = BN_bn2binpad(ECDSA_SIG_get0_r(signature), to, size) == size &&
                   BN_bn2binpad(ECDSA_SIG_get0_s(signature), to + coordinate, size) == size;
  ECDSA_SIG_free(signature);
  require(fit, "writing an ECDSA signature");
  return out;
}

}  // namespace ostia::authority::openssl
