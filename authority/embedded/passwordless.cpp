// `/passwordless/start` and `/passwordless/verify` (AZ-501 to AZ-514).
#include "accounts/passwordless.hpp"

#include "embedded/endpoints.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

struct Target {
  Found<Client> client;
  Found<Connection> connection;
  std::string address;
};

// AZ-503 · Auth0: passwordless/start
Result<Target> find_target(const Tenant& tenant, const Value& body) {
  for (const char* field : {"client_id", "connection"})
    if (!body[field].is_string() || body[field].text().empty())
      return oauth(400, "bad.request", std::string(field) + " is required", "field_missing");
  const auto client = tenant.find_client(body["client_id"].text());
  if (!client) return oauth(400, "bad.tenant", "error in tenant - client_id is not known", "client_unknown");
  const auto c = tenant.find_connection(body["connection"].text(), *client);
  if (!c || !c->is_passwordless())
    return oauth(400, "bad.connection", "Connection does not exist", "connection_unknown");
  const char* field = c->strategy == "sms" ? "phone_number" : "email";
  if (!body[field].is_string())
    return oauth(400, c->strategy == "sms" ? "bad.phone_number" : "bad.email", std::string(field) + " is required",
                 "field_missing");
  auto address = passwordless_address(*c, body[field].text());
  if (!address) return std::move(address).error();
  return Target{client, c, *address};
}

// A confidential client says who it is; a public one has nothing to say it with.
// AZ-504 · RFC 6749 section 2.3.1
Status check_client(const Client& client, const Value& body) {
  if (client.is_public()) return ok();
  if (!client.secret.empty() && equal_in_constant_time(sha256(client.secret), sha256(body["client_secret"].text())))
    return ok();
  return oauth(401, "unauthorized_client", "Client authentication is required: send client_secret",
               "client_secret_wrong");
}

// `authParams` end up in a link that this authority sends: they must be what `/authorize` takes.
// AZ-503, AZ-512 · Auth0: authParams
Status check_parameters(const Client& client, std::string_view issuer, const Value& parameters) {
  if (parameters.is_null()) return ok();
  if (!parameters.is_object())
    return oauth(400, "bad.authParams", "error in authParams - it must be an object", "auth_params_malformed");
  constexpr std::size_t most = 8 * 1024;  // bytes: they go into a mail, and are kept with it
  if (json::write(parameters).size() > most)
    return oauth(400, "bad.authParams", "error in authParams - it is longer than 8 kB", "auth_params_malformed");
  for (const auto& [key, item] : parameters.members())
    if (!item.is_string() && !item.is_null())
      return oauth(400, "bad.authParams", "error in authParams - " + key + " must be a string",
                   "auth_params_malformed");
  const std::string& to = parameters["redirect_uri"].text();
  if (!to.empty() && !client.may_redirect_to(to, issuer))
    return oauth(400, "bad.authParams", "error in authParams - redirect_uri is not in the list of allowed callbacks",
                 "redirect_uri_mismatch");
  return ok();
}

// What a link needs and the application left out.
Value completed(const Client& client, const Value& parameters) {
  Value out = parameters.is_object() ? parameters : Value::object();
  if (out["redirect_uri"].text().empty() && !client.callbacks.empty()) out.set("redirect_uri", client.callbacks[0]);
  if (out["response_type"].text().empty())
    out.set("response_type", client.has_grant("authorization_code") ? "code" : "token");
  return out;
}

Response started_body(const Target& t) {
  const bool by_phone = t.connection->strategy == "sms";
  return json_response(
             200, Value::object({{"_id", text::base64url_encode(sha256(t.connection->name + t.address)).substr(0, 24)},
                                 {by_phone ? "phone_number" : "email", t.address},
                                 {by_phone ? "phone_verified" : "email_verified", false}}))
      .with("Cache-Control", "no-store");
}

}  // namespace

Answering passwordless_start(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  const auto tenant = a.tenant();
  const auto failed = [&](const Error& e) {
    record(a, request,
           {.type = "fcs",
            .description = e.description,
            .client_id = (*body)["client_id"].text(),
            .connection = (*body)["connection"].text(),
            .reason = e.reason});
    return oauth_problem(a, e);
  };
  const auto target = find_target(*tenant, *body);
  if (!target) co_return failed(target.error());
  const Value& send = (*body)["send"];
  if (!send.is_null() && !send.is("code") && !send.is("link"))
    co_return failed(oauth(400, "bad.send", "error in send - it must be code or link", "send_unknown"));
  const bool link = target->connection->strategy == "email" ? !send.is("code") : send.is("link");
  if (auto client = check_client(*target->client, *body); !client) co_return failed(client.error());
  if (auto fine = check_parameters(*target->client, request.issuer, (*body)["authParams"]); !fine)
    co_return failed(fine.error());
  // AZ-1306 · Auth0: sms_provider_error
  if (target->connection->strategy == "sms" && !target->connection->sms.is_set() && !a.dev)
    co_return failed(
        oauth(400, "sms_provider_error", "No provider of text messages is configured", "sms_provider_missing"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::passwordless, (*body)["captcha"].text()));
  if (!human) co_return failed(human.error());
  CO_AWAIT(const auto started,
           start_passwordless(a, request,
                              {*human, target->connection->name, target->address, link,
                               completed(*target->client, (*body)["authParams"]), target->client->id,
                               std::string(request.header("x-request-language"))}));
  if (!started) co_return failed(started.error());
  co_return started_body(*target);
}

// Says whether a code is right, and leaves it usable: auth0-js goes on to `verify_redirect` with it.
// AZ-510 · Auth0: passwordless/verify
Answering passwordless_verify(Authority& a, Request request) {
  const auto body = read_json_object(request);
  if (!body) co_return oauth_problem(a, body.error());
  const auto tenant = a.tenant();
  const auto target = find_target(*tenant, *body);
  if (!target) co_return oauth_problem(a, target.error());
  if (!(*body)["verification_code"].is_string())
    co_return oauth_problem(a, oauth(400, "bad.request", "verification_code is required", "field_missing"));
  CO_AWAIT(const auto checked, check_passwordless_code(a, request, target->client->id, target->connection->name,
                                                       target->address, (*body)["verification_code"].text()));
  if (checked) co_return text_response(200, "OK").with("Cache-Control", "no-store");
  Error e = checked.error();
  if (e.code == "access_denied") e = oauth(401, "invalid_user_password", e.description, e.reason);
  co_return oauth_problem(a, e);
}

}  // namespace ostia::authority
