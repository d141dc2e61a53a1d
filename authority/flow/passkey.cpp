// Passkeys: a login with nothing typed, and the offer to make one after a login with a password.
#include "accounts/notices.hpp"
#include "accounts/users.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "grants/mfa_token.hpp"
#include "logs/journal.hpp"
#include "mfa/device_key.hpp"
#include "pages/cookies.hpp"
#include "protocol/enrolment.hpp"

namespace ostia::authority {
namespace {

using pages::FormPage;

constexpr std::int64_t patience = 30 * 24 * 3600;  // seconds until somebody who said "not now" is asked again

Response login_page(const Authority& a, const Request& request, const Step& step, std::string alert) {
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = step.text("passkey.title"),
                .text = step.text("passkey.text"),
                .alert = std::move(alert),
                .action = "/u/passkey",
                .hidden = {{"state", step.state}}};
  page.buttons = {{"default", step.text("continue")}};
  page.links.push_back({"", step.text("login.with_password"), step.to("/u/login")});
  page.continue_to = step.request.redirect_uri;
  add_assertion(a, request, {}, page);
  return pages::form(step.look, page);
}

boost::asio::awaitable<Response> offer_page(Authority& a, const Request& request, const Step& step, const User& user,
                                            std::string alert) {
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = step.text("passkey.new.title"),
                .text = step.text("passkey.new.text"),
                .alert = std::move(alert),
                .action = "/u/passkey/new",
                .hidden = {{"state", step.state}}};
  page.buttons = {{"default", step.text("passkey.new.make")}, {"later", step.text("passkey.new.later"), true}};
  page.continue_to = step.request.redirect_uri;
  auto adding = add_creation(a, request, user, "passkey", page);
  co_await std::move(adding);
  co_return pages::form(step.look, page);
}

bool takes_passkeys(const Step& step, const User& user) {
  const auto c = step.doors().find(user.connection);
  return c && c->takes_passkeys;
}

Showing go_on(Authority& a, const Request& request, const Step& step, const SignedIn& who) {
  AuthorizationRequest r = step.request;
  r.passkey_offered = who.session.id;
  CO_RETURN(show_step(a, request, std::move(r), "/authorize/resume"));
}

// A new way in is for whoever may come in by all that is asked for today, and has just done so.
Async<bool> may_add(Authority& a, const SignedIn& who) {
  CO_TRY(const auto factors, factors_of(a, who.user));
  const std::int64_t now = a.clock.now();
  const auto step = protocol::judge_enrolment({.logged_in_at = who.session.auth_time,
                                               .has_factor = !factors.usable.empty(),
                                               .has_shown_factor = has_second_factor(who.session, {}, now)},
                                              now);
  co_return step == protocol::EnrolmentStep::enrol;
}

// The session that the page was shown to, if it is there: it was made for this very request.
Async<std::optional<SignedIn>> offered_to(Authority& a, const Request& request, const Step& step) {
  CO_TRY(auto who, current_session(a, request));
  if (who && who->session.id != step.request.authenticated) co_return std::optional<SignedIn>();
  co_return who;
}

}  // namespace

Async<bool> offers_passkey(Authority& a, const Request& request, const AuthorizationRequest& r, const SignedIn& who) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(who.session.body["connection"].text());
  if (!c || !c->takes_passkeys || c->name != who.user.connection || r.authenticated != who.session.id ||
      r.passkey_offered == who.session.id || !read_cookie(request, CookieKind::no_passkey).empty())
    co_return false;
  CO_TRY(const auto all, list_authenticators(a, who.user.id));
  for (const auto& one : all)
    if (one.type == "passkey") co_return false;
  CO_RETURN(may_add(a, who));
}

Answering show_passkey(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  co_return login_page(a, request, *step, {});
}

Answering submit_passkey(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto user, find_by_passkey(a, request, step->form));
  if (!user || !takes_passkeys(*step, *user)) {
    const std::string reason = user ? "connection_not_enabled" : user.error().reason;
    record(a, request,
           {.type = "f", .description = "Login with a passkey", .client_id = step->client->id, .reason = reason});
    co_return login_page(a, request, *step,
                         step->text(reason == "user_blocked" ? "alert.user_blocked" : "alert.device_key"));
  }
  CO_RETURN(finish_login(a, request, step->request, *user, json::Value::object({{"by", "passkey"}})));
}

Answering show_new_passkey(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, offered_to(a, request, *step));
  if (!who || !*who) CO_RETURN(begin_anew(a, request));
  CO_RETURN(offer_page(a, request, *step, (*who)->user, {}));
}

Answering submit_new_passkey(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, offered_to(a, request, *step));
  if (!who || !*who) CO_RETURN(begin_anew(a, request));
  if (step->form.get("action") == "later") {
    CO_AWAIT(Response response, go_on(a, request, *step, **who));
    set_cookie(response, request, CookieKind::no_passkey, "1", patience);
    co_return response;
  }
  const User& user = (*who)->user;
  CO_AWAIT(const auto may, may_add(a, **who));
  // It will log in by the account's own connection: who came by another one does not make it.
  const bool came_by_own = (*who)->session.body["connection"] == json::Value(user.connection);
  if (!may || !*may || !came_by_own || !takes_passkeys(*step, user)) CO_RETURN(go_on(a, request, *step, **who));
  CO_AWAIT(auto made, make_key(a, request, user, "passkey", step->form));
  if (!made) CO_RETURN(offer_page(a, request, *step, user, step->text("alert.device_key")));
  made->confirmed = true;
  auto statements = together(insert_authenticator(a, *made));
  if (auto mail = notice(a, request, user, {Notice::passkey_added, made->id})) statements.push_back(*std::move(mail));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done) co_return pages::trouble(step->look, done.error());
  a.outbox.wake();
  record(a, request,
         {.type = "gd_enrollment_complete",
          .description = "Passkey",
          .client_id = step->client->id,
          .user_id = user.id,
          .user_name = user.email,
          .connection = user.connection});
  CO_RETURN(go_on(a, request, *step, **who));
}

}  // namespace ostia::authority
