#include "grants/client_authentication.hpp"

#include "grants/client_certificate.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/oidc/numeric_date.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::int64_t leeway = 60, longest_assertion = 3600;  // seconds

struct Credentials {
  std::string id, secret, assertion;
};

Error invalid_client(std::string description, std::string reason) {
  return oauth(401, "invalid_client", std::move(description), std::move(reason));
}

Result<Credentials> read_basic(std::string_view encoded, const Parameters& p) {
  // AZ-623 · RFC 6749 section 2.3
  if (p.has("client_secret") || p.has("client_assertion"))
    return oauth(400, "invalid_request", "Client credentials came both in the header and in the body",
                 "credentials_twice");
  const auto pair = text::base64_decode(encoded);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  // AZ-623 · RFC 6749 section 2.3.1
  if (colon == std::string::npos)
    return invalid_client("The Authorization header is not well-formed Basic authentication", "basic_malformed");
  return Credentials{url::form_decode(pair->substr(0, colon)), url::form_decode(pair->substr(colon + 1)), {}};
}

// Both ways at once are one too many.
Result<Credentials> read_credentials(const Request& request, const Parameters& p) {
  const std::string_view header = request.header("authorization");
  if (text::lower(header.substr(0, 6)) == "basic ") return read_basic(header.substr(6), p);
  Credentials c{std::string(p.get("client_id")), std::string(p.get("client_secret")),
                std::string(p.get("client_assertion"))};
  if (c.assertion.empty()) return c;
  // AZ-623 · RFC 6749 section 2.3
  if (!c.secret.empty())
    return oauth(400, "invalid_request", "client_secret and client_assertion came together", "credentials_twice");
  // AZ-622 · RFC 7523 section 2.2
  if (p.get("client_assertion_type") != assertion_type)
    return oauth(400, "invalid_request", "client_assertion_type must be " + std::string(assertion_type),
                 "assertion_type_unknown");
  if (c.id.empty())  // RFC 7523 section 3: the assertion names the client
    if (const auto jws = jose::decode_jws(c.assertion)) c.id = jws->payload["sub"].text();
  return c;
}

// And for nobody else: whoever the assertion is for could use it.
// AZ-622 · RFC 7523 section 3
bool is_for_us(const Request& request, const Value& claims) {
  const auto audiences = oidc::audiences_of(claims);
  return audiences.size() == 1 && (audiences[0] == request.issuer || audiences[0] == request.issuer + "oauth/token" ||
                                   audiences[0] == request.issuer + request.path.substr(1));
}

// AZ-622 · RFC 7523 section 3
Async<Unit> check_assertion(Authority& a, const Request& request, const Client& client, std::string assertion) {
  const auto bad = [](const char* what) {
    return invalid_client(std::string("Client assertion: ") + what, "client_assertion_invalid");
  };
  const auto jws = jose::decode_jws(assertion);
  if (!jws) co_return bad("it is not a JWT");
  const std::string alg = jws->header["alg"].text();
  const bool by_client = is_signed_by(client.public_keys, alg, jws->signing_input, jws->signature, a.clock.now());
  // AZ-622 · RFC 7523 section 3
  if (!by_client) co_return bad("the signature is by none of the client's keys");
  const Value& claims = jws->payload;
  const std::int64_t now = a.clock.now(), exp = oidc::time_of(claims["exp"], oidc::Whole::before).value_or(0);
  if (claims["iss"] != Value(client.id) || claims["sub"] != Value(client.id))
    co_return bad("iss and sub must be the client_id");
  if (!is_for_us(request, claims)) co_return bad("aud must be the issuer");
  if (exp + leeway <= now) co_return bad("it has expired");
  if (exp > now + longest_assertion) co_return bad("exp is too far away");
  if (const Value* nbf = claims.find("nbf")) {
    const auto start = oidc::time_of(*nbf, oidc::Whole::after);  // what cannot be read has not come
    if (!start || *start > now + leeway) co_return bad("it is not valid yet");
  }
  if (claims["jti"].text().empty()) co_return bad("jti is missing");
  CO_TRY(const auto first, use_once(a, "assertion " + client.id + " " + claims["jti"].text(), exp + leeway));
  // AZ-622 · RFC 7523 section 3
  if (!first) co_return bad("its jti has been used before");
  co_return Unit{};
}

}  // namespace

Async<Found<Client>> authenticate_client(Authority& a, const Tenant& tenant, const Request& request,
                                         const Parameters& p) {
  auto credentials = read_credentials(request, p);
  if (!credentials) co_return std::move(credentials).error();
  if (credentials->id.empty())
    co_return oauth(400, "invalid_request", "Missing required parameter: client_id", "client_missing");
  if (p.has("client_id") && p.get("client_id") != credentials->id)
    co_return oauth(400, "invalid_request", "client_id differs from that of the credentials", "client_id_differs");
  const auto client = tenant.find_client(credentials->id);
  if (!client) co_return invalid_client("Unknown client", "client_unknown");
  // AZ-623 · RFC 6749 section 2.1
  if (client->is_public()) co_return client;
  // AZ-646 · RFC 8705 section 2
  if (client->auth_method.ends_with("tls_client_auth")) {
    if (auto known = check_certificate(request, *client); !known) co_return std::move(known).error();
    co_return client;
  }
  if (client->auth_method == "private_key_jwt") {
    if (credentials->assertion.empty())
      co_return invalid_client("Client assertion required", "client_assertion_required");
    CO_TRY_VOID(check_assertion(a, request, *client, credentials->assertion));
    co_return client;
  }
  // AZ-623 · RFC 6749 section 2.3.1
  if (client->secret.empty() || !equal_in_constant_time(sha256(client->secret), sha256(credentials->secret)))
    co_return oauth(401, "access_denied", "Unauthorized", "client_secret_wrong");
  co_return client;
}

}  // namespace ostia::authority
