// All of one store into another one, whatever their engines: backups, and the way from one engine to the other.
#pragma once

#include "store/store.hpp"

namespace ostia::authority {

/// Copies everything that `from` has at one moment. `to` has been opened by the same program and has no tenant yet; if
/// this fails halfway, it is of no use. Blocks.
Status copy_store(Store& from, Store& to);

}  // namespace ostia::authority
