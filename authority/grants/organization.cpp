#include "grants/organization.hpp"
#include "accounts/users.hpp"
#include "state/ticket.hpp"

#include <algorithm>

#include "accounts/document.hpp"
#include "base/address.hpp"
#include "logs/journal.hpp"
#include "ostia/text/ascii.hpp"
#include "state/problem.hpp"
#include "tenant/reading.hpp"

namespace ostia::authority {
namespace {

using json::Value;

Error not_let_in(const std::string& description, std::string reason) {
  return oauth(403, "access_denied", description, std::move(reason));
}

Statement add_member(const std::string& organization, const std::string& user_id, const Value& roles) {
  return {
      "INSERT INTO organization_members (organization_id, user_id, roles) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
      {organization, user_id, roles.is_array() ? json::write(roles) : "[]"}};
}

// The ticket went to an address: whoever has it, and an account of that address, is meant, and the address is theirs.
// It is for one organization and one application.
Async<Invitation> invited(Authority& a, const AuthorizationRequest& r, const User& user) {
  CO_TRY(const auto invitation, find_invitation(a, r.invitation));
  if (!invitation) co_return not_let_in("The invitation is unknown, used or expired", "invitation_over");
  const Value& body = invitation->body;
  if (invitation->organization_id != r.organization || body["client_id"] != Value(r.client_id))
    co_return not_let_in("The invitation is for another organization or application", "invitation_for_another");
  if (user.email.empty() || canonical_login(body["invitee"]["email"].text()) != canonical_login(user.email))
    co_return not_let_in("The invitation is for another email address", "invitation_for_another");
  co_return *invitation;
}

constexpr std::int64_t acceptance_memory = 30 * 24 * 3600;  // seconds: as long as an invitation lasts

std::string name_of_ticket(const std::string& invitation) { return "invitation\n" + invitation; }

Async<Unit> accept(Authority& a, const AuthorizationRequest& r, const User& user) {
  CO_TRY(const auto invitation, invited(a, r, user));
  const Value& body = invitation.body;
  const std::string organization = r.organization, id = invitation.id;
  CO_TRY_VOID(edit_user(a.store, user.id, a.clock.now(), [&](User& u, std::vector<Statement>& statements) -> Status {
    Value metadata = Value::object();
    for (const char* name : {"app_metadata", "user_metadata"})
      if (body[name].is_object()) metadata.set(name, body[name]);
    if (auto applied = apply_profile(nullptr, u, metadata); !applied) return applied;
    u.profile.set("email_verified", true);
    statements.push_back(add_member(organization, u.id, body["roles"]));
    statements.push_back({"DELETE FROM invitations WHERE id = $1 RETURNING id", {id}, true});
    statements.push_back(mark_used(name_of_ticket(r.invitation), a.clock.now() + acceptance_memory));
    return ok();
  }));
  co_return Unit{};
}

}  // namespace

// AZ-1704 · Auth0: enabled_clients
bool Doors::admit(const Connection& c) const {
  if (!c.is_enabled_for(client_)) return false;
  return !organization_ || organization_->connections.empty() || organization_->find_door(c.name);
}

Found<Connection> Doors::find(std::string_view name) const {
  const auto c = tenant_.find_connection(name);
  return c && admit(*c) ? c : nullptr;
}

std::vector<std::string> Doors::databases() const {
  std::vector<std::string> out;
  for (const auto& c : tenant_.connections)
    if (c.is_database() && admit(c)) out.push_back(c.name);
  return out;
}

bool is_open_door(const Tenant& tenant, const Client& client, const std::string& organization,
                  const std::string& connection) {
  return bool(Doors(tenant, client, organization).find(connection));
}

Async<std::optional<Invitation>> find_invitation(Authority& a, std::string ticket) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT id, organization_id, body FROM invitations WHERE ticket_mark = $1 AND expires_at > $2",
                        {a.secrets.mark(ticket), a.clock.now()}}));
  if (rows.empty()) co_return std::optional<Invitation>();
  auto body = json::parse(text_at(rows.first(), 2));
  if (!body) co_return std::move(body).error();
  co_return std::optional(Invitation{text_at(rows.first(), 0), text_at(rows.first(), 1), *std::move(body)});
}

Async<bool> was_accepted(Authority& a, std::string ticket) { CO_RETURN(was_used(a, name_of_ticket(ticket))); }

Async<bool> is_member(Authority& a, std::string organization, std::string user_id) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT 1 FROM organization_members WHERE organization_id = $1 AND user_id = $2",
                        {std::move(organization), std::move(user_id)}}));
  const bool is_one = !rows.empty();
  co_return is_one;
}

Async<Entry> way_into(Authority& a, const AuthorizationRequest& r, User user, std::string connection) {
  const auto tenant = a.tenant();
  const auto o = tenant->find_organization(r.organization);
  if (!o) co_return not_let_in("The organization is not there any more", "organization_unknown");
  CO_TRY(const auto member, is_member(a, o->id, user.id));
  if (member) co_return Entry::is_member;
  if (!r.invitation.empty()) {
    CO_TRY_VOID(invited(a, r, user));
    co_return Entry::by_invitation;
  }
  const auto c = tenant->find_connection(connection);
  const Organization::Door* door = c ? o->find_door(c->name) : nullptr;
  if (!door || !door->makes_members)
    co_return not_let_in("user " + user.id + " is not part of the " + o->id + " organization", "not_a_member");
  co_return Entry::by_door;
}

Async<Unit> enter_organization(Authority& a, const Request& request, const AuthorizationRequest& r, User user,
                               std::string connection) {
  CO_TRY(const auto entry, way_into(a, r, user, connection));
  if (entry == Entry::by_door) CO_TRY_VOID(a.store.write(add_member(r.organization, user.id, {})));
  if (entry != Entry::by_invitation) co_return Unit{};
  CO_TRY_VOID(accept(a, r, user));
  record(a, request,
         {.type = "si",
          .description = "Invitation accepted",
          .client_id = r.client_id,
          .user_id = user.id,
          .user_name = user.email,
          .connection = connection});
  co_return Unit{};
}

void add_organization_claims(const Tenant& tenant, const std::string& organization, Value& claims) {
  const auto o = organization.empty() ? nullptr : tenant.find_organization(organization);
  if (!o) return;
  claims.set("org_id", o->id);
  claims.set("org_name", text::lower(o->name));
}

}  // namespace ostia::authority
