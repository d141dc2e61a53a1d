#include "tenant/key_ring.hpp"

#include <algorithm>
#include <future>

namespace ostia::authority {
namespace {

// There is always a key that signs, and the one that will sign after it, so that no rotation surprises anybody.
std::vector<const char*> missing_keys(const Rows& rows) {
  std::vector<const char*> out;
  for (const char* state : {"current", "next"})
    if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) { return text_at(row, 2) == state; }))
      out.push_back(state);
  return out;
}

Status make_keys(Store& store, const Secrets& secrets, std::string_view common_name,
                 const std::vector<const char*>& states, std::int64_t now) {
  std::vector<std::future<SigningKey>> keys;  // at the same time: the first start waits for them
  for (std::size_t i = 0; i < states.size(); ++i)
    keys.push_back(std::async(std::launch::async, SigningKey::generate, common_name));
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < states.size(); ++i)
    statements.push_back(insert_key(keys[i].get(), secrets, states[i], now));
  auto stored = store.commit_now(std::move(statements));
  return stored ? ok() : Status(std::move(stored).error());
}

}  // namespace

const SigningKey* KeyRing::find(std::string_view kid) const {
  for (const auto& key : keys)
    if (key.kid() == kid) return &key;
  return nullptr;
}

Statement insert_key(const SigningKey& key, const Secrets& secrets, const char* state, std::int64_t now) {
  return {
      // Of several nodes that start at once, one makes the first keys.
      "INSERT INTO signing_keys (kid, state, created_at, sealed_key, certificate, current_since) SELECT $1, $2, $3, "
      "$4, $5, CASE $2 WHEN 'current' THEN $3 ELSE 0 END WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE state = "
      "$2)",
      {key.kid(), state, now, secrets.seal(key.private_pem(), {"signing_keys", key.kid(), "sealed_key"}),
       key.certificate_pem()}};
}

Result<std::shared_ptr<const KeyRing>> load_keys(Store& store, const Secrets& secrets, std::string_view common_name,
                                                 std::int64_t now) {
  auto rows =
      store.commit_now({{"SELECT sealed_key, certificate, state, kid FROM signing_keys WHERE state <> 'revoked' ORDER "
                         "BY state, created_at "
                         "DESC",
                         {}}});
  if (!rows) return std::move(rows).error();
  if (const auto missing = missing_keys(*rows); !missing.empty()) {
    if (auto made = make_keys(store, secrets, common_name, missing, now); !made) return std::move(made).error();
    return load_keys(store, secrets, common_name, now);
  }
  auto ring = std::make_shared<KeyRing>();
  for (const auto& row : *rows) {
    const auto pem = secrets.open(text_at(row, 0), {"signing_keys", text_at(row, 3), "sealed_key"});
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
  return std::shared_ptr<const KeyRing>(std::move(ring));
}

}  // namespace ostia::authority
