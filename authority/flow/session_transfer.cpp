#include "flow/session_transfer.hpp"

#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "flow/authorization_response.hpp"
#include "grants/session_transfer.hpp"
#include "logs/journal.hpp"
#include "pages/cookies.hpp"
#include "protocol/session_transfer.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::TransferStep;
using Answer = boost::asio::awaitable<Response>;

constexpr const char* cookie_name = "auth0_session_transfer_token";

// Everything that the rules ask about a token, which is used up by that.
struct Inspection {
  std::optional<SessionTransferToken> token;
  std::optional<User> user;
  std::optional<SignedIn> there;  ///< who is signed in at this browser
  protocol::TransferNext next;
};

Async<bool> grant_stands(Authority& a, const Grant& grant, const std::optional<User>& user) {
  if (!user || user->blocked || user->epoch != grant.epoch) co_return false;
  CO_TRY(const auto is_over, is_revoked(a, grant.id));
  co_return !is_over;
}

Async<Inspection> inspect(Authority& a, const Request& request, const Client& client, std::string sealed) {
  Inspection out{.token = open_session_transfer(a, request.issuer, sealed), .user = {}, .there = {}, .next = {}};
  CO_TRY(out.there, current_session(a, request));
  protocol::Transferred facts{.is_ours = out.token.has_value(),
                              .application_is_bound = client.session_transfer.binds_to_address,
                              .has_session = out.there.has_value()};
  if (out.token) {
    const Grant& grant = out.token->grant;
    CO_TRY(facts.is_first, use_once(a, sealed, out.token->until));
    CO_TRY(out.user, find_user(a.store, grant.user_id));
    CO_TRY(facts.grant_stands, grant_stands(a, grant, out.user));
    const auto asker = a.tenant()->find_client(grant.client_id);
    facts.asker_may = asker && asker->is_first_party && asker->session_transfer.makes_tokens;
    facts.is_same_address = out.token->address == request.peer;
    facts.is_same_person = out.there && out.user && out.there->user.id == out.user->id;
  }
  out.next = protocol::judge_transfer(facts);
  co_return out;
}

// The application has set it; what is used up must not come again.
void forget_cookie(Response& response, const Request& request) {
  if (request.cookie(cookie_name).empty()) return;
  response.with("Set-Cookie", std::string(cookie_name) + "=; Path=/; Max-Age=0");
}

// Whoever is signed in here stays out of this request, too: it was to be somebody else's.
Answer ask_for_login(Authority& a, const Request& request, AuthorizationRequest r, const Inspection& found) {
  record(a, request,
         {.type = "f",
          .description = "Session transfer refused",
          .client_id = r.client_id,
          .user_id = found.user ? found.user->id : "",
          .reason = std::string(found.next.reason)});
  if (found.next.step == TransferStep::change_over) {
    CO_AWAIT(const auto ended, end_sessions(a, {.session_id = found.there->session.id}));
    if (!ended) co_return deliver_error(a, request, r, "server_error", "The session could not be ended; try again");
  }
  if (r.prompts("none")) co_return deliver_error(a, request, r, "login_required", "Login required");
  r.prompt = "login";
  CO_RETURN(go_on(a, request, {.request = std::move(r), .who = {}}));
}

Value session_body(const Grant& grant) {
  Value body = Value::object({{"transfer", Value::object({{"grant", grant.id}, {"client_id", grant.client_id}})}});
  if (grant.with_second_factor) body.set("mfa_at", grant.auth_time);
  return body;
}

Answer begin(Authority& a, const Request& request, AuthorizationRequest r, Inspection found) {
  const SessionTransferToken& token = *found.token;
  User user = *std::move(found.user);
  if (!token.grant.connection.empty()) user.via = token.grant.connection;
  const Request named = with_device(request);
  CO_AWAIT(const auto made, make_session(a, named, user, session_body(token.grant), token.grant.auth_time));
  if (!made) co_return deliver_error(a, request, r, "server_error", "The session could not be made; try again");
  record(a, request,
         {.type = "s",
          .description = "Logged in by a session transfer from " + token.grant.client_id,
          .client_id = r.client_id,
          .user_id = user.id,
          .user_name = user.login_name(),
          .connection = user.login_connection()});
  Value told = Value::object({{"client_id", token.grant.client_id},
                              {"request", Value::object({{"ip", token.address}, {"user_agent", token.user_agent}})}});
  CO_AWAIT(Response response,
           go_on(a, named, {.request = std::move(r), .who = made->who, .transfer = std::move(told)}));
  name_device(response, named, device_of(named));
  set_cookie(response, request, CookieKind::session, made->cookie, a.tenant()->session_limits().absolute);
  co_return response;
}

Answer use(Authority& a, const Request& request, AuthorizationRequest r, std::string sealed) {
  const auto client = a.tenant()->find_client(r.client_id);
  CO_AWAIT(auto found, inspect(a, request, *client, std::move(sealed)));
  if (!found)
    co_return deliver_error(a, request, r, "server_error", "The session transfer could not be read; try again");
  if (found->next.step == TransferStep::begin) CO_RETURN(begin(a, request, std::move(r), *std::move(found)));
  if (found->next.step == TransferStep::go_on)
    CO_RETURN(go_on(a, request, {.request = std::move(r), .who = found->there}));
  CO_RETURN(ask_for_login(a, request, std::move(r), *found));
}

}  // namespace

Handed handed_over(Authority& a, const Request& request, const Client& client, const Parameters& parameters) {
  const auto& settings = client.session_transfer;
  const std::string by_query(parameters.get("session_transfer_token")), by_cookie(request.cookie(cookie_name));
  if (settings.by_query && !by_query.empty()) return {by_query, settings.by_cookie};
  if (!by_query.empty())
    record(a, request,
           {.type = "w",
            .description = "A session_transfer_token was not looked at: \"query\" is not one of the application's "
                           "session_transfer.allowed_authentication_methods",
            .client_id = client.id,
            .reason = "session_transfer_method"});
  if (settings.by_cookie && !by_cookie.empty()) return {by_cookie, true};
  return {};
}

Answer with_session_transfer(Authority& a, const Request& request, AuthorizationRequest r, Handed handed) {
  CO_AWAIT(Response response, use(a, request, std::move(r), std::move(handed.token)));
  if (handed.by_cookie) forget_cookie(response, request);
  co_return response;
}

}  // namespace ostia::authority
