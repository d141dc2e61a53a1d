#include "grants/mfa_token.hpp"
#include "accounts/users.hpp"

#include "grants/organization.hpp"
#include "ostia/text/ascii.hpp"
#include "protocol/age.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 600;      // seconds that an mfa_token is good
constexpr std::int64_t memory = 24 * 3600;  // seconds that an old one is told from none

Error invalid_token() { return oauth(401, "invalid_token", "Invalid mfa_token", "mfa_token_invalid"); }

}  // namespace

bool wants_second_factor(const Tenant& tenant, const Extension& extension, std::string_view acr_values) {
  if (extension.second_factor) return true;
  // AZ-1408 · OpenID Connect Core section 3.1.2.1
  // A policy without a factor would shut everybody out; whoever sets it is warned (`ostia lint`). What an application
  // asks for by acr_values is voluntary (OpenID Connect Core section 3.1.2.1): the claim says what was reached.
  if (tenant.factors.empty()) return false;
  const bool by_policy = tenant.always_second_factor && !tenant.chooses_factor_in_action;
  return by_policy || text::has_word(acr_values, multi_factor);
}

bool has_second_factor(const Session& session, std::optional<std::int64_t> max_age, std::int64_t now) {
  const std::int64_t at = session.body["mfa_at"].as_int().value_or(0);
  return at > 0 && (!max_age || protocol::is_recent(at, now, std::max<std::int64_t>(*max_age, 60)));
}

Error no_factor_turned_on() {
  return oauth(403, "access_denied", "A second factor is required, and this tenant has none turned on",
               "mfa_factor_missing");
}

Error mfa_required(const Authority& a, const Grant& grant, bool may_enrol) {
  if (a.tenant()->factors.empty()) return no_factor_turned_on();
  Error e = oauth(403, "mfa_required", "Multifactor authentication required", "mfa_required");
  e.mfa_token = seal_ticket(
      a, "mfa",
      Value::object({{"grant", grant.to_json()}, {"may_enrol", may_enrol}, {"expires", a.clock.now() + lifetime}}),
      memory);
  return e;
}

Async<PendingGrant> open_mfa_token(Authority& a, const Request& request, std::string client_id, std::string token) {
  const auto v = open_ticket(a, "mfa", token);
  if (!v) co_return invalid_token();
  // AZ-1405 · Auth0: mfa_token
  if ((*v)["expires"].as_int().value_or(0) < a.clock.now())
    co_return oauth(401, "expired_token", "mfa_token is expired", "mfa_token_expired");
  Grant grant = Grant::from_json((*v)["grant"]);
  // AZ-1405 · Auth0: mfa_token
  if (grant.issuer != request.issuer || (!client_id.empty() && grant.client_id != client_id)) co_return invalid_token();
  CO_TRY(const auto used, was_used(a, token));
  CO_TRY(const auto user, find_user(a.store, grant.user_id));
  if (used || !user || user->blocked || user->epoch != grant.epoch) co_return invalid_token();
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(grant.client_id);
  const std::string& came_by = grant.connection.empty() ? user->login_connection() : grant.connection;
  if (!client || !is_open_door(*tenant, *client, grant.organization, came_by)) co_return invalid_token();
  co_return PendingGrant{std::move(grant), *user, std::move(token), (*v)["may_enrol"].as_bool()};
}

}  // namespace ostia::authority
