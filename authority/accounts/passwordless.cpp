#include "accounts/passwordless.hpp"
#include "accounts/users.hpp"

#include <algorithm>

#include "accounts/attempts.hpp"
#include "accounts/browsers.hpp"
#include "accounts/one_time_code.hpp"
#include "accounts/registration.hpp"
#include "base/address.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "messages/mails.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/percent.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error refused(int status, std::string code, std::string description, std::string reason) {
  return {std::move(code), std::move(description), std::move(reason), status, Fault::caller};
}

// Where a link leads: everything that `/authorize` needs, and the code.
std::string link_of(const Request& request, const Connection& c, const PasswordlessStart& start,
                    const std::string& code) {
  std::string out = request.issuer + "passwordless/verify_redirect?";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out.append(name).append("=").append(url::percent_encode(value)).append("&");
  };
  // What the link itself says comes from nobody else.
  constexpr std::string_view own[] = {"client_id", "connection", "email", "phone_number", "verification_code"};
  for (const auto& [name, item] : start.parameters.members()) {
    if (std::find(std::begin(own), std::end(own), name) != std::end(own)) continue;
    if (item.is_string()) add(url::percent_encode(name), item.text());
  }
  add("client_id", start.client_id);
  add("connection", c.name);
  add(c.strategy == "sms" ? "phone_number" : "email", start.address);
  add("verification_code", code);
  out.pop_back();
  return out;
}

}  // namespace

Result<std::string> passwordless_address(const Connection& c, std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::string out(text);
  if (c.strategy == "email") {
    auto email = canonical_email(out);
    if (!email)
      return refused(400, "bad.email", "error in email - email format validation failed: " + out.substr(0, 100),
                     "email_malformed");
    return *std::move(email);
  }
  std::erase_if(out, [](char ch) { return ch == ' ' || ch == '-' || ch == '(' || ch == ')'; });
  if (!is_phone_number(out))
    return refused(400, "bad.phone_number",
                   "error in phone_number - it must have its country code, such as +15005550006", "phone_malformed");
  return out;
}

// AZ-513 · Auth0: disable_signup
Async<Unit> start_passwordless(Authority& a, const Request& request, PasswordlessStart start) {
  const auto tenant = a.tenant();
  const auto found_connection = tenant->find_connection(start.connection);
  const Connection& c = *found_connection;
  CO_TRY(const auto user, find_user_by_address(a.store, c.name, start.address));
  // Where sign-ups are off, a stranger gets no message, and no other or faster answer; nor does one too many, which
  // leaves the code that was sent before as it is.
  const bool is_refused = !user && c.disable_signup;
  bool may_send = false;
  if (!is_refused) {
    bool is_known = false;
    if (user) {
      CO_TRY(is_known, is_known_browser(a, user->id, request));
    }
    CO_TRY(may_send, take_message(a, request, start.address, is_known));
  }
  Value body = Value::object({{"client_id", start.client_id}});
  const NewCode made = make_one_time_code(a, c, start.address, body);
  MessageValues values;
  if (start.link)
    values.link = link_of(request, c, start, made.code);
  else
    values.code = made.code;
  values.client_id = start.client_id;
  values.user = Value::object({{c.strategy == "sms" ? "phone_number" : "email", start.address}});
  auto wanted = accepted_languages(start.language);
  for (const auto tag : accepted_languages(request.header("accept-language"))) wanted.push_back(tag);
  const Texts& texts = Texts::choose(wanted, tenant->enabled_locales);
  const Message message = c.strategy == "sms"
                              ? compose_sms(*tenant, texts, start.address, c, values)
                              : compose_mail(*tenant, texts, start.link ? "passwordless_link" : "passwordless_code",
                                             start.address, &c, values);
  std::vector<Statement> statements;
  if (!may_send) {
    statements.push_back(decoy_write());
  } else {
    statements.push_back(made.keep);
    statements.push_back(a.outbox.queue(message));
  }
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  if (is_refused)
    record(a, request,
           {.type = "fs",
            .description = "Sign-up refused",
            .client_id = start.client_id,
            .user_name = start.address,
            .connection = c.name,
            .reason = "signup_disabled"});
  if (may_send)
    record(a, request,
           {.type = start.link ? "cls" : "cs",
            .description = "Code or link sent",
            .client_id = start.client_id,
            .user_id = user ? user->id : "",
            .user_name = start.address,
            .connection = c.name});
  co_return Unit{};
}

namespace {

struct Presented {
  std::string client_id, connection, address;
};

// Every way to ask whether a code is right: failures are counted for the account, whatever code they were tries of.
Async<Unit> judge_code(Authority& a, const Request& request, Presented p, std::optional<User> account, std::string code,
                       bool uses_up) {
  const Attempt attempt = account ? attempt_of(a, request, Secret::code, *account)
                                  : attempt_of(request, Secret::code, p.connection + " " + p.address);
  CO_TRY_VOID(check_attempts(a, attempt));
  CO_AWAIT(auto checked, check_one_time_code(a, p.connection, p.address, std::move(code), p.client_id, uses_up));
  if (checked) {
    if (uses_up) CO_TRY_VOID(count_success(a, attempt));
    co_return Unit{};
  }
  if (checked.error().fault == Fault::ours) co_return std::move(checked).error();
  record(a, request,
         {.type = "fcpro",
          .description = checked.error().description,
          .client_id = p.client_id,
          .user_id = account ? account->id : "",
          .user_name = p.address,
          .connection = p.connection,
          .reason = checked.error().reason});
  CO_TRY_VOID(count_failure(a, attempt));
  co_return std::move(checked).error();
}

}  // namespace

Async<Unit> check_passwordless_code(Authority& a, const Request& request, std::string client_id, std::string connection,
                                    std::string address, std::string code) {
  CO_TRY(const auto account, find_user_by_address(a.store, connection, address));
  CO_RETURN(judge_code(a, request, {std::move(client_id), std::move(connection), std::move(address)}, account,
                       std::move(code), false));
}

// AZ-505 · Auth0: passwordless/otp
Async<User> authenticate_passwordless(Authority& a, const Request& request, const Client& client,
                                      std::string connection, std::string address, std::string code) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(connection, client);
  if (!c || !c->is_passwordless())
    co_return refused(400, "invalid_request", "Unknown realm " + connection + ".", "realm_unknown");
  const auto normal = passwordless_address(*c, address);
  const std::string wrong =
      c->strategy == "sms" ? "Wrong phone number or verification code." : "Wrong email or verification code.";
  if (!normal) co_return refused(403, "access_denied", wrong, "wrong_code");
  CO_TRY(const auto account, find_user_by_address(a.store, c->name, *normal));
  CO_TRY_VOID(judge_code(a, request, {client.id, c->name, *normal}, account, std::move(code), true));
  if (!account) CO_RETURN(register_passwordless(a, request, c->name, *normal, client.id));
  CO_TRY(const auto user, owner_of(a.store, *account));
  if (user.blocked) {
    record(a, request,
           {.type = "f",
            .description = "Blocked user",
            .client_id = client.id,
            .user_id = user.id,
            .user_name = *normal,
            .connection = c->name,
            .reason = "user_blocked"});
    co_return refused(403, "blocked_user", "Blocked user", "user_blocked");
  }
  co_return user;
}

}  // namespace ostia::authority
