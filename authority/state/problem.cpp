#include "state/problem.hpp"

#include "base/hints.hpp"

namespace ostia::authority {
namespace {

using json::Value;

void explain(const Authority& a, const Error& error, Value& body) {
  if (!a.dev || error.reason.empty()) return;
  body.set("reason", error.reason);
  if (const auto hint = hint_for(error.reason); !hint.empty()) body.set("hint", hint);
}

Response answer(int status, const Value& body) { return json_response(status, body).with("Cache-Control", "no-store"); }

bool is_defect(const Error& e) { return e.fault == Fault::ours && e.status == 0; }

}  // namespace

Response oauth_problem(const Authority& a, const Error& e) {
  if (is_defect(e)) return oauth_error(500, "server_error", "The server could not answer; its log says why.");
  Value body = Value::object({{"error", e.code}, {"error_description", e.description}});
  if (!e.mfa_token.empty()) body.set("mfa_token", e.mfa_token);
  explain(a, e, body);
  return answer(e.status, body);
}

Response database_problem(const Authority& a, const Error& e, std::string_view name) {
  if (is_defect(e)) return oauth_error(500, "server_error", "The server could not answer; its log says why.");
  Value body =
      Value::object({{"name", name}, {"code", e.code}, {"description", e.description}, {"statusCode", e.status}});
  explain(a, e, body);
  return answer(e.status, body);
}

Response plain_problem(const Authority& a, const Error& e) {
  Value body = Value::object({{"error", e.description}});
  explain(a, e, body);
  return answer(e.status, body);
}

}  // namespace ostia::authority
