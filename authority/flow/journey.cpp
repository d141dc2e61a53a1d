#include "flow/journey.hpp"

#include "grants/mfa_token.hpp"
#include "grants/organization.hpp"
#include "grants/permissions.hpp"
#include "grants/proof.hpp"
#include "ostia/text/ascii.hpp"
#include "protocol/words.hpp"
#include "tenant/administrators.hpp"

namespace ostia::authority {
namespace {

using json::Value;
using protocol::Need;
using protocol::Way;

// ---- What is known from the start

Way way_of(const AuthorizationRequest& r) {
  if (!r.user_code.empty()) return Way::device_page;
  return r.prompts("none") ? Way::silent : Way::page;
}

// How old a second factor may be that the application asks for: as old as the login may be.
std::optional<std::int64_t> second_factor_age(const Journey& j) {
  const AuthorizationRequest& r = j.request;
  return text::has_word(r.acr_values, multi_factor) || j.is_for_account() ? r.max_age : std::nullopt;
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
  const std::string& audience = r.audience.empty() ? tenant->default_audience : r.audience;
  j.facts = {
      .way = way_of(r),
      .now = a.clock.now(),
      .names_upstream = bool(named_upstream(*tenant, *client, r)),
      .lacks_organization = client->requires_organization && r.organization.empty(),
      // What leaves through the browser is bound to the key that the request names, if it names one.
      .lacks_proof = r.wants("token") && lacks_proof(a, *client, audience, {.key = r.dpop_jkt, .certificate = {}}),
      .prompts_login = r.prompts("login"),
      .prompts_select_account = r.prompts("select_account"),
      .has_invitation = !r.invitation.empty(),
      .max_age = r.max_age,
      .second_factor_age = second_factor_age(j),
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

bool is_for_dashboard(const Journey& j) { return j.request.client_id == dashboard_client().id; }

// Who administers is asked sooner than others: their session is good for all applications, and not for that one.
bool is_over_for_dashboard(const Authority& a, const Session& session) {
  const std::int64_t now = a.clock.now();
  const SessionLimits limits = a.tenant()->administration.session;
  return session.auth_time + limits.absolute <= now || session.used_at + limits.idle <= now;
}

Async<Unit> find_person(Authority& a, const Request& request, Journey& j) {
  if (!j.who) {
    CO_TRY(j.who, current_session(a, request));
  }
  if (j.who && is_for_dashboard(j) && is_over_for_dashboard(a, j.who->session)) j.who.reset();
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
    if (const auto at = session.body["mfa_at"].as_int(); at && *at > 0) person.second_factor_at = at;
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
  // Auth0: session_transfer.allow_refresh_token
  if (j.who->session.body["transfer"].is_object() && !client->session_transfer.allows_refresh_token)
    j.access.scope = Words(j.access.scope).where([](auto word) { return word != "offline_access"; }).text();
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
                    .methods = {},
                    .transfer = j.transfer};
  out.methods.emplace_back("pwd");
  if (has_second_factor(j.who->session, {}, a.clock.now())) out.methods.emplace_back("mfa");
  return out;
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
    if (is_back || j.facts.scripts_redirect) j.keep_extension(a);
  }
  j.access.scope = j.extension.scope;
  co_return Unit{};
}

// A passkey is two factors at once: the device, and what unlocks it.
bool is_by_passkey(const Session& session) { return session.body["by"].is("passkey"); }

Async<Unit> find_factors(Authority& a, Journey& j) {
  const AuthorizationRequest& r = j.request;
  const auto tenant = a.tenant();
  protocol::Factors out{.is_wanted = wants_second_factor(*tenant, j.extension, r.acr_values),
                        .tenant_has_any = !tenant->factors.empty()};
  // ASVS 6.3.3
  if (is_for_dashboard(j) && tenant->administration.wants_second_factor(a.dev)) {
    CO_TRY(const auto is_one, is_administrator(a.store, j.who->user.id));
    out.is_wanted = out.is_wanted || is_one;
    out.tenant_has_any = out.tenant_has_any || is_one;
    out.was_shown_before = is_by_passkey(j.who->session);
  }
  // AZ-1406 · Auth0: mfa/authenticators
  // Who has a second factor changes it with it.
  if (!out.is_wanted && (j.access.audience == mfa_audience(r.issuer) || j.is_for_account())) {
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

}  // namespace

bool Journey::is_for_account() const { return request.client_id == account_client().id; }

void Journey::keep_extension(const Authority& a) {
  Value kept = extension.to_json();
  kept.set("scripts", scripts_mark(*a.tenant(), request.continues));
  request.extended = json::write(kept);
  request.extended_for = who->session.id;
}

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
          .withdrawals = withdrawals,
          .proof_key = request.dpop_jkt,
          .transferred_from = who->session.body["transfer"]["grant"].text(),
          .transferred_by = who->session.body["transfer"]["client_id"].text()};
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

}  // namespace ostia::authority
