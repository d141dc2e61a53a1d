#include "accounts/endings.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::int64_t lifetime = 120;  // seconds
constexpr const char* event = "http://schemas.openid.net/event/backchannel-logout";

// Back-Channel Logout section 2.4.
std::string logout_token(const Authority& a, const std::string& issuer, const Client& client,
                         const std::string& session_id, const std::string& user_id) {
  const std::int64_t now = a.clock.now();
  return a.signing_key()->sign(Value::object({{"iss", issuer},
                                              {"sub", user_id},
                                              {"aud", client.id},
                                              {"iat", now},
                                              {"exp", now + lifetime},
                                              {"jti", random_id()},
                                              {"sid", session_id},
                                              {"events", Value::object({{event, Value::object()}})}}),
                               "logout+jwt");
}

}  // namespace

Async<std::vector<Statement>> sessions_ended(Authority& a, Ending which) {
#define OSTIA_ENDING \
  "SELECT session_id, user_id, client_id, issuer FROM session_clients JOIN sessions ON id = session_id WHERE "
  Statement find{OSTIA_ENDING "user_id = $1", {which.user_id}};
  if (!which.session_id.empty()) find = {OSTIA_ENDING "id = $1", {which.session_id}};
  if (!which.connection.empty())
    find = {OSTIA_ENDING "user_id IN (SELECT user_id FROM users WHERE connection = $1)", {which.connection}};
  CO_TRY(const auto rows, a.store.query(std::move(find)));
  const auto tenant = a.tenant();
  std::vector<Statement> out;
  for (const auto& row : rows) {
    const auto client = tenant->find_client(text_at(row, 2));
    if (!client) continue;
    for (const auto& url : client->backchannel_logout_urls)
      out.push_back(
          a.outbox.queue({.channel = "backchannel_logout",
                          .to = url,
                          .subject = "logout_token",
                          .text = logout_token(a, text_at(row, 3), *client, text_at(row, 0), text_at(row, 1))}));
    out.push_back({"DELETE FROM session_clients WHERE session_id = $1", {text_at(row, 0)}});
  }
  co_return out;
}

Async<Unit> end_sessions(Authority& a, Ending which) {
  CO_TRY(auto statements, sessions_ended(a, which));
  if (which.session_id.empty()) {
    statements.push_back({"DELETE FROM sessions WHERE user_id = $1", {which.user_id}});
    statements.push_back(begin_epoch(which.user_id, a.clock.now()));
  } else {
    statements.push_back({"DELETE FROM sessions WHERE id = $1", {which.session_id}});
  }
  CO_TRY_VOID(a.store.commit(std::move(statements)));
  a.outbox.wake();
  co_return Unit{};
}

}  // namespace ostia::authority
