// What an authority begins with: the tenant and the users of its files, or of the demo.
#pragma once

#include "state/authority.hpp"
#include "tenant/source.hpp"
#include "wiring/serve.hpp"

namespace ostia::authority {

struct Seed {
  TenantSource tenant;  ///< null: what is stored stays as it is
  std::string users;    ///< a text; empty: none
  std::string tenant_name, users_name;
};

/// Reads the files that the options name. `is_empty`: nothing is stored yet. Errors: those of the files, by line.
Result<Seed> choose_seed(const ServeOptions& o, const std::string& issuer, bool is_empty);

/// Brings it in, and sets the tenant.
Status import_seed(Authority& a, const Seed& seed);

}  // namespace ostia::authority
