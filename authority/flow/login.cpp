// Universal Login with an e-mail or username and a password, and the choice of an account.
#include "accounts/authenticate.hpp"
#include "accounts/users.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"

namespace ostia::authority {
namespace {

using pages::FormPage;

bool offers(const Step& step, std::string_view strategy) {
  const auto& all = step.tenant->connections;
  return std::any_of(all.begin(), all.end(),
                     [&](const Connection& c) { return c.strategy == strategy && step.doors().admit(c); });
}

// AZ-1005 · Auth0: disable_signup
bool allows_signup(const Step& step) {
  if (!step.client->own_page.empty()) return false;
  const auto& all = step.tenant->connections;
  return std::any_of(all.begin(), all.end(), [&](const Connection& c) {
    return c.is_database() && c.takes_signups_for(*step.client) && step.doors().admit(c);
  });
}

// A realm that the application named, else all of its databases.
std::vector<std::string> connections_of(const Step& step) {
  const auto named = step.doors().find(step.request.connection);
  if (named && named->is_database()) return {named->name};
  return step.doors().databases();
}

bool takes_passkeys(const Step& step) {
  const auto& all = step.tenant->connections;
  return std::any_of(all.begin(), all.end(),
                     [&](const Connection& c) { return c.takes_passkeys && step.doors().admit(c); });
}

// What its databases know people by. One that keeps no usernames is not asked for them; the field stays one of text,
// for a person whose name is older than that setting.
std::string label_of_identifier(const Step& step) {
  const auto names = connections_of(step);
  const auto& all = step.tenant->connections;
  const bool has_usernames = std::any_of(all.begin(), all.end(), [&](const Connection& c) {
    return c.requires_username && std::find(names.begin(), names.end(), c.name) != names.end();
  });
  return step.text(has_usernames ? "email_or_username" : "email");
}

FormPage login_page(const Step& step, int status, std::string username, std::string alert) {
  FormPage page{.status = status,
                .heading = step.text("login.title"),
                .text = step.text("login.text"),
                .alert = std::move(alert),
                .action = "/u/login",
                .hidden = {{"state", step.state}}};
  page.ways = upstream::ways(step);
  if (takes_passkeys(step))
    page.ways.insert(page.ways.begin(), {"", step.text("login.with_passkey"), step.to("/u/passkey")});
  page.or_text = step.text("or");
  if (page.ways.empty() || !connections_of(step).empty()) {
    page.fields = {{"username", label_of_identifier(step), std::move(username), "text", "username"},
                   {"password", step.text("password"), "", "password", "current-password"}};
    page.buttons = {{"default", step.text("continue")}};
    page.links.push_back({"", step.text("login.forgot"), step.to("/u/reset-password/request")});
  }
  if (allows_signup(step))
    page.links.push_back({step.text("login.no_account"), step.text("login.sign_up"), step.to("/u/signup")});
  for (const char* strategy : {"email", "sms"})
    if (offers(step, strategy))
      page.links.push_back({"", step.text(std::string("login.with_") + strategy),
                            step.to("/u/passwordless") + "&connection=" + strategy});
  page.continue_to = step.request.redirect_uri;
  return page;
}

std::string name_of(const User& user) {
  if (!user.email.empty()) return user.email;
  return user.username.empty() ? user.phone_number : user.username;
}

}  // namespace

Answering show_login(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_RETURN(
      form_with_captcha(a, request, Stage::login, step->look, login_page(*step, 200, step->request.login_hint, {})));
}

Answering submit_login(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const std::string username(step->form.get("username"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::login, std::string(step->form.get("captcha"))));
  if (!human)
    CO_RETURN(form_with_captcha(a, request, Stage::login, step->look,
                                login_page(*step, human.error().status ? human.error().status : 500, username,
                                           alert_for(step->look, human.error()))));
  CO_AWAIT(const auto user, authenticate_password(a, request,
                                                  {*human, connections_of(*step), username,
                                                   std::string(step->form.get("password")), step->client->id}));
  if (!user) {
    const Error& e = user.error();
    const int status = e.status == 0 ? 500 : e.reason == "wrong_password" ? 400 : e.status;
    CO_RETURN(form_with_captcha(a, request, Stage::login, step->look,
                                login_page(*step, status, username, alert_for(step->look, e))));
  }
  CO_RETURN(finish_login(a, request, step->request, *user));
}

Answering show_picker(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  FormPage page{.status = 200,
                .heading = step->text("picker.title"),
                .text = step->text("picker.text"),
                .action = "/u/account",
                .hidden = {{"state", step->state}}};
  page.buttons = {{"default", step->text("picker.as", {{"user", name_of((*who)->user)}})},
                  {"other", step->text("picker.other"), true}};
  page.continue_to = step->request.redirect_uri;
  co_return pages::form(step->look, page);
}

Answering submit_picker(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who || step->form.get("action") != "default")
    CO_RETURN(show_step(a, request, step->request, "/u/login"));
  AuthorizationRequest r = step->request;
  r.selected = (*who)->session.id;
  CO_RETURN(show_step(a, request, r, "/authorize/resume"));
}

}  // namespace ostia::authority
