#include "ostia/jose/algorithms.hpp"

#include <algorithm>

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

const Algorithm* find(std::string_view name) {
  for (const auto& one : algorithms)
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace

bool is_signature_algorithm(std::string_view algorithm) { return find(algorithm) != nullptr; }

bool is_fit(const json::Value& key, std::string_view algorithm) {
  const Algorithm* wanted = find(algorithm);
  if (!wanted || !key["kty"].is(wanted->type)) return false;
  if (wanted->curve && !key["crv"].is(wanted->curve)) return false;
  const bool complete = wanted->type == std::string_view("RSA")  ? is_text(key["n"]) && is_text(key["e"])
                        : wanted->type == std::string_view("EC") ? is_text(key["x"]) && is_text(key["y"])
                                                                 : is_text(key["x"]);
  if (!complete || (key.find("use") && !key["use"].is("sig"))) return false;
  if (key.find("alg") && key["alg"] != json::Value(algorithm)) return false;
  const auto& operations = key["key_ops"].items();
  return operations.empty() ||
         std::any_of(operations.begin(), operations.end(), [](const auto& one) { return one.is("verify"); });
}

int hash_bits(std::string_view algorithm) {
  const Algorithm* known = find(algorithm);
  return known ? known->bits : 0;
}

#endif

}  // namespace ostia::jose
