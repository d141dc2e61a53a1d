// All of one store into another one, whatever their engines: backups, and the way from one engine to the other.
#pragma once

#include "store/store.hpp"

namespace ostia::authority {

/// Copies everything that `from` has at one moment. `to` has been opened by the same program and has no authority yet.
/// What is half there says so (`check_restored`), and is taken away by the next copy. Blocks.
Status copy_store(Store& from, Store& to);

/// Refuses a database that a copy was begun into and not finished.
Status check_restored(Store& store);

}  // namespace ostia::authority
