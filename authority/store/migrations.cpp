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
      {
          "ALTER TABLE redeemed_codes RENAME TO used_tickets",
          "ALTER TABLE users ADD COLUMN phone_number TEXT NOT NULL DEFAULT ''",
          "CREATE UNIQUE INDEX users_phone ON users (connection, phone_number) WHERE phone_number <> ''",
          "CREATE INDEX users_email_anywhere ON users (email) WHERE email <> ''",
          "CREATE TABLE password_history (user_id TEXT NOT NULL, at BIGINT NOT NULL, password_hash TEXT NOT NULL)",
          "CREATE INDEX password_history_user ON password_history (user_id, at)",
          // A refresh token is the hash of itself. `grant_id` is what one authorization gave, and what is revoked
          // whole.
          "CREATE TABLE refresh_tokens (id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, client_id TEXT NOT NULL, "
          "user_id TEXT NOT NULL, body TEXT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT NOT NULL, "
          "rotated_at BIGINT, expires_at BIGINT NOT NULL)",
          "CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id)",
          "CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id)",
          "CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at)",
          "CREATE TABLE revoked_grants (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)",
          "CREATE INDEX revoked_grants_expiry ON revoked_grants (expires_at)",
          "CREATE TABLE consents (user_id TEXT NOT NULL, client_id TEXT NOT NULL, audience TEXT NOT NULL, "
          "scope TEXT NOT NULL, PRIMARY KEY (user_id, client_id, audience))",
          "CREATE TABLE session_clients (session_id TEXT NOT NULL, client_id TEXT NOT NULL, issuer TEXT NOT NULL, "
          "expires_at BIGINT NOT NULL, PRIMARY KEY (session_id, client_id))",
          "CREATE INDEX session_clients_expiry ON session_clients (expires_at)",
          "CREATE TABLE attempts (id TEXT PRIMARY KEY, failures BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
          "CREATE INDEX attempts_age ON attempts (updated_at)",
          "CREATE TABLE one_time_codes (id TEXT PRIMARY KEY, code_mark TEXT NOT NULL, tries BIGINT NOT NULL, "
          "expires_at BIGINT NOT NULL, body TEXT NOT NULL)",
          "CREATE TABLE device_codes (id TEXT PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL, "
          "state TEXT NOT NULL, polled_at BIGINT NOT NULL, poll_interval BIGINT NOT NULL, expires_at BIGINT NOT NULL, "
          "body TEXT NOT NULL)",
          "CREATE TABLE messages (id TEXT PRIMARY KEY, channel TEXT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL, "
          "tries BIGINT NOT NULL, next_at BIGINT NOT NULL, sealed TEXT NOT NULL)",
          "CREATE INDEX messages_due ON messages (state, next_at)",
          "CREATE TABLE challenges (id TEXT PRIMARY KEY, answer_mark TEXT NOT NULL, expires_at BIGINT NOT NULL)",
          "CREATE TABLE logs (id TEXT PRIMARY KEY, at BIGINT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL)",
          "CREATE INDEX logs_at ON logs (at)",
      },
      {
          // An account that is linked to another one is an identity of that one: it signs in, and the other is who
          // came.
          "ALTER TABLE users ADD COLUMN linked_to TEXT NOT NULL DEFAULT ''",
          "ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE users ADD COLUMN logins BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE users ADD COLUMN last_login BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE users ADD COLUMN last_address TEXT NOT NULL DEFAULT ''",
          "ALTER TABLE users ADD COLUMN sealed_tokens TEXT NOT NULL DEFAULT ''",  // of an upstream
          "CREATE INDEX users_linked ON users (linked_to) WHERE linked_to <> ''",
          "CREATE INDEX users_created ON users (created_at, user_id)",
          "ALTER TABLE signing_keys ADD COLUMN current_since BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE signing_keys ADD COLUMN current_until BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE signing_keys ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE sessions ADD COLUMN body TEXT NOT NULL DEFAULT '{}'",
          "CREATE TABLE revisions (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
          "INSERT INTO revisions (name, value) VALUES ('tenant', 1)",
          "CREATE TABLE jobs (id TEXT PRIMARY KEY, created_at BIGINT NOT NULL, body TEXT NOT NULL, result TEXT NOT "
          "NULL "
          "DEFAULT '')",
          "CREATE TABLE user_roles (user_id TEXT NOT NULL, role_id TEXT NOT NULL, PRIMARY KEY (user_id, role_id))",
          "CREATE INDEX user_roles_role ON user_roles (role_id)",
          "CREATE TABLE user_permissions (user_id TEXT NOT NULL, audience TEXT NOT NULL, permission TEXT NOT NULL, "
          "PRIMARY KEY (user_id, audience, permission))",
          "CREATE TABLE organization_members (organization_id TEXT NOT NULL, user_id TEXT NOT NULL, roles TEXT NOT "
          "NULL "
          "DEFAULT '[]', PRIMARY KEY (organization_id, user_id))",
          "CREATE INDEX organization_members_user ON organization_members (user_id)",
          "CREATE TABLE invitations (id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, ticket_mark TEXT NOT NULL "
          "UNIQUE, "
          "created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, body TEXT NOT NULL)",
          "CREATE TABLE authenticators (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, type TEXT NOT NULL, confirmed "
          "BIGINT "
          "NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT NOT NULL DEFAULT 0, counter BIGINT NOT NULL DEFAULT "
          "-1, "
          "sealed TEXT NOT NULL)",
          "CREATE INDEX authenticators_user ON authenticators (user_id)",
          "CREATE TABLE device_credentials (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL, "
          "created_at BIGINT NOT NULL, body TEXT NOT NULL)",
          "CREATE INDEX device_credentials_user ON device_credentials (user_id)",
      },
      {
          // What an upstream says of its people need not be theirs alone: an address may have gone to somebody else.
          "DROP INDEX users_email",
          "CREATE INDEX users_email ON users (connection, email) WHERE email <> ''",
          "CREATE UNIQUE INDEX users_email_once ON users (connection, email) WHERE email <> '' AND substr(user_id, 1, "
          "6) IN ('auth0|', 'email|')",
          // Entries of the log that a webhook has not taken yet.
          "CREATE TABLE log_deliveries (stream_id TEXT NOT NULL, log_id TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY "
          "(stream_id, log_id))",
          "CREATE INDEX log_deliveries_at ON log_deliveries (at)",
          "INSERT INTO revisions (name, value) VALUES ('log_streams', 0)",
      },
      {
          // Who may use the dashboard: nothing that an account carries can say so.
          "CREATE TABLE administrators (user_id TEXT PRIMARY KEY, since BIGINT NOT NULL)",
      },
      {
          // What is under way (codes, tickets, devices, tokens) carries the epoch of its person and is over when that
          // is another one.
          "ALTER TABLE users ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0",
          "ALTER TABLE users ADD COLUMN epoch_since BIGINT NOT NULL DEFAULT 0",
          // How often somebody has taken back what they had agreed to for an application.
          "CREATE TABLE withdrawals (user_id TEXT NOT NULL, client_id TEXT NOT NULL, times BIGINT NOT NULL, PRIMARY "
          "KEY "
          "(user_id, client_id))",
          // What would be too long for an address, which has its name in its place.
          "CREATE TABLE kept_texts (id TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires_at BIGINT NOT NULL)",
          "CREATE INDEX kept_texts_expiry ON kept_texts (expires_at)",
      },
      {
          // Where a person has signed in from, as keyed marks: what strangers try from elsewhere is not held against
          // them.
          "CREATE TABLE known_networks (user_id TEXT NOT NULL, mark TEXT NOT NULL, seen_at BIGINT NOT NULL, PRIMARY "
          "KEY "
          "(user_id, mark))",
          // The browsers that somebody has signed in with, each by a mark of this person's, and the countries where.
          "CREATE TABLE known_browsers (user_id TEXT NOT NULL, mark TEXT NOT NULL, country TEXT NOT NULL, since BIGINT "
          "NOT NULL, seen_at BIGINT NOT NULL, PRIMARY KEY (user_id, mark, country))",
          "CREATE INDEX known_browsers_age ON known_browsers (seen_at)",
          // What of a profile is no claim of an ID token: metadata above all.
          "ALTER TABLE users ADD COLUMN more TEXT NOT NULL DEFAULT ''",
          // Entries that go by count; all others go by time alone.
          "ALTER TABLE logs ADD COLUMN by_count BIGINT NOT NULL DEFAULT 0",
          "CREATE INDEX logs_by_count ON logs (by_count, at)",
          // What seals everything else, under each master key that is good (state/root_keys.hpp).
          "CREATE TABLE root_keys (name TEXT NOT NULL, master TEXT NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (name, "
          "master))",
          // The applications of which somebody has been told that they have access.
          "CREATE TABLE known_applications (user_id TEXT NOT NULL, client_id TEXT NOT NULL, since BIGINT NOT NULL, "
          "PRIMARY KEY (user_id, client_id))",
      },
      {
          // Where a message goes: what cannot be reached must not hold up the others.
          "ALTER TABLE messages ADD COLUMN destination TEXT NOT NULL DEFAULT ''",
          "CREATE INDEX messages_of_destination ON messages (state, destination, next_at)",
          "CREATE INDEX log_deliveries_log ON log_deliveries (log_id)",
          "CREATE INDEX known_networks_age ON known_networks (seen_at)",
          // The time that housekeeping has come to (protocol/believed_time.hpp).
          "INSERT INTO revisions (name, value) VALUES ('housekeeping', 0)",
      },
      {
          // APIs and applications choose by what their tokens are signed.
          "ALTER TABLE signing_keys ADD COLUMN algorithm TEXT NOT NULL DEFAULT 'RS256'",
          // Applications that have come by themselves: the digest of what manages one (RFC 7592), or when the document
          // at its address was read last.
          "CREATE TABLE registrations (client_id TEXT PRIMARY KEY, token TEXT NOT NULL, registered_at BIGINT NOT NULL, "
          "read_at BIGINT NOT NULL)",
          "CREATE INDEX registrations_age ON registrations (registered_at)",
      },
  };
  return steps;
}

Error too_new(std::size_t version) {
  return {"server_error",
          "the database is of version " + std::to_string(version) + ", this program knows up to " +
              std::to_string(migrations().size()) + ": run the newer program that wrote it",
          "store_too_new", 0, Fault::caller};
}

}  // namespace ostia::authority
