// `/authorize` (checklist section 2): judge the request, look at the session, then either answer or show a page.
// Nothing is written until a person signs in: the request travels sealed in the page's address, bound to the browser by
// its device cookie, so a flood of requests fills no table.
#include "accounts/users.hpp"
#include "flow/account.hpp"
#include "flow/authorization_response.hpp"
#include "flow/endpoints.hpp"
#include "flow/login_ticket.hpp"
#include "flow/pushed_request.hpp"
#include "flow/step.hpp"
#include "flow/upstream.hpp"
#include "grants/code.hpp"
#include "grants/consent.hpp"
#include "grants/extensions.hpp"
#include "grants/mfa_token.hpp"
#include "grants/permissions.hpp"
#include "http/body.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/url/url.hpp"
#include "pages/cookies.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using Answer = boost::asio::awaitable<Response>;

// Core section 3.1.2.1: the person that the hint names must be the one who is signed in.
bool agrees_with_hint(const Authority& a, const AuthorizationRequest& r, const SignedIn& who) {
  if (r.id_token_hint.empty()) return true;
  const auto hint = read_own_token(a, TokenUse::id_token_hint, r.issuer, r.id_token_hint);
  return hint && (*hint)["sub"] == Value(who.user.id);
}

bool is_recent_enough(const AuthorizationRequest& r, const SignedIn& who, std::int64_t now) {
  if (r.authenticated == who.session.id) return true;  // signed in for this very request
  if (!r.invitation.empty()) return false;             // nobody joins an organization by a link that they followed
  if (r.prompts("login") || (r.prompts("select_account") && r.selected != who.session.id)) return false;
  return !r.max_age || (*r.max_age > 0 && now - who.session.auth_time <= *r.max_age);
}

// The tokens and codes that the response type names (Core sections 3.1 to 3.3).
Response answer(Authority& a, const AuthorizationRequest& r, const SignedIn& who, const Access& access,
                const Extension& extension) {
  const auto tenant = a.tenant();
  const auto found_client = tenant->find_client(r.client_id);
  const Client& client = *found_client;
  Grant grant{random_id(),     r.issuer,     r.client_id, who.user.id,           who.session.id,
              access.audience, access.scope, r.nonce,     who.session.auth_time, r.max_age.has_value()};
  grant.id_claims = extension.id_claims;
  grant.access_claims = extension.access_claims;
  grant.organization = r.organization;
  grant.permissions = access.permissions;
  grant.connection = who.session.body["connection"].text();
  grant.with_second_factor = has_second_factor(who.session, {}, a.clock.now());
  if (grant.with_second_factor && text::has_word(r.acr_values, multi_factor)) grant.acr = multi_factor;
  Fields fields;
  std::string code, access_token;
  if (r.wants("code")) {
    code = issue_code(a, grant, r.redirect_uri, r.code_challenge);
    fields.emplace_back("code", code);
  }
  if (r.wants("token")) {
    AccessToken token = issue_access_token(a, grant, true);
    access_token = token.value;
    fields.insert(
        fields.end(),
        {{"access_token", token.value}, {"expires_in", std::to_string(token.expires_in)}, {"token_type", "Bearer"}});
    if (grant.scope != r.scope) fields.emplace_back("scope", grant.scope);
  }
  if (r.wants("id_token") && text::has_word(grant.scope, "openid"))
    fields.emplace_back("id_token", issue_id_token(a, grant, who.user, client, access_token, code));
  if (fields.empty()) return deliver_error(r, "invalid_request", "response_type=id_token needs the scope openid");
  return deliver(r, std::move(fields));
}

// For back-channel logout: which applications this session is known to.
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

// Silence is what the frame of a `checkSession` must never get: a refusal goes to whoever may be waiting there. It says
// nothing that the asker did not send.
Response refuse(const Authority& a, const Request& request, const Parameters& p, pages::ErrorPage page) {
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

// What rules and actions make of the request; once in a session, however many pages follow.
Async<Extension> extend(Authority& a, const Request& request, const AuthorizationRequest& r, const SignedIn& who,
                        const Access& access, Value returned) {
  Extension unchanged;
  unchanged.scope = access.scope;
  if (!a.tenant()->has_scripts()) co_return unchanged;
  if (r.extended_for == who.session.id) {
    const auto kept = json::parse(r.extended);
    if (kept) co_return Extension::from_json(*kept);
  }
  ExtendedLogin login{who.user,
                      r.client_id,
                      "oidc-basic-profile",
                      access.audience,
                      access.scope,
                      r.redirect_uri,
                      r.state,
                      r.response_type,
                      r.acr_values,
                      r.prompt,
                      who.session.id,
                      {},
                      {"pwd"},
                      {},
                      {}};
  login.organization = r.organization;
  if (has_second_factor(who.session, {}, a.clock.now())) login.methods.emplace_back("mfa");
  if (!returned.is_null()) login.continues = r.continues;
  login.returned = std::move(returned);
  CO_RETURN(run_extensions(a, request, std::move(login)));
}

bool is_for_account(const AuthorizationRequest& r) { return r.client_id == account_client().id; }

// How old a second factor may be that the application asks for: as old as the login may be.
std::optional<std::int64_t> step_up_age(const AuthorizationRequest& r) {
  return text::has_word(r.acr_values, multi_factor) || is_for_account(r) ? r.max_age : std::nullopt;
}

Async<bool> needs_second_factor(Authority& a, const AuthorizationRequest& r, const Extension& extension,
                                const Access& access, const User& user) {
  const auto tenant = a.tenant();
  if (wants_second_factor(*tenant, extension, r.acr_values)) co_return true;
  if (access.audience != mfa_audience(r.issuer) && !is_for_account(r)) co_return false;
  auto looking = factors_of(a, user);  // who has a second factor changes it with it
  const auto factors = co_await std::move(looking);
  if (!factors) co_return factors.error();
  const bool has_one = !factors->usable.empty();
  co_return has_one;
}

Async<Access> restrict_access(Authority& a, Access access, const AuthorizationRequest& r, const User& user) {
  Grant wanted;
  wanted.client_id = r.client_id;
  wanted.user_id = user.id;
  wanted.audience = access.audience;
  wanted.scope = access.scope;
  wanted.organization = r.organization;
  CO_TRY(const auto applied, apply_policies(a, std::move(wanted)));
  co_return Access{access.audience, applied.scope, applied.permissions};
}

Answer decide(Authority& a, const Request& request, AuthorizationRequest r, std::optional<SignedIn> fresh,
              Value returned = {}) {
  std::optional<SignedIn> who = std::move(fresh);
  if (!who) {
    CO_AWAIT(const auto found, current_session(a, request));
    if (!found && !r.user_code.empty()) co_return stale_page(a, request);  // a device has no redirect URI
    if (!found) co_return deliver_error(r, "server_error", "The session could not be read; try again");
    who = *found;
  }
  const auto tenant = a.tenant();
  const auto found_client = tenant->find_client(r.client_id);
  const Client& client = *found_client;
  const Doors doors(*tenant, client, r.organization);
  const auto named = doors.find(r.connection);
  const bool wants_upstream = named && named->is_upstream() && r.user_code.empty();
  // An application that names an upstream wants the person's account there, as when it is to be linked.
  const bool is_elsewhere = wants_upstream && who && who->session.body["connection"] != Value(named->name);
  const bool is_outside = who && !check_door(*tenant, client, r.organization, who->session.body["connection"].text());
  const auto refused = [&](const std::string& error, const std::string& description) {
    record(a, request,
           {r.prompts("none") ? "fsa" : "f", description, r.client_id, who ? who->user.id : "", {}, {}, error});
    return deliver_error(r, error, description);
  };
  const bool lacks_organization = client.requires_organization && r.organization.empty() && r.user_code.empty();
  const bool is_refused = !who || is_outside || lacks_organization || !agrees_with_hint(a, r, *who) ||
                          !is_recent_enough(r, *who, a.clock.now());
  if (is_refused || (is_elsewhere && !r.prompts("none"))) {
    if (r.prompts("none")) co_return refused("login_required", "Login required");
    if (wants_upstream && !lacks_organization && (is_elsewhere || !who || !r.prompts("select_account"))) {
      CO_RETURN(upstream::depart(a, request, std::move(r), named->name));
    }
    co_return show_step(a, request, r, first_page(*tenant, client, r, who.has_value()));
  }
  if (!r.user_code.empty()) {  // rules and actions run when the device is given its tokens
    const bool is_missing = wants_second_factor(*tenant, {}, {}) && !has_second_factor(who->session, {}, a.clock.now());
    co_return show_step(a, request, r, is_missing ? "/u/mfa" : "/activate/confirm");
  }
  auto access = resolve_access(a, client, r.issuer, r.audience, r.scope);
  if (!access) co_return deliver_error(r, access.error().code, access.error().description);
  if (!r.organization.empty()) {
    CO_AWAIT(const auto entered, enter_organization(a, request, r, who->user, who->session.body["connection"].text()));
    if (!entered) co_return refused(entered.error().code, entered.error().description);
    auto rereading = find_user(a.store, who->user.id);  // an invitation has changed the account
    if (!r.invitation.empty())
      if (const auto again = co_await std::move(rereading); again && *again) who->user = **again;
  }
  CO_AWAIT(const auto restricted, restrict_access(a, *access, r, who->user));
  if (!restricted) co_return refused("server_error", "The permissions could not be read; try again");
  *access = *restricted;
  CO_AWAIT(const auto extension, extend(a, request, r, *who, *access, std::move(returned)));
  if (!extension) co_return refused(extension.error().code, extension.error().description);
  if (!extension->redirect_to.empty()) {
    if (r.prompts("none")) co_return refused("interaction_required", "Interaction required");
    r.continues = extension->by;
    co_return leave_step(a, request, r, extension->redirect_to);
  }
  if (!has_second_factor(who->session, step_up_age(r), a.clock.now())) {
    CO_AWAIT(const auto needed, needs_second_factor(a, r, *extension, *access, who->user));
    if (!needed) co_return refused(needed.error().code, needed.error().description);
    if (*needed && r.prompts("none")) co_return refused("interaction_required", "Multifactor authentication required");
    if (*needed && tenant->factors.empty())
      co_return refused(no_factor_turned_on().code, no_factor_turned_on().description);
    if (*needed) co_return show_step(a, request, r, "/u/mfa");
  }
  if (tenant->has_scripts()) {
    access->scope = extension->scope;
    r.extended = json::write(extension->to_json());
    r.extended_for = who->session.id;
  }
  if (r.consented != who->session.id) {
    CO_AWAIT(const auto needed, needs_consent(a, r, *access, who->user.id));
    if (!needed) co_return deliver_error(r, "server_error", "The consents could not be read; try again");
    if (*needed && r.prompts("none")) co_return refused("consent_required", "Consent required");
    if (*needed) co_return show_step(a, request, r, "/u/consent");
  }
  if (!r.prompts("none")) {
    CO_AWAIT(const auto offers, offers_passkey(a, request, r, *who));
    if (offers && *offers) co_return show_step(a, request, r, "/u/passkey/new");
  }
  if (is_for_account(r)) {
    CO_RETURN(let_into_account(a, request, who->session));
  }
  CO_AWAIT(const auto remembered, remember_client(a, r, *who));
  if (!remembered) co_return deliver_error(r, "server_error", "The session could not be kept; try again");
  if (r.prompts("none")) record(a, request, {"ssa", {}, r.client_id, who->user.id, {}, {}, {}});
  co_return answer(a, r, *who, *access, *extension);
}

// A login ticket stands for a session, if the browser that has it also has its proof.
Answer with_login_ticket(Authority& a, const Request& request, AuthorizationRequest r, std::string ticket) {
  const auto tenant = a.tenant();
  const auto opened = open_login_ticket(a, r.client_id, ticket);
  const auto found_client = tenant->find_client(r.client_id);
  const Client& client = *found_client;
  if (opened && !opened->is_proven_by_cookie(request) && !client.cross_origin_page.empty())
    co_return ask_for_verifier(a, r, *opened, client);
  if (!opened || !opened->is_proven_by_cookie(request)) {
    record(a, request,
           {"fcoa",
            "Cross-origin login without its cookie",
            r.client_id,
            {},
            {},
            {},
            opened ? "cookie_missing" : "login_ticket_unknown"});
    CO_RETURN(decide(a, request, std::move(r), {}));
  }
  CO_RETURN(redeem_login_ticket(a, request, std::move(r), *opened));
}

}  // namespace

Async<std::optional<SignedIn>> current_session(Authority& a, const Request& request) {
  const std::string cookie = read_cookie(request, CookieKind::session);
  CO_AWAIT(auto who, find_session(a.store, cookie, a.clock.now(), a.tenant()->session_limits()));
  if (who && *who && (*who)->user.blocked) co_return std::optional<SignedIn>();
  co_return who;
}

Answer continue_with(Authority& a, const Request& request, AuthorizationRequest r, SignedIn who) {
  CO_RETURN(decide(a, request, std::move(r), std::move(who)));
}

Answering authorize(Authority& a, Request request) {
  Parameters parameters = request.method == "POST" ? read_form(request) : Parameters(url::parse_form(request.query));
  bool pushed = false;
  if (is_pushed_request(parameters)) {
    CO_AWAIT(auto opened, open_pushed_request(a, parameters));
    if (!opened)
      co_return refuse(a, request, parameters,
                       {400, "par_invalid", "invalid_request_uri: unknown, used or expired", {}});
    parameters = *std::move(opened);
    pushed = true;
  }
  const auto tenant = a.tenant();
  auto judged = judge_authorization_request(*tenant, parameters, request.issuer, pushed);
  if (auto* page = std::get_if<pages::ErrorPage>(&judged)) {
    record(a, request, {"f", page->code, std::string(parameters.get("client_id")), {}, {}, {}, page->key});
    co_return refuse(a, request, parameters, *page);
  }
  if (auto* error = std::get_if<ClientError>(&judged)) {
    record(a, request,
           {"f", error->error + ": " + error->description, error->request.client_id, {}, {}, {}, error->error});
    co_return deliver_error(error->request, error->error, error->description);
  }
  auto& r = std::get<AuthorizationRequest>(judged);
  const auto client = tenant->find_client(r.client_id);
  // Before anybody is asked for a password: an audience that does not exist is the client's mistake.
  if (auto access = resolve_access(a, *client, r.issuer, r.audience, r.scope); !access) {
    record(a, request, {"f", access.error().description, r.client_id, {}, {}, {}, access.error().reason});
    co_return deliver_error(r, access.error().code, access.error().description);
  }
  if (!r.invitation.empty()) {
    CO_AWAIT(const auto invitation, find_invitation(a, r.invitation));
    if (!invitation || !*invitation || (*invitation)->organization_id != r.organization ||
        (*invitation)->body["client_id"] != Value(r.client_id))
      co_return deliver_error(r, "invalid_request", "The invitation is unknown, used or expired");
    // Who is invited may have no account yet.
    if (r.login_hint.empty()) r.login_hint = (*invitation)->body["invitee"]["email"].text();
    if (r.screen_hint.empty()) r.screen_hint = "signup";
  }
  if (const auto ticket = parameters.get("login_ticket"); !ticket.empty()) {
    CO_RETURN(with_login_ticket(a, request, std::move(r), std::string(ticket)));
  }
  CO_RETURN(decide(a, request, std::move(r), {}));
}

Answering resume(Authority& a, Request request) {
  const Parameters parameters(url::parse_form(request.query));
  const auto step = open_step(a, request, parameters.get("state"));
  if (!step) co_return stale_page(a, request);
  CO_RETURN(decide(a, request, step->request, {}));
}

// Where a rule or an action had sent the person, they are back from.
Answering come_back(Authority& a, Request request) {
  const Parameters parameters =
      request.method == "POST" ? read_form(request) : Parameters(url::parse_form(request.query));
  const Parameters query(url::parse_form(request.query));
  const auto step = open_step(a, request, parameters.has("state") ? parameters.get("state") : query.get("state"));
  if (!step) co_return stale_page(a, request);
  Value returned = Value::object();
  for (const auto& [name, value] : parameters.pairs()) returned.set(name, value);
  CO_RETURN(decide(a, request, step->request, {}, std::move(returned)));
}

}  // namespace ostia::authority
