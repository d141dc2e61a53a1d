// Whether a store is whole: what it says of itself, what can be read, and what belongs to what.
#pragma once

#include <string>
#include <vector>

#include "crypto/secrets.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct StoreReport {
  std::vector<std::pair<std::string, std::int64_t>> counts;  ///< rows of the tables that matter
  std::vector<std::string> findings;                         ///< a sentence each; empty: it is whole
};

/// Reads all of it and changes nothing. Blocks. The error means that it could not be read at all.
Result<StoreReport> verify_store(Store& store, const Secrets& secrets);

}  // namespace ostia::authority
