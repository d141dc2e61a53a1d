#include "tenant/key_ring.hpp"

#include <algorithm>
#include <future>

namespace ostia::authority {
namespace {

struct Missing {
  std::string algorithm;
  const char* state;
};

// There is always a key that signs, and the one that will sign after it, so that no rotation surprises anybody.
std::vector<Missing> missing_keys(const Rows& rows, const std::vector<std::string>& algorithms) {
  std::vector<Missing> out;
  for (const auto& algorithm : signing_algorithms())
    for (const char* state : {"current", "next"}) {
      const auto is_it = [&](const Row& row) { return text_at(row, 2) == state && text_at(row, 4) == algorithm; };
      const bool is_wanted = algorithm == signing_algorithms().front() ||
                             std::find(algorithms.begin(), algorithms.end(), algorithm) != algorithms.end();
      if (is_wanted && std::none_of(rows.begin(), rows.end(), is_it)) out.push_back({algorithm, state});
    }
  return out;
}

Status make_keys(Store& store, const Secrets& secrets, std::string_view common_name,
                 const std::vector<Missing>& missing, std::int64_t now) {
  std::vector<std::future<SigningKey>> keys;  // at the same time: the first start waits for them
  for (const auto& one : missing)
    keys.push_back(std::async(std::launch::async, SigningKey::generate, common_name, one.algorithm));
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < missing.size(); ++i)
    statements.push_back(insert_key(keys[i].get(), secrets, missing[i].state, now));
  auto stored = store.commit_now(std::move(statements));
  return stored ? ok() : Status(std::move(stored).error());
}

}  // namespace

const SigningKey* KeyRing::current(std::string_view algorithm) const {
  for (const auto& key : keys)
    if (key.algorithm() == algorithm) return &key;
  return nullptr;
}

const SigningKey* KeyRing::find(std::string_view kid) const {
  for (const auto& key : keys)
    if (key.kid() == kid) return &key;
  return nullptr;
}

Statement insert_key(const SigningKey& key, const Secrets& secrets, const char* state, std::int64_t now) {
  return {
      // Of several nodes that start at once, one makes the first keys.
      "INSERT INTO signing_keys (kid, state, created_at, sealed_key, certificate, current_since, algorithm) SELECT $1, "
      "$2, $3, $4, $5, CASE $2 WHEN 'current' THEN $3 ELSE 0 END, $6 WHERE NOT EXISTS (SELECT 1 FROM signing_keys "
      "WHERE state = $2 AND algorithm = $6)",
      {key.kid(), state, now, secrets.seal(key.private_pem(), {"signing_keys", key.kid(), "sealed_key"}),
       key.certificate_pem(), key.algorithm()}};
}

Result<std::shared_ptr<const KeyRing>> load_keys(Store& store, const Secrets& secrets, std::string_view common_name,
                                                 const std::vector<std::string>& algorithms, std::int64_t now) {
  auto rows = store.commit_now(
      {{"SELECT sealed_key, certificate, state, kid, algorithm FROM signing_keys WHERE state <> 'revoked' ORDER BY "
        "CASE algorithm WHEN 'RS256' THEN 0 ELSE 1 END, algorithm, state, created_at DESC",
        {}}});
  if (!rows) return std::move(rows).error();
  if (const auto missing = missing_keys(*rows, algorithms); !missing.empty()) {
    if (auto made = make_keys(store, secrets, common_name, missing, now); !made) return std::move(made).error();
    return load_keys(store, secrets, common_name, algorithms, now);
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
    auto key = SigningKey::from_pem(*pem, text_at(row, 1), text_at(row, 4));
    if (!key) return std::move(key).error();
    ring->keys.push_back(*std::move(key));
  }
  json::Value published = json::Value::array();
  for (const auto& key : ring->keys) published.push_back(key.jwk());
  ring->jwks = json::write(json::Value::object({{"keys", std::move(published)}}));
  return std::shared_ptr<const KeyRing>(std::move(ring));
}

}  // namespace ostia::authority
