// Whether a store is whole: what it says of itself, what can be read, and what belongs to what.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/secrets.hpp"
#include "store/store.hpp"

namespace ostia::authority {

struct StoreReport {
  std::vector<std::pair<std::string, std::int64_t>> counts;  ///< rows of the tables that matter
  std::int64_t findings = 0;                                 ///< none: it is whole
};

/// Reads all of it that can be read, and changes nothing. Each finding is told as it comes, a sentence each: memory
/// does not grow with them. Blocks. The error means that it could not be read at all.
Result<StoreReport> verify_store(Store& store, const Secrets& secrets,
                                 const std::function<void(const std::string&)>& tell);

}  // namespace ostia::authority
