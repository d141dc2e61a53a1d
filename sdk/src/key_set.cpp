#include "key_set.hpp"

#include <algorithm>

#include "ostia/jose/algorithms.hpp"
#include "ostia/jose/jws.hpp"

namespace ostia::sdk {
namespace {

// Of more keys than these nobody asks which are sound, which takes milliseconds each: a token that means one of them
// has to name it.
constexpr std::size_t tried = 16;

}  // namespace

KeySet::KeySet(json::Value jwks, std::shared_ptr<Crypto> crypto) : jwks_(std::move(jwks)), crypto_(std::move(crypto)) {
  const auto& keys = jwks_["keys"];
  if (!keys.is_array()) return;
  for (const auto& key : keys.items()) {
    if (!key.is_object()) continue;
    all_.push_back(&key);
    if (key["kid"].is_string()) by_name_[key["kid"].text()].push_back(&key);
  }
}

const KeySet::Keys& KeySet::named(const json::Value& header) const {
  static const Keys none;
  const auto* kid = header.find("kid");
  if (!kid) return all_;
  const auto found = kid->is_string() ? by_name_.find(kid->text()) : by_name_.end();
  return found == by_name_.end() ? none : found->second;
}

std::shared_ptr<const VerificationKey> KeySet::ready(const json::Value* key, const std::string& algorithm) const {
  const std::pair which{key, algorithm};
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = ready_.find(which); known != ready_.end()) return known->second;
  }
  auto made = crypto_->import_key(algorithm, json::write(*key));
  const std::lock_guard lock(mutex_);
  return ready_.emplace(which, std::move(made)).first->second;
}

// The rule, asked of the keys that are sound.
const json::Value* KeySet::pick(const Keys& keys, const json::Value& header) const {
  const std::string& algorithm = header["alg"].text();
  Keys fit;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(fit),
               [&](const auto* key) { return jose::is_fit(*key, algorithm) && jose::is_public(*key); });
  if (fit.size() <= tried) std::erase_if(fit, [&](const auto* key) { return !ready(key, algorithm); });
  return jose::choose_key(fit, header);
}

const json::Value* KeySet::of_no_name(const json::Value& header) const {
  const std::string& algorithm = header["alg"].text();
  if (!jose::is_signature_algorithm(algorithm)) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = of_no_name_.find(algorithm); known != of_no_name_.end()) return known->second;
  }
  const auto* key = pick(all_, header);
  const std::lock_guard lock(mutex_);
  return of_no_name_.emplace(algorithm, key).first->second;
}

KeySet::Choice KeySet::choose(const json::Value& header) const {
  const Keys& keys = named(header);
  const auto* key = header.find("kid") ? pick(keys, header) : of_no_name(header);
  return {key, key ? ready(key, header["alg"].text()) : nullptr, !keys.empty()};
}

std::string KeySet::excerpt(const json::Value& header) const {
  json::Value keys = json::Value::array();
  if (const auto choice = choose(header); choice.key) {
    keys.push_back(*choice.key);
  } else if (choice.is_named && header.find("kid")) {
    keys.push_back(json::Value::object({{"kid", header["kid"]}}));  // so that it is seen to be there, and unfit
  }
  return json::write(json::Value::object({{"keys", std::move(keys)}}));
}

bool KeySet::has_usable() const {
  const auto algorithms = jose::signature_algorithms();
  std::size_t looked_at = 0;
  return std::any_of(all_.begin(), all_.end(), [&](const auto* key) {
    const auto fit = std::find_if(algorithms.begin(), algorithms.end(),
                                  [&](std::string_view name) { return jose::is_fit(*key, name); });
    if (fit == algorithms.end() || !jose::is_public(*key)) return false;
    return ++looked_at > tried || ready(key, std::string(*fit)) != nullptr;
  });
}

}  // namespace ostia::sdk
