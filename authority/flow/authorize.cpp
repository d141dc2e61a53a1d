// `/authorize` (RFC 6749 section 3.1): judge the request, find out what the gate's rules ask, and do what they say.
// Nothing is written until a person signs in: the request travels sealed in the page's address, bound to the browser by
// its device cookie, so a flood of requests fills no table.
#include "flow/authorize.hpp"

#include "flow/account.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "flow/login_ticket.hpp"
#include "flow/pushed_request.hpp"
#include "flow/upstream.hpp"
#include "grants/code.hpp"
#include "grants/mfa_token.hpp"
#include "grants/permissions.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "protocol/words.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::Need;
using protocol::Page;
using protocol::Way;
using Answer = boost::asio::awaitable<Response>;

bool is_for_account(const AuthorizationRequest& r) { return r.client_id == account_client().id; }

// ---- What is known from the start

Way way_of(const AuthorizationRequest& r) {
  if (!r.user_code.empty()) return Way::device_page;
  return r.prompts("none") ? Way::silent : Way::page;
}

// How old a second factor may be that the application asks for: as old as the login may be.
std::optional<std::int64_t> second_factor_age(const AuthorizationRequest& r) {
  return text::has_word(r.acr_values, multi_factor) || is_for_account(r) ? r.max_age : std::nullopt;
}

// The upstream that the application names, if it does.
Found<Connection> named_upstream(const Tenant& tenant, const Client& client, const AuthorizationRequest& r) {
  if (!r.user_code.empty()) return nullptr;
  const auto named = Doors(tenant, client, r.organization).find(r.connection);
  return named && named->is_upstream() ? named : nullptr;
}

void begin(const Authority& a, Journey& j) {
  const auto tenant = a.tenant();
  const auto client = tenant->find_client(j.request.client_id);
  const AuthorizationRequest& r = j.request;
  j.facts = {.way = way_of(r),
             .now = a.clock.now(),
             .names_upstream = bool(named_upstream(*tenant, *client, r)),
             .lacks_organization = client->requires_organization && r.organization.empty(),
             .prompts_login = r.prompts("login"),
             .prompts_select_account = r.prompts("select_account"),
             .has_invitation = !r.invitation.empty(),
             .max_age = r.max_age,
             .second_factor_age = second_factor_age(r),
             .person = {},
             .membership = {},
             .access = {},
             .scripts = {},
             .factors = {},
             .consent_is_missing = {},
             .passkey_is_offered = {}};
}

// ---- What is found out

// The person that the hint names must be the one who is signed in.
// AZ-208 · OpenID Connect Core section 3.1.2.1
bool agrees_with_hint(const Authority& a, const AuthorizationRequest& r, const SignedIn& who) {
  if (r.id_token_hint.empty()) return true;
  const auto hint = read_own_token(a, TokenUse::id_token_hint, r.issuer, r.id_token_hint);
  return hint && (*hint)["sub"] == Value(who.user.id);
}

Async<Unit> find_person(Authority& a, const Request& request, Journey& j) {
  if (!j.who) {
    CO_TRY(j.who, current_session(a, request));
  }
  protocol::Person person{.is_there = j.who.has_value()};
  if (j.who) {
    const AuthorizationRequest& r = j.request;
    const Session& session = j.who->session;
    const auto tenant = a.tenant();
    const auto client = tenant->find_client(r.client_id);
    const auto upstream = named_upstream(*tenant, *client, r);
    const std::string& came_by = session.body["connection"].text();
    person.door_is_open = is_open_door(*tenant, *client, r.organization, came_by);
    // An application that names an upstream wants the person's account there, as when it is to be linked.
    person.is_at_upstream = !upstream || upstream->name == came_by;
    person.agrees_with_hint = agrees_with_hint(a, r, *j.who);
    person.is_chosen = r.selected == session.id;
    person.is_fresh = r.authenticated == session.id;
    person.was_offered_passkey = r.passkey_offered == session.id;
    person.auth_time = session.auth_time;
    if (const auto at = session.body["mfa_at"].as_int(); at && *at > 0) person.second_factor_at = *at;
  }
  j.facts.person = person;
  co_return Unit{};
}

Async<Unit> find_membership(Authority& a, Journey& j) {
  j.facts.membership = ok();
  const AuthorizationRequest& r = j.request;
  if (r.organization.empty()) co_return Unit{};
  CO_AWAIT(const auto entry, way_into(a, r, j.who->user, j.who->session.body["connection"].text()));
  if (!entry && entry.error().fault == Fault::ours) co_return entry.error();
  if (!entry) j.facts.membership = entry.error();
  j.becomes_member = entry && *entry != Entry::is_member;
  co_return Unit{};
}

Async<Unit> find_access(Authority& a, Journey& j) {
  const AuthorizationRequest& r = j.request;
  const auto client = a.tenant()->find_client(r.client_id);
  auto access = resolve_access(a, *client, r.issuer, r.audience, r.scope);
  j.facts.access = access ? ok() : Status(access.error());
  if (!access) co_return Unit{};
  CO_TRY(const auto applied, apply_policies(a, {.client_id = r.client_id,
                                                .user_id = j.who->user.id,
                                                .audience = access->audience,
                                                .scope = access->scope,
                                                .organization = r.organization}));
  j.access = {access->audience, applied.scope, applied.permissions};
  co_return Unit{};
}

ExtendedLogin login_of(const Authority& a, const Journey& j) {
  const AuthorizationRequest& r = j.request;
  ExtendedLogin out{.user = j.who->user,
                    .client_id = r.client_id,
                    .protocol = "oidc-basic-profile",
                    .audience = j.access.audience,
                    .scope = j.access.scope,
                    .redirect_uri = r.redirect_uri,
                    .state = r.state,
                    .response_type = r.response_type,
                    .acr_values = r.acr_values,
                    .prompt = r.prompt,
                    .session_id = j.who->session.id,
                    .organization = r.organization,
                    .methods = {}};
  out.methods.emplace_back("pwd");
  if (has_second_factor(j.who->session, {}, a.clock.now())) out.methods.emplace_back("mfa");
  return out;
}

void keep_extension(const Authority& a, Journey& j) {
  Value kept = j.extension.to_json();
  kept.set("scripts", scripts_mark(*a.tenant(), j.request.continues));
  j.request.extended = json::write(kept);
  j.request.extended_for = j.who->session.id;
}

// Whoever becomes a member does so once everything else is allowed, and is then asked all of it as a member.
Async<Unit> enter(Authority& a, const Request& request, Journey& j) {
  CO_TRY_VOID(enter_organization(a, request, j.request, j.who->user, j.who->session.body["connection"].text()));
  CO_TRY(const auto again, find_user(a.store, j.who->user.id));  // an invitation has changed the account
  if (again) j.who->user = *again;
  if (a.tenant()->has_scripts()) keep_extension(a, j);
  co_return Unit{};
}

constexpr const char* rules = "(rules)";  // have sent the person away, and not an action

// Rules and actions run once in a session, however many pages follow; and those that come after one that had sent the
// person away, when they are back.
// AZ-1501, AZ-1503 · Auth0: rules and actions
Async<Unit> ask_scripts(Authority& a, const Request& request, Journey& j) {
  AuthorizationRequest& r = j.request;
  j.facts.scripts = ok();
  j.extension.scope = j.access.scope;
  if (!a.tenant()->has_scripts()) co_return Unit{};
  const bool has_kept = r.extended_for == j.who->session.id;
  const auto parsed = has_kept ? json::parse(r.extended) : Result<Value>(Value());
  const Value kept = parsed ? *parsed : Value();
  const bool is_same = has_kept && kept["scripts"].text() == scripts_mark(*a.tenant(), r.continues);
  const bool is_back = is_same && !j.returned.is_null() && !r.continues.empty();
  if (has_kept && r.continues.empty()) {
    j.extension = Extension::from_json(kept, j.access.scope);
  } else {
    ExtendedLogin login = login_of(a, j);
    if (is_back) login.returned = j.returned;
    if (is_back && r.continues != rules) {  // rules begin again
      login.continues = r.continues;
      login.decided = kept;
    }
    r.continues.clear();
    CO_AWAIT(const auto extension, run_extensions(a, request, std::move(login)));
    if (!extension) {
      j.facts.scripts = extension.error();
      co_return Unit{};
    }
    j.extension = *extension;
    j.facts.scripts_redirect = !extension->redirect_to.empty();
    if (j.facts.scripts_redirect) r.continues = extension->by.empty() ? rules : extension->by;
    if (is_back || j.facts.scripts_redirect) keep_extension(a, j);
  }
  j.access.scope = j.extension.scope;
  co_return Unit{};
}

Async<Unit> find_factors(Authority& a, Journey& j) {
  const AuthorizationRequest& r = j.request;
  const auto tenant = a.tenant();
  protocol::Factors out{.is_wanted = wants_second_factor(*tenant, j.extension, r.acr_values),
                        .tenant_has_any = !tenant->factors.empty()};
  // AZ-1406 · Auth0: mfa/authenticators
  // Who has a second factor changes it with it.
  if (!out.is_wanted && (j.access.audience == mfa_audience(r.issuer) || is_for_account(r))) {
    CO_TRY(const auto factors, factors_of(a, j.who->user));
    out.is_wanted = !factors.usable.empty();
  }
  j.facts.factors = out;
  co_return Unit{};
}

Async<Unit> find_consent(Authority& a, Journey& j) {
  // What rules and actions have added is not the person's to agree to.
  Access asked = j.access;
  asked.scope = Words(asked.scope).where([&](auto word) { return !text::has_word(j.extension.added, word); }).text();
  CO_TRY(const auto consent, consent_of(a, j.request, asked, j.who->user.id, j.who->session.id));
  j.facts.consent_is_missing = consent.is_missing;
  j.withdrawals = consent.withdrawals;
  co_return Unit{};
}

Async<Unit> find_passkey_offer(Authority& a, const Request& request, Journey& j) {
  CO_AWAIT(const auto offers, offers_passkey(a, request, j.request, *j.who));
  j.facts.passkey_is_offered = offers && *offers;  // an offer that cannot be made keeps nobody waiting
  co_return Unit{};
}

Async<Unit> find_out(Authority& a, const Request& request, Journey& j, Need need) {
  switch (need) {
    case Need::person: CO_RETURN(find_person(a, request, j));
    case Need::membership: CO_RETURN(find_membership(a, j));
    case Need::access: CO_RETURN(find_access(a, j));
    case Need::scripts: CO_RETURN(ask_scripts(a, request, j));
    case Need::factors: CO_RETURN(find_factors(a, j));
    case Need::consent: CO_RETURN(find_consent(a, j));
    case Need::passkey: break;
  }
  CO_RETURN(find_passkey_offer(a, request, j));
}

// ---- What is done

// The tokens and codes that the response type names (Core sections 3.1 to 3.3).
// AZ-219 · OpenID Connect Core section 3.3.2.5
Answer answer(Authority& a, const Journey& j) {
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
    if (!issued) co_return deliver_error(r, "server_error", "The code could not be kept; try again");
    code = *issued;
    fields.emplace_back("code", code);
  }
  if (r.wants("token")) {
    AccessToken token = issue_access_token(a, grant, true);
    access_token = token.value;
    fields.emplace_back("access_token", token.value);
    fields.emplace_back("expires_in", std::to_string(token.expires_in));
    fields.emplace_back("token_type", "Bearer");
    if (grant.scope != r.scope) fields.emplace_back("scope", grant.scope);
  }
  if (r.wants("id_token") && text::has_word(grant.scope, "openid"))
    fields.emplace_back("id_token", issue_id_token(a, grant, j.who->user, *client, access_token, code));
  if (fields.empty()) co_return deliver_error(r, "invalid_request", "response_type=id_token needs the scope openid");
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
  if (is_for_account(r)) CO_RETURN(let_into_account(a, request, j.who->session));
  CO_AWAIT(const auto remembered, remember_client(a, r, *j.who));
  if (!remembered) co_return deliver_error(r, "server_error", "The session could not be kept; try again");
  if (j.facts.way == Way::silent)
    record(a, request, {.type = "ssa", .client_id = r.client_id, .user_id = j.who->user.id});
  CO_RETURN(answer(a, j));
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
  if (a.tenant()->has_scripts() && j.facts.scripts) keep_extension(a, j);
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
  return deliver_error(r, e.code, e.description);
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
  if (p.get("response_mode") != "web_message" || origins.empty())
    return pages::error(look_for(*tenant, request, p.get("ui_locales")), page);
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
Async<bool> take_invitation(Authority& a, AuthorizationRequest& r) {
  CO_TRY(const auto invitation, find_invitation(a, r.invitation));
  if (!invitation || invitation->organization_id != r.organization ||
      invitation->body["client_id"] != Value(r.client_id))
    co_return false;
  if (r.login_hint.empty()) r.login_hint = invitation->body["invitee"]["email"].text();
  if (r.screen_hint.empty()) r.screen_hint = "signup";
  co_return true;
}

}  // namespace

Grant Journey::grant() const {
  return {.id = random_id(),
          .issuer = request.issuer,
          .client_id = request.client_id,
          .user_id = who->user.id,
          .session_id = who->session.id,
          .audience = access.audience,
          .scope = access.scope,
          .nonce = request.nonce,
          .auth_time = who->session.auth_time,
          .with_auth_time = request.max_age.has_value(),
          .id_claims = extension.id_claims,
          .access_claims = extension.access_claims,
          .organization = request.organization,
          .permissions = access.permissions,
          .connection = who->session.body["connection"].text(),
          .scripted = extension.added,
          .epoch = who->user.epoch,
          .withdrawals = withdrawals};
}

Async<protocol::Next> ask_gate(Authority& a, const Request& request, Journey& j) {
  begin(a, j);
  for (;;) {
    const auto next = protocol::next_step(j.facts);
    const auto* need = std::get_if<Need>(&next);
    if (!need) co_return next;
    CO_TRY_VOID(find_out(a, request, j, *need));
  }
}

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
    if (is_ours) co_return refuse_request(a, request, parameters, {500, "ours", "server_error", {}});
    if (!opened)
      co_return refuse_request(a, request, parameters,
                               {400, "par_invalid", "invalid_request_uri: unknown, used or expired", {}});
    parameters = *std::move(opened);
  }
  const auto tenant = a.tenant();
  auto judged = judge_authorization_request(*tenant, parameters, request.issuer, is_pushed);
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
    co_return deliver_error(error->request, error->error, error->description);
  }
  auto& r = std::get<AuthorizationRequest>(judged);
  const auto client = tenant->find_client(r.client_id);
  // Before anybody is asked for a password: an audience that does not exist is the client's mistake.
  // AZ-213 · Auth0: audience
  if (auto access = resolve_access(a, *client, r.issuer, r.audience, r.scope); !access) {
    record(a, request,
           {.type = "f",
            .description = access.error().description,
            .client_id = r.client_id,
            .reason = access.error().reason});
    co_return deliver_error(r, access.error().code, access.error().description);
  }
  if (!r.invitation.empty()) {
    CO_AWAIT(const auto taken, take_invitation(a, r));
    if (!taken) co_return deliver_error(r, "server_error", "The invitation could not be read; try again");
    if (!*taken) co_return deliver_error(r, "invalid_request", "The invitation is unknown, used or expired");
  }
  if (const auto ticket = parameters.get("login_ticket"); !ticket.empty())
    CO_RETURN(with_login_ticket(a, request, std::move(r), std::string(ticket)));
  CO_RETURN(go_on(a, request, {.request = std::move(r), .who = {}}));
}

Answering resume(Authority& a, Request request) {
  CO_AWAIT(const auto step, shown_step(a, request));
  if (!step) co_return stale_page(a, request);
  CO_RETURN(go_on(a, request, {.request = step->request, .who = {}}));
}

// Where a rule or an action had sent the person, they are back from.
// AZ-1503 · Auth0: /continue
Answering come_back(Authority& a, Request request) {
  const Parameters query(url::parse_form(request.query));
  const Parameters parameters = request.method == "POST" ? read_form(request) : query;
  const std::string_view state = parameters.has("state") ? parameters.get("state") : query.get("state");
  CO_AWAIT(const auto step, open_step(a, request, std::string(state)));
  if (!step) co_return stale_page(a, request);
  Value returned = Value::object();
  for (const auto& [name, value] : parameters.pairs()) returned.set(name, value);
  CO_RETURN(go_on(a, request, {.request = step->request, .who = {}, .returned = std::move(returned)}));
}

}  // namespace ostia::authority
