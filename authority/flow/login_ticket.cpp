#include "flow/login_ticket.hpp"
#include "accounts/users.hpp"

#include "flow/authorization_response.hpp"
#include "flow/authorize.hpp"
#include "flow/endpoints.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

constexpr std::int64_t lifetime = 300;  // seconds

std::optional<LoginTicket> read_ticket(const Authority& a, std::string_view sealed) {
  const auto v = open_ticket(a, "login_ticket", sealed);
  if (!v) return {};
  return LoginTicket{.sealed = std::string(sealed),
                     .user_id = (*v)["user_id"].text(),
                     .client_id = (*v)["client_id"].text(),
                     .grant = (*v)["grant"].text(),
                     .co_id = (*v)["co_id"].text(),
                     .cookie_secret = (*v)["cookie"].text(),
                     .verifier_secret = (*v)["verifier"].text(),
                     .epoch = (*v)["epoch"].as_int().value_or(0),
                     .until = (*v)["until"].as_int().value_or(0)};
}

Answer refuse(Authority& a, const Request& request, AuthorizationRequest r) {
  if (r.prompts("none")) co_return deliver_error(a, request, r, "login_required", "Login required");
  CO_RETURN(show_step(a, request, std::move(r), "/u/login"));
}

// Why a ticket makes no session any more; empty where it does.
// AZ-312 · Auth0: login_ticket
std::string what_is_over(const Authority& a, const LoginTicket& ticket, bool is_first,
                         const std::optional<User>& user) {
  if (!is_first) return "login_ticket_replayed";
  if (!user || user->blocked) return "user_gone";
  if (user->epoch != ticket.epoch) return "credential_changed";
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(ticket.client_id);
  return client && client->has_grant(ticket.grant) ? "" : "grant_not_allowed";
}

}  // namespace

// AZ-312 · Auth0: login_ticket
bool LoginTicket::is_proven_by_cookie(const Request& request) const {
  const std::string cookie = read_cookie(request, CookieKind::cross_origin);
  return !cookie.empty() && equal_in_constant_time(sha256(cookie), sha256(cookie_secret));
}

Response issue_login_ticket(const Authority& a, const Request& request, const User& user, const Client& client,
                            std::string_view grant) {
  const std::string cookie = random_id(), verifier = random_id(), co_id = random_id().substr(0, 12);
  const std::string ticket = seal_ticket(a, "login_ticket",
                                         Value::object({{"user_id", user.id},
                                                        {"client_id", client.id},
                                                        {"grant", grant},
                                                        {"epoch", user.epoch},
                                                        {"co_id", co_id},
                                                        {"cookie", cookie},
                                                        {"verifier", verifier}}),
                                         lifetime);
  Response response =
      json_response(200, Value::object({{"login_ticket", ticket}, {"co_verifier", verifier}, {"co_id", co_id}}));
  response.with("Cache-Control", "no-store");
  set_cookie(response, request, CookieKind::cross_origin, cookie, lifetime);
  return response;
}

std::optional<LoginTicket> open_login_ticket(const Authority& a, std::string_view client_id, std::string_view sealed) {
  auto ticket = read_ticket(a, sealed);
  if (!ticket || ticket->client_id != client_id) return {};
  return ticket;
}

Answer redeem_login_ticket(Authority& a, const Request& request, AuthorizationRequest r, LoginTicket ticket) {
  CO_AWAIT(const auto first, use_once(a, ticket.sealed, ticket.until));
  CO_AWAIT(const auto user, find_user(a.store, ticket.user_id));
  if (!first || !user)
    co_return deliver_error(a, request, r, "server_error", "The ticket could not be used; try again");
  if (const auto reason = what_is_over(a, ticket, *first, *user); !reason.empty()) {
    record(a, request,
           {.type = "fcoa",
            .description = "Login ticket refused",
            .client_id = r.client_id,
            .user_id = ticket.user_id,
            .reason = reason});
    CO_RETURN(refuse(a, request, std::move(r)));
  }
  const Request named = with_device(request);
  CO_AWAIT(const auto made, make_session(a, named, **user));
  if (!made) co_return deliver_error(a, request, r, "server_error", "The session could not be made; try again");
  r.authenticated = made->who.session.id;
  record(a, request,
         {.type = "scoa",
          .description = "Cross-origin login",
          .client_id = r.client_id,
          .user_id = ticket.user_id,
          .connection = (*user)->connection});
  CO_AWAIT(Response response, go_on(a, named, {.request = std::move(r), .who = made->who}));
  name_device(response, named, device_of(named));
  set_cookie(response, request, CookieKind::session, made->cookie, a.tenant()->session_limits().absolute);
  set_cookie(response, request, CookieKind::cross_origin, "", 0);
  co_return response;
}

Response ask_for_verifier(const Authority& a, const AuthorizationRequest& r, const LoginTicket& ticket,
                          const Client& client) {
  const std::string state = seal_ticket(a, "verify_cross_origin",
                                        Value::object({{"request", r.to_json()}, {"ticket", ticket.sealed}}), lifetime);
  std::vector<std::string> ancestors;
  if (r.response_mode == "web_message") ancestors.push_back(url::origin_of(r.redirect_uri));
  return pages::verify_cross_origin(client.cross_origin_page, ticket.co_id, state, r.redirect_uri, ancestors);
}

Answering verify_cross_origin(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const auto v = open_ticket(a, "verify_cross_origin", form.get("state"));
  // Another site must not sign anybody in with a ticket of its own.
  const bool is_ours =
      request.header("origin") == std::string_view(request.issuer).substr(0, request.issuer.size() - 1);
  if (!v || !is_ours) co_return stale_page(a, request);
  auto r = AuthorizationRequest::from_json((*v)["request"]);
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r.client_id);
  if (!client || !client->may_redirect_to(r.redirect_uri, request.issuer) || r.issuer != request.issuer)
    co_return stale_page(a, request);
  const auto ticket = open_login_ticket(a, r.client_id, (*v)["ticket"].text());
  // AZ-314 · Auth0: crossOriginVerification
  if (!ticket || !equal_in_constant_time(sha256(form.get("co_verifier")), sha256(ticket->verifier_secret))) {
    record(a, request,
           {.type = "fcoa",
            .description = "Cross-origin login without its verifier",
            .client_id = r.client_id,
            .reason = "verifier_mismatch"});
    CO_RETURN(refuse(a, request, std::move(r)));
  }
  CO_RETURN(redeem_login_ticket(a, request, std::move(r), *ticket));
}

}  // namespace ostia::authority
