// `/activate`: where a person types the code that a device shows, logs in, and says yes or no (RFC 8628 section 3.3).
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

}  // namespace

Answering show_activate(Authority& a, Request request) {
  if (request.path == "/activate") {
    const Parameters query(url::parse_form(request.query));
    co_return code_page(look_for(*a.tenant(), request, query.get("ui_locales")),
                        std::string(query.get("user_code").substr(0, 20)), {});
  }
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step || step->request.user_code.empty()) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  const AuthorizationRequest& r = step->request;
  const auto access = resolve_access(a, *step->client, r.issuer, r.audience, r.scope);
  if (!access) CO_RETURN(begin_anew(a, request));
  FormPage page{.status = 200,
                .heading = step->text("activate.confirm.title"),
                .text = step->text("activate.confirm.text", {{"client", step->client->name}, {"code", r.user_code}}),
                .action = "/activate/confirm",
                .hidden = {{"state", step->state}}};
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
  AuthorizationRequest r;
  r.issuer = request.issuer;
  r.client_id = (*found)->client_id;
  r.user_code = (*found)->user_code;
  r.audience = (*found)->audience;
  r.scope = (*found)->scope;
  CO_RETURN(show_step(a, request, r, "/authorize/resume"));
}

// AZ-621 · RFC 8628 section 3.3
boost::asio::awaitable<Response> refuse_device(Authority& a, const Request& request, const Step& step,
                                               const User& user) {
  CO_AWAIT(const auto found, find_device_request(a, step.request.user_code));
  if (!found || !*found) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto denied, deny_device(a, **found));
  if (!denied) co_return pages::trouble(step.look, denied.error());
  record(a, request,
         {.type = "fdeac",
          .description = "Device refused",
          .client_id = step.client->id,
          .user_id = user.id,
          .reason = "device_denied"});
  co_return pages::message(step.look, step.look.texts.get("activate.denied.title"),
                           step.look.texts.get("activate.denied.text"));
}

Answering submit_activate(Authority& a, Request request) {
  if (request.path == "/activate") CO_RETURN(take_code(a, request));
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step || step->request.user_code.empty()) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  CO_AWAIT(const auto found, find_device_request(a, step->request.user_code));
  if (!who || !*who || !found || !*found) CO_RETURN(begin_anew(a, request));
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
  co_return pages::message(look, look.texts.get("activate.done.title"), look.texts.get("activate.done.text"));
}

}  // namespace ostia::authority
