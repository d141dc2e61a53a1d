#include "flow/login_ticket.hpp"
#include "accounts/users.hpp"

#include "flow/authorization_response.hpp"
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
  return LoginTicket{
      std::string(sealed),   (*v)["user_id"].text(),  (*v)["client_id"].text(),          (*v)["co_id"].text(),
      (*v)["cookie"].text(), (*v)["verifier"].text(), (*v)["until"].as_int().value_or(0)};
}

Answer refuse(const Authority& a, const Request& request, AuthorizationRequest r) {
  if (r.prompts("none")) co_return deliver_error(r, "login_required", "Login required");
  co_return show_step(a, request, r, "/u/login");
}

}  // namespace

bool LoginTicket::is_proven_by_cookie(const Request& request) const {
  const std::string cookie = read_cookie(request, CookieKind::cross_origin);
  return !cookie.empty() && equal_in_constant_time(sha256(cookie), sha256(cookie_mark));
}

Response issue_login_ticket(const Authority& a, const Request& request, const User& user, const Client& client) {
  const std::string cookie = random_id(), verifier = random_id(), co_id = random_id().substr(0, 12);
  const std::string ticket = seal_ticket(a, "login_ticket",
                                         Value::object({{"user_id", user.id},
                                                        {"client_id", client.id},
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
  if (!first) co_return deliver_error(r, "server_error", "The ticket could not be used; try again");
  CO_AWAIT(const auto user, find_user(a.store, ticket.user_id));
  if (!*first || !user || !*user || (*user)->blocked) {
    record(a, request,
           {"fcoa",
            "Login ticket refused",
            r.client_id,
            ticket.user_id,
            {},
            {},
            *first ? "user_gone" : "login_ticket_replayed"});
    CO_RETURN(refuse(a, request, std::move(r)));
  }
  CO_AWAIT(const auto made, make_session(a, request, **user));
  if (!made) co_return deliver_error(r, "server_error", "The session could not be made; try again");
  r.authenticated = made->who.session.id;
  record(a, request, {"scoa", "Cross-origin login", r.client_id, ticket.user_id, {}, (*user)->connection, {}});
  auto continuing = continue_with(a, request, std::move(r), made->who);
  Response response = co_await std::move(continuing);
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
  if (!ticket || !equal_in_constant_time(sha256(form.get("co_verifier")), sha256(ticket->verifier_mark))) {
    record(a, request,
           {"fcoa", "Cross-origin login without its verifier", r.client_id, {}, {}, {}, "verifier_mismatch"});
    CO_RETURN(refuse(a, request, std::move(r)));
  }
  CO_RETURN(redeem_login_ticket(a, request, std::move(r), *ticket));
}

}  // namespace ostia::authority
