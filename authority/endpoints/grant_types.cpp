#include "endpoints/grant_types.hpp"
#include "accounts/users.hpp"

#include "accounts/authenticate.hpp"
#include "accounts/passwordless.hpp"
#include "endpoints/gate.hpp"
#include "endpoints/mfa_grants.hpp"
#include "endpoints/passkey.hpp"
#include "endpoints/profile_exchange.hpp"
#include "endpoints/session_transfer.hpp"
#include "grants/audience.hpp"
#include "grants/code.hpp"
#include "grants/device.hpp"
#include "grants/proof.hpp"
#include "grants/refresh_token.hpp"
#include "grants/session_transfer.hpp"
#include "grants/tokens.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/text/ascii.hpp"
#include "protocol/exchange.hpp"
#include "protocol/machine.hpp"
#include "protocol/words.hpp"
#include "state/problem.hpp"
#include "tenant/documents.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::Way;

constexpr std::string_view access_token_type = "urn:ietf:params:oauth:token-type:access_token";

Status require(const Parameters& p, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (p.get(name).empty()) return missing_parameter(name);
  return ok();
}

Error over(const char* description) { return oauth(403, "invalid_grant", description); }

// What was agreed on before: a code's, a device's.
Async<Value> tokens_of(Authority& a, const Request& request, const Client& client, Grant grant, Passing how) {
  if (grant.issuer != request.issuer) {
    how.otherwise.reason = "code_void";
    co_return how.otherwise;
  }
  CO_TRY(const auto passed, pass_gate(a, request, std::move(grant), std::move(how)));
  CO_RETURN(issue_tokens(a, request, client, passed.grant, passed.user));
}

Async<Value> code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"code", "redirect_uri"}); !present) co_return std::move(present).error();
  CO_TRY(auto grant, redeem_code(a, std::string(p.get("code")), client.id, std::string(p.get("redirect_uri")),
                                 std::string(p.get("code_verifier"))));
  if (auto same = check_resource(*a.tenant(), p, grant.audience); !same) co_return std::move(same).error();
  CO_RETURN(tokens_of(a, request, client, std::move(grant), {Way::code, {}, over("Invalid authorization code")}));
}

// The same scopes or fewer.
// AZ-610 · RFC 6749 section 6
Result<std::string> narrowed(const std::string& granted, std::string_view asked) {
  for (const auto word : text::split(asked, ' '))
    if (!text::has_word(granted, word))
      return oauth(400, "invalid_scope", "The scope is more than was granted: " + std::string(word), "scope_wider");
  return asked.empty() ? granted : std::string(asked);
}

// Another API than that of the login, by the same refresh token: what the application's policy for it has, and of
// OpenID Connect what the login was given. Auth0: multi-resource refresh tokens · RFC 8707 section 2.2
Status go_to_other_api(const Tenant& tenant, const Client& client, const Parameters& p, Grant& grant) {
  const auto audience = asked_audience(tenant, p);
  if (!audience) return audience.error();
  if (audience->empty() || *audience == grant.audience) {
    auto narrow = narrowed(grant.scope, p.get("scope"));
    if (!narrow) return std::move(narrow).error();
    grant.scope = *std::move(narrow);
    return ok();
  }
  const auto policy = std::find_if(client.refresh_policies.begin(), client.refresh_policies.end(),
                                   [&](const auto& one) { return one.audience == *audience; });
  const auto api = tenant.find_api(*audience);
  if (policy == client.refresh_policies.end() || !api)
    return oauth(400, "invalid_target",
                 "The refresh token is for " + (grant.audience.empty() ? "the profile" : grant.audience) +
                     ", and the application has no refresh_token.policies entry for " + *audience,
                 "refresh_policy_missing");
  // The login's own API may have taken back that people stay signed in; the gate asks the other one.
  const auto first = tenant.find_api(grant.audience);
  if (first && !first->allows_offline_access)
    return oauth(403, "invalid_grant", "Unknown or invalid refresh token.", "offline_access_off");
  const auto is_asked = [&](std::string_view word) {
    return p.get("scope").empty() || text::has_word(p.get("scope"), word);
  };
  Words scope;
  for (const auto word : text::split(grant.scope, ' '))
    if (is_openid_scope(word) && is_asked(word)) scope.add(word);
  for (const auto& word : policy->scopes)
    if (contains(api->scopes, word) && is_asked(word)) scope.add(word);
  grant.audience = *audience;
  grant.scope = scope.text();
  return ok();
}

Async<Value> refresh_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"refresh_token"}); !present) co_return std::move(present).error();
  CO_TRY(auto token, read_refresh_token(a, client, std::string(p.get("refresh_token")),
                                        std::string(request.header("idempotency-key"))));
  Grant grant = token.grant;
  if (grant.issuer != request.issuer)
    co_return oauth(403, "invalid_grant", "Unknown or invalid refresh token.", "refresh_token_of_another_domain");
  if (p.get("audience") == session_transfer_audience(request.issuer))
    CO_RETURN(transfer_session(a, request, client, std::move(token)));
  if (auto there = go_to_other_api(*a.tenant(), client, p, grant); !there) co_return std::move(there).error();
  // AZ-605 · OpenID Connect Core section 12.2
  grant.nonce.clear();
  const bool to_other_api = grant.audience != token.grant.audience;
  // The gate comes first: a rule that fails must not cost anybody their login.
  CO_TRY(auto passed,
         pass_gate(a, request, std::move(grant),
                   {Way::refresh, "oauth2-refresh-token", over("Unknown or invalid refresh token."), to_other_api}));
  CO_TRY(const auto next, use_refresh_token(a, client, std::move(token)));
  passed.grant.epoch = passed.user.epoch;
  co_return token_response(a, client, passed.grant, passed.user, next);
}

// The organization that a direct request is for, if any. Whether the person is a member of it is the gate's to ask.
// AZ-1702 · Auth0: organization_usage
Result<std::string> organization_of(const Tenant& tenant, const Client& client, std::string_view wanted) {
  if (wanted.empty() && client.requires_organization)
    return oauth(400, "invalid_request", "parameter organization is required for this client", "organization_missing");
  if (wanted.empty()) return std::string();
  const auto o = tenant.find_organization(wanted);
  if (client.uses_organizations && o) return o->id;
  return oauth(400, "invalid_request",
               o ? "parameter organization is not allowed for this client"
                 : "parameter organization is invalid: there is no such organization",
               "organization_unknown");
}

// Tokens for somebody who has just proven who they are, here and not in a browser. `asked_in`: the organization that an
// earlier step was for.
Async<Value> direct_grant(Authority& a, const Request& request, const Client& client, const Parameters& p, User user,
                          const char* protocol = "oauth2-password", std::string asked_in = {}) {
  const auto tenant = a.tenant();
  const auto audience = asked_audience(*tenant, p);
  if (!audience) co_return audience.error();
  auto access = resolve_access(a, client, request.issuer, *audience, p.get("scope"));
  if (!access) co_return as_target_error(std::move(access).error(), p);
  auto organization = organization_of(*tenant, client, asked_in.empty() ? p.get("organization") : asked_in);
  if (!organization) co_return std::move(organization).error();
  Grant grant{.id = random_id(),
              .issuer = request.issuer,
              .client_id = client.id,
              .user_id = user.id,
              .audience = access->audience,
              .scope = access->scope,
              .auth_time = a.clock.now(),
              .organization = *organization,
              .connection = user.login_connection(),
              .epoch = user.epoch};
  CO_TRY(const auto passed,
         pass_gate(a, request, std::move(grant), {Way::direct, protocol, over("Wrong email or password.")}, user));
  CO_RETURN(issue_tokens(a, request, client, passed.grant, passed.user));
}

// What `/co/authenticate` calls `access_denied` is `invalid_grant` here.
// AZ-614 · RFC 6749 section 5.2
Error as_grant_error(Error e) {
  if (e.reason == "user_blocked") return oauth(403, "unauthorized", "user is blocked", e.reason);
  if (e.code == "access_denied") e.code = "invalid_grant";
  return e;
}

// A person's proof is for the tenant's own applications: there is no page to agree on.
// AZ-614 · RFC 9700 section 2.4
Status is_own(const Client& client, const char* grant) {
  if (client.is_first_party) return ok();
  return oauth(403, "unauthorized_client", std::string("Grant type '") + grant + "' not allowed for the client.",
               "grant_not_allowed");
}

Async<Value> password_login(Authority& a, const Request& request, const Client& client, const Parameters& p,
                            std::string connection) {
  if (auto own = is_own(client, "password"); !own) co_return std::move(own).error();
  // AZ-318 · Auth0: requires_verification
  const std::string answer(p.get("captcha"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::login, answer));
  if (!human) co_return as_program_error(human.error(), answer, 403);
  CO_AWAIT(auto user,
           authenticate_password(
               a, request,
               {*human, {connection}, std::string(p.get("username")), std::string(p.get("password")), client.id}));
  if (!user) co_return as_grant_error(std::move(user).error());
  CO_RETURN(direct_grant(a, request, client, p, *user));
}

Async<Value> password_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"username", "password"}); !present) co_return std::move(present).error();
  const auto tenant = a.tenant();
  // AZ-614 · Auth0: default_directory
  if (!tenant->find_connection(tenant->default_directory))
    co_return Error{"server_error", "Authorization server not configured with default connection.",
                    "default_directory_missing", 500, Fault::caller};
  if (!tenant->find_connection(tenant->default_directory, client))
    co_return oauth(403, "unauthorized_client",
                    "The tenant's default directory is not enabled for the client: name another with password-realm.",
                    "connection_closed");
  CO_RETURN(password_login(a, request, client, p, tenant->default_directory));
}

Async<Value> password_realm_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"username", "password", "realm"}); !present) co_return std::move(present).error();
  const auto tenant = a.tenant();
  const auto connection = tenant->find_connection(p.get("realm"), client);
  // AZ-616 · Auth0: password-realm
  if (!connection || !connection->is_database())
    co_return oauth(400, "invalid_request", "Unknown realm " + std::string(p.get("realm")) + ".", "realm_unknown");
  CO_RETURN(password_login(a, request, client, p, connection->name));
}

Async<Value> otp_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"username", "otp", "realm"}); !present) co_return std::move(present).error();
  if (auto own = is_own(client, "passwordless/otp"); !own) co_return std::move(own).error();
  CO_AWAIT(auto user, authenticate_passwordless(a, request, client, std::string(p.get("realm")),
                                                std::string(p.get("username")), std::string(p.get("otp"))));
  if (!user) co_return as_grant_error(std::move(user).error());
  CO_RETURN(direct_grant(a, request, client, p, *user));
}

// The scopes that were asked for and granted; all that were granted when none was asked for.
// AZ-617 · RFC 6749 section 3.3
std::string machine_scope(const std::vector<std::string>& granted, std::string_view asked) {
  Words out;
  for (const auto& scope : granted)
    if (asked.empty() || text::has_word(asked, scope)) out.add(scope);
  return out.text();
}

// What a client grant is good for.
const std::vector<std::string>& scopes_of(const Authority& a, const ClientGrant& grant, const Found<Api>& api) {
  if (!grant.has_all_scopes) return grant.scopes;
  return api ? api->scopes : a.management_scopes;
}

// The organization in whose name a machine asks; empty: in nobody's.
// AZ-1702 · Auth0: organization_usage
Result<std::string> machine_organization(const Tenant& tenant, const Client& client, const ClientGrant& grant,
                                         const Parameters& p) {
  const std::string asked(p.get("organization").empty() ? client.default_organization : p.get("organization"));
  const auto organization = tenant.find_organization(asked);
  const auto refusal = protocol::judge_machine(
      {.is_asked = !asked.empty(),
       .exists = bool(organization),
       .grant_allows = grant.organizations != ClientGrant::Organizations::deny,
       .grant_requires = grant.organizations == ClientGrant::Organizations::require,
       .is_given_to_it = grant.any_organization || (organization && contains(organization->client_grants, grant.id))});
  if (refusal)
    return oauth(refusal->status, std::string(refusal->code), std::string(refusal->description),
                 std::string(refusal->reason));
  return organization ? organization->id : std::string();
}

Async<Value> client_credentials_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  const auto tenant = a.tenant();
  // AZ-617 · RFC 6749 section 4.4
  if (client.is_public()) co_return oauth(401, "access_denied", "Unauthorized", "client_public");
  auto asked = asked_audience(*tenant, p);
  if (!asked) co_return std::move(asked).error();
  const std::string audience = asked->empty() ? tenant->default_audience : *asked;
  if (audience.empty())
    co_return oauth(403, "access_denied",
                    "No audience parameter was provided, and no default audience has been configured",
                    "audience_missing");
  const bool management = is_management_api(a, request.issuer, audience);
  const auto api = tenant->find_api(audience);
  if (!management && !api)
    co_return as_target_error(
        oauth(403, "access_denied", "Service not enabled within domain: " + audience, "audience_unknown"), p);
  auto granted = tenant->find_grant(client.id, management ? a.issuer + "api/v2/" : audience);
  if (!granted && management) granted = tenant->find_grant(client.id, own_management_api);
  // AZ-617 · Auth0: client-grants
  if (!granted)
    co_return oauth(403, "access_denied",
                    "Client is not authorized to access \"" + audience +
                        "\". You need to create a \"client-grant\" associated to this API.",
                    "client_grant_missing");
  const auto organization = machine_organization(*tenant, client, *granted, p);
  if (!organization) co_return organization.error();
  const std::string scope = machine_scope(scopes_of(a, *granted, management ? Found<Api>() : api), p.get("scope"));
  const auto binding = require_binding(a, request, client, audience);
  if (!binding) co_return binding.error();
  const AccessToken token =
      issue_machine_token(a, request.issuer, client, audience, scope, *organization, confirmation(*binding));
  Value out = Value::object({{"access_token", token.value}});
  if (!scope.empty()) out.set("scope", scope);
  out.set("expires_in", token.expires_in);
  out.set("token_type", token_type(*binding));
  co_return out;
}

// A scope that the API of the subject token knows by the same name must have been given to that token.
// AZ-618 · RFC 8693 section 2.2.1
std::string within_subject(const Tenant& tenant, const Value& claims, const std::string& scope) {
  const auto audiences = oidc::audiences_of(claims);
  const auto was_refused = [&](auto word) {
    const auto knows = [&](const auto& audience) {
      const auto api = tenant.find_api(audience);
      return api && contains(api->scopes, word);
    };
    return std::any_of(audiences.begin(), audiences.end(), knows) && !text::has_word(claims["scope"].text(), word);
  };
  return Words(scope).where([&](auto word) { return !was_refused(word); }).text();
}

// A token of somebody else's, of which one of the tenant's actions says whose it is. What follows is a login.
// Auth0: custom token exchange
Async<Value> profile_exchange(Authority& a, const Request& request, const Client& client, const Parameters& p,
                              const ExchangeProfile& profile) {
  if (auto present = require(p, {"subject_token"}); !present) co_return std::move(present).error();
  if (auto own = is_own(client, "token-exchange"); !own) co_return std::move(own).error();
  if (!client.exchanges_by_profile)
    co_return oauth(403, "unauthorized_client", "The application may not exchange tokens by a profile",
                    "exchange_not_allowed");
  if (profile.action.id.empty())
    co_return oauth(403, "access_denied",
                    "The token exchange profile " + profile.name + " names an action that is not deployed",
                    "exchange_action_missing");
  CO_TRY(const auto user, find_exchanged(a, request, client, profile, p));
  CO_RETURN(direct_grant(a, request, client, p, user, "oauth2-token-exchange"));
}

// RFC 8693, on behalf of a person: an API that was called with an access token of ours exchanges it for one for the
// next API. What comes of it is no more than the client's own grant and the person's permissions, and lives no longer
// than what it comes from.
Async<Value> token_exchange_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  const auto snapshot = a.tenant();
  for (const auto& profile : snapshot->exchange_profiles)
    if (profile.subject_token_type == p.get("subject_token_type"))
      CO_RETURN(profile_exchange(a, request, client, p, profile));
  if (auto present = require(p, {"subject_token", "subject_token_type", "audience"}); !present)
    co_return std::move(present).error();
  const auto claims = read_own_token(a, TokenUse::subject_token, request.issuer, p.get("subject_token"));
  const std::string audience(p.get("audience"));
  const auto tenant = a.tenant();
  const auto granted = tenant->find_grant(client.id, audience);
  const auto scopes = granted ? scopes_of(a, *granted, tenant->find_api(audience)) : std::vector<std::string>();
  const auto unknown = Words(p.get("scope")).where([&](auto word) { return granted && !contains(scopes, word); });
  const protocol::ExchangeRequest judged{
      .subject_type_fits = p.get("subject_token_type") == access_token_type,
      .requested_type_fits =
          p.get("requested_token_type").empty() || p.get("requested_token_type") == access_token_type,
      .names_actor = !p.get("actor_token").empty() || !p.get("actor_token_type").empty(),
      .client_is_public = client.is_public(),
      .subject_token_is_ours = claims.has_value(),
      .is_for_that_audience = claims && oidc::is_for(*claims, audience),
      .client_may = bool(granted),
      .scope_that_is_unknown = unknown.text()};
  if (const auto no = judge_exchange(judged))
    co_return oauth(no->status, std::string(no->code), std::string(no->description), std::string(no->reason));
  const TokenOrigin origin = origin_of(*claims);
  const Error invalid = oauth(403, "invalid_grant", "Invalid subject_token", "subject_token_invalid");
  CO_TRY(const auto user, find_holder(a, *claims));
  if (!user) co_return invalid;
  const auto door = tenant->find_connection_by_id(origin.connection_id);
  Grant grant{.id = origin.grant_id,
              .issuer = request.issuer,
              .client_id = client.id,
              .user_id = user->id,
              .audience = audience,
              .scope = within_subject(*tenant, *claims, machine_scope(scopes, p.get("scope"))),
              .auth_time = a.clock.now(),
              .with_second_factor = origin.with_second_factor,
              .organization = (*claims)["org_id"].text(),
              .connection = door ? door->name : origin.connection_id,  // one that is gone opens nothing
              .epoch = origin.epoch};
  CO_TRY(const auto passed,
         pass_gate(a, request, std::move(grant), {Way::exchange, "oauth2-token-exchange", invalid}, user));
  const std::int64_t left = (*claims)["exp"].as_int().value_or(0) - a.clock.now();
  const AccessToken token = issue_access_token(a, passed.grant, false, left);
  co_return Value::object({{"access_token", token.value},
                           {"issued_token_type", access_token_type},
                           {"scope", passed.grant.scope},
                           {"expires_in", token.expires_in},
                           {"token_type", token_type(passed.grant)}});
}

Async<Value> device_code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"device_code"}); !present) co_return std::move(present).error();
  CO_TRY(auto grant, poll_device_code(a, client, std::string(p.get("device_code"))));
  CO_RETURN(tokens_of(a, request, client, std::move(grant),
                      {Way::device, "oauth2-device-code", over("Invalid or expired device code.")}));
}

// AZ-648 · OpenID CIBA Core section 10.1
Async<Value> backchannel_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"auth_req_id"}); !present) co_return std::move(present).error();
  CO_TRY(auto grant, poll_auth_req_id(a, client, std::string(p.get("auth_req_id"))));
  CO_RETURN(tokens_of(a, request, client, std::move(grant),
                      {Way::device, "oauth2-ciba", over("Invalid or expired auth_req_id.")}));
}

// AZ-649 · Auth0: native passkeys
Async<Value> webauthn_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  CO_TRY(const auto login, login_by_passkey(a, request, client, p));
  if (p.get("organization").empty() || login.organization.empty() || p.get("organization") == login.organization)
    CO_RETURN(direct_grant(a, request, client, p, login.user, "oauth2-webauthn", login.organization));
  co_return oauth(400, "invalid_request", "organization is another one than that of auth_session",
                  "organization_unknown");
}

constexpr GrantType grant_types[] = {
    {"authorization_code", code_grant, "seacft", "feacft"},
    {"refresh_token", refresh_grant, "sertft", "fertft"},
    {"client_credentials", client_credentials_grant, "seccft", "feccft"},
    {"password", password_grant, "sepft", "fepft"},
    {"http://auth0.com/oauth/grant-type/password-realm", password_realm_grant, "sepft", "fepft"},
    {"http://auth0.com/oauth/grant-type/passwordless/otp", otp_grant, "seoobft", "feoobft"},
    {"http://auth0.com/oauth/grant-type/mfa-otp", mfa_otp_grant, "s", "f"},
    {"http://auth0.com/oauth/grant-type/mfa-oob", mfa_oob_grant, "s", "f"},
    {"http://auth0.com/oauth/grant-type/mfa-recovery-code", mfa_recovery_code_grant, "s", "f"},
    {webauthn_grant_type, webauthn_grant, "s", "f"},
    {"urn:openid:params:grant-type:ciba", backchannel_grant, "s", "f"},
    {"urn:ietf:params:oauth:grant-type:token-exchange", token_exchange_grant, "secte", "fecte"},
    {"urn:ietf:params:oauth:grant-type:device_code", device_code_grant, "sede", "fede"}};

}  // namespace

const GrantType* find_grant_type(std::string_view name) {
  const auto* it =
      std::find_if(std::begin(grant_types), std::end(grant_types), [&](const auto& g) { return g.name == name; });
  return it == std::end(grant_types) ? nullptr : it;
}

std::vector<std::string> grant_type_names() {
  std::vector<std::string> out;
  for (const auto& one : grant_types) out.emplace_back(one.name);
  return out;
}

}  // namespace ostia::authority
