#include "ostia/oauth/dpop.hpp"

#include "ostia/jose/jws.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::oauth {

using json::Value;

Value public_key(const Value& key) {
  // Only what its own type has: a stray member must not give one key two names.
  constexpr std::string_view of_rsa[] = {"e", "kty", "n"}, of_curves[] = {"crv", "kty", "x", "y"};
  Value out = Value::object();
  const auto take = [&](std::string_view member) {
    if (key.find(member) && (member != "y" || key["kty"].is("EC"))) out.set(member, key[member]);
  };
  if (key["kty"].is("RSA"))
    for (const auto member : of_rsa) take(member);
  else
    for (const auto member : of_curves) take(member);
  return out;
}

std::string dpop_signing_input(const Value& key, const DpopProof& proof) {
  const Value header = Value::object({{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", public_key(key)}});
  Value claims = Value::object({{"jti", proof.id},
                                {"htm", proof.method},
                                {"htu", proof.url.substr(0, proof.url.find_first_of("?#"))},
                                {"iat", proof.now}});
  if (!proof.nonce.empty()) claims.set("nonce", proof.nonce);
  if (!proof.access_token_hash.empty()) claims.set("ath", text::base64url_encode(proof.access_token_hash));
  return jose::build_signing_input(header, claims);
}

}  // namespace ostia::oauth
