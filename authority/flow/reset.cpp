// A forgotten password: the request for a link, the page that the link leads to, and the link that lifts a block.
#include "protocol/reset.hpp"
#include "accounts/attempts.hpp"
#include "accounts/registration.hpp"
#include "accounts/users.hpp"
#include "base/address.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "mfa/authenticators.hpp"
#include "ostia/url/url.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using pages::FormPage;

FormPage request_page(const Step& step, int status, std::string email, std::string alert) {
  FormPage page{.status = status,
                .heading = step.text("reset_request.title"),
                .text = step.text("reset_request.text"),
                .alert = std::move(alert),
                .action = "/u/reset-password/request",
                .hidden = {{"state", step.state}}};
  page.fields = {{"email", step.text("email"), std::move(email), "text", "email", "email"}};
  page.buttons = {{"default", step.text("continue")}};
  page.links.push_back({"", step.text("reset_request.back"), step.to("/u/login")});
  return page;
}

// Of the pages that links lead to.
constexpr std::string_view reset_purpose = "reset_page", unblock_page = "unblock_page";

struct Reset {
  User user;
  std::string ticket, client_id, result_url;
  bool verifies_email = false;  ///< `mark_email_as_verified`
  bool tells_email = false;     ///< `includeEmailInRedirect`
};

// AZ-411, AZ-412 · Auth0: tickets/password-change
// Whom a ticket is for: nothing if it is over, or the password or the address has been changed since.
Async<std::optional<Reset>> open_reset(Authority& a, std::string ticket) {
  CO_TRY(const auto v, open_from_address(a, "reset_password", ticket));
  CO_TRY(const auto user, find_account(a.store, v ? (*v)["user_id"].text() : ""));
  const bool may = protocol::may_reset(
      {.is_ours = v.has_value(),
       .until = v ? (*v)["until"].as_int().value_or(0) : 0,
       .account_is_there = user.has_value(),
       .credential_fits = v && user && equal_in_constant_time(reset_mark(a, *user), (*v)["mark"].text())},
      a.clock.now());
  if (!may) co_return std::optional<Reset>();
  co_return std::optional(Reset{*user, ticket, (*v)["client_id"].text(), (*v)["result_url"].text(),
                                (*v)["mark_email_as_verified"].as_bool(), (*v)["includeEmailInRedirect"].as_bool()});
}

// Whose block a link lifts, at which address: the link ends with the address that it went to.
struct Blocked {
  User user;
  std::string address;
  std::int64_t until = 0;
};

Async<std::optional<Blocked>> open_unblock(Authority& a, std::string ticket) {
  const auto v = open_ticket(a, "unblock", ticket);
  if (!v) co_return std::optional<Blocked>();
  CO_TRY(const auto user, find_account(a.store, (*v)["user_id"].text()));
  if (!user || user->email != (*v)["email"].text()) co_return std::optional<Blocked>();
  co_return std::optional(Blocked{*user, (*v)["address"].text(), (*v)["until"].as_int().value_or(0)});
}

Response reset_page(const Authority& a, const Request& request, const pages::Look& look, const Reset& reset,
                    std::string alert) {
  const auto tenant = a.tenant();
  const auto c = tenant->find_connection(reset.user.connection);
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = look.texts.get("reset.title"),
                .text = look.texts.get("reset.text", {{"email", reset.user.email}, {"tenant", tenant->name}}),
                .alert = std::move(alert),
                .action = "/u/reset-password",
                .hidden = {{"ticket", reset.ticket}}};
  page.fields = {{"password", look.texts.get("reset.new"), "", "password", "new-password"},
                 {"re-enter-password", look.texts.get("reset.again"), "", "password", "new-password"}};
  page.list_title = look.texts.get("rules.title");
  page.list = describe_policy(c ? c->password_policy : PasswordPolicy{}, look.texts);
  page.buttons = {{"default", look.texts.get("continue")}};
  return link_page(a, request, look, std::move(page), reset_purpose);
}

Response over(const pages::Look& look) {
  return pages::error(look,
                      {.status = 400, .key = "link_over", .code = "invalid_request: unknown, used or expired ticket"});
}

// Whoever has the link has the mailbox. Until then nobody had proven the address: whose passkey the account has need
// not be its owner.
Async<User> prove_address(Authority& a, const Reset& reset) {
  CO_RETURN(edit_user(a.store, reset.user.id, a.clock.now(), [&](User& user, auto& more) -> Status {
    if (user.email != reset.user.email) return ok();
    if (!user.profile["email_verified"].as_bool()) more.push_back(forget_passkeys(user.id));
    if (reset.verifies_email) user.profile.set("email_verified", true);
    return ok();
  }));
}

}  // namespace

Answering show_reset_request(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_RETURN(
      form_with_captcha(a, request, Stage::reset, step->look, request_page(*step, 200, step->request.login_hint, {})));
}

Answering submit_reset_request(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const std::string email(step->form.get("email"));
  if (!is_email(email))
    CO_RETURN(form_with_captcha(a, request, Stage::reset, step->look,
                                request_page(*step, 400, email, step->text("alert.email_malformed"))));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::reset, std::string(step->form.get("captcha"))));
  if (!human)
    CO_RETURN(form_with_captcha(a, request, Stage::reset, step->look,
                                request_page(*step, human.error().status ? human.error().status : 500, email,
                                             alert_for(step->look, human.error()))));
  for (const auto& connection : step->doors().databases()) {
    CO_AWAIT(const auto requested, request_password_reset(a, request, *human, connection, email, step->client->id));
    if (!requested) co_return pages::trouble(step->look, requested.error());
  }
  co_return pages::message(step->look, step->text("reset_request.sent.title"),
                           step->text("reset_request.sent.text", {{"email", email}}),
                           {{"", step->text("reset_request.back"), step->to("/u/login")}});
}

Answering show_reset(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const auto look = look_for(*a.tenant(), request, {});
  CO_AWAIT(const auto reset, open_reset(a, std::string(query.get("ticket"))));
  if (!reset || !*reset) co_return over(look);
  co_return reset_page(a, request, look, **reset, {});
}

Answering submit_reset(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const auto look = look_for(*a.tenant(), request, {});
  if (auto refused =
          refuse_robot(a, request, form, reset_purpose, "/u/reset-password?ticket=" + std::string(form.get("ticket"))))
    co_return *std::move(refused);
  CO_AWAIT(const auto reset, open_reset(a, std::string(form.get("ticket"))));
  if (!reset || !*reset) co_return over(look);
  const std::string password(form.get("password"));
  if (form.get("re-enter-password") != password)
    co_return reset_page(a, request, look, **reset, look.texts.get("reset.mismatch"));
  CO_AWAIT(const auto violation, reset_password(a, request, (*reset)->user, password));
  if (!violation && violation.error().reason == "password_contended") co_return over(look);
  if (!violation) co_return reset_page(a, request, look, **reset, alert_for(look, violation.error()));
  if (*violation) co_return reset_page(a, request, look, **reset, look.texts.get("alert." + (*violation)->name));
  CO_AWAIT(const auto proven, prove_address(a, **reset));
  if (!proven && proven.error().status != 404) co_return pages::trouble(look, proven.error());
  if (!(*reset)->result_url.empty()) {
    std::string to = (*reset)->result_url;
    if ((*reset)->tells_email) url::append_query(to, "email", (*reset)->user.email);
    url::append_query(to, "success", "true");
    co_return redirect(to);
  }
  co_return pages::message(look, look.texts.get("reset.done.title"), look.texts.get("reset.done.text"),
                           way_back(a, look, (*reset)->client_id));
}

Answering show_unblock(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const std::string ticket(query.get("ticket"));
  const auto look = look_for(*a.tenant(), request, {});
  CO_AWAIT(const auto blocked, open_unblock(a, ticket));
  if (!blocked || !*blocked) co_return over(look);
  FormPage page{.status = 200,
                .heading = look.texts.get("unblock.ask.title"),
                .text = look.texts.get("unblock.ask.text", {{"email", (*blocked)->user.email}}),
                .action = "/u/unblock",
                .hidden = {{"ticket", ticket}}};
  page.buttons = {{"default", look.texts.get("continue")}};
  co_return link_page(a, request, look, std::move(page), unblock_page);
}

Answering submit_unblock(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const std::string ticket(form.get("ticket"));
  if (auto refused = refuse_robot(a, request, form, unblock_page, "/u/unblock?ticket=" + ticket))
    co_return *std::move(refused);
  const auto look = look_for(*a.tenant(), request, {});
  CO_AWAIT(const auto blocked, open_unblock(a, ticket));
  if (!blocked || !*blocked) co_return over(look);
  CO_AWAIT(const auto first, use_once(a, ticket, (*blocked)->until));
  if (!first || !*first) co_return over(look);
  const std::string user_id = (*blocked)->user.id;
  // Who presses the button has the mailbox; the next tries from here are the person's own.
  auto statements = together(forget_failures(Secret::password, user_id));
  append(statements, know_network(attempt_of(a, request, Secret::password, (*blocked)->user), a.clock.now()));
  CO_AWAIT(const auto forgotten, a.store.commit(std::move(statements)));
  if (!forgotten) co_return pages::trouble(look, forgotten.error());
  record(a, request, {.type = "sui", .description = "Account unblocked", .user_id = user_id});
  co_return pages::message(look, look.texts.get("unblock.title"), look.texts.get("unblock.text"));
}

}  // namespace ostia::authority
