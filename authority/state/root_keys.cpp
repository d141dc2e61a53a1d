#include "state/root_keys.hpp"

#include "state/data.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority {
namespace {

using json::Value;

constexpr const char* sealing_name = "sealing";
constexpr const char* marks_name = "marks";

// What a master key is called in the store.
std::string mark_of(std::string_view master) { return Marker(derive_key(master, "name of the master key")).mark("it"); }

std::string kept_as(std::string_view master, const char* name, std::string_view key) {
  return Sealer(master, "root keys").seal(key, name);
}

Error another_key() {
  return invalid_option(
      "the database was sealed with another master key: restore the master.key that belongs to it, or name it with "
      "--master-key");
}

// ---- What programs before these keys have sealed: with the master key itself, wherever it was kept.

struct SealedColumn {
  std::string_view select, update;
  const char *table, *column;
};
constexpr SealedColumn sealed_columns[] = {
    {"SELECT kid, sealed_key FROM signing_keys", "UPDATE signing_keys SET sealed_key = $2 WHERE kid = $1",
     "signing_keys", "sealed_key"},
    {"SELECT user_id, sealed_tokens FROM users WHERE sealed_tokens <> ''",
     "UPDATE users SET sealed_tokens = $2 WHERE user_id = $1", "users", "sealed_tokens"},
    {"SELECT id, sealed FROM authenticators", "UPDATE authenticators SET sealed = $2 WHERE id = $1", "authenticators",
     "sealed"},
    {"SELECT id, sealed FROM messages", "UPDATE messages SET sealed = $2 WHERE id = $1", "messages", "sealed"},
};

Status reseal_columns(Store& store, const Sealer& before, const Secrets& secrets, std::vector<Statement>& out) {
  for (const auto& c : sealed_columns) {
    auto rows = store.commit_now({{c.select, {}}});
    if (!rows) return std::move(rows).error();
    for (const auto& row : *rows) {
      const auto plain = before.open(text_at(row, 1));
      if (!plain && std::string_view(c.table) == "signing_keys") return another_key();
      if (plain)
        out.push_back({c.update, {text_at(row, 0), secrets.seal(*plain, {c.table, text_at(row, 0), c.column})}});
    }
  }
  return ok();
}

Status reseal_documents(Store& store, const Sealer& before, const Secrets& secrets, std::vector<Statement>& out) {
  auto rows = store.commit_now({{"SELECT kind, id, body FROM tenant_objects", {}}});
  if (!rows) return std::move(rows).error();
  for (const auto& row : *rows) {
    auto body = json::parse(text_at(row, 2));
    const Section* section = find_section(text_at(row, 0));
    if (!body || !body->is_object() || !section) continue;
    Value opened = with_old_secrets(*section, *body, before);
    seal_secrets(*section, opened, {}, secrets);
    if (opened != *body) out.push_back(put_document(text_at(row, 0), text_at(row, 1), opened));
  }
  return ok();
}

// What was in clear.
struct ClearMember {
  std::string_view select, update;
  const char *table, *name;
};
constexpr ClearMember clear_members[] = {
    {"SELECT id, body FROM invitations", "UPDATE invitations SET body = $2 WHERE id = $1", "invitations",
     "invitation_url"},
    {"SELECT id, body FROM device_credentials", "UPDATE device_credentials SET body = $2 WHERE id = $1",
     "device_credentials", "value"},
};

Status seal_clear(Store& store, const Secrets& secrets, std::vector<Statement>& out) {
  for (const auto& c : clear_members) {
    auto rows = store.commit_now({{c.select, {}}});
    if (!rows) return std::move(rows).error();
    for (const auto& row : *rows) {
      auto body = json::parse(text_at(row, 1));
      if (!body || !(*body)[c.name].is_string()) continue;
      body->set(std::string(c.name) + "_sealed",
                secrets.seal((*body)[c.name].text(), {c.table, text_at(row, 0), c.name}));
      body->erase(c.name);
      out.push_back({c.update, {text_at(row, 0), json::write(*body)}});
    }
  }
  // These live for minutes, or are asked for again.
  for (const std::string_view sql : {"DELETE FROM device_codes", "DELETE FROM kept_texts", "DELETE FROM jobs"})
    out.push_back({sql, {}});
  return ok();
}

Result<std::vector<Statement>> reseal_all(Store& store, std::string_view master, const Secrets& secrets) {
  const Sealer before(master, "secrets at rest");
  std::vector<Statement> out;
  if (auto done = reseal_columns(store, before, secrets, out); !done) return std::move(done).error();
  if (auto done = reseal_documents(store, before, secrets, out); !done) return std::move(done).error();
  if (auto done = seal_clear(store, secrets, out); !done) return std::move(done).error();
  return out;
}

std::vector<Statement> keep(const RootKeys& keys, std::string_view master) {
  const std::string mark = mark_of(master);
  std::vector<Statement> out;
  for (const auto& [name, key] : {std::pair(sealing_name, &keys.sealing), std::pair(marks_name, &keys.marks)})
    out.push_back(
        {"INSERT INTO root_keys (name, master, sealed) VALUES ($1, $2, $3) ON CONFLICT (name, master) DO "
         "NOTHING RETURNING name",
         {std::string(name), mark, kept_as(master, name, *key)},
         true});
  return out;
}

// Nothing if none is there under that master key.
Result<std::optional<RootKeys>> read(Store& store, std::string_view master) {
  auto rows = store.commit_now({{"SELECT name, sealed FROM root_keys WHERE master = $1", {mark_of(master)}}});
  if (!rows) return std::move(rows).error();
  if (rows->empty()) return std::optional<RootKeys>();
  RootKeys out;
  for (const auto& row : *rows) {
    auto key = Sealer(master, "root keys").open(text_at(row, 1), text_at(row, 0));
    if (!key) return another_key();
    (text_at(row, 0) == sealing_name ? out.sealing : out.marks) = *std::move(key);
  }
  if (out.sealing.empty() || out.marks.empty()) return another_key();
  return std::optional(std::move(out));
}

Result<bool> has_rows(Store& store, std::string_view select) {
  auto rows = store.commit_now({{select, {}}});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

}  // namespace

Result<RootKeys> root_keys(Store& store, std::string_view master) {
  for (int tries = 0; tries < 10; ++tries) {
    // In this order: another node may make them between the two questions.
    const auto has_some = has_rows(store, "SELECT 1 FROM root_keys LIMIT 1");
    if (!has_some) return has_some.error();
    auto there = read(store, master);
    if (!there) return std::move(there).error();
    if (*there) return **there;
    if (*has_some) return another_key();
    const auto is_older = has_rows(store, "SELECT 1 FROM signing_keys LIMIT 1");
    if (!is_older) return is_older.error();
    // What an older program has marked (recovery codes, invitations) stays good.
    const RootKeys made{random_bytes(32), *is_older ? derive_key(master, "secrets at rest") : random_bytes(32)};
    std::vector<Statement> statements = keep(made, master);
    if (*is_older) {
      auto resealed = reseal_all(store, master, made.secrets());
      if (!resealed) return std::move(resealed).error();
      append(statements, *std::move(resealed));
    }
    auto done = store.commit_now(std::move(statements));
    if (done) return made;
    // Of several nodes that start at once, one makes them.
    if (done.error().reason != "store_unmatched" && done.error().reason != "store_conflict")
      return std::move(done).error();
  }
  return Error{"server_error", "the keys could not be kept", "store_conflict", 0, Fault::ours};
}

Status add_master_key(Store& store, const RootKeys& keys, std::string_view next) {
  auto there = read(store, next);
  if (!there) return std::move(there).error();
  if (*there) return ok();
  auto done = store.commit_now(keep(keys, next));
  return done ? ok() : Status(std::move(done).error());
}

Status keep_only_master_key(Store& store, std::string_view master) {
  auto there = read(store, master);
  if (!there) return std::move(there).error();
  if (!*there) return another_key();
  auto done = store.commit_now({{"DELETE FROM root_keys WHERE master <> $1", {mark_of(master)}}});
  return done ? ok() : Status(std::move(done).error());
}

}  // namespace ostia::authority
