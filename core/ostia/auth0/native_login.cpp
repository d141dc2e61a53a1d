#include "ostia/auth0/native_login.hpp"

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/requests.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/oauth/pkce.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"

namespace ostia::auth0 {
namespace {

struct Attempt {
  std::string state, nonce, verifier, challenge;
};

Result<Attempt> begin(Host& host) {
  const auto bytes = host.random(96);
  if (!bytes) return bytes.error();
  if (bytes->size() != 96)
    return Error{"no_random", "There is no source of random numbers", "no_random", 0, Fault::ours};
  Attempt a{text::base64url_encode(bytes->substr(0, 24)),
            text::base64url_encode(bytes->substr(24, 24)),
            oauth::code_verifier(bytes->substr(48)),
            {}};
  const auto hash = host.sha256(a.verifier);
  if (!hash) return hash.error();
  a.challenge = oauth::code_challenge(*hash);
  return a;
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

// RFC 6749 section 4.1.3, with the proof that it was this client that asked (RFC 7636).
Result<Value> redeem(Host& host, const Value& base, const std::string& code, const Attempt& attempt, const Value& p) {
  auto request = build_request("oauthToken", base,
                               Value::object({{"grantType", "authorization_code"},
                                              {"clientID", p["clientID"]},
                                              {"code", code},
                                              {"redirectUri", p["redirectUri"]},
                                              {"codeVerifier", attempt.verifier}}));
  if (!request) return request;
  const auto answer =
      host.http({"POST",
                 endpoint(base, (*request)["path"].text().c_str()),
                 {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
                 stringify((*request)["body"])});
  if (!answer) return answer.error();
  return read_answer(*answer);
}

}  // namespace

Result<Value> native_login(Host& host, const Value& base, const Value& options) {
  Value p = merge(base, "clientID redirectUri scope audience organization invitation", options);
  if (!is_truthy(p["redirectUri"])) return refuse("redirectUri option is required");
  const auto attempt = begin(host);
  if (!attempt) return attempt.error();
  for (const auto& [name, value] : {std::pair{"responseType", std::string("code")},
                                    {"state", attempt->state},
                                    {"nonce", attempt->nonce},
                                    {"codeChallenge", attempt->challenge},
                                    {"codeChallengeMethod", std::string("S256")}})
    p.set(name, value);
  if (!is_truthy(p["scope"])) p.set("scope", "openid profile email");
  const auto built = build_authorize_url(base, p);
  if (!built) return built.error();
  const auto query = host.browse(built->url);
  if (!query) return query.error();
  const auto code = read_code(base, *attempt, parse_query(*query));
  if (!code) return code.error();

  auto tokens = redeem(host, base, *code, *attempt, p);
  if (!tokens) return tokens;
  Result<Value> claims = Value();
  if (text::has_word(text_of(p["scope"]), "openid")) {
    claims = validate_id_token(
        host, base, text_of((*tokens)["id_token"]),
        {attempt->nonce, p["maxAge"], text_of(p["organization"]), text_of((*tokens)["access_token"])});
    if (!claims) return claims;
  }
  Value result = Value::object();
  for (const auto& [name, member] : {std::pair{"accessToken", "access_token"},
                                     {"idToken", "id_token"},
                                     {"refreshToken", "refresh_token"},
                                     {"expiresIn", "expires_in"},
                                     {"tokenType", "token_type"},
                                     {"scope", "scope"}})
    result.set(name, (*tokens)[member]);
  result.set("idTokenPayload", *std::move(claims));
  result.set("appState", options["appState"]);
  return result;
}

}  // namespace ostia::auth0
