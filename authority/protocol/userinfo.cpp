// `/userinfo` (OpenID Connect Core section 5.3, checklist section 7).
#include <algorithm>

#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "protocol/grant.hpp"

namespace ostia::authority {
namespace {

using json::Value;

// RFC 6750 section 2: the header, or a form's field.
std::string bearer_token(const Request& request) {
  const std::string_view header = request.header("authorization");
  if (text::lower(header.substr(0, 7)) == "bearer ") return std::string(header.substr(7));
  if (request.method != "POST" || !request.header("content-type").starts_with("application/x-www-form-urlencoded"))
    return {};
  return std::string(Parameters(url::parse_form(request.body)).get("access_token"));
}

bool is_for_userinfo(const Value& claims, const std::string& issuer) {
  const Value wanted(issuer + "userinfo");
  const Value& aud = claims["aud"];
  return aud == wanted || std::find(aud.items().begin(), aud.items().end(), wanted) != aud.items().end();
}

Response unauthorized(bool with_token) {
  Response response = text_response(401, "Unauthorized");
  const std::string error = with_token ? ", error=\"invalid_token\", error_description=\"The access token is unknown, "
                                         "expired or for another audience\""
                                       : "";
  return response.with("WWW-Authenticate", "Bearer realm=\"Users\"" + error).with("Cache-Control", "no-store");
}

}  // namespace

Answering userinfo(Authority& a, Request request) {
  const std::string presented = bearer_token(request);
  const auto claims = read_access_token(a, request.issuer, presented);
  if (!claims || !is_for_userinfo(*claims, request.issuer)) co_return unauthorized(!presented.empty());
  auto user_task = find_user(a.store, (*claims)["sub"].text());
  const auto user = co_await std::move(user_task);
  if (!user) co_return oauth_error(500, "server_error", "The server could not answer; its log says why.");
  if (!user->has_value() || (*user)->blocked) co_return unauthorized(true);
  co_return json_response(200, profile_claims(**user, (*claims)["scope"].text())).with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
