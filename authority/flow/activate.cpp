// `/activate`: where a person types the code that a device shows, logs in, and says yes or no (RFC 8628 section 3.3);
// or comes by the link of a mail, because an application asks them (OpenID CIBA).
#include "flow/activate.hpp"
#include "accounts/attempts.hpp"
#include "flow/asked.hpp"
#include "flow/authorize.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "grants/consent.hpp"
#include "grants/device.hpp"
#include "grants/mfa_token.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using pages::FormPage;

Response code_page(const pages::Look& look, std::string code, std::string alert) {
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = look.texts.get("activate.title"),
                .text = look.texts.get("activate.text"),
                .alert = std::move(alert),
                .action = "/activate"};
  page.fields = {{"user_code", look.texts.get("code"), std::move(code), "text", "off"}};
  page.buttons = {{"default", look.texts.get("continue")}};
  return pages::form(look, page);
}

// To the login, and then to the question.
boost::asio::awaitable<Response> begin_login(Authority& a, const Request& request, const DeviceRequest& found) {
  AuthorizationRequest r;
  r.issuer = request.issuer;
  r.client_id = found.client_id;
  r.user_code = found.user_code;
  r.audience = found.audience;
  r.scope = found.scope;
  r.acr_values = found.acr_values;
  CO_AWAIT(const auto asked, find_user(a.store, found.user_id));
  if (asked && *asked) r.login_hint = (*asked)->login_name();
  CO_RETURN(show_step(a, request, r, "/authorize/resume"));
}

// AZ-648 · OpenID CIBA Core section 7.4
boost::asio::awaitable<Response> open_link(Authority& a, const Request& request, std::string name) {
  CO_AWAIT(const auto found, find_device_request(a, std::move(name)));
  if (!found || !*found || (*found)->user_id.empty() || (*found)->issuer != request.issuer)
    co_return pages::error(look_for(*a.tenant(), request, {}),
                           {.status = 400, .key = "link_over", .code = "expired_token: the request is over"});
  CO_RETURN(begin_login(a, request, **found));
}

// Nobody answers what somebody else was asked.
bool is_for(const DeviceRequest& found, const User& user) { return found.user_id.empty() || found.user_id == user.id; }

void word(FormPage& page, const Step& step, const DeviceRequest& found) {
  const TextValues values = {{"client", step.client->name}, {"code", found.user_code}};
  if (found.user_id.empty()) {
    page.heading = step.text("activate.confirm.title");
    page.text = step.text("activate.confirm.text", values);
    return;
  }
  page.heading = step.text("approve.title", values);
  page.text = step.text("approve.text", values);
  if (!found.binding_message.empty())
    page.text += " " + step.text("approve.message", {{"message", found.binding_message}});
}

}  // namespace

Answering show_activate(Authority& a, Request request) {
  if (request.path == "/activate") {
    const Parameters query(url::parse_form(request.query));
    if (is_of_link(query.get("request"))) CO_RETURN(open_link(a, request, std::string(query.get("request"))));
    co_return code_page(look_for(*a.tenant(), request, query.get("ui_locales")),
                        std::string(query.get("user_code").substr(0, 20)), {});
  }
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step || step->request.user_code.empty()) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  const AuthorizationRequest& r = step->request;
  CO_AWAIT(const auto found, find_device_request(a, r.user_code));
  if (!found || !*found) CO_RETURN(begin_anew(a, request));
  if (!is_for(**found, (*who)->user)) CO_RETURN(show_step(a, request, r, "/u/login"));
  const auto access = resolve_access(a, *step->client, r.issuer, r.audience, r.scope);
  if (!access) CO_RETURN(begin_anew(a, request));
  FormPage page{.status = 200, .action = "/activate/confirm", .hidden = {{"state", step->state}}};
  word(page, *step, **found);
  page.list_title =
      step->text("consent.text",
                 {{"client", step->client->name}, {"tenant", step->tenant->name}, {"user", (*who)->user.login_name()}});
  page.list = what_is_asked(*step, *access);
  page.list.push_back(how_long(a, *step, *access));
  page.buttons = {{"accept", step->text("consent.accept")}, {"deny", step->text("consent.deny"), true}};
  co_return pages::form(step->look, page);
}

// Wrong codes are counted by address, so that nobody guesses one.
// AZ-619 · RFC 8628 section 5.1
boost::asio::awaitable<Response> take_code(Authority& a, const Request& request) {
  const Parameters form = read_form(request);
  const auto look = look_for(*a.tenant(), request, {});
  const std::string typed(form.get("user_code"));
  const Attempt attempt = attempt_of(request, Secret::device_code, {});
  CO_AWAIT(const auto allowed, check_attempts(a, attempt));
  if (!allowed) co_return code_page(look, {}, alert_for(look, allowed.error()));
  CO_AWAIT(const auto found, find_device_request(a, typed));
  if (!found || !*found) {
    CO_IGNORE(count_failure(a, attempt));
    co_return code_page(look, typed.substr(0, 20), look.texts.get("activate.wrong"));
  }
  CO_RETURN(begin_login(a, request, **found));
}

// AZ-621 · RFC 8628 section 3.3
boost::asio::awaitable<Response> refuse_device(Authority& a, const Request& request, const Step& step,
                                               const User& user) {
  CO_AWAIT(const auto found, find_device_request(a, step.request.user_code));
  if (!found || !*found || !is_for(**found, user)) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto denied, deny_device(a, **found));
  if (!denied) co_return pages::trouble(step.look, denied.error());
  record(a, request,
         {.type = "fdeac",
          .description = "Device refused",
          .client_id = step.client->id,
          .user_id = user.id,
          .reason = "device_denied"});
  const std::string texts = is_of_link(step.request.user_code) ? "approve" : "activate";
  co_return pages::message(step.look, step.look.texts.get(texts + ".denied.title"),
                           step.look.texts.get(texts + ".denied.text"));
}

Answering submit_activate(Authority& a, Request request) {
  if (request.path == "/activate") CO_RETURN(take_code(a, request));
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step || step->request.user_code.empty()) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  CO_AWAIT(const auto found, find_device_request(a, step->request.user_code));
  if (!who || !*who || !found || !*found || !is_for(**found, (*who)->user)) CO_RETURN(begin_anew(a, request));
  const auto& look = step->look;
  if (step->form.get("action") != "accept") CO_RETURN(refuse_device(a, request, *step, (*who)->user));
  Journey journey{.request = step->request, .who = {}};
  CO_AWAIT(auto next, ask_gate(a, request, journey));
  if (!next) co_return pages::trouble(look, next.error());
  if (!std::holds_alternative<protocol::Allow>(*next))
    CO_RETURN(carry_out(a, request, std::move(journey), *std::move(next)));
  Grant grant = journey.grant();
  grant.with_second_factor = has_second_factor((*who)->session, {}, a.clock.now());
  CO_AWAIT(const auto told, tell_of_application(a, request, (*who)->user, *step->client));
  if (!told) co_return pages::trouble(look, told.error());
  CO_AWAIT(const auto approved, approve_device(a, **found, grant));
  if (!approved || !*approved) CO_RETURN(begin_anew(a, request));
  record(
      a, request,
      {.type = "sdeac", .description = "Device connected", .client_id = step->client->id, .user_id = (*who)->user.id});
  const std::string texts = is_of_link(step->request.user_code) ? "approve" : "activate";
  co_return pages::message(look, look.texts.get(texts + ".done.title"), look.texts.get(texts + ".done.text"));
}

}  // namespace ostia::authority
