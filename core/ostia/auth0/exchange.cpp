#include "ostia/auth0/exchange.hpp"

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/requests.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oauth/dpop.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"

namespace ostia::auth0 {
namespace {

constexpr std::int64_t assertion_lifetime = 60;  // seconds
constexpr const char* assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

Result<std::string> unique_id(Host& host) {
  auto bytes = host.random(24);
  if (!bytes) return bytes;
  if (bytes->empty()) return Error{"no_random", "There is no source of random numbers", "no_random", 0, Fault::ours};
  return text::base64url_encode(*bytes);
}

Result<std::string> sign(Host& host, const std::string& algorithm, const Value& key, const std::string& input) {
  auto signature = host.sign(algorithm, key, input);
  if (!signature) return signature;
  return input + "." + text::base64url_encode(*signature);
}

// RFC 7523 section 3; the audience is the issuer, as RFC 9700's errata and the vendor have it.
Result<std::string> client_assertion(Host& host, const Value& base) {
  const auto id = unique_id(host);
  const auto now = host.now();
  if (!id || !now) return id ? now.error() : id.error();
  const Value& key = base["clientKey"];
  const std::string algorithm = is_truthy(key["alg"])                   ? key["alg"].text()
                                : is_truthy(base["clientKeyAlgorithm"]) ? text_of(base["clientKeyAlgorithm"])
                                                                        : "RS256";
  Value header = Value::object({{"alg", algorithm}, {"typ", "JWT"}});
  if (is_truthy(key["kid"])) header.set("kid", key["kid"]);
  const std::int64_t seconds = *now / 1000;
  const Value claims = Value::object({{"iss", base["clientID"]},
                                      {"sub", base["clientID"]},
                                      {"aud", base["token_issuer"]},
                                      {"jti", *id},
                                      {"iat", seconds},
                                      {"exp", seconds + assertion_lifetime}});
  return sign(host, algorithm, key, jose::build_signing_input(header, claims));
}

Status add_client_authentication(Host& host, const Value& base, Value& body) {
  if (!is_truthy(body["client_id"])) body.set("client_id", base["clientID"]);
  if (!is_truthy(base["clientKey"])) {
    if (is_truthy(base["clientSecret"]) && !body.find("client_secret")) body.set("client_secret", base["clientSecret"]);
    return ok();
  }
  auto assertion = client_assertion(host, base);
  if (!assertion) return std::move(assertion).error();
  body.set("client_assertion_type", assertion_type);
  body.set("client_assertion", *std::move(assertion));
  return ok();
}

Result<std::string> dpop_proof(Host& host, const Value& key, const HttpRequest& request,
                               const std::string& access_token, const std::string& nonce) {
  const auto id = unique_id(host);
  const auto now = host.now();
  if (!id || !now) return id ? now.error() : id.error();
  oauth::DpopProof proof{request.method, request.url, *id, *now / 1000, nonce, {}};
  if (!access_token.empty()) {
    auto hash = host.sha256(access_token);
    if (!hash) return hash;
    if (hash->empty()) return Error{"no_digest", "There is no SHA-256 here for DPoP", "no_digest", 0, Fault::ours};
    proof.access_token_hash = *std::move(hash);
  }
  return sign(host, "ES256", key, oauth::dpop_signing_input(key, proof));
}

std::string nonce_key(const HttpRequest& request) { return "dpop-nonce " + url::origin_of(request.url); }

// A peer names the nonce for the next proof in any answer (RFC 9449 section 8.2).
Status keep_nonce(Host& host, const HttpRequest& request, const HttpResponse& answer) {
  const auto nonce = find_header(answer.headers, "dpop-nonce");
  return nonce.empty() ? ok() : host.put(nonce_key(request), std::string(nonce), 30);
}

bool asks_for_nonce(const HttpResponse& answer) {
  return (answer.status == 400 || answer.status == 401) && !find_header(answer.headers, "dpop-nonce").empty() &&
         (answer.body.find("use_dpop_nonce") != std::string::npos ||
          find_header(answer.headers, "www-authenticate").find("use_dpop_nonce") != std::string_view::npos);
}

// Where JSON is due, a success with something else is the peer's mistake; nothing at all is a plain yes.
Result<Value> read_json(const HttpRequest& request, const HttpResponse& answer) {
  auto read = read_answer(answer);
  if (!read || !read->is_string() || read->text().empty()) return read;
  Error error = peer_error(
      "invalid_response",
      request.method + " " + request.url + " answered with content type \"" + answer.content_type + "\", expected JSON",
      "answer_not_json");
  error.status = answer.status;
  return error;
}

}  // namespace

Result<Headers> authorization_headers(Host& host, const Value& base, const HttpRequest& request,
                                      const std::string& access_token, const std::string& nonce) {
  const Value& key = base["dpopKey"];
  Headers headers;
  if (!access_token.empty())
    headers.emplace_back("Authorization", (is_truthy(key) ? "DPoP " : "Bearer ") + access_token);
  if (!is_truthy(key)) return headers;
  auto proof = dpop_proof(host, key, request, access_token, nonce);
  if (!proof) return std::move(proof).error();
  headers.emplace_back("DPoP", *std::move(proof));
  return headers;
}

Result<HttpResponse> send_authorized(Host& host, const Value& base, HttpRequest request,
                                     const std::string& access_token) {
  const std::size_t given = request.headers.size();
  for (int attempt = 0;; ++attempt) {
    const auto nonce = is_truthy(base["dpopKey"]) ? host.get(nonce_key(request)) : Value();
    if (!nonce) return nonce.error();
    const auto headers = authorization_headers(host, base, request, access_token, nonce->text());
    if (!headers) return headers.error();
    request.headers.resize(given);
    request.headers.insert(request.headers.end(), headers->begin(), headers->end());
    auto answer = host.http(request);
    if (!answer) return answer;
    if (auto kept = keep_nonce(host, request, *answer); !kept) return std::move(kept).error();
    if (attempt > 0 || !is_truthy(base["dpopKey"]) || !asks_for_nonce(*answer)) return answer;
  }
}

Result<Value> post_form(Host& host, const Value& base, const char* path, Value body) {
  auto authenticated = add_client_authentication(host, base, body);
  if (!authenticated) return std::move(authenticated).error();
  const HttpRequest request{"POST",
                            endpoint(base, path),
                            {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
                            stringify(body)};
  const auto answer = send_authorized(host, base, request, {});
  if (!answer) return answer.error();
  return read_json(request, *answer);
}

Result<Value> post_json(Host& host, const Value& base, const char* path, const Value& body, bool credentials,
                        const std::string& language) {
  HttpRequest request{"POST",
                      endpoint(base, path),
                      {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                      json::write(body),
                      credentials};
  if (!language.empty()) request.headers.emplace_back("X-Request-Language", language);
  const auto answer = host.http(request);
  if (!answer) return answer.error();
  return read_answer(*answer);  // some of these answer with a sentence
}

Result<Value> post_token(Host& host, const Value& base, Value body) {
  return post_form(host, base, "/oauth/token", std::move(body));
}

Result<Value> request_tokens(Host& host, const Value& base, std::string_view method, const Value& options) {
  if (method != "oauthToken")
    if (auto checked = check_request(method, options); !checked) return std::move(checked).error();
  auto request = build_request("oauthToken", base, options);
  if (!request) return request;
  return post_token(host, base, (*request)["body"]);
}

Result<Value> read_tokens(Host& host, const Value& base, const Value& tokens, TokenChecks checks) {
  if (!tokens.is_object() || !is_text(tokens["access_token"]))
    return peer_error("invalid_response", "The token endpoint answered without an access_token",
                      "access_token_missing");
  Result<Value> claims = Value();
  if (is_truthy(tokens["id_token"])) {
    checks.access_token = text_of(tokens["access_token"]);
    claims = validate_id_token(host, base, text_of(tokens["id_token"]), checks);
    if (!claims) return claims;
  }
  struct {
    const char *name, *member;
  } constexpr members[] = {{"accessToken", "access_token"},   {"idToken", "id_token"},
                           {"refreshToken", "refresh_token"}, {"expiresIn", "expires_in"},
                           {"tokenType", "token_type"},       {"scope", "scope"}};
  Value result = Value::object();
  for (const auto& [name, member] : members) result.set(name, tokens[member]);
  result.set("idTokenPayload", *std::move(claims));
  return result;
}

}  // namespace ostia::auth0
