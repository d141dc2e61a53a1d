// Properties: a token that decodes is made of exactly the bytes that its parts re-encode to; its claims are judged
// alike whether they are parsed or read in place.
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/text/base64url.hpp"

namespace {

using Verdict = std::optional<ostia::oidc::Violation>;

bool are_alike(const Verdict& one, const Verdict& other) {
  return one ? other && one->reason == other->reason && one->dates == other->dates : !other;
}

bool is_judged_alike(const std::string& payload, const ostia::json::Value& claims) {
  const auto members = ostia::json::Members::read(payload);
  if (!members) return true;  // what is unusual is left to the parser
  const ostia::oidc::IdTokenExpectations expected{
      .issuer = "i", .audience = "a", .nonce = "n", .max_age = 60, .now = 1000};
  return are_alike(ostia::oidc::validate_id_token_claims(*members, expected),
                   ostia::oidc::validate_id_token_claims(claims, expected)) &&
         are_alike(ostia::oidc::validate_access_token_claims(*members, expected),
                   ostia::oidc::validate_access_token_claims(claims, expected));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jws = ostia::jose::decode_jws(text);
  if (!jws) return 0;
  if (jws->signing_input + "." + ostia::text::base64url_encode(jws->signature) != text) __builtin_trap();
  const auto payload = jws->signing_input.substr(jws->signing_input.find('.') + 1);
  if (!is_judged_alike(*ostia::text::base64url_decode(payload), jws->payload)) __builtin_trap();
  return 0;
}
