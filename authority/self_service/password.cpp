// `/account/password`: another password, from somebody who knows the present one (ASVS 6.2.3).
#include "accounts/authenticate.hpp"
#include "accounts/registration.hpp"
#include "accounts/users.hpp"
#include "flow/account.hpp"
#include "http/body.hpp"
#include "pages/cookies.hpp"
#include "self_service/endpoints.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

constexpr std::int64_t page_lifetime = 3600;  // seconds

Response password_page(const Authority& a, const Request& request, const SignedIn& who, std::string alert) {
  const auto tenant = a.tenant();
  const auto look = look_for(*tenant, request, {});
  const Texts& t = look.texts;
  pages::FormPage page{
      .status = alert.empty() ? 200 : 400,
      .heading = t.get("account.password.change"),
      .text = t.get("reset.text", {{"email", who.user.login_name()}, {"tenant", look.tenant}}),
      .alert = std::move(alert),
      .action = "/account/password",
      .hidden = {{"state", seal_ticket(a, "account", Value::object({{"session", who.session.id}}), page_lifetime)}}};
  page.fields = {{"current-password", t.get("account.password.current"), "", "password", "current-password"},
                 {"password", t.get("reset.new"), "", "password", "new-password"},
                 {"re-enter-password", t.get("reset.again"), "", "password", "new-password"}};
  page.list_title = t.get("rules.title");
  page.list = describe_policy(tenant->find_connection(who.user.connection)->password_policy, t);
  page.buttons = {{"default", t.get("continue")}};
  page.links.push_back({"", t.get("account.back"), "/account"});
  return pages::form(look, page);
}

// The present one, with all that protects a login from guesses. One that has been published is right all the same.
Async<Unit> check_present(Authority& a, const Request& request, const User& user, std::string password) {
  CO_AWAIT(const auto checked,
           authenticate_password(
               a, request,
               {Human::proven(), {user.connection}, user.login_name(), std::move(password), account_client().id}));
  if (!checked && checked.error().reason != "password_leaked") co_return checked.error();
  co_return Unit{};
}

// All sessions have ended, this one too: here begins another.
Answer go_on(Authority& a, const Request& request, const SignedIn& who) {
  Value body = who.session.body;
  mark_let_in(body, a.clock.now());
  CO_AWAIT(const auto user, find_user(a.store, who.user.id));  // of the new epoch
  const auto look = look_for(*a.tenant(), request, {});
  if (!user) co_return pages::trouble(look, user.error());
  if (!*user) co_return pages::trouble(look, {});  // deleted at this moment
  CO_AWAIT(const auto made, make_session(a, request, **user, std::move(body)));
  if (!made) co_return pages::trouble(look, made.error());
  Response response = redirect(request.issuer + "account?done=password");
  set_cookie(response, request, CookieKind::session, made->cookie, a.tenant()->session_limits().absolute);
  co_return response;
}

Answer change(Authority& a, const Request& request, const SignedIn& who, const Parameters& form) {
  const auto look = look_for(*a.tenant(), request, {});
  const std::string password(form.get("password"));
  if (form.get("re-enter-password") != password)
    co_return password_page(a, request, who, look.texts.get("reset.mismatch"));
  auto checking = check_present(a, request, who.user, std::string(form.get("current-password")));
  if (const auto checked = co_await std::move(checking); !checked)
    co_return password_page(a, request, who,
                            checked.error().reason == "wrong_password" ? look.texts.get("account.password.wrong")
                                                                       : alert_for(look, checked.error()));
  CO_AWAIT(const auto violation, reset_password(a, request, who.user, password));
  if (!violation) co_return password_page(a, request, who, alert_for(look, violation.error()));
  if (*violation) co_return password_page(a, request, who, look.texts.get("alert." + (*violation)->name));
  CO_RETURN(go_on(a, request, who));
}

}  // namespace

bool may_change_password(const Tenant& tenant, const User& user) {
  const auto c = tenant.find_connection(user.connection);
  return c && c->is_database() && !user.password_hash.empty();
}

Answering show_own_password(Authority& a, Request request) {
  CO_AWAIT(const auto who, account_owner(a, request));
  if (!who || !*who || !may_change_password(*a.tenant(), (*who)->user)) CO_RETURN(log_in_for_account(a, request));
  co_return password_page(a, request, **who, {});
}

Answering submit_own_password(Authority& a, Request request) {
  const Parameters form = read_form(request);
  CO_AWAIT(const auto who, account_owner(a, request));
  if (!who || !*who || !may_change_password(*a.tenant(), (*who)->user)) CO_RETURN(log_in_for_account(a, request));
  const auto ticket = open_ticket(a, "account", form.get("state"));
  if (!ticket || (*ticket)["session"] != Value((*who)->session.id)) co_return stale_page(a, request);
  CO_RETURN(change(a, request, **who, form));
}

}  // namespace ostia::authority
