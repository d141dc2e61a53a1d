#include "protocol/machine.hpp"

namespace ostia::authority::protocol {

// AZ-1702 · Auth0: organization_usage of client grants
std::optional<MachineRefusal> judge_machine(const MachineInOrganization& f) {
  if (!f.is_asked && f.grant_requires)
    return MachineRefusal{400, "invalid_request", "parameter organization is required for this client",
                          "organization_missing"};
  if (!f.is_asked) return {};
  if (!f.exists)
    return MachineRefusal{400, "invalid_request", "parameter organization is invalid: there is no such organization",
                          "organization_unknown"};
  if (!f.grant_allows)
    return MachineRefusal{403, "access_denied",
                          "The client grant for this API does not allow organizations (organization_usage)",
                          "grant_without_organization"};
  if (!f.is_given_to_it)
    return MachineRefusal{403, "access_denied", "The client grant for this API is not given to this organization",
                          "grant_of_another_organization"};
  return {};
}

}  // namespace ostia::authority::protocol
