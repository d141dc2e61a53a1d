#include "grants/own_token.hpp"

#include <algorithm>

#include "ostia/jose/jws.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// What tells one kind from the other, whoever its claims name.
enum class Kind : std::uint8_t { access_token, id_token };

// An access token of the vendor's form has the type of an ID token, and says in `azp` whose it is, which none of our ID
// tokens has: nothing that rules and actions say becomes a claim of that name (`is_free` of grants/extensions.cpp).
// AZ-625 · RFC 9068 section 4, RFC 8725 section 3.11
std::optional<Kind> kind_of(const Value& header, const Value& claims) {
  if (header["typ"].is("at+jwt")) return Kind::access_token;
  if (!header["typ"].is("JWT")) return {};
  return claims["azp"].is_string() ? Kind::access_token : Kind::id_token;
}

using Asked = const Authority&;
bool for_userinfo(Asked, std::string_view issuer, const Value& claims) {
  return oidc::is_for(claims, userinfo_audience(issuer));
}
bool for_mfa(Asked, std::string_view issuer, const Value& claims) { return oidc::is_for(claims, mfa_audience(issuer)); }
bool for_management(Asked a, std::string_view issuer, const Value& claims) {
  const auto audiences = oidc::audiences_of(claims);
  return std::any_of(audiences.begin(), audiences.end(),
                     [&](std::string_view one) { return is_management_api(a, issuer, one); });
}
// An access token of a person. Which API it is for is no matter: the exchange asks what the caller may have of the
// next.
bool for_a_person(Asked, std::string_view, const Value& claims) { return !is_machine_token(claims); }
// Which it is for decides who is told of it (`introspection.cpp`).
bool for_anybody(Asked, std::string_view, const Value&) { return true; }
// An ID token is for one application, which is still there (Core section 2).
bool for_an_application(Asked a, std::string_view, const Value& claims) {
  const auto audiences = oidc::audiences_of(claims);
  return audiences.size() == 1 && a.tenant()->find_client(audiences.front());
}

struct Acceptance {
  TokenUse use;
  Kind kind;
  bool takes_sealed;  // an opaque token: only who made it reads it
  bool takes_expired;
  bool (*is_its_audience)(Asked, std::string_view issuer, const Value& claims);
};
constexpr Acceptance table[] = {
    // AZ-701 · OpenID Connect Core section 5.3
    {TokenUse::userinfo, Kind::access_token, true, false, for_userinfo},
    // AZ-1201 · Auth0: Management API
    {TokenUse::management, Kind::access_token, false, false, for_management},
    // AZ-1406 · Auth0: mfa/authenticators
    {TokenUse::mfa, Kind::access_token, false, false, for_mfa},
    // AZ-618 · RFC 8693 section 2.1
    {TokenUse::subject_token, Kind::access_token, true, false, for_a_person},
    // AZ-208, AZ-805 · OpenID Connect Core section 3.1.2.1
    {TokenUse::id_token_hint, Kind::id_token, false, true, for_an_application},
    // AZ-1213, AZ-1214 · Auth0: link_with
    {TokenUse::linked_account, Kind::id_token, false, false, for_an_application},
    // AZ-702 · Auth0: tokeninfo
    {TokenUse::tokeninfo, Kind::id_token, false, false, for_an_application},
    // RFC 7662 section 2.2
    {TokenUse::introspection, Kind::access_token, true, false, for_anybody},
};

const Acceptance& acceptance_of(TokenUse use) {
  return *std::find_if(std::begin(table), std::end(table),
                       [&](const Acceptance& accepted) { return accepted.use == use; });
}

// By a key of the ring, which `kid` names, and by the one algorithm that this key is for. What is signed by a secret
// that others have, too, is not among them.
// AZ-625 · RFC 8725 section 3.1
std::optional<Value> read_signed(const Authority& a, Kind kind, std::string_view token) {
  auto jws = jose::decode_jws(token);
  if (!jws || kind_of(jws->header, jws->payload) != kind) return {};
  const auto ring = a.keys();
  const SigningKey* key = ring->find(jws->header["kid"].text());
  if (!key || jws->header["alg"] != Value(key->algorithm()) || !key->verify(jws->signing_input, jws->signature))
    return {};
  return std::move(jws->payload);
}

std::optional<Value> read_sealed(const Authority& a, std::string_view token) {
  const auto text = a.access_tokens.open(token);
  if (!text) return {};
  auto claims = json::parse(*text);
  return claims ? std::optional(*std::move(claims)) : std::nullopt;
}

}  // namespace

std::optional<Value> read_own_token(const Authority& a, TokenUse use, std::string_view issuer, std::string_view token) {
  const Acceptance& accepted = acceptance_of(use);
  const bool is_sealed = token.find('.') == token.npos;
  if (is_sealed && !accepted.takes_sealed) return {};
  auto claims = is_sealed ? read_sealed(a, token) : read_signed(a, accepted.kind, token);
  // AZ-1101 · RFC 7519 section 4.1.1
  if (!claims || (*claims)["iss"] != Value(issuer)) return {};
  if (!accepted.takes_expired && (*claims)["exp"].as_int().value_or(0) <= a.clock.now()) return {};
  if (!accepted.is_its_audience(a, issuer, *claims)) return {};
  return claims;
}

bool is_own_access_token(const Authority& a, std::string_view issuer, std::string_view token) {
  const auto claims = token.find('.') == token.npos ? read_sealed(a, token) : read_signed(a, Kind::access_token, token);
  return claims && (*claims)["iss"] == Value(issuer) && (*claims)["exp"].as_int().value_or(0) > a.clock.now();
}

const std::string& client_of(const Value& claims) {
  return claims["client_id"].is_string() ? claims["client_id"].text() : claims["azp"].text();
}

bool is_machine_token(const Value& claims) {
  return !claims["gty"].is_null() || claims["sub"].text() == client_of(claims) + "@clients";
}

// AZ-1102 · Auth0: custom domains
bool is_management_api(const Authority& a, std::string_view issuer, std::string_view audience) {
  // A custom domain has no Management API; the plain-http domain of `--dev` has one, like the canonical domain.
  const bool is_custom = issuer != a.issuer && issuer.starts_with("https:");
  return audience == a.issuer + "api/v2/" || (!is_custom && audience == std::string(issuer) + "api/v2/");
}

bool is_reserved_audience(const Authority& a, std::string_view issuer, std::string_view audience) {
  return is_management_api(a, issuer, audience) || audience == std::string(issuer) + "api/v2/" ||
         audience == userinfo_audience(issuer) || audience == mfa_audience(issuer);
}

}  // namespace ostia::authority
