// Logout (AZ-801 to AZ-808): `/v2/logout` with its lists, `/oidc/logout` (RP-Initiated Logout), and the tokens that
// tell applications about it (Back-Channel Logout).
#include <algorithm>

#include "accounts/endings.hpp"
#include "accounts/users.hpp"
#include "base/hints.hpp"
#include "flow/endpoints.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"
#include "grants/grant.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/oauth/redirect_uri.hpp"
#include "ostia/oidc/audience.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"
#include "protocol/logout.hpp"
#include "state/ticket.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

// With a client, its own list counts; without one, the tenant's.
// AZ-801, AZ-802, AZ-803 · Auth0: allowed_logout_urls
std::optional<pages::ErrorPage> check_return(const Authority& a, std::string_view issuer, std::string_view client_id,
                                             bool with_client, const std::string& to, const char* parameter) {
  const auto tenant = a.tenant();
  const auto client = with_client ? tenant->find_client(client_id) : nullptr;
  if (with_client && !client)
    return pages::ErrorPage{.status = 400, .key = "logout_client_unknown", .code = "invalid_request: unknown client"};
  if (to.empty() || (client ? client->may_return_to(to, issuer) : is_allowed_return(to, tenant->allowed_logout_urls)))
    return {};
  return pages::ErrorPage{.status = 400,
                          .key = "logout_url_mismatch",
                          .code = std::string("invalid_request: the \"") + parameter +
                                  "\" parameter is not defined as a valid URL in \"Allowed Logout URLs\"",
                          .hint = "add \"" + to + "\" to the Allowed Logout URLs of " +
                                  (client ? "\"" + client->name + "\"" : "the tenant") +
                                  ". The comparison is exact, but for the query and the fragment."};
}

// Ends the browser's session, and says which it was.
Async<std::optional<Session>> end_current_session(Authority& a, const Request& request, std::string client_id) {
  CO_TRY(const auto ended, find_session_to_end(a.store, read_cookie(request, CookieKind::session)));
  if (!ended) co_return ended;
  CO_TRY_VOID(end_sessions(a, {.session_id = ended->id}));
  record(a, request,
         {.type = "slo", .description = "Logged out", .client_id = std::move(client_id), .user_id = ended->user_id});
  co_return ended;
}

Response still_logged_in(const Authority& a, const Request& request, const Error& why) {
  return pages::trouble(look_for(*a.tenant(), request, {}), why);
}

Response logged_out(const Authority& a, const Request& request, std::optional<pages::ErrorPage> problem,
                    const std::string& to, std::string_view locales, std::string_view client_id) {
  if (problem && !a.dev) problem->hint.clear();
  const auto look = look_for(*a.tenant(), request, locales);
  if (problem) problem->links = way_back(a, look, client_id);
  Response response = problem      ? pages::error(look, *problem)
                      : to.empty() ? pages::message(look, look.texts.get("logged_out.title"),
                                                    look.texts.get("logged_out.text"), way_back(a, look, client_id))
                                   : redirect(to);
  set_cookie(response, request, CookieKind::session, "", 0);
  return response;
}

// What an RP-initiated logout asks for, judged.
struct OidcLogout {
  std::string client_id, to, locales, subject;
  std::optional<pages::ErrorPage> problem;  // of the address to return to
  protocol::LogoutRequest facts;
};

OidcLogout read(const Authority& a, const Request& request, const Parameters& p) {
  OidcLogout out;
  out.client_id = p.get("client_id");
  out.locales = p.get("ui_locales");
  const std::string hint_text(p.get("id_token_hint"));
  const auto hint =
      hint_text.empty() ? std::nullopt : read_own_token(a, TokenUse::id_token_hint, request.issuer, hint_text);
  out.facts.has_hint = !hint_text.empty();
  out.facts.hint_is_ours = hint.has_value();
  out.facts.hint_fits_client = hint && (out.client_id.empty() || oidc::is_for(*hint, out.client_id));
  if (hint && out.facts.hint_fits_client) {
    out.client_id = oidc::audiences_of(*hint).front();  // an ID token of ours has the one (`id_token_hint`)
    out.subject = (*hint)["sub"].text();
  }
  out.to = p.get("post_logout_redirect_uri");
  out.problem =
      check_return(a, request.issuer, out.client_id, !out.client_id.empty(), out.to, "post_logout_redirect_uri");
  out.facts.client_is_known = !out.problem || std::string_view(out.problem->key) != "logout_client_unknown";
  out.facts.return_is_listed = !out.problem;
  if (!out.to.empty() && p.has("state")) url::append_query(out.to, "state", p.get("state"));
  return out;
}

pages::ErrorPage page_of(const OidcLogout& o, std::string_view reason) {
  if (o.problem && reason == o.problem->key) return *o.problem;
  const bool is_invalid = reason == "hint_invalid";
  return {.status = 400,
          .key = "logout_hint",
          .code = is_invalid
                      ? "invalid_request: id_token_hint is not an ID token that this authority has signed with its "
                        "own key (RS256)"
                      : "invalid_request: client_id and id_token_hint belong to different applications",
          .hint = hint_for(reason)};
}

pages::FormPage logout_form(const Authority& a, const pages::Look& look, const Session& session,
                            const std::string& client_id, const std::string& to) {
  const std::string state = seal_ticket(
      a, "oidc_logout", Value::object({{"client_id", client_id}, {"to", to}, {"session", session.id}}), 3600);
  pages::FormPage page{.status = 200, .action = "/oidc/logout/confirm", .hidden = {{"state", state}}};
  page.buttons = {{"accept", look.texts.get("logout.yes")}, {"deny", look.texts.get("logout.no"), true}};
  page.continue_to = to;
  return page;
}

// What was asked for cannot be trusted; the person can be asked all the same, and goes nowhere else.
Response offer_logout(const Authority& a, const Request& request, const Session& session, const OidcLogout& o,
                      const pages::ErrorPage& refusal) {
  const auto look = look_for(*a.tenant(), request, o.locales);
  pages::FormPage page = logout_form(a, look, session, {}, {});
  page.status = refusal.status;
  page.heading = look.texts.get("logged_in.title");
  page.text = look.texts.get("error." + refusal.key + ".still", {{"tenant", look.tenant}});
  page.detail = refusal.hint;
  page.code = refusal.code;
  return pages::form(look, page);
}

Answer finish(Authority& a, const Request& request, OidcLogout o) {
  CO_AWAIT(const auto ended, end_current_session(a, request, o.client_id));
  if (!ended) co_return still_logged_in(a, request, ended.error());
  co_return logged_out(a, request, {}, o.to, o.locales, o.client_id);
}

}  // namespace

Answering logout(Authority& a, Request request) {
  const Parameters p(url::parse_form(request.query));
  CO_AWAIT(const auto ended, end_current_session(a, request, std::string(p.get("client_id"))));
  if (!ended) co_return still_logged_in(a, request, ended.error());
  const std::string to(p.get("returnTo"));
  const auto problem = check_return(a, request.issuer, p.get("client_id"), p.has("client_id"), to, "returnTo");
  if (problem)
    record(a, request,
           {.type = "flo",
            .description = problem->code,
            .client_id = std::string(p.get("client_id")),
            .reason = problem->key});
  std::string next = to;
  // AZ-804 · Auth0: federated
  if (p.has("federated") && *ended && !problem) {
    CO_AWAIT(const auto upstream, upstream::logout_url(a, request, **ended, to));
    if (upstream && *upstream) next = **upstream;
  }
  co_return logged_out(a, request, problem, next, p.get("ui_locales"), p.get("client_id"));
}

// Back from an upstream where the session has been ended, too. Where to was judged before.
Answering upstream_logout_callback(Authority& a, Request request) {
  const Parameters p(url::parse_form(request.query));
  CO_AWAIT(const auto v, open_from_address(a, "upstream_logout", std::string(p.get("state"))));
  co_return logged_out(a, request, {}, v && *v ? (**v)["to"].text() : "", {}, {});
}

Answering oidc_logout(Authority& a, Request request) {
  const Parameters p = request.method == "POST" ? read_form(request) : Parameters(url::parse_form(request.query));
  OidcLogout o = read(a, request, p);
  CO_AWAIT(const auto who, current_session(a, request));
  if (!who) co_return still_logged_in(a, request, who.error());
  o.facts.session_is_there = who->has_value();
  o.facts.hint_is_theirs = *who && (*who)->user.id == o.subject;
  const auto next = protocol::judge_logout(o.facts);
  if (next.step == protocol::LogoutStep::refuse) {
    auto page = page_of(o, next.reason);
    if (!a.dev) page.hint.clear();
    record(a, request,
           {.type = "flo", .description = page.code, .client_id = o.client_id, .reason = std::string(next.reason)});
    if (*who) co_return offer_logout(a, request, (*who)->session, o, page);
    const auto look = look_for(*a.tenant(), request, o.locales);
    page.links = way_back(a, look, o.client_id);
    co_return pages::error(look, page);
  }
  if (next.step == protocol::LogoutStep::end) CO_RETURN(finish(a, request, std::move(o)));
  const auto look = look_for(*a.tenant(), request, o.locales);
  pages::FormPage page = logout_form(a, look, (*who)->session, o.client_id, o.to);
  page.heading = look.texts.get("logout.title");
  page.text = look.texts.get("logout.text", {{"tenant", look.tenant}});
  co_return pages::form(look, page);
}

Answering submit_oidc_logout(Authority& a, Request request) {
  const Parameters form = read_form(request);
  const auto v = open_ticket(a, "oidc_logout", form.get("state"));
  CO_AWAIT(const auto who, current_session(a, request));
  const auto look = look_for(*a.tenant(), request, {});
  if (!v || !who || (*who && (*who)->session.id != (*v)["session"].text())) co_return stale_page(a, request);
  if (form.get("action") != "accept")
    co_return pages::message(look, look.texts.get("logged_in.title"), look.texts.get("logged_out.text"),
                             way_back(a, look, (*v)["client_id"].text()));
  OidcLogout o;
  o.client_id = (*v)["client_id"].text();
  o.to = (*v)["to"].text();
  CO_RETURN(finish(a, request, std::move(o)));
}

}  // namespace ostia::authority
