#include "grants/grant.hpp"

#include "accounts/endings.hpp"
#include "accounts/users.hpp"

#include <algorithm>

#include "grants/organization.hpp"
#include "grants/proof.hpp"
#include "ostia/jose/jws.hpp"
#include "ostia/oidc/id_token.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "protocol/words.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view openid_scopes[] = {"openid", "profile", "email", "address", "phone"};
constexpr std::int64_t profile_token_lifetime = 86400;         // seconds
constexpr std::int64_t mfa_token_lifetime = 600;               // seconds
constexpr std::int64_t profile_token_lifetime_for_web = 7200;  // seconds

std::int64_t lifetime_of(const Authority& a, const Grant& g, bool from_browser) {
  const auto tenant = a.tenant();
  const std::string& audience = g.audience;
  if (g.client_id == dashboard_client().id) return tenant->administration.token_lifetime;
  if (audience.ends_with("/mfa/") && !tenant->find_api(audience)) return mfa_token_lifetime;
  if (const auto api = tenant->find_api(audience))
    return from_browser ? api->token_lifetime_for_web : api->token_lifetime;
  return from_browser ? profile_token_lifetime_for_web : profile_token_lifetime;
}

Value string_array(std::initializer_list<std::string> items) {
  Value out = Value::array();
  for (const auto& item : items) out.push_back(item);
  return out;
}

std::string sign_hs256(const std::string& secret, const Value& claims, std::string_view type) {
  const std::string input = jose::build_signing_input(Value::object({{"alg", "HS256"}, {"typ", type}}), claims);
  return input + "." + text::base64url_encode(hmac_sha256(secret, input));
}

// What an API's tokens look like. This authority's own audiences have the vendor's form, whatever a tenant's file says.
struct Form {
  std::string algorithm = "RS256", secret;
  bool is_rfc9068 = false;
};

Form form_for(const Authority& a, std::string_view issuer, const std::string& audience) {
  const auto tenant = a.tenant();
  const auto api = is_reserved_audience(a, issuer, audience) ? nullptr : tenant->find_api(audience);
  return api ? Form{api->signing_alg, api->signing_secret, api->is_rfc9068} : Form();
}

// AZ-625 · RFC 9068 section 2.1
std::string sign_access_token(const Authority& a, const Form& form, const Value& claims) {
  const char* type = form.is_rfc9068 ? "at+jwt" : "JWT";
  if (form.algorithm == "HS256") return sign_hs256(form.secret, claims, type);
  return a.signing_key(form.algorithm)->sign(claims, type);
}

// Whose token it is: RFC 9068 section 2.2 says `client_id`, the vendor's form `azp`.
void set_client(Value& claims, const Form& form, const std::string& client_id) {
  claims.set(form.is_rfc9068 ? "client_id" : "azp", client_id);
}

}  // namespace

// What is empty is left out: a code is as short as it can be.
Value Grant::to_json() const {
  Value out = Value::object();
  for (const auto& [name, text] : {std::pair{"id", &id},
                                   {"issuer", &issuer},
                                   {"client_id", &client_id},
                                   {"user_id", &user_id},
                                   {"session_id", &session_id},
                                   {"audience", &audience},
                                   {"scope", &scope},
                                   {"nonce", &nonce},
                                   {"acr", &acr},
                                   {"organization", &organization},
                                   {"connection", &connection},
                                   {"scripted", &scripted},
                                   {"proof_key", &proof_key},
                                   {"proof_cert", &proof_cert},
                                   {"transferred_from", &transferred_from},
                                   {"transferred_by", &transferred_by}})
    if (!text->empty()) out.set(name, *text);
  if (auth_time != 0) out.set("auth_time", auth_time);
  if (with_auth_time) out.set("with_auth_time", true);
  if (id_claims.size() > 0) out.set("id_claims", id_claims);
  if (access_claims.size() > 0) out.set("access_claims", access_claims);
  if (with_second_factor) out.set("second_factor", true);
  if (epoch != 0) out.set("epoch", epoch);
  if (withdrawals >= 0) out.set("withdrawals", withdrawals);
  if (actor.is_object()) out.set("actor", actor);
  return out;
}

Grant Grant::from_json(const Value& v) {
  return {.id = v["id"].text(),
          .issuer = v["issuer"].text(),
          .client_id = v["client_id"].text(),
          .user_id = v["user_id"].text(),
          .session_id = v["session_id"].text(),
          .audience = v["audience"].text(),
          .scope = v["scope"].text(),
          .nonce = v["nonce"].text(),
          .auth_time = v["auth_time"].as_int().value_or(0),
          .with_auth_time = v["with_auth_time"].as_bool(),
          .id_claims = v["id_claims"],
          .access_claims = v["access_claims"],
          .with_second_factor = v["second_factor"].as_bool(),
          .acr = v["acr"].text(),
          .organization = v["organization"].text(),
          .connection = v["connection"].text(),
          .scripted = v["scripted"].text(),
          .epoch = v["epoch"].as_int().value_or(0),
          .withdrawals = v["withdrawals"].as_int().value_or(-1),
          .proof_key = v["proof_key"].text(),
          .proof_cert = v["proof_cert"].text(),
          .transferred_from = v["transferred_from"].text(),
          .transferred_by = v["transferred_by"].text(),
          .actor = v["actor"]};
}

namespace {

void add_claims(Value& claims, const Value& added) {
  for (const auto& [key, item] : added.members()) claims.set(key, item);
}

}  // namespace

Result<Access> resolve_access(const Authority& a, const Client& client, std::string_view issuer,
                              std::string_view audience, std::string_view scope) {
  const auto tenant = a.tenant();
  std::string_view wanted = audience.empty() ? std::string_view(tenant->default_audience) : audience;
  if (wanted == userinfo_audience(issuer)) wanted = {};
  const std::vector<std::string>* api_scopes = nullptr;
  bool offline = client.has_grant("refresh_token");
  if (is_management_api(a, issuer, wanted)) {
    api_scopes = client.is_dashboard ? &a.management_scopes : &current_user_scopes();
    offline = false;
  } else if (wanted == mfa_audience(issuer)) {
    static const std::vector<std::string> scopes = {"enroll", "read:authenticators", "remove:authenticators"};
    api_scopes = &scopes;
    offline = false;
  } else if (const auto api = tenant->find_api(wanted)) {
    api_scopes = &api->scopes;
    // AZ-612 · OpenID Connect Core section 11
    offline = offline && api->allows_offline_access;
  }
  // AZ-213 · Auth0: audience
  if (!wanted.empty() && !api_scopes)
    return Error{"access_denied", "Service not found: " + std::string(wanted), "audience_unknown", 403};

  // Who asks for nothing gets what auth0-js asks for by default: its `checkSession` and `renewAuth` send no scope at
  // all.
  const std::string_view asked = scope.empty() ? "openid profile email" : scope;
  Words given;
  if (client.is_dashboard && api_scopes)  // all of them, without a word: `apply_policies` says to whom
    for (const auto& one : *api_scopes) given.add(one);
  for (const auto word : text::split(asked, ' ')) {
    const bool known = std::find(std::begin(openid_scopes), std::end(openid_scopes), word) != std::end(openid_scopes) ||
                       (api_scopes && contains(*api_scopes, word)) || (offline && word == "offline_access");
    if (known) given.add(word);
  }
  return Access{std::string(wanted), given.text()};
}

// `jti`: the grant, so that it can be revoked; what makes the token one of a kind; and, for an exchange and for what is
// asked here, the door, the epoch (with an `m` after a second factor), and the withdrawals.
std::string token_id(const Authority& a, const Grant& g) {
  const auto door = a.tenant()->find_connection(g.connection);
  std::string out = g.id + "." + random_id().substr(0, 11) + "." + (door ? door->id : "-") + "." +
                    text::decimal(g.epoch) + (g.with_second_factor ? "m" : "");
  if (g.withdrawals >= 0) out += "." + text::decimal(g.withdrawals);
  return out;
}

std::int64_t access_token_lifetime(const Authority& a, const Grant& grant) { return lifetime_of(a, grant, false); }

// AZ-625 · RFC 9068 section 2.2
AccessToken issue_access_token(const Authority& a, const Grant& g, bool from_browser, std::int64_t longest) {
  const std::int64_t now = a.clock.now();
  const std::int64_t lifetime = std::min(lifetime_of(a, g, from_browser), longest);
  Value claims = Value::object({{"iss", g.issuer}, {"sub", g.user_id}});
  const std::string userinfo = userinfo_audience(g.issuer);
  const Form form = g.audience.empty() ? Form() : form_for(a, g.issuer, g.audience);
  // What the API's own secret signs is good for that API alone, and `/userinfo` does not take it.
  const bool is_for_both = text::has_word(g.scope, "openid") && form.algorithm != "HS256";
  if (g.audience.empty())
    claims.set("aud", userinfo);
  else
    claims.set("aud", is_for_both ? string_array({g.audience, userinfo}) : Value(g.audience));
  claims.set("iat", now);
  claims.set("exp", now + lifetime);
  claims.set("scope", g.scope);
  set_client(claims, form, g.client_id);
  if (!g.id.empty()) claims.set("jti", token_id(a, g));
  // RFC 9470 section 5: what dangerous changes ask for. RFC 9068 section 2.2.1
  if (form.is_rfc9068 || g.client_id == dashboard_client().id) claims.set("auth_time", g.auth_time);
  if (form.is_rfc9068 && !g.acr.empty()) claims.set("acr", g.acr);
  if (g.permissions.is_array()) claims.set("permissions", g.permissions);
  add_organization_claims(*a.tenant(), g.organization, claims);
  add_claims(claims, g.access_claims);
  if (const Value cnf = confirmation({g.proof_key, g.proof_cert}); !cnf.is_null()) claims.set("cnf", cnf);
  // `/userinfo` tells what the ID token tells; only who made a sealed token reads it.
  if (g.audience.empty() && g.id_claims.size() > 0) claims.set("id_claims", g.id_claims);
  if (g.audience.empty()) return {a.access_tokens.seal(json::write(claims)), lifetime};
  return {sign_access_token(a, form, claims), lifetime};
}

// AZ-617 · RFC 6749 section 4.4
AccessToken issue_machine_token(const Authority& a, std::string_view issuer, const Client& client,
                                const std::string& audience, const std::string& scope, const std::string& organization,
                                const Value& cnf) {
  const std::int64_t now = a.clock.now();
  const auto api = a.tenant()->find_api(audience);
  const std::int64_t lifetime = api ? api->token_lifetime : profile_token_lifetime;
  const Form form = form_for(a, issuer, audience);
  Value claims = Value::object(
      {{"iss", issuer}, {"sub", client.id + "@clients"}, {"aud", audience}, {"iat", now}, {"exp", now + lifetime}});
  if (form.is_rfc9068)
    claims.set("jti", random_id());
  else
    claims.set("gty", "client-credentials");
  set_client(claims, form, client.id);
  add_organization_claims(*a.tenant(), organization, claims);
  if (!scope.empty()) claims.set("scope", scope);
  if (!cnf.is_null()) claims.set("cnf", cnf);
  if (api && api->tells_permissions) {
    Value permissions = Value::array();
    for (const auto word : text::split(scope, ' ')) permissions.push_back(word);
    claims.set("permissions", std::move(permissions));
  }
  return {sign_access_token(a, form, claims), lifetime};
}

// AZ-219, AZ-624 · OpenID Connect Core section 2
std::string issue_id_token(const Authority& a, const Grant& g, const User& user, const Client& client,
                           std::string_view access_token, std::string_view code) {
  const std::int64_t now = a.clock.now();
  // By the standard, who can ask /userinfo finds what the scopes name there (Core section 5.4).
  const bool only_sub = client.strict_openid && !(access_token.empty() && code.empty());
  Value claims = profile_claims(user, g.issuer, only_sub ? "" : g.scope, client.strict_openid);
  add_claims(claims, g.id_claims);
  claims.set("iss", g.issuer);
  claims.set("aud", g.client_id);
  claims.set("iat", now);
  claims.set("exp", now + client.id_token_lifetime);
  if (!g.session_id.empty()) claims.set("sid", g.session_id);
  if (!g.nonce.empty()) claims.set("nonce", g.nonce);
  // AZ-206 · OpenID Connect Core section 2
  if (g.with_auth_time) claims.set("auth_time", g.auth_time);
  if (g.with_second_factor) claims.set("amr", string_array({"mfa"}));
  if (!g.acr.empty()) claims.set("acr", g.acr);
  add_organization_claims(*a.tenant(), g.organization, claims);
  // AZ-219 · OpenID Connect Core section 3.3.2.11
  if (!access_token.empty()) claims.set("at_hash", oidc::left_half_hash(sha256(access_token)));
  if (!code.empty()) claims.set("c_hash", oidc::left_half_hash(sha256(code)));
  return client.signing_alg == "HS256" ? sign_hs256(client.hs256_key, claims, "JWT")
                                       : a.signing_key(client.signing_alg)->sign(claims);
}

bool is_openid_scope(std::string_view word) {
  return word == "offline_access" ||
         std::find(std::begin(openid_scopes), std::end(openid_scopes), word) != std::end(openid_scopes);
}

TokenOrigin origin_of(const Value& claims) {
  TokenOrigin out;
  out.client_id = client_of(claims);
  const std::string& jti = claims["jti"].text();
  const auto parts = text::split(jti, '.');
  if (parts.size() < 2) return out;
  out.grant_id = parts[0];
  if (parts.size() > 2 && parts[2] != "-") out.connection_id = parts[2];
  if (parts.size() > 3) {
    std::string_view epoch = parts[3];
    out.with_second_factor = epoch.ends_with('m');
    if (out.with_second_factor) epoch.remove_suffix(1);
    out.epoch = text::parse_int(epoch).value_or(-1);
  }
  if (parts.size() > 4) out.withdrawals = text::parse_int(parts[4]).value_or(0);
  return out;
}

// AZ-602, AZ-613 · RFC 7009 section 2.1
Async<Unit> revoke_grant(Authority& a, std::string id) {
  if (id.empty()) co_return Unit{};
  CO_TRY_VOID(a.store.commit(
      together(Statement{"DELETE FROM refresh_tokens WHERE grant_id = $1", {id}},
               Statement{"INSERT INTO revoked_grants (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                         {id, a.clock.now() + longest_access_token}})));
  co_return Unit{};
}

Async<std::optional<User>> find_holder(Authority& a, const Value& claims) {
  return find_user_of_grant(a.store, claims["sub"].text(), origin_of(claims));
}

Async<Unit> revoke_session(Authority& a, std::string session_id) {
  // First, so that nothing comes of it any more while what has come is looked for.
  CO_TRY_VOID(a.store.write({"INSERT INTO revoked_grants (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                             {revoked_session(session_id), a.clock.now() + longest_access_token}}));
  CO_TRY(
      const auto rows,
      a.store.query({"SELECT grant_id, body FROM refresh_tokens WHERE user_id = (SELECT user_id FROM sessions WHERE id "
                     "= $1)",
                     {session_id}}));
  for (const auto& row : rows) {
    const auto body = json::parse(text_at(row, 1));
    if (body && (*body)["session_id"] == Value(session_id)) CO_TRY_VOID(revoke_grant(a, text_at(row, 0)));
  }
  CO_RETURN(end_sessions(a, {.session_id = session_id}));
}

}  // namespace ostia::authority
