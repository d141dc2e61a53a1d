#include "endpoints/grant_types.hpp"
#include "accounts/users.hpp"

#include "accounts/authenticate.hpp"
#include "accounts/passwordless.hpp"
#include "endpoints/endpoints.hpp"
#include "endpoints/mfa_grants.hpp"
#include "grants/code.hpp"
#include "grants/device.hpp"
#include "grants/extensions.hpp"
#include "grants/mfa_token.hpp"
#include "grants/organization.hpp"
#include "grants/permissions.hpp"
#include "grants/refresh_token.hpp"
#include "grants/tokens.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/text/ascii.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view access_token_type = "urn:ietf:params:oauth:token-type:access_token";

Status require(const Parameters& p, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (p.get(name).empty()) return missing_parameter(name);
  return ok();
}

// The account of a grant that was given before.
Async<User> still_good(Async<std::optional<User>> finding, Error otherwise) {
  const auto user = co_await std::move(finding);
  if (!user) co_return user.error();
  if (!user->has_value()) co_return otherwise;
  if ((*user)->blocked) co_return oauth(403, "unauthorized", "user is blocked", "user_blocked");
  co_return **user;
}

// The door that the person came by may have been closed since.
Status still_open(const Authority& a, const Grant& grant, const User& user) {
  const auto tenant = a.tenant();
  auto open = check_door(*tenant, grant, user);
  if (!open) open.error().code = "invalid_grant";
  return open;
}

// Rules and actions run here too.
Async<Extension> ask_scripts(Authority& a, const Request& request, const Grant& grant, const User& user,
                             std::string protocol) {
  Extension unchanged;
  unchanged.scope = grant.scope;
  if (!a.tenant()->has_scripts()) co_return unchanged;
  ExtendedLogin login{user, grant.client_id, std::move(protocol), grant.audience, grant.scope};
  login.session_id = grant.session_id;
  login.organization = grant.organization;
  login.methods = {"pwd"};
  if (grant.with_second_factor) login.methods.emplace_back("mfa");
  CO_RETURN(run_extensions(a, request, std::move(login)));
}

// What policies and scripts make of a grant; what needs a page cannot happen.
Async<Grant> extended(Authority& a, const Request& request, Grant grant, const User& user, std::string protocol) {
  CO_TRY(auto applied, apply_policies(a, std::move(grant)));
  grant = std::move(applied);
  CO_TRY(const auto extension, ask_scripts(a, request, grant, user, std::move(protocol)));
  if (!extension.redirect_to.empty())
    co_return oauth(403, "interaction_required", "Interaction required", "rule_redirects");
  grant.scope = extension.scope;
  grant.id_claims = extension.id_claims;
  grant.access_claims = extension.access_claims;
  if (grant.with_second_factor) co_return grant;
  const auto tenant = a.tenant();
  if (wants_second_factor(*tenant, extension, {})) co_return mfa_required(a, grant);
  if (grant.audience == mfa_audience(grant.issuer)) {  // who has a second factor changes it with it
    CO_TRY(const auto factors, factors_of(a, user));
    if (!factors.usable.empty()) co_return mfa_required(a, grant);
  }
  co_return grant;
}

// What a code stood for: `otherwise` where it is of another domain, or its person is gone. `device`: the protocol that
// rules are told, for a code that was not made at `/authorize`.
Async<Value> tokens_of(Authority& a, const Request& request, const Client& client, Grant grant, Error otherwise,
                       std::string device = {}) {
  if (grant.issuer != request.issuer) co_return otherwise;
  CO_TRY(const auto user, still_good(find_user(a.store, grant.user_id), otherwise));
  if (auto open = still_open(a, grant, user); !open) co_return std::move(open).error();
  if (!device.empty()) {  // the rules of a login at `/authorize` have run there
    CO_TRY(auto now, extended(a, request, grant, user, std::move(device)));
    grant = std::move(now);
  }
  CO_RETURN(issue_tokens(a, client, grant, user));
}

Async<Value> code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"code", "redirect_uri"}); !present) co_return std::move(present).error();
  CO_TRY(auto grant, redeem_code(a, std::string(p.get("code")), client.id, std::string(p.get("redirect_uri")),
                                 std::string(p.get("code_verifier"))));
  CO_RETURN(
      tokens_of(a, request, client, grant, oauth(403, "invalid_grant", "Invalid authorization code", "code_void")));
}

// RFC 6749 section 6: the same scopes or fewer.
Result<std::string> narrowed(const std::string& granted, std::string_view asked) {
  for (const auto word : text::split(asked, ' '))
    if (!text::has_word(granted, word))
      return oauth(400, "invalid_scope", "The scope is more than was granted: " + std::string(word), "scope_wider");
  return asked.empty() ? granted : std::string(asked);
}

// Before a token is used up: a rule that fails must not cost anybody their login.
Async<Grant> check_refresh(Authority& a, const Request& request, Grant grant, std::string scope, User& user) {
  if (grant.issuer != request.issuer)
    co_return oauth(403, "invalid_grant", "Unknown or invalid refresh token.", "refresh_token_of_another_domain");
  CO_TRY(auto found, still_good(find_user(a.store, grant.user_id),
                                oauth(403, "invalid_grant", "Unknown or invalid refresh token.", "user_gone")));
  user = std::move(found);
  if (auto open = still_open(a, grant, user); !open) co_return std::move(open).error();
  if (!grant.organization.empty()) {
    CO_TRY(const auto member, is_member(a, grant.organization, grant.user_id));
    if (!member)
      co_return oauth(403, "invalid_grant", "The person is no member of the organization any more", "not_a_member");
  }
  auto narrow = narrowed(grant.scope, scope);
  if (!narrow) co_return std::move(narrow).error();
  grant.scope = *narrow;
  grant.nonce.clear();
  CO_RETURN(extended(a, request, std::move(grant), user, "oauth2-refresh-token"));
}

Async<Value> refresh_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"refresh_token"}); !present) co_return std::move(present).error();
  CO_TRY(const auto token, read_refresh_token(a, client, std::string(p.get("refresh_token"))));
  User user;
  CO_TRY(const auto grant, check_refresh(a, request, token.grant, std::string(p.get("scope")), user));
  CO_TRY(const auto next, use_refresh_token(a, client, token));
  co_return token_response(a, client, grant, user, next);
}

// The organization that a direct request is for, if any, which the person must be a member of.
Async<std::string> organization_of(Authority& a, const Client& client, const Parameters& p, std::string user_id) {
  const std::string_view wanted = p.get("organization");
  if (wanted.empty() && client.requires_organization)
    co_return oauth(400, "invalid_request", "parameter organization is required for this client",
                    "organization_missing");
  if (wanted.empty()) co_return std::string();
  const auto tenant = a.tenant();
  const auto o = tenant->find_organization(wanted);
  if (!client.uses_organizations || !o)
    co_return oauth(400, "invalid_request",
                    o ? "parameter organization is not allowed for this client"
                      : "parameter organization is invalid: there is no such organization",
                    "organization_unknown");
  CO_TRY(const auto member, is_member(a, o->id, user_id));
  if (!member)
    co_return oauth(403, "access_denied", "user " + user_id + " is not part of the " + o->id + " organization",
                    "not_a_member");
  co_return o->id;
}

// Tokens for somebody who has just proven who they are, here and not in a browser.
Async<Value> direct_grant(Authority& a, const Request& request, const Client& client, const Parameters& p, User user) {
  auto access = resolve_access(a, client, request.issuer, p.get("audience"), p.get("scope"));
  if (!access) co_return std::move(access).error();
  Grant grant{random_id(),      request.issuer, client.id, user.id,       {},
              access->audience, access->scope,  {},        a.clock.now(), false};
  CO_TRY(const auto organization, organization_of(a, client, p, user.id));
  grant.organization = organization;
  grant.connection = user.login_connection();
  if (auto open = still_open(a, grant, user); !open) co_return std::move(open).error();
  CO_TRY(const auto now, extended(a, request, grant, user, "oauth2-password"));
  CO_RETURN(issue_tokens(a, client, now, user));
}

// What `/co/authenticate` calls `access_denied` is `invalid_grant` here.
Error as_grant_error(Error e) {
  if (e.reason == "user_blocked") return oauth(403, "unauthorized", "user is blocked", e.reason);
  if (e.code == "access_denied") e.code = "invalid_grant";
  return e;
}

Async<Value> password_login(Authority& a, const Request& request, const Client& client, const Parameters& p,
                            std::string connection) {
  // A person's password is for the tenant's own applications (RFC 9700 section 2.4).
  if (!client.is_first_party)
    co_return oauth(403, "unauthorized_client", "Grant type 'password' not allowed for the client.",
                    "grant_not_allowed");
  CO_AWAIT(auto user,
           authenticate_password(
               a, request, {{connection}, std::string(p.get("username")), std::string(p.get("password")), client.id}));
  if (!user) co_return as_grant_error(std::move(user).error());
  CO_RETURN(direct_grant(a, request, client, p, *user));
}

Async<Value> password_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"username", "password"}); !present) co_return std::move(present).error();
  const auto tenant = a.tenant();
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
  if (!connection || !connection->is_database())
    co_return oauth(400, "invalid_request", "Unknown realm " + std::string(p.get("realm")) + ".", "realm_unknown");
  CO_RETURN(password_login(a, request, client, p, connection->name));
}

Async<Value> otp_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"username", "otp", "realm"}); !present) co_return std::move(present).error();
  CO_AWAIT(auto user, authenticate_passwordless(a, request, client, std::string(p.get("realm")),
                                                std::string(p.get("username")), std::string(p.get("otp"))));
  if (!user) co_return as_grant_error(std::move(user).error());
  CO_RETURN(direct_grant(a, request, client, p, *user));
}

// The scopes that were asked for and granted; all that were granted when none was asked for.
std::string machine_scope(const std::vector<std::string>& granted, std::string_view asked) {
  std::string out;
  for (const auto& scope : granted)
    if (asked.empty() || text::has_word(asked, scope)) out.append(out.empty() ? "" : " ").append(scope);
  return out;
}

Async<Value> client_credentials_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  const auto tenant = a.tenant();
  if (client.is_public()) co_return oauth(401, "access_denied", "Unauthorized", "client_public");
  std::string audience(p.get("audience"));
  if (audience.empty()) audience = tenant->default_audience;
  if (audience.empty())
    co_return oauth(403, "access_denied",
                    "No audience parameter was provided, and no default audience has been configured",
                    "audience_missing");
  const bool management = is_management_api(a, request.issuer, audience);
  const auto api = tenant->find_api(audience);
  if (!management && !api)
    co_return oauth(403, "access_denied", "Service not enabled within domain: " + audience, "audience_unknown");
  const std::string known_as = management ? a.issuer + "api/v2/" : audience;
  auto granted = tenant->find_grant(client.id, known_as);
  if (granted && tenant->grants_all(client.id, known_as))
    granted = {tenant, management ? &a.management_scopes : &api->scopes};
  if (!granted)
    co_return oauth(403, "access_denied",
                    "Client is not authorized to access \"" + audience +
                        "\". You need to create a \"client-grant\" associated to this API.",
                    "client_grant_missing");
  const std::string scope = machine_scope(*granted, p.get("scope"));
  const AccessToken token = issue_machine_token(a, request.issuer, client, audience, scope);
  Value out = Value::object({{"access_token", token.value}});
  if (!scope.empty()) out.set("scope", scope);
  out.set("expires_in", token.expires_in);
  out.set("token_type", "Bearer");
  co_return out;
}

// RFC 8693, on behalf of a person: an API that was called with an access token of ours exchanges it for one for the
// next API. The scopes cannot grow: they are those of the next API that the client's own grant and the request name.
Async<Value> token_exchange_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"subject_token", "subject_token_type", "audience"}); !present)
    co_return std::move(present).error();
  if (p.get("subject_token_type") != access_token_type)
    co_return oauth(400, "invalid_request", "subject_token_type must be " + std::string(access_token_type),
                    "subject_token_type_unknown");
  if (client.is_public()) co_return oauth(401, "access_denied", "Unauthorized", "client_public");
  const auto claims = read_own_token(a, TokenUse::subject_token, request.issuer, p.get("subject_token"));
  const Error invalid = oauth(403, "invalid_grant", "Invalid subject_token", "subject_token_invalid");
  if (!claims) co_return invalid;
  const std::string audience(p.get("audience"));
  const auto tenant = a.tenant();
  auto granted = tenant->find_grant(client.id, audience);
  if (!granted || oidc::is_for(*claims, audience))
    co_return oauth(403, "access_denied", "Client is not authorized to access \"" + audience + "\".",
                    "client_grant_missing");
  CO_TRY(const auto user, still_good(find_holder(a, *claims), invalid));
  Grant grant{grant_id_of(*claims),
              request.issuer,
              client.id,
              user.id,
              {},
              audience,
              machine_scope(*granted, p.get("scope")),
              {},
              a.clock.now(),
              false};
  grant.connection = connection_of(*tenant, *claims);
  grant.organization = (*claims)["org_id"].text();
  if (auto open = still_open(a, grant, user); !open) co_return std::move(open).error();
  const AccessToken token = issue_access_token(a, grant, false);
  co_return Value::object({{"access_token", token.value},
                           {"issued_token_type", access_token_type},
                           {"scope", grant.scope},
                           {"expires_in", token.expires_in},
                           {"token_type", "Bearer"}});
}

Async<Value> device_code_grant(Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (auto present = require(p, {"device_code"}); !present) co_return std::move(present).error();
  CO_TRY(auto grant, poll_device_code(a, client, std::string(p.get("device_code"))));
  CO_RETURN(tokens_of(a, request, client, grant,
                      oauth(403, "invalid_grant", "Invalid or expired device code.", "code_void"),
                      "oauth2-device-code"));
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
    {"urn:ietf:params:oauth:grant-type:token-exchange", token_exchange_grant, "secte", "fecte"},
    {"urn:ietf:params:oauth:grant-type:device_code", device_code_grant, "sede", "fede"}};

}  // namespace

const GrantType* find_grant_type(std::string_view name) {
  const auto* it =
      std::find_if(std::begin(grant_types), std::end(grant_types), [&](const auto& g) { return g.name == name; });
  return it == std::end(grant_types) ? nullptr : it;
}

}  // namespace ostia::authority
