#include <crypt.h>
#include <sodium.h>

#include <stdexcept>

#include "crypto/crypto.hpp"
#include "crypto/imported_hash.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

// OWASP's Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1.
constexpr unsigned long long operations = 2;
constexpr std::size_t memory = 19456 * 1024;

// A login may cost a few seconds of one core and half a gigabyte, and no more: who may import users must not be able to
// stop everybody else.
constexpr std::int64_t most_bcrypt_cost = 16;                      // 3 s
constexpr std::int64_t most_argon2_memory = 512 * 1024;            // KiB
constexpr std::int64_t most_argon2_work = 4 * most_argon2_memory;  // memory times passes: 3 s

// The number behind `name=` among `list`, or -1.
std::int64_t number_of(std::string_view list, std::string_view name) {
  for (const auto one : text::split(list, ','))
    if (one.starts_with(name)) return text::parse_int(one.substr(name.size())).value_or(-1);
  return -1;
}

std::string argon2_problem(const std::string& hash) {
  const auto parts = text::split(hash, '$');  // nothing, the kind, the version, the cost, the salt, the hash
  for (const auto part : parts) {
    if (!part.starts_with("m=")) continue;
    const auto m = number_of(part, "m="), t = number_of(part, "t="), p = number_of(part, "p=");
    if (m < 8 || t < 1 || p < 1) return "its cost (m, t, p) is not complete";
    if (m > most_argon2_memory || t > most_argon2_work / m || p > 64)
      return "its cost is out of bounds: at most m=" + text::decimal(most_argon2_memory) + ", m times t at most " +
             text::decimal(most_argon2_work) + ", p at most 64";
    return hash.starts_with("$argon2d$") ? "argon2d is not supported, argon2i and argon2id are" : "";
  }
  return "its cost (m, t, p) is missing";
}

std::string bcrypt_problem(const std::string& hash) {
  const auto parts = text::split(hash, '$');
  const auto cost = hash.size() == 60 && parts.size() >= 3 ? text::parse_int(hash.substr(4, 2)) : std::nullopt;
  if (!cost || *cost < 4) return "it is not a whole bcrypt hash";
  if (*cost > most_bcrypt_cost)
    return "its cost " + text::decimal(*cost) + " is out of bounds: at most " + text::decimal(most_bcrypt_cost);
  return {};
}

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

std::string hash_problem(const std::string& hash) {
  if (hash.starts_with("$2")) return bcrypt_problem(hash);
  if (hash.starts_with("$argon2")) return argon2_problem(hash);
  if (hash.starts_with('{') || hash.starts_with("$pbkdf2")) return imported_hash_problem(hash);
  return "it is of an unknown kind: bcrypt ($2a$, $2b$, $2y$), argon2 and pbkdf2 are known";
}

bool check_password(std::string_view password, const std::string& hash) {
  if (!hash_problem(hash).empty()) return false;
  if (hash.starts_with("$2")) return check_bcrypt(password, hash);
  if (hash.starts_with('{') || hash.starts_with("$pbkdf2")) return check_imported_hash(password, hash);
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool is_outdated_hash(const std::string& hash) {
  return !hash.starts_with("$argon2id$") || crypto_pwhash_str_needs_rehash(hash.c_str(), operations, memory) != 0;
}

}  // namespace ostia::authority
