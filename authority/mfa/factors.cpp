#include "mfa/factors.hpp"
#include "accounts/users.hpp"

#include <algorithm>

#include "accounts/attempts.hpp"
#include "accounts/browsers.hpp"
#include "accounts/notices.hpp"
#include "accounts/one_time_code.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "messages/mails.hpp"
#include "mfa/totp.hpp"
#include "ostia/text/ascii.hpp"
#include "protocol/enrolment.hpp"
#include "tenant/administrators.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t code_digits = 6, code_lifetime = 300;  // seconds
constexpr std::int64_t pause = 30;                            // seconds between two messages to the same address

Error wrong_code() { return {"access_denied", "Wrong verification code.", "wrong_code", 403, Fault::caller}; }

// Counts a failure and says which it was; success forgets them.
Async<Unit> judged(Authority& a, const Request& request, const User& user, bool is_right, std::string factor) {
  const Attempt attempt = attempt_of(a, request, Secret::factor, user);
  if (is_right) {
    CO_TRY_VOID(count_success(a, attempt));
    record(a, request,
           {.type = "gd_auth_succeed",
            .description = "Second factor: " + factor,
            .user_id = user.id,
            .user_name = user.login_name(),
            .connection = user.connection});
    co_return Unit{};
  }
  record(a, request,
         {.type = "gd_auth_failed",
          .description = "Second factor: " + factor,
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.connection,
          .reason = "wrong_code"});
  CO_TRY_VOID(count_failure(a, attempt));
  co_return wrong_code();
}

// Of the address, too: what went to another one proves nothing of this one.
std::string code_id(const Authenticator& one) { return "mfa " + one.id + " " + one.body["address"].text(); }

// The person's own verified address, as a factor that nobody had to add.
std::optional<Authenticator> own_email(const User& user) {
  if (user.email.empty() || !user.profile["email_verified"].as_bool()) return {};
  return Authenticator{"email|" + user.id, user.id, "email", true, 0, 0, -1, Value::object({{"address", user.email}})};
}

// Text messages go out by the settings of the tenant's passwordless connection for them.
Connection sms_connection(const Tenant& tenant) {
  const auto it = std::find_if(tenant.connections.begin(), tenant.connections.end(),
                               [](const Connection& c) { return c.strategy == "sms"; });
  Connection c = it == tenant.connections.end() ? Connection{} : *it;
  c.strategy = "sms";
  c.wording = {};
  return c;
}

}  // namespace

const Authenticator* Factors::find(std::string_view id) const {
  const auto it = std::find_if(usable.begin(), usable.end(), [&](const Authenticator& one) { return one.id == id; });
  return it == usable.end() ? nullptr : &*it;
}

bool Factors::may_finish(const Authenticator& one, std::int64_t now) const {
  return protocol::may_prove({.is_turned_on = true,
                              .is_confirmed = one.confirmed,
                              .created_at = one.created_at,
                              .may_confirm = true,
                              .begun_with_another = one.body["with_another"].as_bool(),
                              .has_confirmed_one = !usable.empty()},
                             now);
}

namespace {

// What may be a person's second factor: what the tenant has turned on, and for administrators, who are to have one, an
// app for codes.
Async<std::vector<std::string>> types_for(Authority& a, std::string user_id) {
  const auto tenant = a.tenant();
  std::vector<std::string> out = tenant->factors;
  if (contains(out, "otp") || !tenant->administration.wants_second_factor(a.dev)) co_return out;
  CO_TRY(const auto is_one, is_administrator(a.store, std::move(user_id)));
  if (is_one) out.emplace_back("otp");
  co_return out;
}

}  // namespace

Async<Factors> factors_of(Authority& a, const User& user) {
  CO_TRY(auto all, list_authenticators(a, user.id));
  CO_TRY(const auto turned_on, types_for(a, user.id));
  const auto tenant = a.tenant();
  Factors out;
  for (auto& one : all) {
    if (one.type == "recovery-code")  // which helps to a factor, and is none
      out.has_recovery_code = out.has_recovery_code || one.confirmed;
    else if (contains(turned_on, one.type))
      (one.confirmed ? out.usable : out.begun).push_back(std::move(one));
  }
  std::stable_sort(out.usable.begin(), out.usable.end(),
                   [](const Authenticator& x, const Authenticator& y) { return x.used_at > y.used_at; });
  for (const char* type : {"webauthn-platform", "otp", "webauthn-roaming", "sms", "email"})
    if (contains(turned_on, type)) out.enrollable.emplace_back(type);
  const auto email = contains(turned_on, "email") ? own_email(user) : std::nullopt;
  const bool has_email =
      std::any_of(out.usable.begin(), out.usable.end(), [](const Authenticator& one) { return one.type == "email"; });
  if (email && !has_email && (!out.usable.empty() || out.enrollable.size() == 1)) out.usable.push_back(*email);
  if (email) std::erase(out.enrollable, "email");
  out.has_recovery_code = out.has_recovery_code && tenant->gives_recovery_codes && !out.usable.empty();
  co_return out;
}

Async<std::optional<Authenticator>> challenged(Authority& a, const User& user, std::string id) {
  const auto tenant = a.tenant();
  const auto email = contains(tenant->factors, "email") ? own_email(user) : std::nullopt;
  if (email && email->id == id) co_return email;
  CO_TRY(const auto factors, factors_of(a, user));
  if (const Authenticator* usable = factors.find(id)) co_return *usable;
  for (const auto& one : factors.begun)
    if (one.id == id && factors.may_finish(one, a.clock.now())) co_return one;
  co_return std::nullopt;
}

namespace {

// Marks a factor used; one that was begun is finished by it. False if another use was faster.
Async<bool> use(Authority& a, const Request& request, const User& user, Authenticator one) {
  std::vector<Statement> statements;
  if (!one.confirmed) {
    statements = finish_enrolment(a, one);
    statements.pop_back();
    if (auto mail = notice(a, request, user, {Notice::factor_added, one.id})) statements.push_back(*std::move(mail));
  }
  statements.push_back(one.type == "otp" ? use_authenticator(a, one, one.counter) : use_authenticator(a, one));
  // A person's own address is nowhere as a factor, nor is a draft of a page.
  if (one.is_out_of_band() && one.confirmed) statements.back().must_match = false;
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done && done.error().reason == "store_unmatched") co_return false;
  if (!done) co_return done.error();
  if (!one.confirmed) {
    a.outbox.wake();
    record(a, request,
           {.type = "gd_enrollment_complete",
            .description = "Second factor: " + one.type,
            .user_id = user.id,
            .user_name = user.login_name(),
            .connection = user.connection});
  }
  co_return true;
}

}  // namespace

// AZ-1402 · RFC 6238 section 5.2
Async<Unit> prove_by_otp(Authority& a, const Request& request, const User& user, std::string code, bool confirms) {
  CO_TRY_VOID(check_attempts(a, attempt_of(a, request, Secret::factor, user)));
  CO_TRY(const auto factors, factors_of(a, user));
  std::vector<Authenticator> candidates = factors.usable;
  for (const auto& one : factors.begun)
    if (confirms && factors.may_finish(one, a.clock.now())) candidates.push_back(one);
  bool is_right = false;
  for (auto& one : candidates) {
    if (one.type != "otp" || is_right) continue;
    const auto step = find_totp_step(one.body["secret"].text(), code, a.clock.now());
    if (!step) continue;
    one.counter = *step;
    CO_TRY(is_right, use(a, request, user, one));  // otherwise this code has been used before
  }
  CO_RETURN(judged(a, request, user, is_right, "otp"));
}

// AZ-1404 · Auth0: mfa-recovery-code
Async<Unit> prove_by_recovery_code(Authority& a, const Request& request, const User& user, std::string code) {
  CO_TRY_VOID(check_attempts(a, attempt_of(a, request, Secret::factor, user)));
  std::erase_if(code, [](char c) { return c == ' ' || c == '-'; });
  for (auto& c : code) c = text::to_upper(c);
  CO_TRY(const auto factors, factors_of(a, user));
  CO_TRY(const auto all, list_authenticators(a, user.id));
  bool is_right = false;
  for (const auto& one : all) {
    if (!factors.has_recovery_code || one.type != "recovery-code" || !one.confirmed ||
        !equal_in_constant_time(one.body["mark"].text(), a.secrets.mark(code)))
      continue;
    CO_AWAIT(const auto done, a.store.write({"DELETE FROM authenticators WHERE id = $1 RETURNING id", {one.id}, true}));
    if (!done && done.error().reason != "store_unmatched") co_return done.error();
    is_right = done.has_value();
  }
  CO_RETURN(judged(a, request, user, is_right, "recovery-code"));
}

// AZ-1403 · Auth0: mfa-oob
Async<Unit> prove_by_message(Authority& a, const Request& request, const User& user, Authenticator one,
                             std::string code, std::string client_id) {
  CO_TRY_VOID(check_attempts(a, attempt_of(a, request, Secret::factor, user)));
  CO_AWAIT(const auto checked, check_code(a, code_id(one), std::move(code), std::move(client_id), true));
  if (!checked && checked.error().code != "access_denied") co_return checked.error();
  if (!checked && checked.error().reason == "code_over") co_return checked.error();
  bool is_right = checked.has_value();
  if (is_right) {
    CO_TRY(is_right, use(a, request, user, one));
  }
  CO_RETURN(judged(a, request, user, is_right, one.type));
}

Async<Unit> send_code(Authority& a, const Request& request, const User& user, const Authenticator& one,
                      std::string client_id) {
  CO_TRY_VOID(check_attempts(a, attempt_of(a, request, Secret::factor, user)));
  // A page that is loaded again sends nothing again, nor does somebody who wants to cost money.
  CO_TRY(const auto recent,
         a.store.query({"SELECT 1 FROM one_time_codes WHERE id = $1 AND tries = 0 AND expires_at > $2",
                        {code_id(one), a.clock.now() + code_lifetime - pause}}));
  if (!recent.empty()) co_return Unit{};
  CO_TRY(const bool is_known, is_known_browser(a, user.id, request));
  CO_TRY(const bool may_send, take_message(a, request, one.body["address"].text(), is_known));
  if (!may_send) co_return Unit{};
  const auto tenant = a.tenant();
  const NewCode made =
      make_code(a, code_id(one), code_digits, code_lifetime, Value::object({{"client_id", client_id}}));
  const Texts& texts = Texts::choose(accepted_languages(request.header("accept-language")), tenant->enabled_locales);
  MessageValues values;
  values.code = made.code;
  values.client_id = client_id;
  values.user = Value::object({{"email", user.email}, {"user_id", user.id}});
  const std::string& to = one.body["address"].text();
  const Message message = one.type == "sms" ? compose_sms(*tenant, texts, to, sms_connection(*tenant), values)
                                            : compose_mail(*tenant, texts, "mfa_oob_code", to, nullptr, values);
  CO_TRY_VOID(a.store.commit(together(made.keep, a.outbox.queue(message))));
  a.outbox.wake();
  record(a, request,
         {.type = one.type == "sms" ? "gd_send_sms" : "gd_send_email",
          .description = "Second factor: code sent",
          .client_id = client_id,
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.connection});
  co_return Unit{};
}

std::string masked(std::string_view address) {
  std::string out(address);
  const auto at = out.find('@');
  if (at == out.npos) {
    const std::size_t shown = std::min<std::size_t>(out.size(), 2);
    std::fill(out.begin() + 1, out.end() - static_cast<std::ptrdiff_t>(shown), '*');
  } else if (at > 1) {
    std::fill(out.begin() + 1, out.begin() + static_cast<std::ptrdiff_t>(at), '*');
  }
  return out;
}

}  // namespace ostia::authority
