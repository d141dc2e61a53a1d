// Tickets: links that a program sends by itself.
#include "accounts/registration.hpp"
#include "accounts/users.hpp"
#include "management/user_handlers.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

constexpr std::int64_t usual_lifetime = 432'000;  // seconds: the vendor's five days

// The user a body names: by id, or by e-mail in a connection.
Async<User> named_user(Authority& a, const Call& call) {
  if (call.body["user_id"].is_string()) CO_RETURN(user_of(a, call.body["user_id"].text()));
  const std::string &email = call.body["email"].text(), &id = call.body["connection_id"].text();
  if (email.empty() || id.empty())
    co_return invalid_body("'Missing required property: user_id' (or connection_id with email).");
  const auto c = call.tenant->find_connection_by_id(id);
  if (!c) co_return not_found("The connection does not exist.", "inexistent_connection");
  CO_TRY(auto user, find_user_by_address(a.store, c->name, email));
  if (!user) co_return no_user();
  co_return *user;
}

// What the ticket remembers for its page's end.
void add_result(const Call& call, Value& ticket) {
  for (const char* name : {"result_url", "client_id", "includeEmailInRedirect", "mark_email_as_verified"})
    if (call.body.find(name)) ticket.set(name, call.body[name]);
}

std::int64_t lifetime(const Call& call) {
  const std::int64_t asked = at_least(call.body["ttl_sec"], 0, 0);
  return asked == 0 ? usual_lifetime : asked;
}

// The link, kept if it is too long for an address.
Handling ticket_in(Authority& a, Call call, std::string purpose, std::string path, Value ticket) {
  std::vector<Statement> keep;
  const std::string sealed = seal_for_address(a, purpose, std::move(ticket), lifetime(call), keep);
  if (!keep.empty()) CO_TRY_VOID(a.store.commit(std::move(keep)));
  co_return Reply{201, Value::object({{"ticket", call.request.issuer + path + "?ticket=" + sealed}})};
}

Handling password_change(Authority& a, Call call) {
  CO_TRY(const auto user, named_user(a, call));
  const auto c = call.tenant->find_connection(user.connection);
  if (!c || !c->is_database())
    co_return api_error(400, "operation_not_supported", "Only users of a database connection have a password.");
  Value ticket = Value::object({{"user_id", user.id}, {"mark", reset_mark(a, user)}});
  add_result(call, ticket);
  CO_RETURN(ticket_in(a, call, "reset_password", "u/reset-password", std::move(ticket)));
}

Handling email_verification(Authority& a, Call call) {
  CO_TRY(const auto user, named_user(a, call));
  if (user.email.empty()) co_return api_error(400, "operation_not_supported", "The user has no e-mail address.");
  Value ticket = Value::object({{"user_id", user.id}, {"email", user.email}});
  add_result(call, ticket);
  CO_RETURN(ticket_in(a, call, "verify_email", "u/email-verification", std::move(ticket)));
}

}  // namespace

Routes ticket_routes() {
  return {
      on("POST", "tickets/password-change", "create:user_tickets", "create_password_change_ticket",
         "Make a link to a new password", password_change)
          .takes("password_change_ticket"),
      on("POST", "tickets/email-verification", "create:user_tickets", "create_email_verification_ticket",
         "Make a link that verifies an address", email_verification)
          .takes("email_verification_ticket"),
  };
}

}  // namespace ostia::authority::management
