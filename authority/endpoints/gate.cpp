#include "endpoints/gate.hpp"

#include "grants/consent.hpp"
#include "grants/extensions.hpp"
#include "grants/mfa_token.hpp"
#include "grants/organization.hpp"
#include "grants/permissions.hpp"
#include "grants/proof.hpp"
#include "grants/session_transfer.hpp"
#include "state/problem.hpp"

namespace ostia::authority {
namespace {

using protocol::Need;
using protocol::Way;

// What is known of a grant, as it is found out.
struct Inquiry {
  Authority& a;
  const Request& request;
  Passing how;
  Grant grant;
  std::optional<User> user;
  protocol::Facts facts;
  Extension extension = {};
  std::shared_ptr<const Tenant> tenant = a.tenant();
  Found<Client> client = tenant->find_client(grant.client_id);
};

// A code is for the browser that waits for it: it ends with its session. A device goes on when its owner logs out here,
// unless that session is revoked.
Async<bool> has_ended(Inquiry& q) {
  const Way way = q.how.way;
  if (way != Way::code && way != Way::device && way != Way::second_factor) co_return false;
  // A code that is presented twice revokes its grant: of two at once the first has its tokens all the same.
  const std::string grant_id = way == Way::code ? "" : q.grant.id;
  CO_TRY(const auto rows,
         q.a.store.query({"SELECT (SELECT count(*) FROM sessions WHERE id = $1), (SELECT count(*) FROM "
                          "revoked_grants WHERE id = $2 OR id = $3)",
                          {q.grant.session_id, revoked_session(q.grant.session_id), grant_id}}));
  const bool is_there = int_at(rows.first(), 0) > 0, is_revoked = int_at(rows.first(), 1) > 0;
  const bool needs_session = way == Way::code && !q.grant.session_id.empty();
  co_return is_revoked || (needs_session && !is_there);
}

// What a transferred session gave lives as long as what it was transferred from, and, where the application says so,
// as long as the session.
Async<bool> transfer_has_ended(Inquiry& q) {
  if (q.grant.transferred_from.empty()) co_return false;
  CO_TRY(const auto over, transfer_has_ended(q.a, q.grant.transferred_from, q.grant.transferred_by));
  if (over) co_return true;
  if (q.how.way != Way::refresh || !q.client->session_transfer.refreshes_within_session) co_return false;
  const std::int64_t now = q.a.clock.now();
  CO_TRY(const auto rows, q.a.store.query({"SELECT 1 FROM sessions WHERE id = $1 AND expires_at > $2 AND used_at > $3",
                                           {q.grant.session_id, now, now - q.tenant->session_limits().idle}}));
  const bool has_session = !rows.empty();
  co_return !has_session;
}

Async<Unit> find_person(Inquiry& q) {
  if (!q.user) {
    CO_TRY(q.user, find_user(q.a.store, q.grant.user_id));
  }
  protocol::Person person{.is_there = q.user.has_value()};
  if (q.user) {
    CO_TRY(person.is_withdrawn, is_withdrawn(q.a, q.user->id, q.grant.client_id, q.grant.withdrawals));
    CO_TRY(person.session_has_ended, has_ended(q));
    CO_TRY(person.transfer_has_ended, transfer_has_ended(q));
    const std::string& came_by = q.grant.connection.empty() ? q.user->login_connection() : q.grant.connection;
    person.is_blocked = q.user->blocked;
    person.is_of_this_epoch = q.user->epoch == q.grant.epoch;
    person.door_is_open = is_open_door(*q.tenant, *q.client, q.grant.organization, came_by);
  }
  q.facts.person = person;
  co_return Unit{};
}

Async<Unit> find_membership(Inquiry& q) {
  q.facts.membership = ok();
  if (q.grant.organization.empty()) co_return Unit{};
  CO_TRY(const auto is_one, is_member(q.a, q.grant.organization, q.grant.user_id));
  if (is_one) co_return Unit{};
  q.facts.membership =
      q.how.way == Way::direct
          ? oauth(403, "access_denied",
                  "user " + q.grant.user_id + " is not part of the " + q.grant.organization + " organization",
                  "not_a_member")
          : oauth(403, "invalid_grant", "The person is no member of the organization any more", "not_a_member");
  co_return Unit{};
}

// The API may have gone, or have taken back that people stay signed in; roles may have been taken away.
Async<Unit> find_access(Inquiry& q) {
  const auto api = q.tenant->find_api(q.grant.audience);
  const bool is_own = q.grant.audience.empty() || is_reserved_audience(q.a, q.grant.issuer, q.grant.audience);
  q.facts.access = ok();
  if (!api && !is_own)
    q.facts.access = oauth(403, "access_denied", "Service not found: " + q.grant.audience, "audience_unknown");
  if (api && q.how.way == Way::refresh && !api->allows_offline_access)
    q.facts.access = oauth(403, "invalid_grant", q.how.otherwise.description, "offline_access_off");
  if (!*q.facts.access || q.grant.audience.empty()) co_return Unit{};
  CO_TRY(q.grant, apply_policies(q.a, q.grant));
  co_return Unit{};
}

ExtendedLogin login_of(const Inquiry& q) {
  ExtendedLogin out{.user = *q.user,
                    .client_id = q.grant.client_id,
                    .protocol = q.how.protocol,
                    .audience = q.grant.audience,
                    .scope = q.grant.scope,
                    .session_id = q.grant.session_id,
                    .organization = q.grant.organization,
                    .methods = {}};
  out.methods.emplace_back("pwd");
  if (q.grant.with_second_factor) out.methods.emplace_back("mfa");
  return out;
}

Async<Unit> ask_scripts(Inquiry& q) {
  q.facts.scripts = ok();
  q.extension.scope = q.grant.scope;
  if (!q.tenant->has_scripts()) co_return Unit{};
  CO_AWAIT(const auto extension, run_extensions(q.a, q.request, login_of(q)));
  if (!extension) {
    q.facts.scripts = extension.error();
    co_return Unit{};
  }
  q.extension = *extension;
  q.facts.scripts_redirect = !extension->redirect_to.empty();
  q.grant.scope = extension->scope;
  q.grant.scripted = extension->added;
  q.grant.id_claims = extension->id_claims;
  q.grant.access_claims = extension->access_claims;
  co_return Unit{};
}

Async<Unit> find_factors(Inquiry& q) {
  protocol::Factors out{.is_wanted = wants_second_factor(*q.tenant, q.extension, {}),
                        .tenant_has_any = !q.tenant->factors.empty(),
                        .was_shown_before = q.grant.with_second_factor};
  if (!out.is_wanted && q.grant.audience == mfa_audience(q.grant.issuer)) {  // who has one changes it with it
    CO_TRY(const auto factors, factors_of(q.a, *q.user));
    out.is_wanted = !factors.usable.empty();
  }
  q.facts.factors = out;
  co_return Unit{};
}

Async<Unit> find_consent(Inquiry& q) {
  if (q.how.way == Way::refresh && !q.how.to_other_api) {  // it was agreed to, and `agreement_stands` says so
    q.facts.consent_is_missing = false;
    co_return Unit{};
  }
  CO_TRY(const auto consent,
         consent_of_exchange(q.a, *q.client, {q.grant.audience, q.grant.scope, {}}, q.grant.user_id));
  q.facts.consent_is_missing = consent.is_missing;
  if (consent.withdrawals >= 0) q.grant.withdrawals = consent.withdrawals;
  co_return Unit{};
}

Async<Unit> find_out(Inquiry& q, Need need) {
  switch (need) {
    case Need::person: CO_RETURN(find_person(q));
    case Need::membership: CO_RETURN(find_membership(q));
    case Need::access: CO_RETURN(find_access(q));
    case Need::scripts: CO_RETURN(ask_scripts(q));
    case Need::factors: CO_RETURN(find_factors(q));
    case Need::consent: CO_RETURN(find_consent(q));
    case Need::passkey: break;
  }
  q.facts.passkey_is_offered = false;
  co_return Unit{};
}

// AZ-1401 · Auth0: mfa_required
Error error_of(const Inquiry& q, const protocol::Refuse& refusal) {
  // Who has no factor to show may add one by the token; an exchange has nobody who could.
  if (refusal.error.code == "mfa_required" && q.how.way != Way::exchange)
    return mfa_required(q.a, q.grant, q.how.way == Way::direct);
  Error out = refusal.error;
  if (out.description.empty()) {
    const std::string reason = std::move(out.reason);
    out = q.how.otherwise;
    out.reason = reason;
  }
  return out;
}

// Who redeems a code or goes on with a request shows the key that it began with. A client that proves who it is needs
// none for its refresh tokens: they are its own by that.
// AZ-642 · RFC 9449 sections 5 and 10, RFC 8705 section 4
void bind(Inquiry& q) {
  const Binding shown = binding_for(q.a, q.request, *q.client, q.grant.audience);
  const bool is_held = q.how.way != Way::exchange && (q.how.way != Way::refresh || q.client->is_public());
  const auto differs = [&](const std::string& was, const std::string& is) { return !was.empty() && was != is; };
  q.facts.has_other_key =
      is_held && (differs(q.grant.proof_key, shown.key) || differs(q.grant.proof_cert, shown.certificate));
  q.facts.lacks_proof = lacks_proof(q.a, *q.client, q.grant.audience, shown);
  q.grant.proof_key = shown.key;
  q.grant.proof_cert = shown.certificate;
}

}  // namespace

Async<Passed> pass_gate(Authority& a, const Request& request, Grant grant, Passing how, std::optional<User> user) {
  Inquiry q{a, request, std::move(how), std::move(grant), std::move(user), {}};
  q.facts.way = q.how.way;
  q.facts.now = a.clock.now();
  q.facts.lacks_organization = q.client->requires_organization && q.grant.organization.empty();
  bind(q);
  for (;;) {
    const auto next = protocol::next_step(q.facts);
    if (const auto* need = std::get_if<Need>(&next)) {
      CO_TRY_VOID(find_out(q, *need));
      continue;
    }
    if (const auto* refusal = std::get_if<protocol::Refuse>(&next)) co_return error_of(q, *refusal);
    co_return Passed{std::move(q.grant), *std::move(q.user)};
  }
}

}  // namespace ostia::authority
