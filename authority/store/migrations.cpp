#include "store/store.hpp"

namespace ostia::authority {

// Times are seconds since 1970. Objects of the tenant are JSON documents: the Management API's own shapes.
const std::vector<std::vector<std::string_view>>& migrations() {
  static const std::vector<std::vector<std::string_view>> steps = {
      {
          "CREATE TABLE tenant_objects (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, "
          "id))",
          "CREATE TABLE signing_keys (kid TEXT PRIMARY KEY, state TEXT NOT NULL, created_at BIGINT NOT NULL, "
          "sealed_key TEXT NOT NULL, certificate TEXT NOT NULL)",
          "CREATE TABLE users (user_id TEXT PRIMARY KEY, connection TEXT NOT NULL, email TEXT NOT NULL, "
          "username TEXT NOT NULL, password_hash TEXT NOT NULL, blocked BIGINT NOT NULL, profile TEXT NOT NULL, "
          "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
          "CREATE UNIQUE INDEX users_email ON users (connection, email) WHERE email <> ''",
          "CREATE UNIQUE INDEX users_username ON users (connection, username) WHERE username <> ''",
          "CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, auth_time BIGINT NOT NULL, "
          "created_at BIGINT NOT NULL, used_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
          "CREATE INDEX sessions_user ON sessions (user_id)",
          "CREATE INDEX sessions_expiry ON sessions (expires_at)",
          "CREATE TABLE redeemed_codes (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)",
          "CREATE INDEX redeemed_codes_expiry ON redeemed_codes (expires_at)",
      },
  };
  return steps;
}

}  // namespace ostia::authority
