// HMAC, foreign signatures and SHA-1 by OpenSSL.
#include <openssl/hmac.h>

#include "crypto/algorithms.hpp"
#include "crypto/crypto.hpp"
#include "crypto/openssl.hpp"

namespace ostia::authority {

using namespace openssl;

namespace {

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

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
  const Algorithm* a = find_algorithm(alg);
  if (!a) return false;
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
  if (EVP_DigestVerifyInit(context.get(), &options, a->digest ? a->digest() : nullptr, nullptr, key.get()) != 1 ||
      !set_padding(options, *a))
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
