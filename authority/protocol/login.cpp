// Universal Login with an e-mail or username and a password (checklist section 2).
#include "log.hpp"
#include "ostia/url/url.hpp"
#include "protocol/cookies.hpp"
#include "protocol/login_state.hpp"

namespace ostia::authority {
namespace {

Response login_page(const Authority& a, int status, const AuthorizationRequest& r, std::string state,
                    std::string username, std::string error) {
  const auto tenant = a.tenant();
  return pages::login(status, {tenant->name, tenant->find_client(r.client_id)->name, std::move(state),
                               std::move(username), std::move(error), r.redirect_uri});
}

constexpr const char* wrong_credentials = "Wrong email or password.";

// The account that these credentials open. No such account and a wrong password look the same, in time too.
Async<User> authenticate(Authority& a, std::string client_id, std::string username, std::string password) {
  const auto tenant = a.tenant();
  auto connections = tenant->databases_of(*tenant->find_client(client_id));
  auto user_task = find_user_by_login(a.store, std::move(connections), std::move(username));
  auto user = co_await std::move(user_task);
  if (!user) co_return std::move(user).error();
  std::string hash;
  if (*user) hash = (*user)->password_hash;
  auto good_task = a.passwords.check(std::move(password), std::move(hash));
  const auto good = co_await std::move(good_task);
  if (!good) co_return good.error();
  if (!*good) co_return Error{"access_denied", wrong_credentials, "wrong_password", 400, Fault::caller};
  if ((*user)->blocked)
    co_return Error{"blocked_user", "Your account has been blocked.", "user_blocked", 403, Fault::caller};
  co_return **user;
}

}  // namespace

Answering show_login(Authority& a, Request request) {
  const Parameters parameters(url::parse_form(request.query));
  const std::string state(parameters.get("state"));
  const auto r = open_login_state(a, state, read_cookie(request, CookieKind::device), request.issuer);
  if (!r) co_return stale_login_page(a);
  co_return login_page(a, 200, *r, state, r->login_hint, {});
}

Answering submit_login(Authority& a, Request request) {
  const Parameters form(url::parse_form(request.body));
  const std::string state(form.get("state")), username(form.get("username")), password(form.get("password"));
  const std::string device = read_cookie(request, CookieKind::device);
  auto r = open_login_state(a, state, device, request.issuer);
  if (!r) co_return stale_login_page(a);

  auto user_task = authenticate(a, r->client_id, username, password);
  auto user = co_await std::move(user_task);
  if (!user) {
    const Error& e = user.error();
    log_event("info", "login_failed", {{"reason", e.reason}, {"client_id", r->client_id}, {"peer", request.peer}});
    const std::string text =
        e.fault == Fault::ours && e.status == 0 ? "Something went wrong on our side. Try again." : e.description;
    co_return login_page(a, e.status == 0 ? 500 : e.status, *r, state, username, text);
  }
  // A new session each time: whatever cookie was there before is worth nothing now.
  auto ended_task = end_session(a.store, read_cookie(request, CookieKind::session));
  auto ended = co_await std::move(ended_task);
  auto session_task = start_session(a.store, user->id, a.clock.now(), a.session_limits());
  auto session = co_await std::move(session_task);
  if (!ended || !session)
    co_return login_page(a, 500, *r, state, username, "Something went wrong on our side. Try again.");
  auto found_task = find_session(a.store, *session, a.clock.now(), a.session_limits());
  auto found = co_await std::move(found_task);
  if (found && *found) r->authenticated = (*found)->id;
  log_event("info", "login_succeeded", {{"user_id", user->id}, {"client_id", r->client_id}, {"peer", request.peer}});

  Response response = redirect("/authorize/resume?state=" + seal_login_state(a, *r, device));
  set_cookie(response, request, CookieKind::session, *session, a.session_limits().absolute);
  co_return response;
}

}  // namespace ostia::authority
