#include "ostia/auth0/transaction.hpp"

#include "ostia/text/ascii.hpp"

namespace ostia::auth0 {

std::string transaction_key(const Value& base, std::string_view state) {
  const Value& name = base["transaction"]["namespace"];
  return (is_truthy(name) ? text_of(name) : "com.auth0.auth.") + std::string(state);
}

Task<std::string> random_text(int length) {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVXYZabcdefghijklmnopqrstuvwxyz-._~";
  constexpr unsigned fair = 256 / alphabet.size() * alphabet.size();  // beyond it some characters would be favoured
  std::string out;
  while (static_cast<int>(out.size()) < length) {
    Random more{length * 2};
    const std::string bytes = co_await std::move(more);
    if (bytes.empty()) co_return std::string();
    for (const unsigned char byte : bytes)
      if (byte < fair && static_cast<int>(out.size()) < length) out += alphabet[byte % alphabet.size()];
  }
  co_return out;
}

Task<Result<Value>> start_transaction(Value base, Value parameters) {
  if (!is_truthy(parameters["responseType"])) co_return refuse("responseType is required");
  const bool wants_id_token = text_of(parameters["responseType"]).find("id_token") != std::string::npos;
  const auto length = static_cast<int>(base["transaction"]["keyLength"].as_int().value_or(32));

  Value state = parameters["state"], nonce = parameters["nonce"];
  if (!is_truthy(state)) {
    auto task = random_text(length);
    state = co_await std::move(task);
  }
  if (!is_truthy(nonce)) {
    nonce = Value();
    if (wants_id_token) {
      auto task = random_text(length);
      nonce = co_await std::move(task);
    }
  }
  for (Value* one : {&state, &nonce})
    if (one->is_string() && one->text().empty()) *one = Value();  // no random source: as the package has it

  const Value page = co_await Location{};
  if (page.is_null() || page["host"].text() != text_of(base["domain"])) {
    Value kept = Value::object({{"nonce", nonce}});
    if (const Value* app_state = parameters.find("appState")) kept.set("appState", *app_state);
    kept.set("state", state);
    const Value& connection = is_truthy(parameters["realm"]) ? parameters["realm"] : parameters["connection"];
    if (!connection.is_null()) kept.set("lastUsedConnection", connection);
    if (is_truthy(parameters["organization"])) kept.set("organization", parameters["organization"]);
    if (const auto age = parameters["maxAge"].as_int())
      kept.set("maxAge", *age);  // CVE-2026-107371: to be checked later
    const double minutes = base["stateExpiration"].as_double().value_or(0);
    StorePut put{transaction_key(base, display(state)), std::move(kept), minutes > 0 ? minutes : 30};
    co_await std::move(put);
  }

  if (!is_truthy(parameters["state"])) parameters.set("state", state);
  if (wants_id_token && !is_truthy(parameters["nonce"])) parameters.set("nonce", nonce);
  co_return parameters;
}

Task<Value> consume_transaction(Value base, std::string state) {
  const std::string key = transaction_key(base, state);
  StoreGet get{key};
  Value kept = co_await std::move(get);
  StoreRemove remove{key};
  co_await std::move(remove);
  co_return kept;
}

}  // namespace ostia::auth0
