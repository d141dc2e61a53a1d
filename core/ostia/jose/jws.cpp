#include "ostia/jose/jws.hpp"

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

const json::Value* find_key(const json::Value& jwks, const json::Value& header) {
  for (const auto& key : jwks["keys"].items())
    if (key["kid"] == header["kid"]) return &key;
  return nullptr;
}

std::string build_signing_input(const json::Value& header, const json::Value& payload) {
  return text::base64url_encode(json::write(header)) + "." + text::base64url_encode(json::write(payload));
}

}  // namespace ostia::jose
