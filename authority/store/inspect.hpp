// What is where a database is said to be, before anybody opens it: opening one makes it.
#pragma once

#include <string>

#include "ostia/result.hpp"

namespace ostia::authority {

enum class Presence : std::uint8_t {
  missing,  ///< no such file
  empty,    ///< a file without anything in it, or a database without our tables
  there,
  foreign,  ///< another program's
};

/// Changes nothing. What is no database at all is `there`: whoever opens it says what is wrong with it.
Presence look_at_sqlite(const std::string& file);
/// How many of the migrations a SQLite database has behind it. Changes nothing; 0 for what is no database.
std::size_t version_of_sqlite(const std::string& file);
/// The same of a server's database. The error: it cannot be asked.
Result<std::size_t> version_of_postgres(const std::string& url, const std::string& lineage_file);
/// Whether there is something in a server's database. The error: it cannot be asked.
Result<Presence> look_at_postgres(const std::string& url, const std::string& lineage_file);

}  // namespace ostia::authority
