#include "ostia/jose/jws.hpp"

#include <algorithm>

#include "ostia/jose/algorithms.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::jose {
namespace {

bool decode_object(std::string_view part, json::Value& out) {
  const auto bytes = text::base64url_decode(part);
  if (!bytes) return false;
  auto parsed = json::parse(*bytes);
  if (!parsed || !parsed->is_object()) return false;
  out = *std::move(parsed);
  return true;
}

}  // namespace

Result<UnverifiedJws> decode_jws(std::string_view compact) {
  const auto malformed = [](const char* what) { return peer_error("invalid_token", what, "token_malformed"); };
  const auto first = compact.find('.');
  const auto second = first == compact.npos ? first : compact.find('.', first + 1);
  if (second == compact.npos || compact.find('.', second + 1) != compact.npos)
    return malformed("a token has three parts separated by dots");
  UnverifiedJws jws;
  if (!decode_object(compact.substr(0, first), jws.header)) return malformed("the header is not base64url JSON");
  if (!decode_object(compact.substr(first + 1, second - first - 1), jws.payload))
    return malformed("the payload is not base64url JSON");
  auto signature = text::base64url_decode(compact.substr(second + 1));
  if (!signature) return malformed("the signature is not base64url");
  if (jws.header.find("crit")) return malformed("the header has critical extensions");
  jws.signing_input = compact.substr(0, second);
  jws.signature = *std::move(signature);
  return jws;
}

#ifdef __wasm__  // as the vendor's library looks for it: by its name alone, absent on both sides or on neither

const json::Value* find_key(const json::Value& jwks, const json::Value& header, bool& is_named) {
  for (const auto& key : jwks["keys"].items()) {
    if (!(key["kid"] == header["kid"])) continue;
    is_named = true;
    if (is_fit(key, header["alg"].text()) && is_public(key)) return &key;
  }
  return nullptr;
}

#else

namespace {

// The one that there is, if there is one and no other.
const json::Value* only(std::span<const json::Value* const> keys) { return keys.size() == 1 ? keys[0] : nullptr; }

}  // namespace

const json::Value* choose_key(std::span<const json::Value* const> named, const json::Value& header) {
  std::vector<const json::Value*> fit, nameless;
  for (const auto* key : named) {
    if (!is_fit(*key, header["alg"].text()) || !is_public(*key)) continue;
    fit.push_back(key);
    if (!key->find("kid")) nameless.push_back(key);
  }
  if (header.find("kid")) return fit.empty() ? nullptr : fit.front();
  const auto* one = only(fit);
  return one ? one : only(nameless);
}

const json::Value* find_key(const json::Value& jwks, const json::Value& header, bool& is_named) {
  std::vector<const json::Value*> named;
  const auto* kid = header.find("kid");
  for (const auto& key : jwks["keys"].items())
    if (key.is_object() && (!kid || (kid->is_string() && key["kid"] == *kid))) named.push_back(&key);
  is_named = !named.empty();
  return choose_key(named, header);
}

bool is_key_set(const json::Value& jwks) {
  const auto algorithms = signature_algorithms();
  const auto& keys = jwks["keys"];
  return keys.is_array() && std::any_of(keys.items().begin(), keys.items().end(), [&](const json::Value& key) {
           return is_public(key) && std::any_of(algorithms.begin(), algorithms.end(),
                                                [&](std::string_view name) { return is_fit(key, name); });
         });
}

#endif

std::string build_signing_input(const json::Value& header, const json::Value& payload) {
  return text::base64url_encode(json::write(header)) + "." + text::base64url_encode(json::write(payload));
}

}  // namespace ostia::jose
