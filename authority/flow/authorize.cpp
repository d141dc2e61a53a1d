// `/authorize` (RFC 6749 section 3.1): judge the request, ask the gate, and do what it says. A request travels sealed
// in the page's address, bound to the browser by its device cookie, and is kept only if it is too long for that, so a
// flood of usual requests fills no table.
#include "flow/authorize.hpp"

#include "flow/account.hpp"
#include "flow/asked.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "flow/login_ticket.hpp"
#include "flow/pushed_request.hpp"
#include "flow/session_transfer.hpp"
#include "flow/upstream.hpp"
#include "grants/audience.hpp"
#include "grants/code.hpp"
#include "grants/mfa_token.hpp"
#include "grants/organization.hpp"
#include "grants/proof.hpp"
#include "grants/registration.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::Page;
using protocol::Way;
using Answer = boost::asio::awaitable<Response>;

// The tokens and codes that the response type names (Core sections 3.1 to 3.3).
// AZ-219 · OpenID Connect Core section 3.3.2.5
Answer answer(Authority& a, const Request& request, const Journey& j) {
  const AuthorizationRequest& r = j.request;
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r.client_id);
  Grant grant = j.grant();
  grant.with_second_factor = has_second_factor(j.who->session, {}, a.clock.now());
  if (grant.with_second_factor && text::has_word(r.acr_values, multi_factor)) grant.acr = multi_factor;
  Fields fields;
  std::string code, access_token;
  if (r.wants("code")) {
    CO_AWAIT(const auto issued, issue_code(a, grant, r.redirect_uri, r.code_challenge));
    if (!issued) co_return deliver_error(a, request, r, "server_error", "The code could not be kept; try again");
    code = *issued;
    fields.emplace_back("code", code);
  }
  if (r.wants("token")) {
    AccessToken token = issue_access_token(a, grant, true);
    access_token = token.value;
    fields.emplace_back("access_token", token.value);
    fields.emplace_back("expires_in", std::to_string(token.expires_in));
    fields.emplace_back("token_type", std::string(token_type(grant)));
    if (grant.scope != r.scope) fields.emplace_back("scope", grant.scope);
  }
  if (r.wants("id_token") && text::has_word(grant.scope, "openid"))
    fields.emplace_back("id_token", issue_id_token(a, grant, j.who->user, *client, access_token, code));
  if (fields.empty())
    co_return deliver_error(a, request, r, "invalid_request", "response_type=id_token needs the scope openid");
  co_return deliver(r, std::move(fields));
}

// For back-channel logout: which applications this session is known to.
// AZ-808 · OpenID Connect Back-Channel Logout section 2.3
Async<Unit> remember_client(Authority& a, const AuthorizationRequest& r, const SignedIn& who) {
  const auto tenant = a.tenant();
  if (tenant->find_client(r.client_id)->backchannel_logout_urls.empty()) co_return Unit{};
  CO_TRY(const auto known, a.store.query({"SELECT 1 FROM session_clients WHERE session_id = $1 AND client_id = $2",
                                          {who.session.id, r.client_id}}));
  if (!known.empty()) co_return Unit{};
  CO_TRY_VOID(a.store.write(
      {"INSERT INTO session_clients (session_id, client_id, issuer, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO "
       "NOTHING",
       {who.session.id, r.client_id, r.issuer, a.clock.now() + tenant->session_lifetime}}));
  co_return Unit{};
}

Answer finish(Authority& a, const Request& request, Journey j) {
  const AuthorizationRequest& r = j.request;
  if (j.facts.way == Way::device_page) CO_RETURN(show_step(a, request, r, "/activate/confirm"));
  if (j.is_for_account()) CO_RETURN(let_into_account(a, request, j.who->session));
  CO_AWAIT(const auto remembered, remember_client(a, r, *j.who));
  if (!remembered) co_return deliver_error(a, request, r, "server_error", "The session could not be kept; try again");
  if (j.facts.way == Way::silent)
    record(a, request, {.type = "ssa", .client_id = r.client_id, .user_id = j.who->user.id});
  CO_RETURN(answer(a, request, j));
}

Answer show(Authority& a, const Request& request, Journey j, Page page) {
  const AuthorizationRequest& r = j.request;
  if (page == Page::login) {
    const auto tenant = a.tenant();
    const auto client = tenant->find_client(r.client_id);
    const std::string path = first_page(*tenant, *client, r, j.who.has_value());
    CO_RETURN(show_step(a, request, r, path));
  }
  if (page == Page::elsewhere) CO_RETURN(leave_step(a, request, r, j.extension.redirect_to));
  if (page == Page::second_factor) CO_RETURN(show_step(a, request, r, "/u/mfa"));
  if (a.tenant()->has_scripts() && j.facts.scripts) j.keep_extension(a);
  CO_RETURN(show_step(a, request, j.request, page == Page::consent ? "/u/consent" : "/u/passkey/new"));
}

Response refuse(Authority& a, const Request& request, const Journey& j, const Error& e) {
  const AuthorizationRequest& r = j.request;
  record(a, request,
         {.type = j.facts.way == Way::silent ? "fsa" : "f",
          .description = e.description,
          .client_id = r.client_id,
          .user_id = j.who ? j.who->user.id : "",
          .reason = e.reason.empty() ? e.code : e.reason});
  if (j.facts.way == Way::device_page)  // a device has no redirect URI
    return pages::error(look_for(*a.tenant(), request, r.ui_locales),
                        {.status = 403, .key = "link_over", .code = e.code + ": " + e.description});
  return deliver_error(a, request, r, e.code, e.description);
}

// Silence is what the frame of a `checkSession` must never get: a refusal goes to whoever may be waiting there. It says
// nothing that the asker did not send.
// AZ-210, AZ-211 · RFC 6749 section 4.1.2.1
Response refuse_request(const Authority& a, const Request& request, const Parameters& p, pages::ErrorPage page) {
  if (!a.dev) page.hint.clear();
  const auto tenant = a.tenant();
  std::vector<std::string> origins;
  const auto add = [&](const std::string& origin) {
    if (!origin.empty() && std::find(origins.begin(), origins.end(), origin) == origins.end())
      origins.push_back(origin);
  };
  add(url::origin_of(p.get("redirect_uri")));
  if (const auto client = tenant->find_client(p.get("client_id"))) {
    for (const auto& origin : client->web_origins) add(url::origin_of(origin));
    for (const auto& uri : client->callbacks) add(url::origin_of(uri));
  }
  if (p.get("response_mode") != "web_message" || origins.empty()) {
    const auto look = look_for(*tenant, request, p.get("ui_locales"));
    page.links = way_back(a, look, p.get("client_id"));
    return pages::error(look, page);
  }
  const auto colon = page.code.find(": ");
  Value response =
      Value::object({{"error", page.code.substr(0, colon)}, {"error_description", page.code.substr(colon + 2)}});
  if (p.has("state")) response.set("state", p.get("state"));
  if (!page.hint.empty()) response.set("hint", page.hint);
  return pages::web_message(origins, response);
}

// A login ticket stands for a session, if the browser that has it also has its proof.
// AZ-312, AZ-313, AZ-314 · Auth0: login_ticket
Answer with_login_ticket(Authority& a, const Request& request, AuthorizationRequest r, std::string ticket) {
  const auto tenant = a.tenant();
  const auto opened = open_login_ticket(a, r.client_id, ticket);
  const auto client = tenant->find_client(r.client_id);
  if (opened && !opened->is_proven_by_cookie(request) && !client->cross_origin_page.empty())
    co_return ask_for_verifier(a, r, *opened, *client);
  if (opened && opened->is_proven_by_cookie(request)) CO_RETURN(redeem_login_ticket(a, request, std::move(r), *opened));
  const std::string reason = opened ? "cookie_missing" : "login_ticket_unknown";
  record(a, request,
         {.type = "fcoa",
          .description = "Cross-origin login without its cookie",
          .client_id = r.client_id,
          .reason = reason});
  CO_RETURN(go_on(a, request, {.request = std::move(r), .who = {}}));
}

// Who is invited may have no account yet.
// AZ-1706 · Auth0: invitations
Async<bool> take_invitation(Authority& a, const Request& request, AuthorizationRequest& r) {
  CO_TRY(const auto invitation, find_invitation(a, r.invitation));
  if (!invitation) {
    CO_TRY(const auto accepted, was_accepted(a, r.invitation));
    CO_TRY(const auto who, current_session(a, request));
    if (!accepted || !who) co_return false;
    r.invitation.clear();  // whoever has accepted it is a member, and comes in as one
    CO_RETURN(is_member(a, r.organization, who->user.id));
  }
  if (invitation->organization_id != r.organization || invitation->body["client_id"] != Value(r.client_id))
    co_return false;
  if (r.login_hint.empty()) r.login_hint = invitation->body["invitee"]["email"].text();
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(r.client_id);
  const std::string email = invitation->body["invitee"]["email"].text();
  CO_TRY(const auto invited, find_user_by_login(a.store, Doors(*tenant, *client, r.organization).databases(), email));
  if (r.screen_hint.empty() && !invited) r.screen_hint = "signup";
  co_return true;
}

// Whoever becomes a member does so once everything else is allowed, and is then asked all of it as a member.
Async<Unit> enter(Authority& a, const Request& request, Journey& j) {
  CO_TRY_VOID(enter_organization(a, request, j.request, j.who->user, j.who->session.body["connection"].text()));
  CO_TRY(const auto again, find_user(a.store, j.who->user.id));  // an invitation has changed the account
  if (again) j.who->user = *again;
  if (a.tenant()->has_scripts()) j.keep_extension(a);
  co_return Unit{};
}

}  // namespace

Answer carry_out(Authority& a, const Request& request, Journey j, protocol::Next next) {
  if (const auto* page = std::get_if<protocol::Show>(&next)) CO_RETURN(show(a, request, std::move(j), page->page));
  if (std::holds_alternative<protocol::Depart>(next)) {
    const std::string connection = j.request.connection;
    CO_RETURN(upstream::depart(a, request, std::move(j.request), connection));
  }
  co_return refuse(a, request, j, std::get<protocol::Refuse>(next).error);
}

Answer go_on(Authority& a, const Request& request, Journey j) {
  CO_AWAIT(auto next, ask_gate(a, request, j));
  if (!next && next.error().status == 503) co_return refuse(a, request, j, next.error());
  if (!next) co_return refuse(a, request, j, {"server_error", "Something could not be read; try again", {}, 500});
  if (std::holds_alternative<protocol::Allow>(*next) && j.becomes_member) {
    CO_AWAIT(const auto entered, enter(a, request, j));
    if (!entered) co_return refuse(a, request, j, entered.error());
    CO_RETURN(go_on(a, request, std::move(j)));
  }
  if (std::holds_alternative<protocol::Allow>(*next)) CO_RETURN(finish(a, request, std::move(j)));
  CO_RETURN(carry_out(a, request, std::move(j), *std::move(next)));
}

Answering authorize(Authority& a, Request request) {
  Parameters parameters = request.method == "POST" ? read_form(request) : Parameters(url::parse_form(request.query));
  const bool is_pushed = is_pushed_request(parameters);
  if (is_pushed) {
    CO_AWAIT(auto opened, open_pushed_request(a, parameters));
    const bool is_ours = !opened && opened.error().fault == Fault::ours;
    if (is_ours)
      co_return refuse_request(a, request, parameters,
                               {opened.error().status == 503 ? 503 : 500,
                                "ours",
                                opened.error().status == 503 ? opened.error().code : "server_error",
                                {}});
    if (!opened)
      co_return refuse_request(a, request, parameters,
                               {400, "par_invalid", "invalid_request_uri: unknown, used or expired", {}});
    parameters = *std::move(opened);
  }
  CO_AWAIT(const auto known, read_client_document(a, request, std::string(parameters.get("client_id"))));
  if (!known)
    co_return refuse_request(
        a, request, parameters,
        {known.error().status, "client_unknown", known.error().code + ": " + known.error().description, {}});
  const auto tenant = a.tenant();
  auto judged = judge_authorization_request(*tenant, parameters, request.issuer, is_pushed, a.clock.now());
  if (auto* page = std::get_if<pages::ErrorPage>(&judged)) {
    record(a, request,
           {.type = "f",
            .description = page->code,
            .client_id = std::string(parameters.get("client_id")),
            .reason = page->key});
    co_return refuse_request(a, request, parameters, *page);
  }
  if (auto* error = std::get_if<ClientError>(&judged)) {
    record(a, request,
           {.type = "f",
            .description = error->error + ": " + error->description,
            .client_id = error->request.client_id,
            .reason = error->error});
    co_return deliver_error(a, request, error->request, error->error, error->description);
  }
  auto& r = std::get<AuthorizationRequest>(judged);
  const auto client = tenant->find_client(r.client_id);
  // Before anybody is asked for a password: an audience that does not exist is the client's mistake.
  // AZ-213 · Auth0: audience
  if (auto access = resolve_access(a, *client, r.issuer, r.audience, r.scope); !access) {
    const Error e = as_target_error(access.error(), parameters);
    record(a, request, {.type = "f", .description = e.description, .client_id = r.client_id, .reason = e.reason});
    co_return deliver_error(a, request, r, e.code, e.description);
  }
  if (!r.invitation.empty()) {
    CO_AWAIT(const auto taken, take_invitation(a, request, r));
    if (!taken) co_return deliver_error(a, request, r, "server_error", "The invitation could not be read; try again");
    if (!*taken)
      co_return deliver_error(a, request, r, "invalid_request", "The invitation is unknown, used or expired");
  }
  if (const auto ticket = parameters.get("login_ticket"); !ticket.empty())
    CO_RETURN(with_login_ticket(a, request, std::move(r), std::string(ticket)));
  if (auto handed = handed_over(a, request, *client, parameters); !handed.token.empty())
    CO_RETURN(with_session_transfer(a, request, std::move(r), std::move(handed)));
  CO_RETURN(go_on(a, request, {.request = std::move(r), .who = {}}));
}

Answering resume(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) CO_RETURN(begin_anew(a, request));
  CO_RETURN(go_on(a, request, {.request = step->request, .who = {}}));
}

// Where a rule or an action had sent the person, they are back from.
// AZ-1503 · Auth0: /continue
Answering come_back(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const Parameters parameters = request.method == "POST" ? read_form(request) : query;
  const std::string_view state = parameters.has("state") ? parameters.get("state") : query.get("state");
  CO_AWAIT(const auto step, open_step(a, request, std::string(state)));
  if (!step) CO_RETURN(begin_anew(a, request));
  Value returned = Value::object();
  for (const auto& [name, value] : parameters.pairs()) returned.set(name, value);
  CO_RETURN(go_on(a, request, {.request = step->request, .who = {}, .returned = std::move(returned)}));
}

}  // namespace ostia::authority
