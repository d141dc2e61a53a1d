// HMAC, foreign signatures and SHA-1 by OpenSSL.
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"

namespace ostia::authority {

using namespace openssl;

namespace {

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

struct Algorithm {
  std::string_view name;
  int key_type;
  const EVP_MD* (*digest)();
  bool is_pss;
  std::size_t coordinate;  // of ECDSA, in bytes
};
constexpr Algorithm algorithms[] = {
    {"RS256", EVP_PKEY_RSA, EVP_sha256, false, 0}, {"RS384", EVP_PKEY_RSA, EVP_sha384, false, 0},
    {"RS512", EVP_PKEY_RSA, EVP_sha512, false, 0}, {"PS256", EVP_PKEY_RSA, EVP_sha256, true, 0},
    {"ES256", EVP_PKEY_EC, EVP_sha256, false, 32}, {"ES384", EVP_PKEY_EC, EVP_sha384, false, 48}};

// RFC 7518 section 3.4 has r and s side by side; OpenSSL wants DER.
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

// RFC 7518 sections 3.3 to 3.5: RSA keys of 2048 bits or more, ECDSA on the curve of its algorithm.
bool fits(const EVP_PKEY* key, const Algorithm& a) {
  if (EVP_PKEY_get_base_id(key) != a.key_type) return false;
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
  return a.coordinate == 0 ? bits >= 2048 : bits == 8 * a.coordinate;
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view input) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  unsigned size = 0;
  require(HMAC(digest, key.data(), static_cast<int>(key.size()), bytes(input), input.size(),
               reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr,
          "HMAC");
  return out;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view input) { return hmac(EVP_sha256(), key, input); }

std::string hmac_sha1(std::string_view key, std::string_view input) { return hmac(EVP_sha1(), key, input); }

bool verify_signature(std::string_view alg, const std::string& pem, std::string_view input,
                      std::string_view signature) {
  const auto* a =
      std::find_if(std::begin(algorithms), std::end(algorithms), [&](const auto& x) { return x.name == alg; });
  if (a == std::end(algorithms)) return false;
  const Pkey key(PEM_read_bio_PUBKEY(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!key || !fits(key.get(), *a)) return false;
  std::string der;
  if (a->coordinate != 0) {
    if (signature.size() != 2 * a->coordinate) return false;
    der = to_der_signature(signature);
    signature = der;
  }
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &options, a->digest(), nullptr, key.get()) != 1) return false;
  if (a->is_pss && (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) != 1 ||
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(input), input.size()) == 1;
}

std::string sha1_hex(std::string_view input) {
  unsigned char digest[20];
  EVP_Digest(input.data(), input.size(), digest, nullptr, EVP_sha1(), nullptr);
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char b : digest) out.append({digits[b >> 4U], digits[b & 15U]});
  return out;
}

}  // namespace ostia::authority
