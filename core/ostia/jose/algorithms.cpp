#include "ostia/jose/algorithms.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace ostia::jose {
namespace {

bool is_text(const json::Value& member) { return member.is_string() && !member.text().empty(); }

}  // namespace

#ifdef __wasm__  // a page has RS256 alone, as the vendor's library has, and no bytes to spare

bool is_signature_algorithm(std::string_view algorithm) { return algorithm == "RS256"; }

bool is_fit(const json::Value& key, std::string_view) {
  return key["kty"].is("RSA") && is_text(key["n"]) && is_text(key["e"]) && (!key.find("use") || key["use"].is("sig")) &&
         (!key.find("alg") || key["alg"].is("RS256"));
}

bool is_public(const json::Value& key) { return !key.find("d") && !key.find("k"); }

int hash_bits(std::string_view) { return 256; }

#else

namespace {

struct Algorithm {
  std::string_view name;
  const char* type;
  const char* curve;  // null: the type has none
  int bits;
};

constexpr Algorithm algorithms[] = {{"RS256", "RSA", nullptr, 256}, {"RS384", "RSA", nullptr, 384},
                                    {"RS512", "RSA", nullptr, 512}, {"PS256", "RSA", nullptr, 256},
                                    {"PS384", "RSA", nullptr, 384}, {"PS512", "RSA", nullptr, 512},
                                    {"ES256", "EC", "P-256", 256},  {"ES384", "EC", "P-384", 384},
                                    {"ES512", "EC", "P-521", 512},  {"EdDSA", "OKP", "Ed25519", 512}};

constexpr const char* secrets[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

const Algorithm* find(std::string_view name) {
  for (const auto& one : algorithms)
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace

bool is_signature_algorithm(std::string_view algorithm) { return find(algorithm) != nullptr; }

namespace {

bool has_its_members(const json::Value& key, const Algorithm& wanted) {
  if (!key["kty"].is(wanted.type) || (wanted.curve && !key["crv"].is(wanted.curve))) return false;
  const std::string_view type = wanted.type;
  if (type == "RSA") return is_text(key["n"]) && is_text(key["e"]);
  return is_text(key["x"]) && (type == "OKP" || is_text(key["y"]));
}

// What a key may be used for, in its two ways of saying it: neither may say anything else, and both must agree
// (RFC 7517 sections 4.2 and 4.3).
bool is_for_signatures(const json::Value& key) {
  if (const auto* use = key.find("use"); use && !use->is("sig")) return false;
  const auto* operations = key.find("key_ops");
  if (!operations) return true;
  int checks = 0, makes = 0;
  if (!operations->is_array()) return false;
  for (const auto& one : operations->items()) {
    if (!one.is("verify") && !one.is("sign")) return false;
    ++(one.is("verify") ? checks : makes);
  }
  return checks == 1 && makes <= 1;  // values are not repeated
}

}  // namespace

bool is_fit(const json::Value& key, std::string_view algorithm) {
  const Algorithm* wanted = find(algorithm);
  if (!wanted || !key.is_object() || !has_its_members(key, *wanted) || !is_for_signatures(key)) return false;
  return !key.find("alg") || key["alg"] == json::Value(algorithm);
}

bool is_public(const json::Value& key) {
  // RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
  return std::none_of(std::begin(secrets), std::end(secrets), [&](const char* name) { return key.find(name); });
}

std::span<const std::string_view> signature_algorithms() {
  static constexpr auto names = [] {
    std::array<std::string_view, std::size(algorithms)> out;
    std::transform(std::begin(algorithms), std::end(algorithms), out.begin(), [](const auto& one) { return one.name; });
    return out;
  }();
  return names;
}

int hash_bits(std::string_view algorithm) {
  const Algorithm* known = find(algorithm);
  return known ? known->bits : 0;
}

#endif

}  // namespace ostia::jose
