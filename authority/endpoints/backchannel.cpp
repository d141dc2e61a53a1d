// `/bc-authorize` (OpenID CIBA Core section 7), whose tokens are polled for: an application asks a person whom it
// knows, and who gets a mail with the link to the question.
#include <algorithm>

#include "accounts/users.hpp"
#include "endpoints/endpoints.hpp"
#include "grants/client_authentication.hpp"
#include "grants/device.hpp"
#include "http/body.hpp"
#include "limits/limits.hpp"
#include "logs/journal.hpp"
#include "messages/mails.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/text/ascii.hpp"
#include "pages/look.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr std::string_view grant_type = "urn:openid:params:grant-type:ciba";
constexpr std::int64_t longest_wait = 300;  // seconds

Error bad(std::string description, const char* reason) {
  return oauth(400, "invalid_request", std::move(description), reason);
}

// The `sub` that the one hint of the three names; an error says why none.
// AZ-648 · OpenID CIBA Core section 7.1
Result<std::string> hinted(const Authority& a, const Request& request, const Client& client, const Parameters& p) {
  if (!p.get("login_hint_token").empty()) return bad("login_hint_token is not supported", "login_hint_invalid");
  const bool has_hint = !p.get("login_hint").empty(), has_token = !p.get("id_token_hint").empty();
  if (has_hint == has_token) return bad("Send one of login_hint and id_token_hint", "login_hint_invalid");
  if (has_token) {
    const auto claims = read_own_token(a, TokenUse::id_token_hint, request.issuer, p.get("id_token_hint"));
    if (!claims || !oidc::is_for(*claims, client.id))
      return bad("id_token_hint must be an ID token of this application", "login_hint_invalid");
    return (*claims)["sub"].text();
  }
  const auto hint = json::parse(p.get("login_hint"), 2);
  if (!hint || !(*hint)["format"].is("iss_sub") || (*hint)["iss"] != Value(request.issuer) ||
      (*hint)["sub"].text().empty())
    return bad(R"(login_hint must be {"format":"iss_sub","iss":ISSUER,"sub":USER_ID})", "login_hint_invalid");
  return (*hint)["sub"].text();
}

// What people compare on two screens.
// AZ-648 · OpenID CIBA Core section 13
bool is_binding_message(std::string_view text) {
  constexpr std::string_view signs = " +-_.,:#";
  return text.size() <= 64 && std::all_of(text.begin(), text.end(),
                                          [&](char c) { return text::is_alnum(c) || signs.find(c) != signs.npos; });
}

Result<std::int64_t> wait_of(const Parameters& p) {
  if (!p.has("requested_expiry")) return longest_wait;
  const auto asked = text::parse_int(p.get("requested_expiry"));
  if (!asked || *asked < 1) return bad("requested_expiry must be a number of seconds", "parameter_malformed");
  return std::min(*asked, longest_wait);
}

// What is wrong whoever is asked.
Status check(const Authority& a, const Request& request, const Client& client, const Parameters& p) {
  // AZ-648 · OpenID CIBA Core section 4
  if (client.is_public()) return oauth(401, "invalid_client", "The application must authenticate", "client_public");
  if (!client.has_grant(grant_type))
    return oauth(400, "unauthorized_client", "Grant type '" + std::string(grant_type) + "' not allowed for the client.",
                 "grant_not_allowed");
  if (!p.get("request").empty()) return bad("Signed requests are not supported here", "parameter_malformed");
  if (!text::has_word(p.get("scope"), "openid"))
    return oauth(400, "invalid_scope", "The scope must have openid", "scope_missing");
  if (p.get("scope").size() > 4096) return oauth(400, "invalid_scope", "The scope is too long", "scope_too_long");
  if (!is_binding_message(p.get("binding_message")))
    return oauth(400, "invalid_binding_message",
                 "binding_message must be 64 letters, digits, blanks or +-_.,:# of ASCII at most",
                 "binding_message_invalid");
  const auto access = resolve_access(a, client, request.issuer, p.get("audience"), p.get("scope"));
  return access ? ok() : Status(access.error());
}

Async<User> person_of(Authority& a, const Client& client, std::string sub) {
  CO_TRY(const auto user, find_user(a.store, sub));
  if (!user || user->blocked) co_return oauth(400, "unknown_user_id", "There is no such person", "user_unknown");
  if (!client.approves_by_mail || user->email.empty())
    co_return oauth(400, "invalid_request",
                    "The person cannot be reached: the application needs async_approval_notification_channels "
                    "[\"email\"], and the person an address",
                    "person_unreachable");
  co_return *user;
}

Value who_is(const User& user) {
  Value out = user.profile.is_object() ? user.profile : Value::object();
  out.set("email", user.email);
  out.set("user_id", user.id);
  return out;
}

Async<Value> start(Authority& a, const Request& request, const Parameters& p) {
  const auto tenant = a.tenant();
  CO_TRY(const auto client, authenticate_client(a, *tenant, request, p));
  if (auto allowed = take_call(a, request, client->id); !allowed) co_return std::move(allowed).error();
  if (auto good = check(a, request, *client, p); !good) co_return std::move(good).error();
  const auto wait = wait_of(p);
  if (!wait) co_return wait.error();
  const auto sub = hinted(a, request, *client, p);
  if (!sub) co_return sub.error();
  CO_TRY(const auto user, person_of(a, *client, *sub));
  CO_TRY(const bool may, take_message(a, request, user.email, false));
  if (!may)
    co_return oauth(429, "too_many_requests", "The person has been sent many messages: wait for an hour",
                    "messages_limited");
  const std::string message(p.get("binding_message"));
  CO_TRY(const auto made, ask_for_approval(a,
                                           {.id = {},
                                            .user_code = {},
                                            .client_id = client->id,
                                            .issuer = request.issuer,
                                            .audience = std::string(p.get("audience")),
                                            .scope = std::string(p.get("scope")),
                                            .user_id = user.id,
                                            .binding_message = message,
                                            .acr_values = std::string(p.get("acr_values"))},
                                           *wait));
  const auto look = look_for(*tenant, request, {});
  const Texts& texts = look.texts;
  const std::string shown = message.empty() ? "" : texts.get("approve.message", {{"message", message}});
  CO_TRY_VOID(a.store.write(a.outbox.queue(compose_mail(*tenant, texts, "async_approval", user.email, nullptr,
                                                        {.link = request.issuer + "activate?request=" + made.user_code,
                                                         .code = {},
                                                         .address = {},
                                                         .user = who_is(user),
                                                         .client_id = client->id,
                                                         .what = shown}))));
  a.outbox.wake();
  co_return Value::object(
      {{"auth_req_id", made.device_code}, {"expires_in", made.expires_in}, {"interval", made.interval}});
}

}  // namespace

Answering backchannel_authentication(Authority& a, Request request) {
  const auto parameters = read_parameters(request);
  if (!parameters) co_return oauth_problem(a, parameters.error());
  CO_AWAIT(const auto started, start(a, request, *parameters));
  if (started) co_return json_response(200, *started).with("Cache-Control", "no-store");
  const Error& e = started.error();
  record(a, request,
         {.type = "f",
          .description = e.description,
          .client_id = std::string(parameters->get("client_id")),
          .reason = e.reason});
  co_return oauth_problem(a, e);
}

}  // namespace ostia::authority
