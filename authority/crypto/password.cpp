#include <crypt.h>
#include <sodium.h>

#include <stdexcept>

#include "crypto/crypto.hpp"

namespace ostia::authority {
namespace {

// OWASP's Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1.
constexpr unsigned long long operations = 2;
constexpr std::size_t memory = 19456 * 1024;

bool check_bcrypt(std::string_view password, const std::string& hash) {
  crypt_data data{};
  const char* found = crypt_r(std::string(password).c_str(), hash.c_str(), &data);
  return found && equal_in_constant_time(found, hash);
}

}  // namespace

std::string hash_password(std::string_view password) {
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, password.data(), password.size(), operations, memory, crypto_pwhash_ALG_ARGON2ID13) !=
      0)
    throw std::runtime_error("not enough memory to hash a password");
  return out;
}

bool check_password(std::string_view password, const std::string& hash) {
  if (hash.starts_with("$2")) return check_bcrypt(password, hash);
  if (hash.starts_with('{') || hash.starts_with("$pbkdf2")) return check_imported_hash(password, hash);
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool is_outdated_hash(const std::string& hash) {
  return !hash.starts_with("$argon2id$") || crypto_pwhash_str_needs_rehash(hash.c_str(), operations, memory) != 0;
}

}  // namespace ostia::authority
