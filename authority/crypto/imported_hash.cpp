// Passwords of users who come from elsewhere, as their old system hashed them. They are replaced at the first login.
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "crypto/crypto.hpp"
#include "crypto/imported_hash.hpp"
#include "crypto/openssl.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

using json::Value;

std::optional<std::string> unhex(std::string_view s) {
  const auto digit = [](char c) { return text::is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  std::string out;
  const std::string lower = text::lower(s);
  for (std::size_t i = 0; i + 1 < lower.size(); i += 2) {
    if (digit(lower[i]) < 0 || digit(lower[i + 1]) < 0) return {};
    out += static_cast<char>(digit(lower[i]) * 16 + digit(lower[i + 1]));
  }
  return lower.size() % 2 == 0 ? std::optional(out) : std::nullopt;
}

// Base64 with either alphabet, with or without padding.
std::optional<std::string> unbase64(std::string s) {
  while (s.ends_with('=')) s.pop_back();
  for (char& c : s) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text::base64url_decode(s);
}

std::optional<std::string> bytes_of(const Value& part, const char* usual) {
  const std::string encoding = part["encoding"].is_string() ? part["encoding"].text() : usual;
  const std::string& value = part["value"].text();
  if (encoding == "hex") return unhex(value);
  if (encoding == "base64") return unbase64(value);
  if (encoding == "utf8") return value;
  return {};
}

const EVP_MD* digest_of(std::string_view name) {
  if (name == "md5") return EVP_md5();
  if (name == "sha1") return EVP_sha1();
  if (name == "sha256") return EVP_sha256();
  if (name == "sha512") return EVP_sha512();
  return nullptr;
}

std::string digest(const EVP_MD* md, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, md, nullptr);
  out.resize(size);
  return out;
}

std::string keyed(const EVP_MD* md, std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  std::size_t size = 0;
  EVP_Q_mac(nullptr, "HMAC", nullptr, EVP_MD_get0_name(md), nullptr, key.data(), key.size(),
            reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
            reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
  out.resize(size);
  return out;
}

// `$pbkdf2-sha256$i=100000,l=32$salt$hash`
struct Pbkdf2 {
  const EVP_MD* md = nullptr;
  std::int64_t iterations = 0;
  std::string salt, hash;
  // Each 64 bytes of the hash cost all iterations once more.
  [[nodiscard]] bool is_bearable() const {
    return md && iterations >= 1 && iterations <= 10'000'000 && !hash.empty() && hash.size() <= 64;
  }
};
Pbkdf2 read_pbkdf2(std::string_view phc) {
  std::string_view parts[4];
  std::size_t count = 0;
  for (const auto part : text::split(phc, '$')) {
    if (count == std::size(parts)) return {};
    parts[count++] = part;
  }
  if (count != std::size(parts)) return {};
  const auto& [kind, cost, salt, hash] = parts;
  Pbkdf2 out;
  out.md = kind.starts_with("pbkdf2-") ? digest_of(kind.substr(std::string_view("pbkdf2-").size())) : nullptr;
  for (const auto option : text::split(cost, ','))
    if (option.starts_with("i=")) out.iterations = text::parse_int(option.substr(2)).value_or(0);
  out.salt = unbase64(std::string(salt)).value_or("");
  out.hash = unbase64(std::string(hash)).value_or("");
  return out;
}

bool check_pbkdf2(std::string_view password, std::string_view phc) {
  const Pbkdf2 kept = read_pbkdf2(phc);
  if (!kept.is_bearable()) return false;
  std::string out(kept.hash.size(), '\0');
  return PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                           reinterpret_cast<const unsigned char*>(kept.salt.data()), static_cast<int>(kept.salt.size()),
                           static_cast<int>(kept.iterations), kept.md, static_cast<int>(out.size()),
                           reinterpret_cast<unsigned char*>(out.data())) == 1 &&
         equal_in_constant_time(out, kept.hash);
}

// Of an LDAP directory (RFC 2307): `{SSHA}`, then base64 of the digest, and of the salt that follows it.
struct LdapHash {
  const EVP_MD* md = nullptr;
  std::string digest, salt;
};
LdapHash read_ldap(const std::string& value) {
  constexpr std::pair<std::string_view, std::string_view> schemes[] = {
      {"{MD5}", "md5"},       {"{SMD5}", "md5"},       {"{SHA}", "sha1"},      {"{SSHA}", "sha1"},
      {"{SHA256}", "sha256"}, {"{SSHA256}", "sha256"}, {"{SHA512}", "sha512"}, {"{SSHA512}", "sha512"}};
  for (const auto& [scheme, name] : schemes) {
    if (!value.starts_with(scheme)) continue;
    const EVP_MD* md = digest_of(name);
    const auto bytes = unbase64(value.substr(scheme.size()));
    const auto size = static_cast<std::size_t>(EVP_MD_get_size(md));
    if (bytes && bytes->size() >= size) return {md, bytes->substr(0, size), bytes->substr(size)};
  }
  return {};
}

struct ScryptCost {
  std::int64_t n, r, p;
  // What one check may cost: 128 MB, as much as it is meant to at the most.
  [[nodiscard]] bool is_bearable() const {
    return n >= 2 && (n & (n - 1)) == 0 && r >= 1 && p >= 1 && p <= 16 && r <= 64 && n <= (1 << 20) &&
           128 * n * r <= 128 * 1024 * 1024;
  }
};
ScryptCost cost_of(const Value& custom) {
  return {custom["cost"].as_int().value_or(16384), custom["blockSize"].as_int().value_or(8),
          custom["parallelization"].as_int().value_or(1)};
}

bool check_scrypt(std::string_view password, const Value& custom) {
  const auto hash = bytes_of(custom["hash"], "hex"), salt = bytes_of(custom["salt"], "utf8");
  const ScryptCost cost = cost_of(custom);
  if (!hash || hash->empty() || !salt || !cost.is_bearable()) return false;
  std::string out(hash->size(), '\0');
  constexpr std::uint64_t most_memory = 256 * 1024 * 1024;
  return EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt->data()),
                        salt->size(), static_cast<std::uint64_t>(cost.n), static_cast<std::uint64_t>(cost.r),
                        static_cast<std::uint64_t>(cost.p), most_memory, reinterpret_cast<unsigned char*>(out.data()),
                        out.size()) == 1 &&
         equal_in_constant_time(out, *hash);
}

}  // namespace

std::string imported_hash_problem(const std::string& kept) {
  if (kept.starts_with("$pbkdf2"))
    return read_pbkdf2(kept).is_bearable() ? ""
                                           : "it is not a whole pbkdf2 hash of at most 64 bytes and 10,000,000 "
                                             "iterations (md5, sha1, sha256, sha512)";
  const auto custom = json::parse(kept);
  if (custom && !imported_hash(*custom).empty()) return {};
  return "it is not whole, or its cost is out of bounds: of scrypt 128 N r at most 128 MiB, p at most 16";
}

std::string imported_hash(const Value& custom) {
  const std::string algorithm = text::lower(custom["algorithm"].text());
  const std::string& value = custom["hash"]["value"].text();
  for (const auto& [name, begin] : {std::pair{"argon2", "$argon2"}, {"bcrypt", "$2"}, {"pbkdf2", "$pbkdf2-"}})
    if (algorithm == name) return value.starts_with(begin) && hash_problem(value).empty() ? value : "";
  if (algorithm == "ldap") return read_ldap(value).md ? json::write(custom) : "";
  if (algorithm == "scrypt") {
    const bool is_whole = bytes_of(custom["hash"], "hex") && bytes_of(custom["salt"], "utf8");
    return is_whole && cost_of(custom).is_bearable() ? json::write(custom) : "";
  }
  const bool is_keyed = algorithm == "hmac";
  if (!digest_of(is_keyed ? custom["hash"]["digest"].text() : algorithm)) return "";
  if (!bytes_of(custom["hash"], "hex") || (is_keyed && !bytes_of(custom["hash"]["key"], "utf8"))) return "";
  if (custom["salt"].is_object() && !bytes_of(custom["salt"], "utf8")) return "";
  return json::write(custom);
}

bool check_imported_hash(std::string_view password, const std::string& kept) {
  if (kept.starts_with("$pbkdf2")) return check_pbkdf2(password, kept);
  const auto custom = json::parse(kept);
  if (!custom) return false;
  const std::string algorithm = text::lower((*custom)["algorithm"].text());
  if (algorithm == "scrypt") return check_scrypt(password, *custom);
  if (algorithm == "ldap") {
    const LdapHash ldap = read_ldap((*custom)["hash"]["value"].text());
    return ldap.md && equal_in_constant_time(digest(ldap.md, std::string(password) + ldap.salt), ldap.digest);
  }
  const auto hash = bytes_of((*custom)["hash"], "hex");
  std::string input(password);
  if ((*custom)["salt"].is_object()) {
    const std::string salt = bytes_of((*custom)["salt"], "utf8").value_or("");
    input = (*custom)["salt"]["position"].is("suffix") ? input + salt : salt + input;
  }
  if (!hash || hash->empty()) return false;
  if (algorithm == "hmac") {
    const EVP_MD* md = digest_of((*custom)["hash"]["digest"].text());
    return md &&
           equal_in_constant_time(keyed(md, bytes_of((*custom)["hash"]["key"], "utf8").value_or(""), input), *hash);
  }
  const EVP_MD* md = digest_of(algorithm);
  return md && equal_in_constant_time(digest(md, input), *hash);
}

}  // namespace ostia::authority
