#include "ostia/auth0/web_auth.hpp"
#include "ostia/oauth/pkce.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/percent.hpp"

namespace ostia::auth0 {
namespace {

struct Attempt {
  std::string state, nonce, verifier, challenge;
};

Task<Result<Attempt>> begin() {
  Random some{96};
  const std::string bytes = co_await std::move(some);
  if (bytes.size() != 96)
    co_return Error{"no_random", "There is no source of random numbers", "no_random", 0, Fault::ours};
  Attempt a{text::base64url_encode(bytes.substr(0, 24)),
            text::base64url_encode(bytes.substr(24, 24)),
            oauth::code_verifier(bytes.substr(48)),
            {}};
  Sha256 digest{a.verifier};
  const std::string hash = co_await std::move(digest);
  a.challenge = oauth::code_challenge(hash);
  co_return a;
}

// The authorization response of a code flow (RFC 6749 section 4.1.2, RFC 9207).
Result<std::string> read_code(const Value& base, const Attempt& attempt, const Value& response) {
  if (response["state"] != Value(attempt.state))
    return peer_error("invalid_token", "`state` does not match.",
                      is_truthy(response["state"]) ? "state_mismatch" : "state_missing");
  if (const Value* iss = response.find("iss"); iss && *iss != base["token_issuer"])
    return peer_error(
        "invalid_token",
        "The response comes from issuer \"" + display(*iss) + "\", expected \"" + display(base["token_issuer"]) + "\"",
        "issuer_mismatch");
  if (response.find("error"))
    return peer_error(display(response["error"]), text_of(response["error_description"]), "error_response");
  if (!is_text(response["code"]) || !is_truthy(response["code"]))
    return peer_error("invalid_response", "The redirect carries neither a code nor an error", "code_missing");
  return text_of(response["code"]);
}

std::string form(std::initializer_list<std::pair<const char*, std::string>> fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(url::percent_encode(value));
  return out;
}

Task<Result<Value>> redeem(Value base, std::string code, Attempt attempt, std::string redirect_uri,
                           std::string client_id) {
  Http post{"POST",
            endpoint(base, "/oauth/token"),
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
            form({{"grant_type", "authorization_code"},
                  {"client_id", client_id},
                  {"code", code},
                  {"redirect_uri", redirect_uri},
                  {"code_verifier", attempt.verifier}})};
  if (std::string info = telemetry(base); !info.empty()) post.headers.emplace_back("Auth0-Client", std::move(info));
  const HttpResponse answer = co_await std::move(post);
  co_return read_answer(answer);
}

}  // namespace

Task<Result<Value>> native_login(Value base, Value options) {
  Value p = merge(base, {"clientID", "redirectUri", "scope", "audience", "organization", "invitation"}, options);
  if (!is_truthy(p["redirectUri"])) co_return refuse("redirectUri option is required");
  auto attempt_task = begin();
  auto attempt = co_await std::move(attempt_task);
  if (!attempt) co_return std::move(attempt).error();
  for (const auto& [name, value] : {std::pair{"responseType", std::string("code")},
                                    {"state", attempt->state},
                                    {"nonce", attempt->nonce},
                                    {"codeChallenge", attempt->challenge},
                                    {"codeChallengeMethod", std::string("S256")}})
    p.set(name, value);
  if (!is_truthy(p["scope"])) p.set("scope", "openid profile email");
  auto built = build_authorize_url(base, p);
  if (!built) co_return std::move(built).error();
  Browse browse{built->url};
  const auto query = co_await std::move(browse);
  if (!query) co_return query.error();
  const auto code = read_code(base, *attempt, parse_query(*query));
  if (!code) co_return code.error();

  auto tokens_task = redeem(base, *code, *attempt, text_of(p["redirectUri"]), text_of(p["clientID"]));
  auto tokens = co_await std::move(tokens_task);
  if (!tokens) co_return std::move(tokens).error();
  Value claims;
  if (text::has_word(text_of(p["scope"]), "openid")) {
    TokenChecks checks{attempt->nonce, p["maxAge"].as_int(), text_of(p["organization"])};
    auto checked_task = validate_id_token(base, text_of((*tokens)["id_token"]), std::move(checks));
    auto checked = co_await std::move(checked_task);
    if (!checked) co_return std::move(checked).error();
    claims = *std::move(checked);
    auto bound_task = is_bound_access_token(claims, text_of((*tokens)["access_token"]));
    const bool bound = co_await std::move(bound_task);
    if (!bound) co_return peer_error("invalid_token", "Invalid access_token", "at_hash_mismatch");
  }
  Value result = Value::object();
  for (const auto& [name, member] : {std::pair{"accessToken", "access_token"},
                                     {"idToken", "id_token"},
                                     {"refreshToken", "refresh_token"},
                                     {"expiresIn", "expires_in"},
                                     {"tokenType", "token_type"},
                                     {"scope", "scope"}})
    result.set(name, (*tokens)[member]);
  result.set("idTokenPayload", std::move(claims));
  result.set("appState", options["appState"]);
  co_return result;
}

}  // namespace ostia::auth0
