// A machine that asks for a token in an organization's name (Auth0: organization_usage of a client grant).
#pragma once

#include <optional>
#include <string_view>

namespace ostia::authority::protocol {

struct MachineInOrganization {
  bool is_asked = false;        ///< an organization is named, by the request or as the application's default
  bool exists = false;          ///< that organization
  bool grant_allows = false;    ///< `organization_usage`: `allow` or `require`
  bool grant_requires = false;  ///< … `require`
  bool is_given_to_it = false;  ///< the grant is among the organization's, or good for any
};

struct MachineRefusal {
  int status;
  std::string_view code, description, reason;
};

/// Nothing: a token may be given, with `org_id` where an organization is asked for.
std::optional<MachineRefusal> judge_machine(const MachineInOrganization& facts);

}  // namespace ostia::authority::protocol
