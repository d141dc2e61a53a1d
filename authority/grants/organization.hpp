// Organizations at login (AZ-1701 to AZ-1707): which one a request is for, whether the person belongs to it, and
// invitations to it.
#pragma once

#include "accounts/users.hpp"
#include "grants/authorization_request.hpp"
#include "grants/grant.hpp"

namespace ostia::authority {

/// The connections that somebody may sign in with for a request: the application's, and of these, where the request is
/// for an organization that has connections of its own, only those.
class Doors {
 public:
  Doors(const Tenant& tenant, const Client& client, std::string_view organization)
      : tenant_(tenant), client_(client), organization_(tenant.find_organization(organization)) {}

  [[nodiscard]] bool admit(const Connection& connection) const;
  /// The connection of that name; null if it is not among them.
  [[nodiscard]] Found<Connection> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> databases() const;

 private:
  const Tenant& tenant_;
  const Client& client_;
  Found<Organization> organization_;
};

/// Whether somebody who came by `connection` may use the application now, to the organization, if any: what opens it to
/// somebody who is known already (a session, a grant). The gate asks it (`protocol/gate.hpp`).
bool is_open_door(const Tenant& tenant, const Client& client, const std::string& organization,
                  const std::string& connection);

/// An invitation, read from the store.
struct Invitation {
  std::string id, organization_id;
  json::Value body;  ///< `invitee.email`, `client_id`, `roles`, metadata
};
/// Nothing if there is none of that ticket, or it is over.
Async<std::optional<Invitation>> find_invitation(Authority& a, std::string ticket);
/// Whether somebody has become a member by it.
Async<bool> was_accepted(Authority& a, std::string ticket);

/// How a person gets into the organization that a request is for: as a member, as one who becomes a member by the door
/// that they came through (`assign_membership_on_login`), or by the request's invitation. Nothing is written. Errors:
/// `access_denied`.
enum class Entry : std::uint8_t { is_member, by_door, by_invitation };
Async<Entry> way_into(Authority& a, const AuthorizationRequest& r, User user, std::string connection);
/// Makes them a member by that way; an invitation is used up by it. Errors: as above.
Async<Unit> enter_organization(Authority& a, const Request& request, const AuthorizationRequest& r, User user,
                               std::string connection);
Async<bool> is_member(Authority& a, std::string organization, std::string user_id);

/// `org_id` and `org_name`.
void add_organization_claims(const Tenant& tenant, const std::string& organization, json::Value& claims);

}  // namespace ostia::authority
