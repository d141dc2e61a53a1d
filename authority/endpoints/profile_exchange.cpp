#include "endpoints/profile_exchange.hpp"

#include "grants/extensions.hpp"
#include "ostia/text/ascii.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"
#include "upstream/accounts.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Value words(std::string_view list) {
  Value out = Value::array();
  for (const auto word : text::split(list, ' ')) out.push_back(word);
  return out;
}

Value job_of(const Tenant& tenant, const Request& request, const Client& client, const ExchangeProfile& profile,
             const Parameters& p) {
  Value secrets = Value::object();
  for (const auto& [name, value] : profile.action.secrets) secrets.set(name, value);
  Value event = Value::object(
      {{"client", Value::object({{"client_id", client.id}, {"name", client.name}, {"metadata", Value::object()}})},
       {"request", Value::object({{"ip", request.peer},
                                  {"hostname", std::string(request.header("host"))},
                                  {"user_agent", std::string(request.header("user-agent"))}})},
       {"tenant", Value::object({{"id", tenant.name}})},
       {"resource_server", Value::object({{"id", p.get("audience")}})},
       {"transaction", Value::object({{"protocol", "oauth2-token-exchange"},
                                      {"requested_scopes", words(p.get("scope"))},
                                      {"subject_token", p.get("subject_token")},
                                      {"subject_token_type", p.get("subject_token_type")}})}});
  return Value::object({{"handler", "onExecuteCustomTokenExchange"},
                        {"actions", Value::array({Value::object({{"name", profile.action.name},
                                                                 {"code", profile.action.code},
                                                                 {"secrets", std::move(secrets)}})})},
                        {"event", std::move(event)}});
}

Error nobody(std::string why) { return oauth(403, "invalid_grant", std::move(why), "exchange_user_missing"); }

Async<User> user_by_id(Authority& a, std::string id) {
  CO_TRY(const auto user, find_user(a.store, std::move(id)));
  if (!user) co_return nobody("The action names an account that is not there");
  co_return *user;
}

// Of a database the one with that address; of an upstream the one with that id, who is made where there is none yet.
Async<User> user_by_connection(Authority& a, const Request& request, const Client& client, Value command) {
  const auto tenant = a.tenant();
  const auto connection = tenant->find_connection(command["connection"].text(), client);
  if (!connection) co_return nobody("The action names a connection that is not enabled for the application");
  const Value& profile = command["profile"];
  if (!connection->is_upstream()) {
    CO_TRY(const auto found, find_user_by_login(a.store, {connection->name}, profile["email"].text()));
    if (!found) co_return nobody("Nobody of the connection " + connection->name + " has that address");
    CO_RETURN(owner_of(a.store, *found));
  }
  const std::string id = profile["user_id"].text();
  if (id.empty()) co_return nobody("The action gives no user_id for the connection " + connection->name);
  if (!command["creates"].as_bool()) {
    CO_TRY(const auto found, upstream::find_account(a, *connection, id));
    if (!found) co_return nobody("Nobody of the connection " + connection->name + " has that id");
    co_return *found;
  }
  CO_RETURN(upstream::sign_in(a, request, *connection, {.id = id, .profile = profile, .tokens = {}, .id_token = {}},
                              client.id));
}

}  // namespace

// Auth0: custom token exchange
Async<User> find_exchanged(Authority& a, const Request& request, const Client& client, ExchangeProfile profile,
                           Parameters p) {
  const auto tenant = a.tenant();
  CO_TRY(const auto commands, run_action(a, job_of(*tenant, request, client, profile, p)));
  Value who;
  for (const auto& command : commands.items()) {
    const std::string& type = command["type"].text();
    if (type == "deny") co_return oauth(403, "access_denied", command["reason"].text(), "action_refused");
    if (type == "reject") co_return oauth(400, "invalid_request", command["reason"].text(), "subject_token_rejected");
    if (type == "user" || type == "user_by_connection") who = command;
  }
  if (who["type"].is("user")) CO_RETURN(user_by_id(a, who["user_id"].text()));
  if (who["type"].is("user_by_connection")) CO_RETURN(user_by_connection(a, request, client, std::move(who)));
  co_return nobody("The action has named nobody");
}

}  // namespace ostia::authority
