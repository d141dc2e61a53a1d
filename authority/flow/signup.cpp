// Universal Login's sign-up, and the link that verifies an address.
#include "accounts/registration.hpp"
#include "accounts/users.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "state/problem.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using pages::FormPage;

// The database that a new account goes into: the one that was asked for, else the first that takes sign-ups.
// AZ-1005 · Auth0: disable_signup
Found<Connection> database_of(const Step& step) {
  const auto fits = [&](const Connection& c) {
    return c.is_database() && c.takes_signups_for(*step.client) && step.doors().admit(c);
  };
  const auto named = step.doors().find(step.request.connection);
  if (named && fits(*named)) return named;
  return step.tenant->find_connection_that(fits);
}

FormPage signup_page(const Step& step, const Connection& c, int status, std::string email, std::string username,
                     std::string alert) {
  FormPage page{.status = status,
                .heading = step.text("signup.title"),
                .text = step.text("signup.text"),
                .alert = std::move(alert),
                .action = "/u/signup",
                .hidden = {{"state", step.state}}};
  page.fields.push_back({"email", step.text("email"), std::move(email), "text", "email", "email"});
  if (c.requires_username)
    page.fields.push_back({"username", step.text("username"), std::move(username), "text", "username"});
  page.fields.push_back({"password", step.text("password"), "", "password", "new-password"});
  page.list_title = step.text("rules.title");
  page.list = describe_policy(c.password_policy, step.look.texts);
  page.buttons = {{"default", step.text("continue")}};
  page.links.push_back({step.text("signup.have_account"), step.text("signup.log_in"), step.to("/u/login")});
  page.ways = upstream::ways(step);
  page.or_text = step.text("or");
  page.continue_to = step.request.redirect_uri;
  return page;
}

std::string alert_of(const Step& step, const Connection& c, const Error& error) {
  if (error.reason == "username_malformed")
    return step.look.texts.get("alert.username_malformed",
                               {{"min", text::decimal(c.username_min)}, {"max", text::decimal(c.username_max)}});
  return alert_for(step.look, error);
}

// Nothing where it is over; a store that fails is the page's 500 like everywhere.
boost::asio::awaitable<std::optional<Value>> opened_ticket(Authority& a, std::string ticket) {
  CO_AWAIT(auto opened, open_from_address(a, "verify_email", std::move(ticket)));
  co_return opened ? *std::move(opened) : std::nullopt;
}

constexpr std::string_view verification_page = "verification_page";

}  // namespace

Answering show_signup(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const auto c = database_of(*step);
  if (!c) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  CO_RETURN(form_with_captcha(a, request, Stage::signup, step->look,
                              signup_page(*step, *c, 200, step->request.login_hint, {}, {})));
}

Answering submit_signup(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const auto c = database_of(*step);
  if (!c) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  const std::string email(step->form.get("email")), username(step->form.get("username"));
  const auto again = [&](int status, std::string alert) {
    return form_with_captcha(a, request, Stage::signup, step->look,
                             signup_page(*step, *c, status, email, username, std::move(alert)));
  };
  const auto refused = [&](const Error& e) { return again(e.status ? e.status : 500, alert_of(*step, *c, e)); };
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::signup, std::string(step->form.get("captcha"))));
  if (!human) CO_RETURN(refused(human.error()));
  Registration r{*human, c->name, step->client->id, email, username, std::string(step->form.get("password"))};
  CO_AWAIT(const auto registered, register_user(a, request, r));
  if (!registered) CO_RETURN(refused(registered.error()));
  if (registered->violation) CO_RETURN(again(400, step->text("alert." + registered->violation->name)));
  CO_RETURN(finish_login(a, request, step->request, *registered->user));
}

// A link in a mail is also opened by scanners: the button decides, not the visit.
Answering show_email_verification(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const std::string ticket(query.get("ticket"));
  CO_AWAIT(const auto v, opened_ticket(a, ticket));
  const auto look = look_for(*a.tenant(), request, {});
  if (!v)
    co_return pages::error(look,
                           {.status = 400, .key = "link_over", .code = "invalid_request: unknown or expired ticket"});
  FormPage page{.status = 200,
                .heading = look.texts.get("verify.ask.title"),
                .text = look.texts.get("verify.ask.text", {{"email", (*v)["email"].text()}}),
                .action = "/u/email-verification",
                .hidden = {{"ticket", ticket}}};
  page.buttons = {{"default", look.texts.get("continue")}};
  co_return link_page(a, request, look, std::move(page), verification_page);
}

// AZ-409 · Auth0: email verification
Answering submit_email_verification(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const std::string again = "/u/email-verification?ticket=" + std::string(form.get("ticket"));
  if (auto refused = refuse_robot(a, request, form, verification_page, again)) co_return *std::move(refused);
  CO_AWAIT(const auto v, opened_ticket(a, std::string(form.get("ticket"))));
  const auto look = look_for(*a.tenant(), request, {});
  const pages::ErrorPage over{
      .status = 400, .key = "link_over", .code = "invalid_request: unknown, used or expired ticket"};
  if (!v) co_return pages::error(look, over);
  const auto until = (*v)["until"].as_int().value_or(0);
  CO_AWAIT(const auto edited,
           edit_user(a.store, (*v)["user_id"].text(), a.clock.now(), [&](User& user, auto& statements) -> Status {
             if (user.email != (*v)["email"].text())
               return oauth(400, "invalid_request", "the address has been changed since", "email_changed");
             user.profile.set("email_verified", true);
             statements.push_back(mark_used(form.get("ticket"), until));
             if (auto mail = welcome(a, request, user)) statements.push_back(*std::move(mail));
             return ok();
           }));
  if (!edited && edited.error().fault == Fault::ours && edited.error().reason != "store_conflict")
    co_return pages::trouble(look, edited.error());
  if (!edited) co_return pages::error(look, over);
  const User& user = *edited;
  a.outbox.wake();
  record(a, request,
         {.type = "sv",
          .description = "Email verified",
          .user_id = user.id,
          .user_name = user.email,
          .connection = user.connection});
  const auto tenant = a.tenant();
  const auto own = tenant->email_templates.find("verify_email");
  std::string to = (*v)["result_url"].text();
  if (to.empty() && own != tenant->email_templates.end()) to = own->second.result_url;
  if (!to.empty()) {
    url::append_query(to, "email", user.email);
    url::append_query(to, "success", "true");
    co_return redirect(to);
  }
  co_return pages::message(look, look.texts.get("verified.title"),
                           look.texts.get("verified.text", {{"email", user.email}}));
}

}  // namespace ostia::authority
