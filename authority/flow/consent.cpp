// The page on which a person lets an application have something.
#include "grants/consent.hpp"
#include "accounts/users.hpp"
#include "flow/activate.hpp"
#include "flow/asked.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
Answering show_consent(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  const auto access =
      resolve_access(a, *step->client, step->request.issuer, step->request.audience, step->request.scope);
  if (!access) co_return deliver_error(a, request, step->request, access.error().code, access.error().description);
  const User& user = (*who)->user;
  pages::FormPage page{.status = 200,
                       .heading = step->text("consent.title"),
                       .text = step->text("consent.text", {{"client", shown_name(*step->client)},
                                                           {"tenant", step->tenant->name},
                                                           {"user", user.login_name()}}),
                       .action = "/u/consent",
                       .hidden = {{"state", step->state}}};
  page.list = what_is_asked(*step, *access);
  page.list.push_back(how_long(a, *step, *access));
  // Its name is its own word; where the answer goes is not.
  if (step->client->is_registered && !step->request.redirect_uri.empty())
    page.list.push_back(step->text("consent.destination", {{"place", place_of(step->request.redirect_uri)}}));
  page.buttons = {{"accept", step->text("consent.accept")}, {"deny", step->text("consent.deny"), true}};
  page.continue_to = step->request.redirect_uri;
  co_return pages::form(step->look, page);
}

Answering submit_consent(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who || !*who) CO_RETURN(show_step(a, request, step->request, "/u/login"));
  AuthorizationRequest r = step->request;
  // AZ-203 · OpenID Connect Core section 3.1.2.4
  if (step->form.get("action") != "accept") {
    record(a, request,
           {.type = "f",
            .description = "User did not authorize the request",
            .client_id = r.client_id,
            .user_id = (*who)->user.id,
            .reason = "consent_denied"});
    if (!r.user_code.empty()) CO_RETURN(refuse_device(a, request, *step, (*who)->user));
    co_return deliver_error_at_once(r, "access_denied", "User did not authorize the request");
  }
  const auto access = resolve_access(a, *step->client, r.issuer, r.audience, r.scope);
  if (!access) co_return deliver_error(a, request, r, access.error().code, access.error().description);
  CO_AWAIT(const auto told, tell_of_application(a, request, (*who)->user, *step->client));
  if (!told) co_return pages::trouble(step->look, told.error());
  CO_AWAIT(const auto kept, keep_consent(a, (*who)->user.id, r.client_id, *access));
  if (!kept) co_return pages::trouble(step->look, kept.error());
  r.consented = (*who)->session.id;
  CO_RETURN(show_step(a, request, r, "/authorize/resume"));
}

}  // namespace ostia::authority
