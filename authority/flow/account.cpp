#include "flow/account.hpp"
#include "accounts/users.hpp"
#include "protocol/age.hpp"

namespace ostia::authority {
namespace {

constexpr const char* let_in_at = "account_at";  // of a session: when all that a login has to pass was passed

AuthorizationRequest own_request(const Request& request) {
  AuthorizationRequest r;
  r.issuer = request.issuer;
  r.client_id = account_client().id;
  r.redirect_uri = request.issuer + "account";
  r.response_mode = "query";  // a refusal must be seen here: it comes as `error`
  r.scope = "openid";
  r.max_age = account_max_age;
  return r;
}

}  // namespace

Async<std::optional<SignedIn>> account_owner(Authority& a, const Request& request) {
  CO_AWAIT(auto who, current_session(a, request));
  if (!who || !*who) co_return who;
  const Session& session = (*who)->session;
  const bool is_fresh = protocol::is_recent(session.auth_time, a.clock.now(), account_max_age);
  const bool was_let_in = session.body[let_in_at].as_int().value_or(0) >= session.auth_time;
  if (!is_fresh || !was_let_in) co_return std::optional<SignedIn>();
  co_return who;
}

void mark_let_in(json::Value& session_body, std::int64_t now) { session_body.set(let_in_at, now); }

boost::asio::awaitable<Response> let_into_account(Authority& a, const Request& request, Session session) {
  mark_let_in(session.body, a.clock.now());
  CO_AWAIT(const auto kept, a.store.write(update_session(session)));
  if (!kept) co_return pages::trouble(look_for(*a.tenant(), request, {}), kept.error());
  co_return redirect(request.issuer + "account");
}

Showing log_in_for_account(Authority& a, const Request& request) {
  CO_RETURN(show_step(a, request, own_request(request), "/authorize/resume"));
}

Showing enrol_for_account(Authority& a, const Request& request) {
  CO_RETURN(show_step(a, request, own_request(request), "/u/mfa/enrol"));
}

}  // namespace ostia::authority
