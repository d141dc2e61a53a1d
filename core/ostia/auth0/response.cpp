#include "ostia/auth0/response.hpp"

#include "ostia/auth0/transaction.hpp"
#include "ostia/text/ascii.hpp"

namespace ostia::auth0 {
namespace {

Value or_null(const Value& value) { return is_truthy(value) ? value : Value(); }

Value first_truthy(const Value& a, const Value& b) { return is_truthy(a) ? a : or_null(b); }

// JavaScript's parseInt(text, 10).
Value parse_seconds(const Value& given) {
  const std::string in = display(given);  // a fragment has text, a web message a number
  std::size_t end = in.starts_with('-') ? 1 : 0;
  while (end < in.size() && text::is_digit(in[end])) ++end;
  const auto number = text::parse_int(std::string_view(in).substr(0, end));
  return number ? Value(*number) : Value();
}

Value build_result(const Value& response, Value app_state, Value claims) {
  return Value::object({{"accessToken", or_null(response["access_token"])},
                        {"idToken", or_null(response["id_token"])},
                        {"idTokenPayload", std::move(claims)},
                        {"appState", std::move(app_state)},
                        {"refreshToken", or_null(response["refresh_token"])},
                        {"state", or_null(response["state"])},
                        {"expiresIn", parse_seconds(response["expires_in"])},
                        {"tokenType", or_null(response["token_type"])},
                        {"scope", or_null(response["scope"])}});
}

Error missing(const char* type, const char* parameter) {
  return peer_error("invalid_hash",
                    std::string("response_type contains `") + type + "`, but the parsed hash does not contain an `" +
                        parameter + "` property",
                    std::string(parameter) + "_missing");
}

// What was asked for and did not come, if anything.
std::optional<Error> missing_token(const Value& base, const Value& options, const Value& response) {
  const std::string type = text_of(first_truthy(base["responseType"], options["responseType"]));
  if (text::has_word(type, "token") && !is_truthy(response["access_token"])) return missing("token", "access_token");
  if (text::has_word(type, "id_token") && !is_truthy(response["id_token"])) return missing("id_token", "id_token");
  return {};
}

Error state_mismatch(const Value& received, const Value& transaction) {
  const char* reason = !is_truthy(received)    ? "state_missing"
                       : transaction.is_null() ? "state_unknown"
                                               : "state_mismatch";
  return peer_error("invalid_token", "`state` does not match.", reason);
}

Task<Result<Value>> checked_claims(Value base, Value options, Value response, Value transaction) {
  TokenChecks checks{first_truthy(options["nonce"], transaction["nonce"]), transaction["maxAge"].as_int(),
                     text_of(transaction["organization"])};
  auto claims_task = validate_id_token(base, text_of(response["id_token"]), std::move(checks));
  auto claims = co_await std::move(claims_task);
  if (!claims) co_return std::move(claims).error();
  auto bound_task = is_bound_access_token(*claims, text_of(response["access_token"]));
  const bool bound = co_await std::move(bound_task);
  if (!bound) co_return peer_error("invalid_token", "Invalid access_token", "at_hash_mismatch");
  co_return claims;
}

// For the sign-in hints of `getSSOData`.
Task<Unit> remember_connection(Value transaction, Value claims) {
  Value kept = Value::object({{"lastUsedConnection", transaction["lastUsedConnection"]}});
  if (is_truthy(claims["sub"])) kept.set("lastUsedSub", claims["sub"]);
  StorePut put{"auth0.ssodata", json::write(kept), 24 * 60.0};
  co_await std::move(put);
  co_return Unit{};
}

}  // namespace

Value parse_fragment(std::string_view hash) {
  if (hash.starts_with('#')) hash.remove_prefix(1);
  if (hash.starts_with('/')) hash.remove_prefix(1);
  return parse_query(hash);
}

Task<Result<Value>> validate_response(Value base, Value options, Value response) {
  const Value received = or_null(response["state"]);
  auto transaction_task = consume_transaction(base, response.find("state") ? display(response["state"]) : "undefined");
  Value transaction = co_await std::move(transaction_task);
  const Value expected = first_truthy(options["state"], transaction["state"]);
  const bool initiated_by_authority =
      is_truthy(options["__enableIdPInitiatedLogin"]) || is_truthy(options["__enableImpersonation"]);
  const bool matches = !received.is_null() && expected == received;
  if (!matches && !(initiated_by_authority && received.is_null() && expected.is_null()))
    co_return state_mismatch(received, transaction);

  Value claims;
  if (is_truthy(response["id_token"])) {
    auto checked_task = checked_claims(base, options, response, transaction);
    auto checked = co_await std::move(checked_task);
    if (!checked) co_return std::move(checked).error();
    claims = *std::move(checked);
  }
  if (is_truthy(transaction["lastUsedConnection"])) {
    auto task = remember_connection(transaction, claims);
    co_await std::move(task);
  }
  Value app_state = first_truthy(options["state"], transaction["appState"]);
  co_return build_result(response, std::move(app_state), std::move(claims));
}

Task<Result<Value>> parse_hash(Value base, Value options) {
  Value response = parse_fragment(text_of(options["hash"]));
  if (response.find("error"))
    co_return peer_error(display(response["error"]), text_of(response["error_description"]), "error_response");
  if (!is_truthy(response["access_token"]) && !is_truthy(response["id_token"]) && !is_truthy(response["refresh_token"]))
    co_return Value();
  if (auto absent = missing_token(base, options, response)) co_return *std::move(absent);
  auto result_task = validate_response(std::move(base), std::move(options), std::move(response));
  auto result = co_await std::move(result_task);
  co_return result;
}

}  // namespace ostia::auth0
