// Universal Login with a code, and the link that `/passwordless/start` sends (`/passwordless/verify_redirect`).
#include "accounts/passwordless.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"
#include "http/body.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using pages::FormPage;

constexpr std::string_view link_purpose = "passwordless_link";

// The connection of the page: the one that its link or the application named, else the first that the client has.
Found<Connection> connection_of(const Step& step, std::string_view named) {
  for (const std::string_view name : {named, std::string_view(step.request.connection)})
    if (const auto c = step.doors().find(name); c && c->is_passwordless()) return c;
  return step.tenant->find_connection_that([&](const Connection& c) {
    return c.is_passwordless() && step.doors().admit(c) && (named.empty() || c.strategy == named);
  });
}

FormPage address_page(const Step& step, const Connection& c, std::string address, int status, std::string alert) {
  const bool by_email = c.strategy == "email";
  FormPage page{.status = status,
                .heading = step.text("passwordless.title"),
                .text = step.text("passwordless.text"),
                .alert = std::move(alert),
                .action = "/u/passwordless",
                .hidden = {{"state", step.state}, {"connection", c.name}}};
  page.fields = {{"username", step.text(by_email ? "email" : "phone"), std::move(address), "text",
                  by_email ? "email" : "tel", by_email ? "email" : "tel"}};
  page.buttons = {{"default", step.text("continue")}};
  if (!step.doors().databases().empty())
    page.links.push_back({"", step.text("login.with_password"), step.to("/u/login")});
  page.ways = upstream::ways(step);
  page.or_text = step.text("or");
  page.continue_to = step.request.redirect_uri;
  return page;
}

Response code_page(const Step& step, const Connection& c, const std::string& address, std::string alert) {
  FormPage page{.status = alert.empty() ? 200 : 400,
                .heading = step.text("passwordless.code.title"),
                .text = step.text("passwordless.code.text", {{"to", address}}),
                .alert = std::move(alert),
                .action = "/u/passwordless/code",
                .hidden = {{"state", step.state}, {"connection", c.name}, {"username", address}}};
  page.fields = {{"code", step.text("code"), "", "text", "one-time-code", "numeric"}};
  page.buttons = {{"default", step.text("continue")}, {"resend", step.text("passwordless.again"), true}};
  page.continue_to = step.request.redirect_uri;
  return pages::form(step.look, page);
}

boost::asio::awaitable<Response> send_code(Authority& a, const Request& request, const Step& step, const Connection& c,
                                           std::string typed) {
  const auto again = [&](int status, std::string alert) {
    return form_with_captcha(a, request, Stage::passwordless, step.look,
                             address_page(step, c, typed, status, std::move(alert)));
  };
  const auto address = passwordless_address(c, typed);
  if (!address) CO_RETURN(again(400, alert_for(step.look, address.error())));
  // Who wants a second code has no question on that page: they get it with the one before.
  const std::string answer(step.form.get("captcha"));
  CO_AWAIT(const auto human, check_captcha(a, request, Stage::passwordless, answer));
  if (!human && answer.empty() && step.form.get("action") == "resend") CO_RETURN(again(200, {}));
  if (!human) CO_RETURN(again(human.error().status ? human.error().status : 500, alert_for(step.look, human.error())));
  PasswordlessStart start{*human, c.name, *address, false, {}, step.client->id, step.look.texts.language()};
  CO_AWAIT(const auto started, start_passwordless(a, request, start));
  if (!started) CO_RETURN(again(400, alert_for(step.look, started.error())));
  co_return code_page(step, c, *address, {});
}

std::string address_in(const Parameters& p) {
  return std::string(p.has("email") ? p.get("email") : p.get("phone_number"));
}

// The request that a link carries, and what it proves.
std::optional<AuthorizationRequest> link_request(const Authority& a, const Request& request, const Parameters& p,
                                                 Response& refusal) {
  const auto tenant = a.tenant();
  auto judged = judge_authorization_request(*tenant, p, request.issuer, false, a.clock.now());
  if (auto* r = std::get_if<AuthorizationRequest>(&judged)) return *r;
  if (auto* error = std::get_if<ClientError>(&judged))
    refusal = deliver_error(a, request, error->request, error->error, error->description);
  else
    refusal = pages::error(look_for(*tenant, request, {}), std::get<pages::ErrorPage>(judged));
  return {};
}

// A code that was not judged is not said to be over.
pages::ErrorPage over(const Error& e) {
  if (e.status == 429) return {.status = 429, .key = "too_many_requests", .code = "too_many_attempts"};
  return {.status = 403, .key = "link_over", .code = "access_denied: unknown, used or expired code"};
}

}  // namespace

Answering show_passwordless(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const auto c = connection_of(*step, Parameters(url::parse_form(request.query)).get("connection"));
  if (!c) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  CO_RETURN(form_with_captcha(a, request, Stage::passwordless, step->look,
                              address_page(*step, *c, step->request.login_hint, 200, {})));
}

Answering submit_passwordless(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const auto c = connection_of(*step, step->form.get("connection"));
  if (!c) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  CO_RETURN(send_code(a, request, *step, *c, std::string(step->form.get("username"))));
}

Answering submit_passwordless_code(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  const auto c = connection_of(*step, step->form.get("connection"));
  if (!c) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  const std::string address(step->form.get("username"));
  if (step->form.get("action") == "resend") CO_RETURN(send_code(a, request, *step, *c, address));
  CO_AWAIT(const auto user,
           authenticate_passwordless(a, request, *step->client, c->name, address, std::string(step->form.get("code"))));
  if (!user) co_return code_page(*step, *c, address, alert_for(step->look, user.error()));
  CO_RETURN(finish_login(a, request, step->request, *user));
}

// A link in a mail is also opened by scanners, so the code is used up by the button and not by the visit.
Answering show_verify_redirect(Authority& a, Request request) {
  const Parameters p(url::parse_form(request.query));
  const auto tenant = a.tenant();
  const auto look = look_for(*tenant, request, p.get("ui_locales"));
  Response refusal;
  const auto r = link_request(a, request, p, refusal);
  if (!r) co_return refusal;
  const auto found_client = tenant->find_client(r->client_id);
  const Client& client = *found_client;
  const auto c = tenant->find_connection(p.get("connection"), client);
  const auto address =
      c && c->is_passwordless() ? passwordless_address(*c, address_in(p)) : Result<std::string>(Error{});
  if (!address)
    co_return pages::error(
        look, {.status = 400, .key = "link_over", .code = "invalid_request: unknown connection or address"});
  CO_AWAIT(const auto checked,
           check_passwordless_code(a, request, client.id, c->name, *address, std::string(p.get("verification_code"))));
  if (!checked) co_return pages::error(look, over(checked.error()));
  FormPage page{.status = 200,
                .heading = look.texts.get("passwordless.link.title"),
                .text = look.texts.get("passwordless.link.text", {{"to", *address}, {"client", client.name}}),
                .action = "/passwordless/verify_redirect",
                .hidden = p.pairs()};
  page.buttons = {{"default", look.texts.get("continue")}};
  page.continue_to = r->redirect_uri;
  co_return link_page(a, request, look, std::move(page), link_purpose);
}

// AZ-511, AZ-512 · Auth0: passwordless/verify_redirect
Answering submit_verify_redirect(Authority& a, Request request) {
  const Parameters form = read_form(request);
  std::vector<std::pair<std::string, std::string>> pairs = form.pairs();
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "action" || pair.first == "browser"; });
  const Parameters p(std::move(pairs));
  std::string again = "/passwordless/verify_redirect";
  for (const auto& [name, value] : p.pairs()) url::append_query(again, name, value);
  if (auto refused = refuse_robot(a, request, form, link_purpose, std::move(again))) co_return *std::move(refused);
  Response refusal;
  const auto r = link_request(a, request, p, refusal);
  if (!r) co_return refusal;
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r->client_id);
  CO_AWAIT(const auto user, authenticate_passwordless(a, request, *client, std::string(p.get("connection")),
                                                      address_in(p), std::string(p.get("verification_code"))));
  if (!user) co_return pages::error(look_for(*tenant, request, {}), over(user.error()));
  CO_RETURN(finish_login(a, request, *r, *user));
}

}  // namespace ostia::authority
