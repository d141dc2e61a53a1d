#include "accounts/authenticate.hpp"
#include "accounts/users.hpp"

#include "accounts/attempts.hpp"
#include "accounts/breaches.hpp"
#include "accounts/notices.hpp"
#include "base/address.hpp"
#include "limits/limits.hpp"
#include "limits/risk.hpp"
#include "logs/journal.hpp"
#include "messages/mails.hpp"
#include "ostia/text/ascii.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t unblock_lifetime = 30 * 24 * 3600;  // seconds: as long as the block

Error refused(int status, std::string code, std::string description, std::string reason) {
  return {std::move(code), std::move(description), std::move(reason), status, Fault::caller};
}

// AZ-306 · ASVS 6.3.8
Error wrong_password() { return refused(403, "access_denied", "Wrong email or password.", "wrong_password"); }

bool protects(const Authority& a, const PasswordLogin& login) {
  const auto tenant = a.tenant();
  const auto c = login.connections.empty() ? nullptr : tenant->find_connection(login.connections[0]);
  return !c || c->brute_force_protection;
}

// Tells the person once, with a link that lifts the block.
// AZ-309 · Auth0: brute-force-protection
Async<Unit> notify(Authority& a, const Request& request, User user, std::string client_id) {
  const auto tenant = a.tenant();
  if (!tenant->attack_protection.brute_force_notifies || !tenant->sends("blocked_account") || user.email.empty())
    co_return Unit{};
  CO_TRY(const auto may, take_message(a, request, user.email, false));
  if (!may) co_return Unit{};
  const std::string ticket = seal_ticket(
      a, "unblock", json::Value::object({{"user_id", user.id}, {"email", user.email}, {"address", request.peer}}),
      unblock_lifetime);
  const auto& texts = Texts::choose(accepted_languages(request.header("accept-language")), tenant->enabled_locales);
  const json::Value profile = json::Value::object({{"email", user.email}, {"name", user.profile["name"]}});
  CO_TRY_VOID(a.store.write(a.outbox.queue(
      compose_mail(*tenant, texts, "blocked_account", user.email, nullptr,
                   {request.issuer + "u/unblock?ticket=" + ticket, {}, request.peer, profile, client_id}))));
  a.outbox.wake();
  co_return Unit{};
}

Async<Unit> on_failure(Authority& a, const Request& request, std::optional<User> user, PasswordLogin login,
                       Attempt attempt) {
  CO_TRY(const auto blocks, count_failure(a, attempt));
  record(a, request,
         {.type = user ? "fp" : "fu",
          .description = "Wrong email or password.",
          .client_id = login.client_id,
          .user_id = user ? user->id : "",
          .user_name = login.username,
          .reason = "wrong_password"});
  if (!blocks) co_return Unit{};
  record(a, request,
         {.type = "limit_wc",
          .description = "Too many failed logins for one account",
          .client_id = login.client_id,
          .user_id = user ? user->id : "",
          .user_name = login.username,
          .reason = "too_many_attempts"});
  if (!user) co_return Unit{};
  CO_RETURN(notify(a, request, *user, login.client_id));
}

// A hash of another kind, such as an imported bcrypt, is replaced while the password is at hand.
Async<Unit> modernize(Authority& a, const Request& request, User user, std::string password) {
  if (!is_outdated_hash(user.password_hash)) co_return Unit{};
  CO_AWAIT(const auto hash, a.passwords.hash({site_of_customer(request.peer), true}, std::move(password)));
  if (!hash) co_return Unit{};  // too busy: the next login is as good
  std::vector<Statement> statements;
  statements.push_back({"UPDATE users SET password_hash = $2 WHERE user_id = $1 AND password_hash = $3",
                        {user.id, *hash, user.password_hash}});
  a.store.post(std::move(statements));
  co_return Unit{};
}

Async<Unit> check_account(Authority& a, const Request& request, const User& user, const PasswordLogin& login) {
  const auto tenant = a.tenant();
  // AZ-307 · Auth0: blocked users
  if (user.blocked) {
    record(a, request,
           {.type = "f",
            .description = "Blocked user",
            .client_id = login.client_id,
            .user_id = user.id,
            .user_name = login.username,
            .connection = user.connection,
            .reason = "user_blocked"});
    co_return refused(403, "blocked_user", "Blocked user", "user_blocked");
  }
  const auto& breaches = tenant->attack_protection.breaches;
  // AZ-308 · Auth0: breached-password-detection
  if (breaches.at_login && is_breached(login.password, breaches.file)) {
    record(a, request,
           {.type = "pwd_leak",
            .description = "The password is in a published breach",
            .client_id = login.client_id,
            .user_id = user.id,
            .user_name = login.username,
            .connection = user.connection,
            .reason = "password_leaked"});
    co_return refused(401, "password_leaked",
                      "This login attempt has been blocked because the password you're using was previously disclosed "
                      "through a data breach (not in this application).",
                      "password_leaked");
  }
  co_return Unit{};
}

// A right password after several wrong ones may have been guessed (ASVS 6.3.5).
Async<Unit> tell_of_guesses(Authority& a, const Request& request, const User& user, std::int64_t failures) {
  constexpr std::int64_t suspicious = 5;  // half of what blocks the account
  if (failures < suspicious) co_return Unit{};
  auto mail = notice(a, request, user, {Notice::login_after_failures});
  if (!mail) co_return Unit{};
  CO_TRY_VOID(a.store.write(*std::move(mail)));
  a.outbox.wake();
  co_return Unit{};
}

}  // namespace

Async<User> authenticate_password(Authority& a, const Request& request, PasswordLogin login) {
  if (auto allowed = take_attempt(a, request, login.username); !allowed) co_return std::move(allowed).error();
  CO_TRY(auto user, find_user_by_login(a.store, login.connections, login.username));
  Attempt attempt = user ? attempt_of(a, request, Secret::password, *user)
                         : attempt_of(request, Secret::password, canonical_login(login.username));
  attempt.protects_account = protects(a, login);
  CO_AWAIT(auto place, check_attempts(a, attempt));
  if (!place) {
    record(a, request,
           {.type = place.error().reason == "address_blocked" ? "limit_mu" : "limit_wc",
            .description = "Login refused",
            .client_id = login.client_id,
            .user_id = user ? user->id : "",
            .user_name = login.username,
            .reason = place.error().reason});
    co_return std::move(place).error();
  }
  // Who they are is read before the slow check: what ends meanwhile has ended this, too.
  std::optional<User> owner;
  if (user) {
    CO_TRY(owner, owner_of(a.store, *user));
  }
  std::string hash;
  if (user) hash = user->password_hash;
  CO_TRY(const auto good,
         a.passwords.check({site_of_customer(request.peer), *place == Place::known}, login.password, std::move(hash)));
  if (!good) {
    CO_TRY_VOID(on_failure(a, request, user, login, attempt));
    co_return wrong_password();
  }
  CO_TRY(const auto forgotten, count_success(a, attempt));
  CO_TRY_VOID(check_account(a, request, *owner, login));
  CO_IGNORE(tell_of_guesses(a, request, *owner, forgotten));  // a mail that cannot be written keeps nobody out
  CO_IGNORE(modernize(a, request, *user, login.password));
  co_return *owner;
}

}  // namespace ostia::authority
