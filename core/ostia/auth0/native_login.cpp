#include "ostia/auth0/native_login.hpp"

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/exchange.hpp"
#include "ostia/auth0/requests.hpp"
#include "ostia/oauth/issuer.hpp"
#include "ostia/oauth/pkce.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"

namespace ostia::auth0 {
namespace {

// Fresh `state`, `nonce` and `codeVerifier`; what the caller chose stays.
Result<Value> make_secrets(Host& host, const Value& p) {
  const auto bytes = host.random(96);
  if (!bytes) return bytes.error();
  if (bytes->size() != 96)
    return Error{"no_random", "There is no source of random numbers", "no_random", 0, Fault::ours};
  const auto given_or = [&](const char* name, std::string made) { return is_truthy(p[name]) ? p[name] : Value(made); };
  return Value::object({{"state", given_or("state", text::base64url_encode(bytes->substr(0, 24)))},
                        {"nonce", given_or("nonce", text::base64url_encode(bytes->substr(24, 24)))},
                        {"codeVerifier", oauth::code_verifier(bytes->substr(48))}});
}

// RFC 9126: the parameters go ahead of the person, who carries a reference only.
Result<std::string> push(Host& host, const Value& base, const std::string& url) {
  Value body = parse_query(url.substr(url.find('?') + 1));
  auto pushed = post_form(host, base, "/oauth/par", std::move(body));
  if (!pushed) return std::move(pushed).error();
  if (!is_text((*pushed)["request_uri"]))
    return peer_error("invalid_response", "The authority took the request and named no request_uri",
                      "request_uri_missing");
  return endpoint(base, "/authorize?") +
         stringify(Value::object({{"client_id", base["clientID"]}, {"request_uri", (*pushed)["request_uri"]}}));
}

// The authorization response of a code flow (RFC 6749 section 4.1.2, RFC 9207).
Result<std::string> read_code(const Value& base, const Value& attempt, const Value& response) {
  if (response["state"] != attempt["state"])
    return peer_error("invalid_token", "`state` does not match.",
                      is_truthy(response["state"]) ? "state_mismatch" : "state_missing");
  const Value* iss = response.find("iss");
  const std::string& issuer = base["token_issuer"].text();
  const auto named = iss ? std::optional<std::string_view>(iss->text()) : std::nullopt;
  // Nobody has read here what the authority announces, so what is absent may be.
  if (!oauth::is_response_of(named, issuer, false))
    return peer_error("invalid_token",
                      "The response comes from issuer \"" + display(*iss) + "\", expected \"" + issuer + "\"",
                      "issuer_mismatch");
  if (response.find("error"))
    return peer_error(display(response["error"]), text_of(response["error_description"]), "error_response");
  if (!is_text(response["code"]) || !is_truthy(response["code"]))
    return peer_error("invalid_response", "The redirect carries neither a code nor an error", "code_missing");
  return text_of(response["code"]);
}

// The redirect that the authority answers to `url` with, for who can follow it without a person.
Result<Value> follow(Host& host, const std::string& url, const std::string& redirect_uri) {
  const auto answer = host.http({"GET", url, {}, {}, true});
  if (!answer) return answer.error();
  const bool redirects = answer->status >= 300 && answer->status <= 399;
  const std::string target(find_header(answer->headers, "location"));
  if (redirects && target.starts_with(redirect_uri) && target.find('?', redirect_uri.size() - 1) != std::string::npos)
    return parse_query(target.substr(target.find('?') + 1));
  if (!redirects && answer->status != 200) {
    auto read = read_answer(*answer);
    if (!read) return std::move(read).error();
  }
  return peer_error("interaction_required",
                    "The authority wants to show a page to the person, which this flow cannot: use authorize",
                    "interaction_required");
}

Result<Value> without_person(Host& host, const Value& base, const Value& options) {
  auto begun = begin_login(host, base, options);
  if (!begun) return begun;
  auto response = follow(host, (*begun)["url"].text(), (*begun)["attempt"]["redirectUri"].text());
  if (!response) return response;
  return finish_login(host, base, (*begun)["attempt"], *response);
}

}  // namespace

Result<Value> begin_login(Host& host, const Value& base, const Value& options) {
  Value p = merge(base, "clientID redirectUri scope audience organization invitation", options);
  if (!is_truthy(p["redirectUri"])) return refuse("redirectUri option is required");
  auto secrets = make_secrets(host, p);
  if (!secrets) return secrets;
  const auto hash = host.sha256((*secrets)["codeVerifier"].text());
  if (!hash) return hash.error();
  if (hash->empty()) return Error{"no_digest", "There is no SHA-256 here for PKCE", "no_digest", 0, Fault::ours};
  p.set("responseType", "code");
  p.set("state", (*secrets)["state"]);
  p.set("nonce", (*secrets)["nonce"]);
  p.set("codeChallenge", oauth::code_challenge(*hash));
  p.set("codeChallengeMethod", "S256");
  if (!is_truthy(p["scope"])) p.set("scope", "openid profile email");
  const auto built = build_authorize_url(base, p);
  if (!built) return built.error();
  Result<std::string> url = built->url;
  if (is_truthy(base["pushed"])) url = push(host, base, built->url);
  if (!url) return std::move(url).error();

  Value attempt = *std::move(secrets);
  for (const char* kept : {"clientID", "redirectUri", "scope", "organization", "maxAge", "appState"})
    if (p.find(kept)) attempt.set(kept, p[kept]);
  return Value::object({{"url", *std::move(url)}, {"attempt", std::move(attempt)}});
}

Result<Value> finish_login(Host& host, const Value& base, const Value& attempt, const Value& response) {
  const auto code = read_code(base, attempt, response);
  if (!code) return code.error();
  auto tokens = request_tokens(host, base, "oauthToken",
                               Value::object({{"grantType", "authorization_code"},
                                              {"clientID", attempt["clientID"]},
                                              {"code", *code},
                                              {"redirectUri", attempt["redirectUri"]},
                                              {"codeVerifier", attempt["codeVerifier"]}}));
  if (!tokens) return tokens;
  if (text::has_word(text_of(attempt["scope"]), "openid") && !is_truthy((*tokens)["id_token"]))
    return peer_error("invalid_token", "ID token is required but missing", "id_token_missing");
  auto result =
      read_tokens(host, base, *tokens, {attempt["nonce"], attempt["maxAge"], text_of(attempt["organization"]), {}});
  if (!result) return result;
  result->set("appState", attempt["appState"]);
  return result;
}

Result<Value> native_login(Host& host, const Value& base, const Value& options) {
  auto begun = begin_login(host, base, options);
  if (!begun) return begun;
  const auto query = host.browse((*begun)["url"].text(), text_of((*begun)["attempt"]["state"]));
  if (!query) return query.error();
  return finish_login(host, base, (*begun)["attempt"], parse_query(*query));
}

Result<Value> embedded_login(Host& host, const Value& base, const Value& options) {
  const char* secret = is_truthy(options["otp"]) ? "username otp realm" : "username password realm";
  if (auto checked = check_texts(options, secret, "scope audience"); !checked) return std::move(checked).error();
  auto request = build_request("coAuthenticate", base, options);
  if (!request) return request;
  auto ticket = post_json(host, base, "/co/authenticate", (*request)["body"], true);
  if (!ticket) return ticket;
  Value p = options;
  erase(p, "username password otp credentialType captcha");
  p.set("login_ticket", (*ticket)["login_ticket"]);
  return without_person(host, base, p);
}

Result<Value> silent_login(Host& host, const Value& base, const Value& options) {
  Value p = options;
  p.set("prompt", "none");
  return without_person(host, base, p);
}

}  // namespace ostia::auth0
