#include "tenant/key_ring.hpp"

namespace ostia::authority {

const SigningKey* KeyRing::find(std::string_view kid) const {
  for (const auto& key : keys)
    if (key.kid() == kid) return &key;
  return nullptr;
}

Statement insert_key(const SigningKey& key, const Sealer& secrets, const char* state, std::int64_t now) {
  return {
      // Of several nodes that start at once, one makes the first key.
      "INSERT INTO signing_keys (kid, state, created_at, sealed_key, certificate, current_since) SELECT $1, $2, $3, "
      "$4, $5, CASE $2 WHEN 'current' THEN $3 ELSE 0 END WHERE $2 <> 'current' OR NOT EXISTS (SELECT 1 FROM "
      "signing_keys WHERE state = 'current')",
      {key.kid(), state, now, secrets.seal(key.private_pem()), key.certificate_pem()}};
}

Result<std::shared_ptr<const KeyRing>> load_keys(Store& store, const Sealer& secrets, std::string_view common_name,
                                                 std::int64_t now) {
  auto rows = store.commit_now(
      {{"SELECT sealed_key, certificate FROM signing_keys WHERE state <> 'revoked' ORDER BY state, created_at DESC",
        {}}});
  if (!rows) return std::move(rows).error();
  auto ring = std::make_shared<KeyRing>();
  for (const auto& row : *rows) {
    const auto pem = secrets.open(text_at(row, 0));
    if (!pem)
      return caller_error(
          "invalid_option",
          "the signing keys in the database were sealed with another master key: restore the master.key that belongs "
          "to it",
          "invalid_option");
    auto key = SigningKey::from_pem(*pem, text_at(row, 1));
    if (!key) return std::move(key).error();
    ring->keys.push_back(*std::move(key));
  }
  json::Value published = json::Value::array();
  for (const auto& key : ring->keys) published.push_back(key.jwk());
  ring->jwks = json::write(json::Value::object({{"keys", std::move(published)}}));
  if (!ring->keys.empty()) return std::shared_ptr<const KeyRing>(std::move(ring));
  auto stored = store.commit_now({insert_key(SigningKey::generate(common_name), secrets, "current", now)});
  if (!stored) return std::move(stored).error();
  return load_keys(store, secrets, common_name, now);
}

}  // namespace ostia::authority
