#include "accounts/registration.hpp"
#include "accounts/users.hpp"

#include "accounts/attempts.hpp"
#include "accounts/breaches.hpp"
#include "accounts/browsers.hpp"
#include "accounts/endings.hpp"
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

using json::Value;

constexpr std::int64_t reset_lifetime = 432'000, verify_lifetime = 432'000;  // seconds: the vendor's five days

// AZ-403 · Auth0: dbconnections/signup
Error invalid_signup(const Tenant& tenant, std::string reason) {
  if (tenant.says_user_exists && reason == "user_exists")
    return {"user_exists", "The user already exists.", reason, 400, Fault::caller};
  if (tenant.says_user_exists && reason == "username_exists")
    return {"username_exists", "The username provided is in use already.", reason, 400, Fault::caller};
  return {"invalid_signup", "Invalid sign up", std::move(reason), 400, Fault::caller};
}

Error bad_request(std::string description, std::string reason) {
  return {"invalid_signup", std::move(description), std::move(reason), 400, Fault::caller};
}

// AZ-405 · Auth0: username
bool is_username(const Connection& c, std::string_view name) {
  const auto fits = [](char ch) {
    return text::is_alnum(ch) || std::string_view("_+-.!#$^`~@'").find(ch) != std::string_view::npos;
  };
  const auto size = static_cast<std::int64_t>(name.size());
  return size >= c.username_min && size <= c.username_max && std::all_of(name.begin(), name.end(), fits) &&
         !is_email(name);
}

Error password_leaked() {
  return {"password_leaked", "Password is in a published breach of another site", "password_leaked", 400,
          Fault::caller};
}

// Of several with one link, one is in time.
Error password_contended() {
  return {"invalid_request", "The password has been changed meanwhile", "password_contended", 409, Fault::caller};
}

std::vector<std::string> personal_info(const Registration& r) {
  std::vector<std::string> out = {r.email, r.username};
  for (const char* name : {"given_name", "family_name", "name", "nickname"}) out.push_back(r.profile[name].text());
  return out;
}

Status check(const Connection& c, const Registration& r) {
  if (c.disable_signup) return bad_request("public signup is disabled", "signup_disabled");
  if (!is_email(r.email)) return bad_request("email must be an e-mail address", "email_malformed");
  if (c.requires_username && !is_username(c, r.username))
    return bad_request("username must have " + text::decimal(c.username_min) + " to " + text::decimal(c.username_max) +
                           " letters, digits or _+-.!#$^`~@'",
                       "username_malformed");
  return ok();
}

// Which of its names an account that is there already has.
Async<std::string> taken(Authority& a, Registration r) {
  for (const auto& email : spellings_of(r.email)) {
    CO_TRY(const auto rows,
           a.store.query(
               {"SELECT email = $2 AND email <> '' FROM users WHERE connection = $1 AND (email = $2 AND email <> '' OR "
                "username = $3 AND username <> '') LIMIT 1",
                {r.connection, email, text::lower(r.username)}}));
    if (rows.empty()) continue;
    std::string which = int_at(rows.first(), 0) != 0 ? "user_exists" : "username_exists";
    co_return which;
  }
  co_return std::string();
}

constexpr const char* profile_fields[] = {"given_name", "family_name", "name", "nickname", "picture"};

Error bad(std::string text, std::string reason) {
  return {"invalid_request", std::move(text), std::move(reason), 400, Fault::caller};
}

// At most ten texts of 500 characters (the vendor's limits).
// AZ-401 · Auth0: user_metadata
Status check_metadata(const Value& metadata) {
  if (metadata.is_null()) return ok();
  if (!metadata.is_object()) return bad("user_metadata must be an object", "user_metadata_malformed");
  if (metadata.size() > 10) return bad("user_metadata must have at most 10 members", "user_metadata_malformed");
  for (const auto& [key, item] : metadata.members())
    if (!item.is_string() || item.text().size() > 500)
      return bad("user_metadata." + key + " must be a string of at most 500 characters", "user_metadata_malformed");
  return ok();
}

const Texts& texts_for(const Tenant& tenant, const Request& request) {
  auto wanted = accepted_languages(request.header("x-request-language"));
  for (const auto tag : accepted_languages(request.header("accept-language"))) wanted.push_back(tag);
  return Texts::choose(wanted, tenant.enabled_locales);
}

Value user_values(const User& user) {
  Value v = user.profile.is_object() ? user.profile : Value::object();
  v.set("email", user.email);
  v.set("user_id", user.id);
  return v;
}

std::int64_t lifetime_of(const Tenant& tenant, std::string_view kind, std::int64_t otherwise) {
  const auto it = tenant.email_templates.find(kind);
  return it == tenant.email_templates.end() ? otherwise : it->second.url_lifetime;
}

}  // namespace

Result<Value> read_profile(const Value& body) {
  if (auto checked = check_metadata(body["user_metadata"]); !checked) return std::move(checked).error();
  Value profile = Value::object();
  for (const char* field : profile_fields) {
    if (body[field].is_null()) continue;
    if (!body[field].is_string() || body[field].text().empty() || body[field].text().size() > 300)
      return bad(std::string(field) + " must be a string of 1 to 300 characters", "field_type");
    if (field == std::string_view("picture") && !is_web_url(body[field].text()))
      return bad("picture must be an http or https URL", "field_type");
    profile.set(field, body[field]);
  }
  if (!body["user_metadata"].is_null()) profile.set("user_metadata", body["user_metadata"]);
  return profile;
}

std::string reset_mark(const Authority& a, const User& user) {
  return a.secrets.mark(user.password_hash + " " + user.email);
}

Statement verification_mail(const Authority& a, const Request& request, const User& user,
                            const std::string& client_id) {
  const auto tenant = a.tenant();
  const std::string ticket =
      seal_ticket(a, "verify_email", Value::object({{"user_id", user.id}, {"email", user.email}}),
                  lifetime_of(*tenant, "verify_email", verify_lifetime));
  return a.outbox.queue(
      compose_mail(*tenant, texts_for(*tenant, request), "verify_email", user.email, nullptr,
                   {request.issuer + "u/email-verification?ticket=" + ticket, {}, {}, user_values(user), client_id}));
}

std::optional<Statement> welcome(const Authority& a, const Request& request, const User& user) {
  const auto tenant = a.tenant();
  if (!tenant->sends("welcome_email") || user.email.empty()) return {};
  return a.outbox.queue(compose_mail(*tenant, texts_for(*tenant, request), "welcome_email", user.email, nullptr,
                                     {{}, {}, {}, user_values(user), {}}));
}

Async<Registered> register_user(Authority& a, const Request& request, Registration r) {
  const auto tenant = a.tenant();
  const auto found_connection = tenant->find_connection(r.connection);
  const Connection& c = *found_connection;
  if (!c.requires_username) r.username.clear();
  const auto failed = [&](const std::string& reason) {
    record(a, request,
           {.type = "fs",
            .description = "Sign-up refused",
            .client_id = r.client_id,
            .user_name = r.email,
            .connection = r.connection,
            .reason = reason});
  };
  if (auto checked = check(c, r); !checked) {
    failed(checked.error().reason);
    co_return std::move(checked).error();
  }
  const bool has_password = r.passkey.empty();
  if (auto violation =
          has_password ? check_password_policy(c.password_policy, r.password, personal_info(r)) : std::nullopt) {
    failed(violation->name);
    co_return Registered{{}, std::move(violation)};
  }
  if (const auto& breaches = tenant->attack_protection.breaches;
      has_password && breaches.at_registration && is_breached(r.password, breaches.file)) {
    failed("password_leaked");
    co_return password_leaked();
  }
  CO_AWAIT(const auto may, take_signup(a, request));
  if (!may) {
    failed(may.error().reason);
    co_return may.error();
  }
  // The hash comes first, so that an address that has an account takes as long as one that has none.
  std::string hash;
  if (has_password) {
    CO_TRY(hash, a.passwords.hash({site_of_customer(request.peer)}, r.password));
  }
  CO_TRY(const auto reason, taken(a, r));
  if (!reason.empty()) {
    failed(reason);
    co_return invalid_signup(*tenant, reason);
  }
  if (r.user_id.empty()) r.user_id = "auth0|" + random_id().substr(0, 24);
  User user{r.user_id, r.connection, canonical_login(r.email), text::lower(r.username), hash, {}};
  user.profile = r.profile;
  user.profile.set("email_verified", false);
  user.updated_at = a.clock.now();
  std::vector<Statement> statements;
  statements.push_back(insert_user(user, a.clock.now()));
  append(statements, std::move(r.passkey));
  if (tenant->sends("verify_email")) {
    CO_TRY(const bool may_send, take_message(a, request, user.email, false));
    if (may_send) statements.push_back(verification_mail(a, request, user, r.client_id));
  }
  CO_AWAIT(const auto stored, a.store.commit(std::move(statements)));
  if (!stored && stored.error().reason == "store_conflict") co_return invalid_signup(*tenant, "user_exists");
  if (!stored) co_return stored.error();
  a.outbox.wake();
  record(a, request,
         {.type = "ss",
          .description = "Signed up",
          .client_id = r.client_id,
          .user_id = user.id,
          .user_name = r.email,
          .connection = r.connection});
  co_return Registered{std::move(user), {}};
}

Async<User> register_passwordless(Authority& a, const Request& request, std::string connection, std::string address,
                                  std::string client_id) {
  const auto tenant = a.tenant();
  CO_TRY_VOID(take_signup(a, request));
  const std::string strategy = tenant->find_connection(connection)->strategy;
  const bool by_phone = strategy == "sms";
  User user{
      strategy + "|" + random_id().substr(0, 24), connection, by_phone ? "" : address, {}, {}, by_phone ? address : ""};
  user.profile = Value::object({{by_phone ? "phone_verified" : "email_verified", true}});
  user.updated_at = a.clock.now();
  CO_TRY_VOID(a.store.write(insert_user(user, a.clock.now())));
  record(a, request,
         {.type = "ss",
          .description = "Signed up",
          .client_id = client_id,
          .user_id = user.id,
          .user_name = address,
          .connection = connection});
  co_return user;
}

std::string seal_reset(const Authority& a, const User& user, std::string_view client_id) {
  return seal_ticket(a, "reset_password",
                     Value::object({{"user_id", user.id}, {"mark", reset_mark(a, user)}, {"client_id", client_id}}),
                     lifetime_of(*a.tenant(), "reset_email", reset_lifetime));
}

// AZ-410 · Auth0: dbconnections/change_password
Async<Unit> request_password_reset(Authority& a, const Request& request, Human, std::string connection,
                                   std::string email, std::string client_id) {
  const auto tenant = a.tenant();
  std::vector<std::string> connections = {connection};
  CO_TRY(const auto user, find_user_by_login(a.store, std::move(connections), email));
  record(a, request,
         {.type = "scpr",
          .description = "Change password requested",
          .client_id = client_id,
          .user_id = user ? user->id : "",
          .user_name = email,
          .connection = connection});
  // The mail is written for nobody too, so that the time does not tell who has an account.
  // One more than may be sent is answered as if it had been.
  bool has_account = user && !user->email.empty();
  if (has_account) {
    CO_TRY(const bool is_known, is_known_browser(a, user->id, request));
    CO_TRY(has_account, take_message(a, request, user->email, is_known));
  }
  const User to = has_account ? *user : User{};
  const std::string ticket = seal_reset(a, to, client_id);
  const Message mail =
      compose_mail(*tenant, texts_for(*tenant, request), "reset_email", to.email, nullptr,
                   {request.issuer + "u/reset-password?ticket=" + ticket, {}, {}, user_values(to), client_id});
  CO_TRY_VOID(a.store.write(has_account ? a.outbox.queue(mail) : decoy_write()));
  a.outbox.wake();
  co_return Unit{};
}

// AZ-411 · Auth0: dbconnections/change_password
Async<std::optional<PolicyViolation>> reset_password(Authority& a, const Request& request, User user,
                                                     std::string password) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(user.connection);
  const PasswordPolicy policy = c ? c->password_policy : PasswordPolicy{};
  Registration known{Human::proven(), user.connection, {}, user.email, user.username, password};
  known.profile = user.profile;
  if (auto violation = check_password_policy(policy, password, personal_info(known))) co_return violation;
  if (const auto& breaches = tenant->attack_protection.breaches;
      breaches.at_change && is_breached(password, breaches.file))
    co_return password_leaked();
  if (policy.history > 0) {
    CO_TRY(const auto rows,
           a.store.query({"SELECT password_hash FROM password_history WHERE user_id = $1 ORDER BY at DESC LIMIT $2",
                          {user.id, policy.history - 1}}));
    std::vector<std::string> hashes = {user.password_hash};
    for (const auto& row : rows) hashes.push_back(text_at(row, 0));
    CO_TRY(const auto used, a.passwords.check_any({site_of_customer(request.peer), true}, password, std::move(hashes)));
    if (used) co_return std::optional(history_violation());
  }
  CO_TRY(const auto hash, a.passwords.hash({site_of_customer(request.peer), true}, password));
  const std::string owner = user.linked_to.empty() ? user.id : user.linked_to;
  CO_TRY(auto statements, sessions_ended(a, {.user_id = owner}));
  append(statements, change_password(user, hash, a.clock.now()));
  append(statements, end_everything(owner, a.clock.now()));
  statements.push_back(forget_failures(Secret::password, user.id));
  if (auto mail = notice(a, request, user, {Notice::password_changed})) statements.push_back(*std::move(mail));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched") co_return password_contended();
  if (!done) co_return done.error();
  a.outbox.wake();
  record(a, request,
         {.type = "scp",
          .description = "Changed password",
          .user_id = user.id,
          .user_name = user.email,
          .connection = user.connection});
  co_return std::optional<PolicyViolation>();
}

}  // namespace ostia::authority
