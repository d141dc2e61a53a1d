// Signing keys: rotated with an overlap, revoked at once.
#include "management/call.hpp"
#include "ostia/text/base64url.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/documents.hpp"

namespace ostia::authority::management {
namespace {

using json::Value;

#define KEY_COLUMNS "kid, state, created_at, certificate, current_since, current_until, revoked_at, algorithm"

std::string fingerprint(const std::string& pem) {
  const std::string digest = sha1_hex(pem);
  std::string out;
  for (std::size_t i = 0; i < digest.size(); i += 2) out.append(i == 0 ? "" : ":").append(digest.substr(i, 2));
  return out;
}

Value shown(const Row& r) {
  const std::string& state = text_at(r, 1);
  Value out = Value::object({{"kid", text_at(r, 0)},
                             {"alg", text_at(r, 7)},
                             {"cert", text_at(r, 3)},
                             {"fingerprint", fingerprint(text_at(r, 3))},
                             {"thumbprint", sha1_hex(text_at(r, 3))},
                             {"current", state == "current"},
                             {"next", state == "next"},
                             {"previous", state == "previous"},
                             {"revoked", state == "revoked"}});
  if (int_at(r, 4) > 0) out.set("current_since", iso_time(int_at(r, 4)));
  if (int_at(r, 5) > 0) out.set("current_until", iso_time(int_at(r, 5)));
  if (int_at(r, 6) > 0) out.set("revoked_at", iso_time(int_at(r, 6)));
  return out;
}

Handling list_keys(Authority& a, Call) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT " KEY_COLUMNS " FROM signing_keys ORDER BY state, created_at DESC", {}}));
  Value out = Value::array();
  for (const auto& row : rows) out.push_back(shown(row));
  co_return Reply{200, std::move(out)};
}

Async<Row> key_of(Authority& a, std::string kid) {
  CO_TRY(const auto rows, a.store.query({"SELECT " KEY_COLUMNS " FROM signing_keys WHERE kid = $1", {std::move(kid)}}));
  if (rows.empty()) co_return not_found("There is no key of that kid.", "inexistent_key");
  co_return rows.first();
}

Handling get_key(Authority& a, Call call) {
  CO_TRY(const auto row, key_of(a, call.path[0]));
  co_return Reply{200, shown(row)};
}

// Makes the statements durable, and works with the keys as they are then.
Async<Unit> change_keys(Authority& a, std::vector<Statement> statements) {
  CO_TRY_VOID(change_tenant(a, std::move(statements)));
  co_return reload_keys(a);
}

// The next key signs from now on, the current one is only checked by, and a new next one is published.
Handling rotate(Authority& a, Call) {
  CO_TRY(const auto rows,
         a.store.query({"SELECT kid, algorithm FROM signing_keys WHERE state = 'next' ORDER BY created_at", {}}));
  const std::int64_t now = a.clock.now();
  std::vector<Statement> statements;
  statements.push_back(
      {"UPDATE signing_keys SET state = 'previous', current_until = $1 WHERE state = 'current'", {now}});
  for (const auto& row : rows) {
    statements.push_back(
        {"UPDATE signing_keys SET state = 'current', current_since = $2 WHERE kid = $1 AND state = "
         "'next' RETURNING kid",
         {text_at(row, 0), now},
         true});
    statements.push_back(insert_key(SigningKey::generate(a.tenant()->name, text_at(row, 1)), a.secrets, "next", now));
  }
  CO_AWAIT(const auto changed, change_keys(a, std::move(statements)));
  if (!changed && changed.error().reason == "store_unmatched")
    co_return api_error(409, "key_conflict", "The keys were rotated at the same moment. Look at them and try again.");
  if (!changed) co_return changed.error();
  const auto key = a.signing_key();
  co_return Reply{201, Value::object({{"kid", key->kid()}, {"cert", key->certificate_pem()}})};
}

Handling revoke(Authority& a, Call call) {
  CO_TRY(const auto row, key_of(a, call.path[0]));
  const std::string& state = text_at(row, 1);
  if (state == "current" || state == "next")
    co_return api_error(400, "operation_not_supported", "Only a previous key can be revoked: rotate first.");
  std::vector<Statement> statements;
  statements.push_back(
      {"UPDATE signing_keys SET state = 'revoked', revoked_at = $2 WHERE kid = $1 AND state = 'previous'",
       {call.path[0], a.clock.now()}});
  CO_TRY_VOID(change_keys(a, std::move(statements)));
  co_return Reply{200, Value::object({{"kid", call.path[0]}, {"cert", text_at(row, 3)}})};
}

}  // namespace

Routes key_routes() {
  return {
      on("GET", "keys/signing", "read:signing_keys", "list_signing_keys", "List signing keys", list_keys),
      on("GET", "keys/signing/{kid}", "read:signing_keys", "get_signing_key", "Get a signing key", get_key),
      on("POST", "keys/signing/rotate", "create:signing_keys update:signing_keys", "rotate_signing_keys",
         "Let the next key sign", rotate),
      on("PUT", "keys/signing/{kid}/revoke", "update:signing_keys", "revoke_signing_key", "Revoke a previous key",
         revoke),
  };
}

}  // namespace ostia::authority::management
