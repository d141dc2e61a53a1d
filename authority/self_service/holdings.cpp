#include "self_service/holdings.hpp"
#include "accounts/users.hpp"

#include <algorithm>

#include "mfa/factors.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::authority {
namespace {

Async<std::vector<Session>> read_sessions(Authority& a, std::string user_id) {
  const std::int64_t now = a.clock.now();
  CO_TRY(const auto rows,
         a.store.query({"SELECT id, user_id, auth_time, used_at, body FROM sessions WHERE user_id = $1 AND "
                        "expires_at > $2 AND used_at > $3 ORDER BY used_at DESC, id",
                        {std::move(user_id), now, now - a.tenant()->session_limits().idle}}));
  std::vector<Session> out;
  for (const auto& row : rows) {
    auto session = to_session(row);
    if (!session) co_return std::move(session).error();
    out.push_back(*std::move(session));
  }
  co_return out;
}

void add_scopes(const std::string& scopes, std::vector<std::string>& to) {
  for (const auto scope : text::split(scopes, ' '))
    if (std::find(to.begin(), to.end(), scope) == to.end()) to.emplace_back(scope);
}

Async<std::map<std::string, Holdings::Application>> read_applications(Authority& a, std::string user_id) {
  CO_TRY(const auto rows, a.store.query({"SELECT client_id, scope FROM consents WHERE user_id = $1 UNION SELECT "
                                         "client_id, body FROM refresh_tokens WHERE "
                                         "user_id = $1 AND expires_at > $2 AND rotated_at IS NULL ORDER BY 1, 2",
                                         {std::move(user_id), a.clock.now()}}));
  const auto tenant = a.tenant();
  std::map<std::string, Holdings::Application> out;
  for (const auto& row : rows) {
    const std::string& id = text_at(row, 0);
    auto& application = out[id];
    const auto client = tenant->find_client(id);
    application.name = client ? client->name : id;
    const std::string& said = text_at(row, 1);  // a consent's scopes, or a refresh token
    const auto token = said.starts_with('{') ? json::parse(said) : Result<json::Value>(json::Value());
    add_scopes(token && token->is_object() ? (*token)["scope"].text() : said, application.scopes);
  }
  co_return out;
}

}  // namespace

Async<Holdings> read_holdings(Authority& a, const User& user) {
  Holdings out;
  CO_TRY(auto sessions, read_sessions(a, user.id));
  out.sessions = std::move(sessions);
  CO_TRY(auto applications, read_applications(a, user.id));
  out.applications = std::move(applications);
  CO_TRY(auto all, list_authenticators(a, user.id));
  for (auto& one : all)
    if (one.confirmed) (one.type == "passkey" ? out.passkeys : out.factors).push_back(std::move(one));
  CO_TRY(auto identities, linked_accounts(a.store, user.id));
  out.identities = std::move(identities);
  CO_TRY(const auto factors, factors_of(a, user));
  out.may_add_factor = !factors.enrollable.empty();
  co_return out;
}

std::string short_time(std::int64_t seconds) {
  constexpr const char *isolate = "\u2066", *no_break = "\u00A0", *end = "\u2069";
  const std::string text = iso_time(seconds);
  return isolate + text.substr(0, 10) + no_break + text.substr(11, 5) + no_break + "UTC" + end;
}

}  // namespace ostia::authority
