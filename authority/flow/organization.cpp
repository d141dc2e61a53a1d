// Which organization somebody comes for, where the application asks (`organization_require_behavior`).
#include "flow/endpoints.hpp"
#include "flow/step.hpp"

namespace ostia::authority {
namespace {

Response ask(const Step& step, std::string name, std::string alert) {
  pages::FormPage page{.status = alert.empty() ? 200 : 400,
                       .heading = step.text("organization.title"),
                       .text = step.text("organization.text"),
                       .alert = std::move(alert),
                       .action = "/u/organization",
                       .hidden = {{"state", step.state}}};
  page.fields = {{"organization", step.text("organization.name"), std::move(name), "text", "organization"}};
  page.buttons = {{"default", step.text("continue")}};
  page.continue_to = step.request.redirect_uri;
  return pages::form(step.look, page);
}

// Only where the application has left it to the person; a state of another page opens nothing here.
bool is_asked(const Step& step) {
  return step.client->requires_organization && step.request.organization.empty() && step.request.invitation.empty();
}

}  // namespace

Answering show_organization(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step || !is_asked(*step)) CO_RETURN(begin_anew(a, request));
  co_return ask(*step, {}, {});
}

Answering submit_organization(Authority& a, Request request) {
  CO_AWAIT(const auto step, sent_step(a, request));
  if (!step || !is_asked(*step)) CO_RETURN(begin_anew(a, request));
  const std::string name(step->form.get("organization"));
  const auto o = step->tenant->find_organization(name);
  if (!o) co_return ask(*step, name, step->text("organization.unknown"));
  AuthorizationRequest r = step->request;
  r.organization = o->id;
  CO_RETURN(show_step(a, request, r, "/authorize/resume"));
}

}  // namespace ostia::authority
