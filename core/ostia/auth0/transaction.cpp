#include "ostia/auth0/transaction.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::auth0 {
namespace {

std::string transaction_key(const Value& base, std::string_view state) {
  const Value& name = base["transaction"]["namespace"];
  return (is_truthy(name) ? text_of(name) : "com.auth0.auth.").append(state);
}

// The given text, or a random one; null when there is no source of random numbers, as the package has it.
Result<Value> given_or_random(Host& host, const Value& base, const Value& given) {
  if (is_truthy(given)) return given;
  const auto length = base["transaction"]["keyLength"].as_int();
  auto made = random_text(host, length ? static_cast<int>(*length) : 32);
  if (!made) return std::move(made).error();
  return made->empty() ? Value() : Value(*made);
}

}  // namespace

// WA-038 · RFC 6749 section 10.12
Result<std::string> random_text(Host& host, int length) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVXYZabcdefghijklmnopqrstuvwxyz-._~";
  constexpr unsigned fair = 256 / alphabet.size() * alphabet.size();  // beyond it some characters would be favoured
  std::string out;
  while (static_cast<int>(out.size()) < length) {
    auto bytes = host.random(length * 2);
    if (!bytes || bytes->empty()) return bytes;
    for (const unsigned char byte : *bytes)
      if (byte < fair && static_cast<int>(out.size()) < length) out += alphabet[byte % alphabet.size()];
  }
  return out;
}

Result<Value> start_transaction(Host& host, const Value& base, const Value& given) {
  auto state = given_or_random(host, base, given["state"]);
  if (!state) return state;
  // WA-040, WA-041 · OpenID Connect Core section 3.2.2.1
  Value nonce = is_truthy(given["nonce"]) ? given["nonce"] : Value();
  if (is_truthy(given["generateNonce"])) {
    auto made = given_or_random(host, base, nonce);
    if (!made) return made;
    nonce = *std::move(made);
  }
  // WA-058 · Auth0: hosted page
  if (base["pageHost"].is_null() || base["pageHost"].text() != text_of(base["domain"])) {
    Value kept = Value::object({{"nonce", nonce}});
    if (const Value* app_state = given.find("appState")) kept.set("appState", *app_state);
    kept.set("state", *state);
    if (const Value* connection = given.find("lastUsedConnection")) kept.set("lastUsedConnection", *connection);
    if (is_truthy(given["organization"])) kept.set("organization", given["organization"]);
    if (given["maxAge"].is_number()) kept.set("maxAge", given["maxAge"]);  // CVE-2026-107371: to be checked later
    // WA-053 · Auth0: stateExpiration
    const double minutes = base["stateExpiration"].as_double().value_or(0);
    auto put = host.put(transaction_key(base, display(*state)), kept, minutes != 0 ? minutes : 30);
    if (!put) return std::move(put).error();
  }
  return Value::object({{"state", *std::move(state)}, {"nonce", std::move(nonce)}});
}

// WA-059, WA-067 · OpenID Connect Core section 15.5.2
Result<Value> take_transaction(Host& host, const Value& base, std::string_view state) {
  const std::string key = transaction_key(base, state);
  auto kept = host.get(key);
  if (!kept) return kept;
  auto removed = host.remove(key);
  if (!removed) return std::move(removed).error();
  return kept;
}

}  // namespace ostia::auth0
