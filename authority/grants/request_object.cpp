#include "grants/request_object.hpp"

#include "crypto/crypto.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/oidc/numeric_date.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::size_t longest = 16 * 1024;  // bytes
constexpr std::int64_t leeway = 60;         // seconds

Error bad(const std::string& what) {
  return {"invalid_request_object", "The request object is not valid: " + what, {}, 400, Fault::caller};
}

// Claims about the object itself; all others are parameters.
bool is_parameter(std::string_view name) {
  constexpr std::string_view about_itself[] = {"iss", "aud", "exp", "nbf", "iat", "jti"};
  return std::find(std::begin(about_itself), std::end(about_itself), name) == std::end(about_itself);
}

// What else a client signs with its keys, an assertion for instance, is no request.
// AZ-647 · RFC 9101 section 10.8
bool is_of_a_request(const Value& header) {
  const Value* type = header.find("typ");
  return !type || type->is("oauth-authz-req+jwt") || type->is("JWT");
}

// AZ-647 · RFC 9101 section 6.3
Status check_claims(const Client& client, std::string_view issuer, const Value& claims, std::int64_t now) {
  if (claims["iss"] != Value(client.id)) return bad("iss must be the client_id");
  if (claims["client_id"] != Value(client.id)) return bad("client_id must be that of the request");
  if (!oidc::is_for(claims, issuer)) return bad("aud must be the issuer");
  if (claims.find("sub")) return bad("it must not have a sub");
  // AZ-647 · RFC 9101 section 4
  for (const char* nested : {"request", "request_uri"})
    if (claims.find(nested)) return bad(std::string("it must not have another ") + nested);
  if (const Value* exp = claims.find("exp")) {
    const auto end = oidc::time_of(*exp, oidc::Whole::before);
    if (!end || *end + leeway <= now) return bad("it has expired");
  }
  if (const Value* nbf = claims.find("nbf")) {
    const auto start = oidc::time_of(*nbf, oidc::Whole::after);
    if (!start || *start > now + leeway) return bad("it is not valid yet");
  }
  return ok();
}

}  // namespace

Result<Parameters> read_request_object(const Client& client, std::string_view issuer, std::string_view object,
                                       std::int64_t now) {
  if (client.request_keys.empty())
    return Error{"request_not_supported",
                 "The request parameter is not supported: the application has no keys for it "
                 "(signed_request_object.credentials)",
                 {},
                 400,
                 Fault::caller};
  if (object.size() > longest) return bad("it is longer than 16 kB");
  const auto jws = jose::decode_jws(object);
  if (!jws) return bad("it is not a signed JWT");
  if (!is_of_a_request(jws->header)) return bad("typ must be oauth-authz-req+jwt");
  const std::string& algorithm = jws->header["alg"].text();
  const bool is_by_client = is_signed_by(client.request_keys, algorithm, jws->signing_input, jws->signature, now);
  if (!is_by_client) return bad("the signature is by none of the application's keys");
  if (auto good = check_claims(client, issuer, jws->payload, now); !good) return std::move(good).error();
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, item] : jws->payload.members())
    if (is_parameter(name)) {
      const bool is_text = item.is_string() || item.is_number();
      pairs.emplace_back(name, is_text ? item.text() : json::write(item));
    }
  return Parameters(std::move(pairs));
}

}  // namespace ostia::authority
