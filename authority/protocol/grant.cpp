#include "protocol/grant.hpp"

#include <algorithm>

#include "ostia/jose/jws.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view openid_scopes[] = {"openid", "profile", "email", "address", "phone"};
constexpr std::int64_t profile_token_lifetime = 86400;         // seconds
constexpr std::int64_t profile_token_lifetime_for_web = 7200;  // seconds

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string userinfo_of(std::string_view issuer) { return std::string(issuer) + "userinfo"; }

std::int64_t lifetime_of(const Authority& a, const std::string& audience, bool from_browser) {
  const auto tenant = a.tenant();
  if (const Api* api = tenant->find_api(audience))
    return from_browser ? api->token_lifetime_for_web : api->token_lifetime;
  return from_browser ? profile_token_lifetime_for_web : profile_token_lifetime;
}

Value string_array(std::initializer_list<std::string> items) {
  Value out = Value::array();
  for (const auto& item : items) out.push_back(item);
  return out;
}

std::optional<Value> read_jwt(const Authority& a, std::string_view token) {
  auto jws = jose::decode_jws(token);
  if (!jws || jws->header["alg"] != Value("RS256") || jws->header["typ"] != Value("at+jwt")) return {};
  const SigningKey* key = a.find_key(jws->header["kid"].text());
  if (!key || !key->verify(jws->signing_input, jws->signature)) return {};
  return std::move(jws->payload);
}

std::optional<Value> read_opaque(const Authority& a, std::string_view token) {
  const auto text = a.access_tokens.open(token);
  if (!text) return {};
  auto claims = json::parse(*text);
  return claims ? std::optional(*std::move(claims)) : std::nullopt;
}

}  // namespace

Value Grant::to_json() const {
  return Value::object({{"issuer", issuer},
                        {"client_id", client_id},
                        {"user_id", user_id},
                        {"session_id", session_id},
                        {"audience", audience},
                        {"scope", scope},
                        {"nonce", nonce},
                        {"auth_time", auth_time},
                        {"with_auth_time", with_auth_time}});
}

Grant Grant::from_json(const Value& v) {
  return {v["issuer"].text(),           v["client_id"].text(), v["user_id"].text(), v["session_id"].text(),
          v["audience"].text(),         v["scope"].text(),     v["nonce"].text(),   v["auth_time"].as_int().value_or(0),
          v["with_auth_time"].as_bool()};
}

bool is_management_api(const Authority& a, std::string_view issuer, std::string_view audience) {
  return audience == a.issuer + "api/v2/" || audience == std::string(issuer) + "api/v2/";
}

Result<Access> resolve_access(const Authority& a, std::string_view issuer, std::string_view audience,
                              std::string_view scope) {
  const auto tenant = a.tenant();
  std::string_view wanted = audience.empty() ? std::string_view(tenant->default_audience) : audience;
  if (wanted == userinfo_of(issuer)) wanted = {};
  const std::vector<std::string>* api_scopes = nullptr;
  if (is_management_api(a, issuer, wanted))
    api_scopes = &current_user_scopes();
  else if (const Api* api = tenant->find_api(wanted))
    api_scopes = &api->scopes;
  else if (!wanted.empty())
    return Error{"access_denied", "Service not found: " + std::string(wanted), "audience_unknown"};

  // Who asks for nothing gets what auth0-js asks for by default: its `checkSession` and `renewAuth` send no scope at
  // all.
  const std::string_view asked = scope.empty() ? "openid profile email" : scope;
  std::string given;
  for (const auto word : text::split(asked, ' ')) {
    const bool known = std::find(std::begin(openid_scopes), std::end(openid_scopes), word) != std::end(openid_scopes) ||
                       (api_scopes && contains(*api_scopes, word));
    if (known && !text::has_word(given, word)) given.append(given.empty() ? "" : " ").append(word);
  }
  return Access{std::string(wanted), std::move(given)};
}

AccessToken issue_access_token(const Authority& a, const Grant& g, bool from_browser) {
  const std::int64_t now = a.clock.now();
  const std::int64_t lifetime = lifetime_of(a, g.audience, from_browser);
  Value claims = Value::object({{"iss", g.issuer}, {"sub", g.user_id}});
  const std::string userinfo = userinfo_of(g.issuer);
  if (g.audience.empty())
    claims.set("aud", userinfo);
  else
    claims.set("aud", text::has_word(g.scope, "openid") ? string_array({g.audience, userinfo}) : Value(g.audience));
  claims.set("iat", now);
  claims.set("exp", now + lifetime);
  claims.set("scope", g.scope);
  claims.set("azp", g.client_id);
  if (g.audience.empty()) return {a.access_tokens.seal(json::write(claims)), lifetime};
  return {a.signing_key().sign(claims, "at+jwt"), lifetime};
}

AccessToken issue_machine_token(const Authority& a, std::string_view issuer, const Client& client,
                                const std::string& audience, const std::string& scope) {
  const std::int64_t now = a.clock.now();
  const Api* api = a.tenant()->find_api(audience);
  const std::int64_t lifetime = api ? api->token_lifetime : profile_token_lifetime;
  Value claims = Value::object({{"iss", issuer},
                                {"sub", client.id + "@clients"},
                                {"aud", audience},
                                {"iat", now},
                                {"exp", now + lifetime},
                                {"gty", "client-credentials"},
                                {"azp", client.id}});
  if (!scope.empty()) claims.set("scope", scope);
  return {a.signing_key().sign(claims, "at+jwt"), lifetime};
}

std::string issue_id_token(const Authority& a, const Grant& g, const User& user, const Client& client,
                           std::string_view access_token, std::string_view code) {
  const std::int64_t now = a.clock.now();
  Value claims = profile_claims(user, g.scope);
  claims.set("iss", g.issuer);
  claims.set("aud", g.client_id);
  claims.set("iat", now);
  claims.set("exp", now + client.id_token_lifetime);
  claims.set("sid", g.session_id);
  if (!g.nonce.empty()) claims.set("nonce", g.nonce);
  if (g.with_auth_time) claims.set("auth_time", g.auth_time);
  if (!access_token.empty()) claims.set("at_hash", oidc::left_half_hash(sha256(access_token)));
  if (!code.empty()) claims.set("c_hash", oidc::left_half_hash(sha256(code)));
  return a.signing_key().sign(claims);
}

std::optional<Value> read_access_token(const Authority& a, std::string_view issuer, std::string_view token) {
  auto claims = token.find('.') == token.npos ? read_opaque(a, token) : read_jwt(a, token);
  if (!claims || (*claims)["iss"] != Value(issuer)) return {};
  if ((*claims)["exp"].as_int().value_or(0) <= a.clock.now()) return {};
  return claims;
}

}  // namespace ostia::authority
