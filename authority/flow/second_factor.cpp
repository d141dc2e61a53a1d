// Universal Login's second factor: asking for one, adding the first one, and the code that helps when it is lost. All
// of it stands between a password and an answer, so it is for whoever has both the page and the session.
#include <algorithm>

#include "accounts/notices.hpp"
#include "accounts/passwordless.hpp"
#include "accounts/users.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "grants/mfa_token.hpp"
#include "logs/journal.hpp"
#include "mfa/device_key.hpp"
#include "mfa/qr.hpp"
#include "mfa/totp.hpp"
#include "ostia/url/url.hpp"
#include "protocol/enrolment.hpp"
#include "state/ticket.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using pages::FormPage;
using protocol::EnrolmentStep;
using Answer = boost::asio::awaitable<Response>;

constexpr std::string_view recovery = "recovery-code";

// What every page here needs.
struct Visit {
  Step step;
  SignedIn who;
  Factors factors;

  [[nodiscard]] std::string to(std::string_view path, std::string_view name, std::string_view value) const {
    std::string url = step.to(path);
    url::append_query(url, name, value);
    return url;
  }
  [[nodiscard]] protocol::EnrolmentStep enrolment(std::int64_t now) const {
    return protocol::judge_enrolment({.logged_in_at = who.session.auth_time,
                                      .has_factor = !factors.usable.empty(),
                                      .has_shown_factor = has_second_factor(who.session, {}, now)},
                                     now);
  }
};

Async<std::optional<Visit>> open_visit(Authority& a, const Request& request, std::optional<Step> step) {
  if (!step) co_return std::optional<Visit>();
  CO_TRY(const auto who, current_session(a, request));
  if (!who) co_return std::optional<Visit>();
  CO_TRY(const auto factors, factors_of(a, who->user));
  co_return std::optional(Visit{*std::move(step), *who, factors});
}

FormPage page_of(const Visit& v, const std::string& key, std::string action, std::string alert) {
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = v.step.text(key + ".title"),
                .text = v.step.text(key + ".text"),
                .alert = std::move(alert),
                .action = std::move(action),
                .hidden = {{"state", v.step.state}}};
  page.buttons = {{"default", v.step.text("continue")}};
  page.continue_to = v.step.request.redirect_uri;
  return page;
}

pages::Field code_field(const Visit& v) {
  return {"code", v.step.text("code"), "", "text", "one-time-code", "numeric"};
}

std::string alert_of(const Visit& v, const Error& e) { return alert_for(v.step.look, e); }

void add_other_ways(const Visit& v, FormPage& page) {
  if (v.factors.usable.size() > 1 || v.factors.has_recovery_code)
    page.links.push_back({"", v.step.text("mfa.other"), v.step.to("/u/mfa/other")});
}

// ---- Being asked

Response challenge_page(const Authority& a, const Request& request, const Visit& v, const Authenticator& one,
                        std::string alert) {
  const std::string kind = one.is_webauthn() ? "mfa.webauthn" : one.is_out_of_band() ? "mfa.message" : "mfa.otp";
  FormPage page = page_of(v, kind, "/u/mfa", std::move(alert));
  page.hidden.emplace_back("factor", one.id);
  if (one.is_webauthn()) {
    add_assertion(a, request, v.factors.usable, page);
  } else {
    page.fields = {code_field(v)};
  }
  if (one.is_out_of_band()) {
    page.text = v.step.text("mfa.message.text", {{"to", masked(one.body["address"].text())}});
    page.buttons.push_back({"resend", v.step.text("passwordless.again"), true});
  }
  add_other_ways(v, page);
  return pages::form(v.step.look, page);
}

Response recovery_page(const Visit& v, std::string alert) {
  FormPage page = page_of(v, "mfa.recovery", "/u/mfa", std::move(alert));
  page.hidden.emplace_back("factor", recovery);
  page.fields = {{"code", v.step.text("mfa.recovery.code"), "", "text", "off"}};
  add_other_ways(v, page);
  return pages::form(v.step.look, page);
}

std::string name_of(const Visit& v, const Authenticator& one) {
  std::string name = v.step.text("mfa.by." + one.type);
  if (one.is_out_of_band()) return name + " (" + masked(one.body["address"].text()) + ")";
  return name;
}

// ---- What follows

Response new_recovery_page(const Visit& v, const std::string& code) {
  FormPage page = page_of(v, "mfa.recovery.new", "/u/mfa/recovery-code", {});
  std::string spaced;
  for (std::size_t i = 0; i < code.size(); i += 4) spaced.append(i == 0 ? "" : " ").append(code.substr(i, 4));
  page.shown_code = std::move(spaced);
  return pages::form(v.step.look, page);
}

// The session has a second factor from now on; `recovery` shows a new recovery code before the login goes on.
Answer go_on(Authority& a, const Request& request, const Visit& v, bool shows_recovery_code) {
  Session session = v.who.session;
  session.body.set("mfa_at", a.clock.now());
  std::vector<Statement> statements;
  statements.push_back(update_session(session));
  NewRecoveryCode code;
  if (shows_recovery_code) {
    code = make_recovery_code(a, v.who.user.id);
    for (auto& statement : code.keep) statements.push_back(std::move(statement));
  }
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done) co_return pages::trouble(v.step.look, done.error());
  if (shows_recovery_code) co_return new_recovery_page(v, code.code);
  CO_RETURN(show_step(a, request, v.step.request, "/authorize/resume"));
}

// ---- Adding one

// The login, if it is too old to add anything; else the factor that is there.
Answer prove_first(Authority& a, const Request& request, const Visit& v) {
  AuthorizationRequest r = v.step.request;
  if (v.enrolment(a.clock.now()) != EnrolmentStep::log_in) CO_RETURN(show_step(a, request, std::move(r), "/u/mfa"));
  r.authenticated.clear();
  if (!r.prompts("login")) r.prompt += r.prompt.empty() ? "login" : " login";
  CO_RETURN(show_step(a, request, std::move(r), "/u/login"));
}

// What a new factor is, from one of its pages to the next; nothing of it is kept before it has been shown to work.
std::string seal_draft(const Authority& a, const Visit& v, Value draft) {
  draft.set("user_id", v.who.user.id);
  return seal_ticket(a, "mfa_draft", std::move(draft), protocol::enrolment_lifetime);
}

Response choose_page(const Visit& v) {
  FormPage page = page_of(v, "mfa.choose", "", {});
  page.buttons.clear();
  for (const auto& type : v.factors.enrollable)
    page.ways.push_back({"", v.step.text("mfa.by." + type), v.to("/u/mfa/enrol", "type", type)});
  return pages::form(v.step.look, page);
}

Response otp_enrolment(const Authority& a, const Visit& v, const std::string& secret, std::string alert) {
  const User& user = v.who.user;
  const std::string uri = totp_uri(v.step.tenant->name, a.issuer, user.login_name(), secret);
  FormPage page = page_of(v, "mfa.enrol.otp", "/u/mfa/enrol", std::move(alert));
  page.hidden.insert(
      page.hidden.end(),
      {{"type", "otp"}, {"draft", seal_draft(a, v, Value::object({{"type", "otp"}, {"secret", secret}}))}});
  page.picture = qr_svg(uri);
  page.picture_label = v.step.text("mfa.enrol.otp.picture");
  page.shown_code = secret;
  page.fields = {code_field(v)};
  return pages::form(v.step.look, page);
}

Response address_page(const Visit& v, const std::string& type, std::string typed, std::string alert) {
  const bool is_phone = type == "sms";
  FormPage page = page_of(v, "mfa.enrol." + type, "/u/mfa/enrol", std::move(alert));
  page.hidden.emplace_back("type", type);
  page.fields = {{"address", v.step.text(is_phone ? "phone" : "email"), std::move(typed), "text",
                  is_phone ? "tel" : "email", is_phone ? "tel" : "email"}};
  return pages::form(v.step.look, page);
}

Response address_code_page(const Authority& a, const Visit& v, const Authenticator& draft, std::string alert) {
  FormPage page = page_of(v, "mfa.message", "/u/mfa/enrol", std::move(alert));
  page.text = v.step.text("mfa.message.text", {{"to", draft.body["address"].text()}});
  page.hidden.insert(
      page.hidden.end(),
      {{"type", draft.type},
       {"draft",
        seal_draft(a, v,
                   Value::object({{"type", draft.type}, {"id", draft.id}, {"address", draft.body["address"]}}))}});
  page.fields = {code_field(v)};
  return pages::form(v.step.look, page);
}

Answer enrolment_page(Authority& a, const Request& request, const Visit& v, std::string type, std::string alert) {
  if (type == "otp") co_return otp_enrolment(a, v, make_totp_secret(), std::move(alert));
  if (type == "sms" || type == "email")
    co_return address_page(v, type, type == "sms" ? v.who.user.phone_number : v.who.user.email, std::move(alert));
  FormPage page = page_of(v, "mfa.enrol.webauthn", "/u/mfa/enrol", std::move(alert));
  page.hidden.emplace_back("type", type);
  auto adding = add_creation(a, request, v.who.user, type, page);
  co_await std::move(adding);
  co_return pages::form(v.step.look, page);
}

// Keeps the factor, which has been shown to work, and goes on.
Answer keep(Authority& a, const Request& request, const Visit& v, Authenticator one) {
  one.confirmed = true;
  one.used_at = a.clock.now();
  const bool is_first = v.factors.usable.empty();
  const User& user = v.who.user;
  auto statements = together(forget_begun(user.id), insert_authenticator(a, one));
  if (auto mail = notice(a, request, user, {Notice::factor_added, one.id})) statements.push_back(*std::move(mail));
  CO_AWAIT(const auto done, a.store.commit(std::move(statements)));
  if (!done) co_return pages::trouble(v.step.look, done.error());
  a.outbox.wake();
  record(a, request,
         {.type = "gd_enrollment_complete",
          .description = "Second factor: " + one.type,
          .client_id = v.step.client->id,
          .user_id = user.id,
          .user_name = user.email,
          .connection = user.connection});
  CO_RETURN(go_on(a, request, v, is_first && v.step.tenant->gives_recovery_codes));
}

Answer enrol_otp(Authority& a, const Request& request, const Visit& v, const Value& draft) {
  const std::string secret = draft["secret"].text();
  const auto step = find_totp_step(secret, v.step.form.get("code"), a.clock.now());
  if (!step) co_return otp_enrolment(a, v, secret, v.step.text("alert.wrong_code"));
  Authenticator one = make_authenticator(a, v.who.user.id, "otp", Value::object({{"secret", secret}}));
  one.counter = *step;
  CO_RETURN(keep(a, request, v, std::move(one)));
}

Answer enrol_address(Authority& a, const Request& request, const Visit& v, std::string type) {
  const std::string typed(v.step.form.get("address"));
  Connection kind;
  kind.strategy = type;
  const auto address = passwordless_address(kind, typed);
  if (!address) co_return address_page(v, type, typed, alert_of(v, address.error()));
  const Authenticator draft = make_authenticator(a, v.who.user.id, type, Value::object({{"address", *address}}));
  CO_AWAIT(const auto sent, send_code(a, request, v.who.user, draft, v.step.client->id));
  if (!sent) co_return address_page(v, type, typed, alert_of(v, sent.error()));
  co_return address_code_page(a, v, draft, {});
}

Answer enrol_address_code(Authority& a, const Request& request, const Visit& v, std::string type, const Value& draft) {
  Authenticator one = make_authenticator(a, v.who.user.id, type, Value::object({{"address", draft["address"]}}));
  one.id = draft["id"].text();
  one.confirmed = true;  // by this code, and kept then
  CO_AWAIT(const auto proven,
           prove_by_message(a, request, v.who.user, one, std::string(v.step.form.get("code")), v.step.client->id));
  if (!proven) co_return address_code_page(a, v, one, alert_of(v, proven.error()));
  CO_RETURN(keep(a, request, v, std::move(one)));
}

Answer enrol_key(Authority& a, const Request& request, const Visit& v, std::string type) {
  CO_AWAIT(auto made, make_key(a, request, v.who.user, type, v.step.form));
  if (!made) CO_RETURN(enrolment_page(a, request, v, type, v.step.text("alert.device_key")));
  CO_RETURN(keep(a, request, v, *std::move(made)));
}

Answer enrol(Authority& a, const Request& request, const Visit& v, std::string type) {
  if (type.starts_with("webauthn-")) CO_RETURN(enrol_key(a, request, v, type));
  const auto draft = open_ticket(a, "mfa_draft", v.step.form.get("draft"));
  const bool is_theirs =
      draft && (*draft)["user_id"] == Value(v.who.user.id) && (*draft)["type"] == Value(std::string_view(type));
  if (type != "otp" && !v.step.form.has("draft")) CO_RETURN(enrol_address(a, request, v, type));
  if (!is_theirs) CO_RETURN(begin_anew(a, request));
  CO_RETURN(type == "otp" ? enrol_otp(a, request, v, *draft) : enrol_address_code(a, request, v, type, *draft));
}

Async<Unit> prove(Authority& a, const Request& request, const Visit& v, const Authenticator* one) {
  const std::string code(v.step.form.get("code"));
  if (!one) CO_RETURN(prove_by_recovery_code(a, request, v.who.user, code));
  if (one->type == "otp") CO_RETURN(prove_by_otp(a, request, v.who.user, code, false));
  if (one->is_out_of_band()) CO_RETURN(prove_by_message(a, request, v.who.user, *one, code, v.step.client->id));
  CO_RETURN(prove_by_key(a, request, v.who.user, v.factors.usable, v.step.form));
}

}  // namespace

Answering show_second_factor(Authority& a, Request request) {
  CO_AWAIT(auto step, shown_step(a, request));
  CO_AWAIT(const auto visit, open_visit(a, request, std::move(step)));
  if (!visit || !*visit) CO_RETURN(begin_anew(a, request));
  const Visit& v = **visit;
  if (v.factors.usable.empty()) CO_RETURN(show_step(a, request, v.step.request, "/u/mfa/enrol"));
  const Parameters query(url::parse_form(request.query));
  if (query.get("factor") == recovery) co_return recovery_page(v, {});
  const Authenticator* chosen = v.factors.find(query.get("factor"));
  const Authenticator& one = chosen ? *chosen : v.factors.usable.front();
  std::string alert;
  if (one.is_out_of_band()) {
    CO_AWAIT(const auto sent, send_code(a, request, v.who.user, one, v.step.client->id));
    if (!sent) alert = alert_of(v, sent.error());
  }
  co_return challenge_page(a, request, v, one, std::move(alert));
}

Answering submit_second_factor(Authority& a, Request request) {
  CO_AWAIT(auto step, sent_step(a, request));
  CO_AWAIT(const auto visit, open_visit(a, request, std::move(step)));
  if (!visit || !*visit) CO_RETURN(begin_anew(a, request));
  const Visit& v = **visit;
  const std::string_view factor = v.step.form.get("factor");
  const Authenticator* one = v.factors.find(factor);
  if (!one && factor != recovery) CO_RETURN(begin_anew(a, request));
  if (one && v.step.form.get("action") == "resend") {
    CO_AWAIT(const auto sent, send_code(a, request, v.who.user, *one, v.step.client->id));
    co_return challenge_page(a, request, v, *one, sent ? "" : alert_of(v, sent.error()));
  }
  CO_AWAIT(const auto proven, prove(a, request, v, one));
  if (!proven && !one) co_return recovery_page(v, alert_of(v, proven.error()));
  if (!proven) co_return challenge_page(a, request, v, *one, alert_of(v, proven.error()));
  auto going = go_on(a, request, v, !one);  // a recovery code is used up: here is the next one
  co_return co_await std::move(going);
}

Answering show_other_factors(Authority& a, Request request) {
  CO_AWAIT(auto step, shown_step(a, request));
  CO_AWAIT(const auto visit, open_visit(a, request, std::move(step)));
  if (!visit || !*visit) CO_RETURN(begin_anew(a, request));
  const Visit& v = **visit;
  FormPage page = page_of(v, "mfa.others", "", {});
  page.buttons.clear();
  bool has_key = false;  // a device shows all keys that it has at once
  for (const auto& one : v.factors.usable) {
    if (!(one.is_webauthn() && has_key)) page.ways.push_back({"", name_of(v, one), v.to("/u/mfa", "factor", one.id)});
    has_key = has_key || one.is_webauthn();
  }
  if (v.factors.has_recovery_code)
    page.ways.push_back({"", v.step.text("mfa.by.recovery-code"), v.to("/u/mfa", "factor", recovery)});
  co_return pages::form(v.step.look, page);
}

Answering show_enrolment(Authority& a, Request request) {
  CO_AWAIT(auto step, shown_step(a, request));
  CO_AWAIT(const auto visit, open_visit(a, request, std::move(step)));
  if (!visit || !*visit) CO_RETURN(begin_anew(a, request));
  const Visit& v = **visit;
  if (v.enrolment(a.clock.now()) != EnrolmentStep::enrol) CO_RETURN(prove_first(a, request, v));
  const auto& types = v.factors.enrollable;
  std::string type(Parameters(url::parse_form(request.query)).get("type"));
  if (type.empty() && types.size() == 1) type = types.front();
  if (!contains(types, type)) co_return choose_page(v);
  CO_RETURN(enrolment_page(a, request, v, type, {}));
}

Answering submit_enrolment(Authority& a, Request request) {
  CO_AWAIT(auto step, sent_step(a, request));
  CO_AWAIT(const auto visit, open_visit(a, request, std::move(step)));
  if (!visit || !*visit) CO_RETURN(begin_anew(a, request));
  const Visit& v = **visit;
  const std::string type(v.step.form.get("type"));
  if (v.enrolment(a.clock.now()) != EnrolmentStep::enrol || !contains(v.factors.enrollable, type))
    CO_RETURN(prove_first(a, request, v));
  CO_RETURN(enrol(a, request, v, type));
}

Answering submit_recovery_shown(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_RETURN(show_step(a, request, step->request, "/authorize/resume"));
}

}  // namespace ostia::authority
