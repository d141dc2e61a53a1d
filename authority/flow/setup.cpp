// The link that `ostia serve` prints on the first start of an empty tenant: it makes the first administrator, once.
#include "flow/setup.hpp"
#include "accounts/users.hpp"

#include "base/address.hpp"
#include "base/log.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "limits/risk.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "pages/pages.hpp"
#include "state/ticket.hpp"
#include "tenant/administrators.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t lifetime = 24 * 3600;  // seconds
constexpr std::size_t shortest_password = 12;

bool is_good_ticket(const Authority& a, std::string_view ticket) { return open_ticket(a, "setup", ticket).has_value(); }

Response no_longer_good(const Authority& a, const Request& request) {
  return pages::error(look_for(*a.tenant(), request, {}),
                      {.status = 403, .key = "link_over", .code = "access_denied: unknown, used or expired ticket"});
}

// There is no administrator but the one that this makes. Whoever else has an account is no matter: anybody can sign up.
Async<bool> is_open(Authority& a) {
  CO_TRY(const auto administrators, a.store.query({"SELECT 1 FROM administrators LIMIT 1", {}}));
  const bool nobody = administrators.empty();
  co_return nobody;
}

std::string what_is_wrong(const std::string& email, const std::string& password) {
  if (!is_email(email)) return "Enter an e-mail address.";
  if (password.size() < shortest_password) return "Use at least 12 characters.";
  return {};
}

// The operator's page, in English like the program's other words to operators.
Response setup_page(const Authority& a, const Request& request, int status, const std::string& ticket,
                    std::string email, std::string alert) {
  const auto look = look_for(*a.tenant(), request, "en");
  pages::FormPage page{.status = status,
                       .heading = "First administrator",
                       .text = "This makes the account that manages this authority.",
                       .alert = std::move(alert),
                       .action = "/setup",
                       .hidden = {{"ticket", ticket}}};
  page.fields = {{"username", "Email", std::move(email), "text", "username", "email"},
                 {"password", "Password, at least 12 characters", "", "password", "new-password"}};
  page.buttons = {{"default", "Continue"}};
  return pages::form(look, page);
}

}  // namespace

std::string setup_link(const Authority& a) {
  return a.issuer + "setup?ticket=" + seal_ticket(a, "setup", json::Value::object(), lifetime);
}

Answering show_setup(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const std::string ticket(query.get("ticket"));
  CO_AWAIT(const auto open, is_open(a));
  if (!is_good_ticket(a, ticket) || !open || !*open) co_return no_longer_good(a, request);
  co_return setup_page(a, request, 200, ticket, {}, {});
}

Answering submit_setup(Authority& a, Request request) {
  const Parameters form(url::parse_form(request.body));
  const std::string ticket(form.get("ticket")), password(form.get("password"));
  const std::string email = canonical_login(form.get("username"));
  if (!is_good_ticket(a, ticket)) co_return no_longer_good(a, request);
  const auto connection = a.tenant()->administrators_connection();
  if (!connection)
    co_return setup_page(a, request, 400, ticket, email,
                         "This tenant has no database of people to make you in: add one to its file (databases).");
  if (auto wrong = what_is_wrong(email, password); !wrong.empty())
    co_return setup_page(a, request, 400, ticket, email, wrong);
  CO_AWAIT(const auto hash, a.passwords.hash({site_of_customer(request.peer), true}, password));
  if (!hash) co_return setup_page(a, request, 503, ticket, email, hash.error().description);

  User user;
  user.id = "auth0|" + random_id().substr(0, 24);
  user.connection = connection->name;
  user.email = email;
  user.password_hash = *hash;
  user.profile = json::Value::object({{"email_verified", true}});
  user.created_at = user.updated_at = a.clock.now();
  std::vector<Statement> statements;
  // The first one decides, so that of two people with the link one wins.
  statements.push_back(
      {"INSERT INTO administrators (user_id, since) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM administrators) "
       "RETURNING user_id",
       {user.id, a.clock.now()},
       true});
  statements.push_back(insert_user(user, a.clock.now()));
  for (auto& statement : make_administrator(user.id, a.clock.now())) statements.push_back(std::move(statement));
  CO_AWAIT(const auto made, a.store.commit(std::move(statements)));
  if (!made && made.error().reason == "store_unmatched") co_return no_longer_good(a, request);
  if (!made && made.error().reason == "store_conflict")
    co_return setup_page(
        a, request, 400, ticket, email,
        "There is already an account with this address; somebody has signed up with it. Use another address.");
  if (!made)
    co_return setup_page(a, request, made.error().status == 503 ? 503 : 500, ticket, email,
                         "Something went wrong on our side. Try again.");
  if (auto loaded = load_tenant(a.store, a.secrets)) a.set_tenant(*std::move(loaded));
  log_event("info", "administrator_made", {{"peer", request.peer}, {"user_id", user.id}});
  co_return pages::message(
      look_for(*a.tenant(), request, "en"), "You are the administrator",
      a.tenant()->administration.wants_second_factor(a.dev)
          ? "Keep the password: there is no other way in. Next you log in with it and set up a second factor."
          : "Keep the password: there is no other way in.",
      {{"", "To the dashboard", "/dashboard"}});
}

}  // namespace ostia::authority
