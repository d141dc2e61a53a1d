// The authority's cryptography: OpenSSL's and libsodium's, never our own. Everything here is thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ostia/json/value.hpp"

namespace ostia::authority {

/// `count` bytes of the system's random source.
std::string random_bytes(std::size_t count);
/// 32 random bytes as base64url: what sessions, devices and keys are named by.
std::string random_id();
/// A name that nobody else has; within one program such names sort in the order of their making. `now` in seconds.
std::string ordered_id(std::int64_t now);
std::string sha256(std::string_view bytes);
/// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// Authenticated encryption. Each purpose has its own key, so what was sealed for one is garbage to another. By itself
/// it is for what leaves this program and comes back to it: codes, login states, opaque tokens. What is kept is sealed
/// by `Secrets`.
class Sealer {
 public:
  /// `key` is 32 bytes; the purpose's own key is derived from it.
  Sealer(std::string_view key, std::string_view purpose);
  /// base64url. `about` is not in it, and must be the same to open it (RFC 5116's associated data).
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view about = {}) const;
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, std::string_view about = {}) const;

 private:
  std::string key_;
};

/// A key derived from another one for a purpose: 32 bytes.
std::string derive_key(std::string_view key, std::string_view purpose);

/// Keyed digests.
class Marker {
 public:
  explicit Marker(std::string_view key) : key_(key) {}          ///< 32 bytes
  [[nodiscard]] std::string mark(std::string_view text) const;  ///< base64url

 private:
  std::string key_;
};

/// The algorithms that this authority signs tokens by with keys of its own (RFC 7518 section 3.1, RFC 8037), the usual
/// one (RS256) first. Each has keys of its own: no key is good for two algorithms (RFC 8725 section 3.1).
const std::vector<std::string>& signing_algorithms();

/// A key that signs tokens by one algorithm, with the self-signed certificate that `x5c` shows.
class SigningKey {
 public:
  static SigningKey generate(std::string_view common_name, std::string_view algorithm = "RS256");
  /// The algorithm is one of `signing_algorithms()` that keys of that kind are for.
  static Result<SigningKey> from_pem(std::string_view private_key, std::string_view certificate,
                                     std::string_view algorithm = "RS256");

  [[nodiscard]] const std::string& kid() const { return kid_; }
  [[nodiscard]] const std::string& algorithm() const { return algorithm_; }
  [[nodiscard]] const json::Value& jwk() const { return jwk_; }  ///< the public half
  [[nodiscard]] std::string private_pem() const;
  [[nodiscard]] const std::string& certificate_pem() const { return certificate_; }

  /// A compact JWS over `claims`.
  [[nodiscard]] std::string sign(const json::Value& claims, std::string_view type = "JWT") const;
  [[nodiscard]] bool verify(std::string_view input, std::string_view signature) const;

 private:
  struct Key;
  std::shared_ptr<Key> key_;
  std::string kid_, algorithm_, certificate_;
  json::Value jwk_;
};

/// Argon2id at OWASP's parameters. Slow on purpose: call it on the password pool.
std::string hash_password(std::string_view password);
/// Whether `password` is the one that `hash` was made of: Argon2id, or for imported users bcrypt and `imported_hash`.
bool check_password(std::string_view password, const std::string& hash);
/// Whether `hash` is of another kind or of other parameters than `hash_password` makes.
bool is_outdated_hash(const std::string& hash);

/// Why `hash`, as it would be kept, can never be checked here: an unknown kind, a malformed one, or one whose cost is
/// more than a login may cost (docs/guides/moving-a-tenant.md has the bounds). Empty: it can. `check_password` says no
/// to it.
std::string hash_problem(const std::string& hash);

/// The vendor's `custom_password_hash` as it is kept; empty if it cannot be checked here. Argon2, bcrypt, scrypt,
/// PBKDF2, LDAP's, and MD5, SHA-1, SHA-256, SHA-512 plain, salted or keyed.
std::string imported_hash(const json::Value& custom);
bool check_imported_hash(std::string_view password, const std::string& hash);

/// HMAC-SHA-256 (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Whether a JWS signature over `input` is by the public key in `pem`, whose type `alg` must fit (RS256, RS384, RS512,
/// PS256, ES256, ES384, EdDSA with Ed25519); ECDSA signatures are r and s, as RFC 7518 has them.
bool verify_signature(std::string_view alg, const std::string& pem, std::string_view input, std::string_view signature);
/// HMAC-SHA-1, for time-based codes (RFC 6238), whose applications know nothing newer.
std::string hmac_sha1(std::string_view key, std::string_view bytes);
/// Upper-case hexadecimal SHA-1, which the published lists of leaked passwords are sorted by.
std::string sha1_hex(std::string_view bytes);

}  // namespace ostia::authority
