// What an authority's database is to PostgreSQL, and work on all of it. Everything here blocks.
#pragma once

#include <libpq-fe.h>

#include "store/store.hpp"

namespace ostia::authority::postgres {

/// Brings the database to this program's version; of several nodes that start at once, one does it. A newer database
/// is left as it is, if its program has noted that this one can work with it: so nodes are upgraded one by one.
Status migrate(PGconn* connection);

/// All rows, as they are at one moment.
Status read_all(PGconn* connection, const Store::ReadRow& visit);

/// Copies of all tables in the schema `ostia_snapshot`, and back.
Status take_snapshot(PGconn* connection);
Status restore_snapshot(PGconn* connection);

}  // namespace ostia::authority::postgres
