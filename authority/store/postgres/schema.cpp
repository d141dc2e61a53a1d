#include "store/postgres/schema.hpp"

#include "store/postgres/connection.hpp"

namespace ostia::authority::postgres {
namespace {

// What one node changes the others are told; they look by themselves too, so nothing depends on it.
constexpr const char* notices =
    "CREATE OR REPLACE FUNCTION ostia_changed() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM pg_notify('ostia', ''); RETURN NULL; END $$; "
    "DROP TRIGGER IF EXISTS tenant_changed ON revisions; "
    "CREATE TRIGGER tenant_changed AFTER UPDATE ON revisions FOR EACH ROW WHEN (NEW.name = 'tenant') "
    "EXECUTE FUNCTION ostia_changed()";

// Texts are compared byte by byte, as SQLite does it, and not by the rules of a language.
std::string with_collation(std::string_view sql) {
  constexpr std::string_view type = " TEXT";
  std::string out(sql);
  for (auto at = out.find(type); at != out.npos; at = out.find(type, at + 1))
    out.insert(at + type.size(), " COLLATE \"C\"");
  return out;
}

Status run_all(PGconn* connection, const std::vector<std::string>& statements) {
  for (const auto& sql : statements)
    if (auto done = run(connection, sql); !done) return std::move(done).error();
  return ok();
}

Status upgrade(PGconn* connection) {
  const auto row = run(connection, "SELECT version, oldest FROM ostia_schema WHERE id = 1 FOR UPDATE");
  if (!row) return row.error();
  const auto version = static_cast<std::size_t>(int_at(row->first(), 0)),
             oldest = static_cast<std::size_t>(int_at(row->first(), 1));
  const auto& steps = migrations();
  if (version > steps.size()) return oldest <= steps.size() ? ok() : Status(too_new(version));
  for (std::size_t step = version; step < steps.size(); ++step)
    for (const auto sql : steps[step])
      if (auto done = run(connection, with_collation(sql)); !done) return std::move(done).error();
  if (version == steps.size()) return ok();
  return run_all(connection, {notices, "UPDATE ostia_schema SET version = " + std::to_string(steps.size()) +
                                           ", oldest = " + std::to_string(oldest_program) + " WHERE id = 1"});
}

Result<std::vector<std::string>> table_names(PGconn* connection) {
  auto rows = run(connection,
                  "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename <> "
                  "'ostia_schema' ORDER BY 1");
  if (!rows) return std::move(rows).error();
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(text_at(row, 0));
  return out;
}

Status read_table(PGconn* connection, const std::string& table, const Store::ReadRow& visit) {
  if (PQsendQuery(connection, ("SELECT * FROM " + table).c_str()) != 1 || PQsetSingleRowMode(connection) != 1)
    return Error{"server_error", PQerrorMessage(connection), "store_failed", 0, Fault::ours};
  Status status = ok();
  std::vector<std::string> columns;
  while (const ResultHandle result{PQgetResult(connection)}) {
    if (!status) continue;  // all results must be taken
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR)
      status = Error{"server_error", PQresultErrorMessage(result.get()), "store_failed", 0, Fault::ours};
    if (columns.empty())
      for (int i = 0; i < PQnfields(result.get()); ++i) columns.emplace_back(PQfname(result.get(), i));
    for (const auto& row : rows_of(result.get()))
      if (status) status = visit(table, columns, row);
  }
  return status;
}

}  // namespace

Status migrate(PGconn* connection) {
  // Two that make the same table or row at the same moment are in each other's way, whatever they say.
  const std::vector<std::string> make = {
      "SET statement_timeout = 0",  // a large table takes its time
      "CREATE TABLE IF NOT EXISTS ostia_schema (id BIGINT PRIMARY KEY, version BIGINT NOT NULL, oldest BIGINT NOT "
      "NULL)",
      "INSERT INTO ostia_schema (id, version, oldest) VALUES (1, 0, 0) ON CONFLICT DO NOTHING"};
  Status made = run_all(connection, make);
  for (int tries = 0; tries < 5 && !made; ++tries) made = run_all(connection, make);
  if (!made) return made;
  if (auto begun = run_all(connection, {"BEGIN ISOLATION LEVEL READ COMMITTED"}); !begun) return begun;
  if (auto upgraded = upgrade(connection); !upgraded) return upgraded;
  return run_all(connection, {"COMMIT"});
}

Status read_all(PGconn* connection, const Store::ReadRow& visit) {
  if (auto begun =
          run_all(connection, {"SET statement_timeout = 0", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"});
      !begun)
    return begun;
  const auto tables = table_names(connection);
  if (!tables) return tables.error();
  for (const auto& table : *tables)
    if (auto read = read_table(connection, table, visit); !read) return read;
  return ok();
}

Status take_snapshot(PGconn* connection) {
  const auto tables = table_names(connection);
  if (!tables) return tables.error();
  std::vector<std::string> statements = {"SET statement_timeout = 0", "BEGIN",
                                         "DROP SCHEMA IF EXISTS ostia_snapshot CASCADE",
                                         "CREATE SCHEMA ostia_snapshot"};
  for (const auto& table : *tables) statements.push_back("CREATE TABLE ostia_snapshot." + table + " AS TABLE " + table);
  statements.emplace_back("COMMIT");
  return run_all(connection, statements);
}

Status restore_snapshot(PGconn* connection) {
  const auto tables = table_names(connection);
  if (!tables) return tables.error();
  std::vector<std::string> statements = {"SET statement_timeout = 0", "BEGIN ISOLATION LEVEL READ COMMITTED"};
  for (const auto& table : *tables)
    statements.push_back("DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM ostia_snapshot." + table);
  statements.emplace_back("COMMIT");
  return run_all(connection, statements);
}

}  // namespace ostia::authority::postgres
