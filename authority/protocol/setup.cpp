// The link that `ostia serve` prints on the first start of an empty tenant: it makes the first administrator, once.
#include "protocol/setup.hpp"
#include "log.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "pages/pages.hpp"
#include "protocol/authority.hpp"

namespace ostia::authority {
namespace {

constexpr std::int64_t lifetime = 24 * 3600;  // seconds
constexpr std::size_t shortest_password = 12;

bool is_good_ticket(const Authority& a, std::string_view ticket) {
  const auto text = a.setup_tickets.open(ticket);
  return text && text::parse_int(*text).value_or(0) > a.clock.now();
}

Response no_longer_good() {
  return pages::error({403, "This link is no longer good", "It works once, for a day after the first start.",
                       "access_denied: unknown, used or expired ticket", ""});
}

// There is no administrator but the one that this makes.
Async<bool> is_open(Authority& a) {
  auto query = a.store.query({"SELECT 1 FROM users LIMIT 1", {}});
  const auto users = co_await std::move(query);
  if (!users) co_return users.error();
  const bool nobody = users->empty();
  co_return nobody;
}

std::string what_is_wrong(const std::string& email, const std::string& password) {
  const auto at = email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == email.size()) return "Enter an e-mail address.";
  if (password.size() < shortest_password) return "Use at least 12 characters.";
  return {};
}

}  // namespace

std::string setup_link(const Authority& a) {
  return a.issuer + "setup?ticket=" + a.setup_tickets.seal(text::decimal(a.clock.now() + lifetime));
}

Answering show_setup(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const std::string ticket(query.get("ticket"));
  auto opening = is_open(a);
  const auto open = co_await std::move(opening);
  if (!is_good_ticket(a, ticket) || !open || !*open) co_return no_longer_good();
  co_return pages::setup(200, {ticket, {}, {}});
}

Answering submit_setup(Authority& a, Request request) {
  const Parameters form(url::parse_form(request.body));
  const std::string ticket(form.get("ticket")), password(form.get("password"));
  const std::string email = text::lower(form.get("username"));
  if (!is_good_ticket(a, ticket)) co_return no_longer_good();
  if (auto wrong = what_is_wrong(email, password); !wrong.empty()) co_return pages::setup(400, {ticket, email, wrong});
  auto hashing = a.passwords.hash(password);
  const auto hash = co_await std::move(hashing);
  if (!hash) co_return pages::setup(503, {ticket, email, hash.error().description});

  const auto tenant = a.tenant();
  const std::string connection =
      tenant->databases.empty() ? "Username-Password-Authentication" : tenant->databases[0].name;
  std::vector<Statement> statements;
  // One statement decides, so that of two people with the link one wins.
  statements.push_back(
      {"INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, created_at, "
       "updated_at) "
       "SELECT $1, $2, $3, '', $4, 0, $5, $6, $6 WHERE NOT EXISTS (SELECT 1 FROM users) RETURNING user_id",
       {"auth0|" + random_id().substr(0, 24), connection, email, *hash,
        std::string(R"({"email_verified":true,"app_metadata":{"ostia":{"administrator":true}}})"), a.clock.now()}});
  auto committing = a.store.commit(std::move(statements));
  const auto made = co_await std::move(committing);
  if (!made) co_return pages::setup(500, {ticket, email, "Something went wrong on our side. Try again."});
  if (made->empty()) co_return no_longer_good();
  log_event("info", "administrator_made", {{"peer", request.peer}});
  co_return pages::message("You are the administrator", "Keep the password: there is no other way in.");
}

}  // namespace ostia::authority
