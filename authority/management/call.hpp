// A call of the Management API as its handlers see it: checked for its token, scopes, path and
// body before they get it.
#pragma once

#include "state/authority.hpp"

namespace ostia::authority::management {

/// The values of a route's slots, decoded, in their order; empty ones where the route has no more.
class Slots {
 public:
  explicit Slots(std::vector<std::string> values) : values_(std::move(values)) {}
  const std::string& operator[](std::size_t i) const {
    static const std::string none;
    return i < values_.size() ? values_[i] : none;
  }

 private:
  std::vector<std::string> values_;
};

struct Call {
  Request request;
  std::shared_ptr<const Tenant> tenant;
  Slots path;
  Parameters query;
  json::Value body;
  json::Value token;    ///< the claims of who calls
  bool is_own = false;  ///< a person's own token, about themselves; otherwise a machine's

  /// Whether the token has one of these scopes, given as words.
  [[nodiscard]] bool has_scope(std::string_view any_of) const;
};

/// Whose turn a long read takes: the application that calls, or the person.
inline std::string caller_of(const Call& call) {
  return call.token["azp"].is_string() ? call.token["azp"].text() : call.token["sub"].text();
}

struct Reply {
  int status = 200;
  json::Value body;  ///< null: no body
};
using Handling = Async<Reply>;

/// Makes the statements durable, and answers.
Handling commit(Authority& a, std::vector<Statement> statements, int status, json::Value body = {});

/// An error in the API's shape: `code` is its `errorCode`, `description` its `message`.
inline Error api_error(int status, std::string code, std::string message) {
  return {std::move(code), std::move(message), {}, status, Fault::caller};
}
inline Error not_found(std::string what, std::string code) { return api_error(404, std::move(code), std::move(what)); }
inline Error invalid_body(const std::string& what) {
  return api_error(400, "invalid_body", "Payload validation error: " + what);
}
/// Of `check_bounds`.
inline Error out_of_range(const Error& e) { return invalid_body("'" + e.description + "'"); }
inline Error invalid_query(const std::string& what) {
  return api_error(400, "invalid_query_string", "Query validation error: " + what);
}

/// One endpoint. `{name}` in the path is a slot.
struct Route {
  using Handle = Handling (*)(Authority&, Call);
  using HandleFor = Handling (*)(Authority&, Call, const void* subject);

  std::string method, path;
  std::string scopes;       ///< any of these words
  std::string own_scopes;   ///< with any of these a person may do it to the account of the first slot, if it is theirs
  std::string body;         ///< the schema of the body; empty: there is none
  std::string id, summary;  ///< for the description of the API
  Handle handle = nullptr;
  HandleFor handle_for = nullptr;  ///< of a route that a table makes, with its row
  const void* subject = nullptr;
  std::vector<std::string> query;  ///< names of the query's parameters
  std::string kept;                ///< why what it changes is kept and not acted upon; empty: it is acted upon

  Route&& by_oneself(std::string words) && {
    own_scopes = std::move(words);
    return std::move(*this);
  }
  Route&& takes(std::string schema) && {
    body = std::move(schema);
    return std::move(*this);
  }
  Route&& asks(std::vector<std::string> names) && {
    query = std::move(names);
    return std::move(*this);
  }
};
inline Route on(std::string method, std::string path, std::string scopes, std::string id, std::string summary,
                Route::Handle handle) {
  return {std::move(method), std::move(path), std::move(scopes), {}, {}, std::move(id), std::move(summary), handle};
}
inline Route on(std::string method, std::string path, std::string scopes, std::string id, std::string summary,
                Route::HandleFor handle, const void* subject) {
  return {std::move(method), std::move(path),    std::move(scopes), {},     {},
          std::move(id),     std::move(summary), nullptr,           handle, subject};
}
using Routes = std::vector<Route>;

/// All endpoints, each folder file's own.
const Routes& routes();
/// All scopes that they ask for.
const std::vector<std::string>& all_scopes();

Routes document_routes();
Routes client_routes();
Routes connection_routes();
Routes settings_routes();
Routes user_routes();
Routes user_search_routes();
Routes identity_routes();
Routes job_routes();
Routes ticket_routes();
Routes log_routes();
Routes session_routes();
Routes key_routes();
Routes role_routes();
Routes organization_routes();
Routes action_routes();
Routes rule_routes();
Routes mfa_routes();
Routes kept_routes();
Routes credential_routes();
Routes standing_routes();

/// The OpenAPI 3.1 description, made of the routes.
json::Value describe(const std::string& issuer);

/// Answers a request under `/api/v2/`.
Answering manage(Authority& a, Request request);
/// How large a body may be that comes with this `Authorization`: more than usual only with a token of ours.
std::uint64_t body_limit(const Authority& a, std::string_view target, std::string_view authorization);
/// The methods of the endpoint at `path`; empty: there is none.
std::string methods_at(std::string_view path);

}  // namespace ostia::authority::management
