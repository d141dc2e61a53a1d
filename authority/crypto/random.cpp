#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <atomic>
#include <stdexcept>

#include "crypto/crypto.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("the system's random source failed");
  return out;
}

std::string random_id() { return text::base64url_encode(random_bytes(32)); }

std::string ordered_id(std::int64_t now) {
  static std::atomic<std::uint32_t> count = 0;
  const std::string number = std::to_string(count++ % 1'000'000);
  return "9" + std::to_string(now) + std::string(6 - number.size(), '0') + number + random_id().substr(0, 12);
}

std::string sha256(std::string_view bytes) {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // once: it is looked up by name, under locks
  std::string out(32, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr, method, nullptr) !=
      1)
    throw std::runtime_error("SHA-256 failed");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace ostia::authority
