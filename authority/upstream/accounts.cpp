#include "upstream/accounts.hpp"
#include "accounts/users.hpp"

#include "base/address.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority::upstream {
namespace {

using json::Value;

// Providers that everybody has once share their name; of the others there may be several, each with ids of its own.
std::string user_id_of(const Connection& c, const Identity& identity) {
  const bool is_generic = c.strategy == "oidc" || c.strategy == "oauth2";
  return c.strategy + "|" + (is_generic ? c.name + "|" : "") + identity.id;
}

// What the upstream says takes the place of what it said; what is the tenant's own stays.
void take_profile(User& user, const Value& profile) {
  Value kept = Value::object();
  for (const char* name : {"user_metadata", "app_metadata"})
    if (const Value* value = user.profile.find(name)) kept.set(name, *value);
  user.profile = profile;
  user.profile.erase("email");
  for (const auto& [key, item] : kept.members()) user.profile.set(key, item);
  const std::string& email = profile["email"].text();
  user.email = canonical_email(email).value_or("");
  if (user.email.empty()) user.profile.erase("email_verified");
}

// An upstream gives a refresh token once, and not with each login.
// AZ-1604 · Auth0: read:user_idp_tokens
std::string seal_tokens(const Authority& a, const User& user, Value tokens) {
  const Kept where{"users", user.id, "sealed_tokens"};
  const auto text = user.sealed_tokens.empty() ? std::nullopt : a.secrets.open(user.sealed_tokens, where);
  const auto old = text ? json::parse(*text) : Result<Value>(Value());
  if (old && !tokens.find("refresh_token") && old->find("refresh_token"))
    tokens.set("refresh_token", (*old)["refresh_token"]);
  return tokens.size() == 0 ? "" : a.secrets.seal(json::write(tokens), where);
}

Async<User> make_account(Authority& a, const Request& request, const Connection& c, const Identity& identity,
                         std::string client_id) {
  if (c.disable_signup)
    co_return Error{"access_denied", "Sign-ups are turned off for this connection", "signup_disabled", 403,
                    Fault::caller};
  User user;
  user.id = user_id_of(c, identity);
  user.connection = c.name;
  user.created_at = user.updated_at = a.clock.now();
  take_profile(user, identity.profile);
  user.sealed_tokens = seal_tokens(a, user, identity.tokens);
  if (auto fits = check_size(user); !fits) co_return refused(fits.error().description, fits.error().reason);
  CO_TRY_VOID(a.store.write(insert_user(user, a.clock.now())));
  record(a, request,
         {.type = "ss",
          .description = "Signed up",
          .client_id = std::move(client_id),
          .user_id = user.id,
          .user_name = user.email,
          .connection = c.name});
  co_return user;
}

// AZ-1603 · Auth0: set_user_root_attributes
Async<User> find_or_make(Authority& a, const Request& request, const Connection& c, const Identity& identity,
                         std::string client_id) {
  const std::string id = user_id_of(c, identity);
  CO_TRY(auto found, find_account(a.store, id));
  if (!found) {
    CO_AWAIT(auto made, make_account(a, request, c, identity, std::move(client_id)));
    if (made || made.error().reason != "store_conflict") co_return made;
  }
  // It was there, or somebody has made it in this moment.
  CO_RETURN(edit_account(a.store, id, a.clock.now(), [&](User& user, auto&) -> Status {
    if (user.connection != c.name)
      return Error{"access_denied", "This account is of another connection", "connection_mismatch", 403, Fault::caller};
    if (c.syncs_profile) take_profile(user, identity.profile);
    user.sealed_tokens = seal_tokens(a, user, identity.tokens);
    return ok();
  }));
}

}  // namespace

Async<User> sign_in(Authority& a, const Request& request, const Connection& c, Identity identity,
                    std::string client_id) {
  CO_TRY(auto account, find_or_make(a, request, c, identity, std::move(client_id)));
  const bool is_blocked = account.blocked;
  CO_TRY(auto owner, owner_of(a.store, std::move(account)));
  if (is_blocked || owner.blocked)
    co_return Error{"unauthorized", "user is blocked", "user_blocked", 403, Fault::caller};
  co_return std::move(owner);
}

Async<std::optional<User>> find_account(Authority& a, const Connection& c, std::string id) {
  const Identity identity{.id = std::move(id), .profile = {}, .tokens = {}, .id_token = {}};
  CO_TRY(const auto found, find_account(a.store, user_id_of(c, identity)));
  if (!found || found->connection != c.name) co_return std::optional<User>();
  CO_TRY(auto owner, owner_of(a.store, *found));
  co_return std::optional(std::move(owner));
}

}  // namespace ostia::authority::upstream
