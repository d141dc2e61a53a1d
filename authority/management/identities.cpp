// Linking (the page, "User management"): a second account becomes an identity of the first and is nobody of its own any
// more; its metadata goes, and does not come back when it is unlinked.
#include <algorithm>

#include "accounts/endings.hpp"
#include "accounts/identities.hpp"
#include "accounts/notices.hpp"
#include "accounts/users.hpp"
#include "grants/grant.hpp"
#include "logs/journal.hpp"
#include "management/user_handlers.hpp"
#include "mfa/factors.hpp"
#include "ostia/oidc/audience.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t freshness = 3600;  // seconds: an ID token that proves the other account is not older

// What an ID token proves of the other account.
struct Proof {
  std::string user_id;
  std::int64_t at = 0;  // seconds since 1970
  bool with_second_factor = false;
};

// Whom the ID token is about. It must be from the same application and not older than an hour.
// AZ-1213, AZ-1214 · Auth0: link_with
Result<Proof> proven_account(const Authority& a, const Call& call) {
  const auto claims = read_own_token(a, TokenUse::linked_account, call.request.issuer, call.body["link_with"].text());
  const auto refused = [](const char* why) {
    return api_error(400, "invalid_body", std::string("Payload validation error: 'link_with ") + why + "'");
  };
  if (!claims)
    return refused("is not a valid ID token that this tenant has signed with its own key (RS256), or has expired");
  if (call.is_own && !oidc::is_for(*claims, client_of(call.token)))
    return refused("must be of the same client as the access token");
  if ((*claims)["iat"].as_int().value_or(0) + freshness < a.clock.now())
    return refused("is older than an hour: log in to that account again");
  return Proof{(*claims)["sub"].text(), (*claims)["iat"].as_int().value_or(0),
               contains(texts((*claims)["amr"]), "mfa")};
}

// A linked account is another way in, so both sides must have proven themselves as for any other: in this life of their
// credentials, and with the second factor of those who have one.
Async<Unit> check_proof(Authority& a, User user, std::int64_t since, bool with_second_factor) {
  const auto refused = [](const char* why) {
    return api_error(400, "invalid_body", std::string("Payload validation error: 'link_with ") + why + "'");
  };
  if (user.blocked) co_return refused("is of a blocked user");
  // In the second of a change nobody can say which was first; the first epoch of an account begins with it.
  const bool is_older = since < user.epoch_since || (since == user.epoch_since && !is_first_epoch(user));
  if (is_older) co_return refused("is from before the password was changed or the sessions were ended");
  CO_TRY(const auto factors, factors_of(a, user));
  if (!factors.usable.empty() && !with_second_factor)
    co_return refused("needs a login with the second factor that the user has");
  co_return Unit{};
}

// The caller, by their own token.
Async<Unit> check_caller(Authority& a, const Call& call, User primary) {
  if (!call.is_own) co_return Unit{};
  const TokenOrigin origin = origin_of(call.token);
  if (origin.epoch != primary.epoch)
    co_return api_error(401, "invalid_token", "The access token is from before the credentials were changed");
  CO_TRY(const auto factors, factors_of(a, primary));
  if (!factors.usable.empty() && !origin.with_second_factor)
    co_return api_error(403, "insufficient_scope", "A login with the second factor that the user has is needed");
  co_return Unit{};
}

Result<std::string> named_account(const Call& call) {
  if (call.is_own)
    return api_error(403, "insufficient_scope",
                     "Insufficient scope, expected any of: update:users (a person's own token links with link_with)");
  const std::string &provider = call.body["provider"].text(), &id = call.body["user_id"].text();
  if (provider.empty() || id.empty())
    return invalid_body("'Missing required property: " + std::string(provider.empty() ? "provider" : "user_id") + "'.");
  return id.starts_with(provider + "|") ? id : provider + "|" + id;
}

Handling identities_after(Authority& a, const Call& call, std::string id, int status) {
  CO_TRY(const auto user, user_of(a, std::move(id)));
  CO_TRY(const auto linked, linked_accounts(a.store, user.id));
  co_return Reply{status, identities_of(a, user, linked, call.has_scope("read:user_idp_tokens"))};
}

std::vector<Statement> link(const User& primary, User secondary, std::int64_t now) {
  secondary.profile.erase("user_metadata");
  secondary.profile.erase("app_metadata");
  secondary.linked_to = primary.id;
  // In this order, and only while both are nobody's identity: two that are linked to each other at once stay apart.
  std::vector<Statement> out;
  out.push_back(
      {"UPDATE users SET updated_at = $2, version = version + 1 WHERE user_id = $1 AND linked_to = '' RETURNING "
       "user_id",
       {primary.id, now},
       true});
  out.push_back(update_user(secondary, now));
  out.push_back({"UPDATE users SET linked_to = $2 WHERE linked_to = $1", {secondary.id, primary.id}});
  append(out, end_everything(secondary.id, now));
  for (const std::string_view sql :
       {"DELETE FROM authenticators WHERE user_id = $1", "DELETE FROM user_roles WHERE user_id = $1",
        "DELETE FROM user_permissions WHERE user_id = $1", "DELETE FROM organization_members WHERE user_id = $1",
        "DELETE FROM administrators WHERE user_id = $1"})
    out.push_back({sql, {secondary.id}});
  return out;
}

Handling link_identity(Authority& a, Call call) {
  Proof proof;
  if (call.body.find("link_with")) {
    auto proven = proven_account(a, call);
    if (!proven) co_return std::move(proven).error();
    proof = *std::move(proven);
  }
  const auto id = proof.user_id.empty() ? named_account(call) : Result<std::string>(proof.user_id);
  if (!id) co_return id.error();
  if (*id == call.path[0])
    co_return api_error(400, "invalid_body", "The main account and the account to link are the same.");
  CO_TRY(const auto primary, user_of(a, call.path[0]));
  CO_TRY(const auto secondary, find_account(a.store, *id));
  if (secondary && secondary->linked_to == primary.id)
    co_return api_error(409, "identity_conflict", "Specified identity already exists.");
  if (!secondary || !secondary->linked_to.empty()) co_return no_user();
  CO_TRY_VOID(check_caller(a, call, primary));
  if (!proof.user_id.empty()) CO_TRY_VOID(check_proof(a, *secondary, proof.at, proof.with_second_factor));
  CO_TRY(auto statements, sessions_ended(a, {.user_id = secondary->id}));
  append(statements, link(primary, *secondary, a.clock.now()));
  const Happening linked{Notice::identity_linked, *id, secondary->login_name().empty() ? *id : secondary->login_name()};
  if (auto mail = notice(a, call.request, primary, linked)) statements.push_back(*std::move(mail));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched")
    co_return api_error(409, "identity_conflict", "One of the accounts was changed at the same moment. Try again.");
  if (!done) co_return done.error();
  a.outbox.wake();
  record(a, call.request,
         {.type = "sapi",
          .description = "Link identity " + *id,
          .client_id = client_of(call.token),
          .user_id = primary.id,
          .connection = secondary->connection});
  CO_RETURN(identities_after(a, call, primary.id, 201));
}

Handling unlink_identity(Authority& a, Call call) {
  const std::string id = call.path[1] + "|" + call.path[2];
  CO_TRY(const auto primary, user_of(a, call.path[0]));
  if (id == primary.id)
    co_return api_error(400, "operation_not_supported",
                        "The main identity cannot be unlinked: it is the account itself.");
  auto statements = unlink(primary.id, id, a.clock.now());
  if (auto mail = notice(a, call.request, primary, {Notice::identity_unlinked, {}, id}))
    statements.push_back(*std::move(mail));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched")
    co_return not_found("The user has no such identity.", "inexistent_identity");
  if (!done) co_return done.error();
  a.outbox.wake();
  CO_RETURN(identities_after(a, call, primary.id, 200));
}

}  // namespace

Routes identity_routes() {
  return {
      on("POST", "users/{id}/identities", "update:users", "link_identity", "Link an account to a user", link_identity)
          .by_oneself("update:current_user_identities")
          .takes("link_identity"),
      on("DELETE", "users/{id}/identities/{provider}/{user_id}", "update:users", "unlink_identity",
         "Unlink an identity", unlink_identity)
          .by_oneself("update:current_user_identities"),
  };
}

}  // namespace ostia::authority::management
