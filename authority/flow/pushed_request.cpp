#include "flow/pushed_request.hpp"

#include "flow/endpoints.hpp"
#include "grants/authorization_request.hpp"
#include "grants/client_authentication.hpp"
#include "grants/proof.hpp"
#include "grants/registration.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view prefix = "urn:ietf:params:oauth:request_uri:";
constexpr std::int64_t lifetime = 30;  // seconds

}  // namespace

bool is_pushed_request(const Parameters& p) { return p.get("request_uri").starts_with(prefix); }

Async<Parameters> open_pushed_request(Authority& a, const Parameters& p) {
  const std::string ticket(p.get("request_uri").substr(prefix.size()));
  CO_TRY(const auto body, open_from_address(a, "pushed_request", ticket));
  const Error unknown = oauth(400, "invalid_request_uri", "unknown, used or expired", "par_unknown");
  // AZ-627 · RFC 9126 section 2.2
  if (!body || (*body)["client_id"] != Value(p.get("client_id"))) co_return unknown;
  CO_TRY(const auto first, use_once(a, ticket, (*body)["until"].as_int().value_or(0)));
  // AZ-627 · RFC 9126 section 7.3
  if (!first) co_return unknown;
  const Value& pushed = (*body)["parameters"];
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, item] : pushed.members()) pairs.emplace_back(name, item.text());
  co_return Parameters(std::move(pairs));
}

Answering pushed_authorization(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  CO_AWAIT(const auto read, read_client_document(a, request, std::string(parameters->get("client_id"))));
  if (!read) co_return oauth_problem(a, read.error());
  const auto tenant = a.tenant();
  CO_AWAIT(const auto client, authenticate_client(a, *tenant, request, *parameters));
  if (!client) co_return oauth_problem(a, client.error());
  // AZ-627 · RFC 9126 section 2.1
  if (!parameters->get("request_uri").empty())
    co_return oauth_problem(a, oauth(400, "invalid_request", "request_uri must not be pushed", "par_nested"));
  Value pushed = Value::object();
  for (const auto& [name, value] : parameters->pairs())
    if (name != "client_secret" && name != "client_assertion" && name != "client_assertion_type")
      pushed.set(name, value);
  pushed.set("client_id", (*client)->id);
  // AZ-642 · RFC 9449 section 10.1
  CO_AWAIT(const auto key, take_dpop_proof(a, request, {}, (*client)->is_public()));
  if (!key) co_return oauth_problem(a, key.error());
  if (!key->empty() && pushed.find("dpop_jkt") && pushed["dpop_jkt"] != Value(*key))
    co_return oauth_problem(
        a, oauth(400, "invalid_dpop_proof", "dpop_jkt is another key than that of the DPoP proof", "dpop_mismatch"));
  if (!key->empty()) pushed.set("dpop_jkt", *key);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, item] : pushed.members()) pairs.emplace_back(name, item.text());
  // AZ-627 · RFC 9126 section 2.3
  // Judged here, where the client can read the answer.
  const auto judged =
      judge_authorization_request(*tenant, Parameters(std::move(pairs)), request.issuer, true, a.clock.now());
  if (const auto* page = std::get_if<pages::ErrorPage>(&judged)) {
    const auto colon = page->code.find(": ");
    // AZ-647 · RFC 9101 section 7
    if (page->code.starts_with("invalid_request_object") || page->code.starts_with("request_not_supported"))
      co_return oauth_problem(a, oauth(400, page->code.substr(0, colon), page->code.substr(colon + 2)));
    co_return oauth_problem(a, oauth(400, "invalid_request", page->code, page->key));
  }
  if (const auto* error = std::get_if<ClientError>(&judged))
    co_return oauth_problem(a, oauth(400, error->error, error->description));
  std::vector<Statement> keep;
  const std::string ticket = seal_for_address(
      a, "pushed_request", Value::object({{"client_id", (*client)->id}, {"parameters", pushed}}), lifetime, keep);
  CO_AWAIT(const auto kept, a.store.commit(std::move(keep)));
  if (!kept) co_return oauth_problem(a, kept.error());
  record(a, request, {.type = "spar", .client_id = (*client)->id});
  co_return json_response(201, Value::object({{"request_uri", std::string(prefix) + ticket}, {"expires_in", lifetime}}))
      .with("Cache-Control", "no-store");
}

}  // namespace ostia::authority
