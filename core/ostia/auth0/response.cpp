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
  Value out = Value::object();
  struct {
    const char *name, *parameter;
  } constexpr members[] = {
      {"accessToken", "access_token"}, {"idToken", "id_token"},           {"idTokenPayload", nullptr},
      {"appState", nullptr},           {"refreshToken", "refresh_token"}, {"state", "state"},
      {"expiresIn", nullptr},          {"tokenType", "token_type"},       {"scope", "scope"}};
  for (const auto& [name, parameter] : members) out.set(name, parameter ? or_null(response[parameter]) : Value());
  out.set("idTokenPayload", std::move(claims));
  out.set("appState", std::move(app_state));
  out.set("expiresIn", parse_seconds(response["expires_in"]));
  return out;
}

// Refuses when `type` was asked for and `parameter` did not come.
// WA-063, WA-064 · RFC 6749 section 4.2.2
Status check_came(std::string_view asked, const char* type, const char* parameter, const Value& response) {
  if (!text::has_word(asked, type) || response.find(parameter)) return ok();
  return peer_error("invalid_hash",
                    std::string("response_type contains `") + type + "`, but the parsed hash does not contain an `" +
                        parameter + "` property",
                    std::string(parameter) + "_missing");
}

// For the sign-in hints of `getSSOData`.
// WA-075 · Auth0: getSSOData
Status remember_connection(Host& host, const Value& transaction, const Value& claims) {
  Value kept = Value::object({{"lastUsedConnection", transaction["lastUsedConnection"]}});
  if (is_truthy(claims["sub"])) kept.set("lastUsedSub", claims["sub"]);
  return host.put("auth0.ssodata", json::write(kept), 24 * 60.0);
}

}  // namespace

// WA-061 · RFC 6749 section 4.2.2
Value parse_fragment(std::string_view hash) {
  if (hash.starts_with('#')) hash.remove_prefix(1);
  if (hash.starts_with('/')) hash.remove_prefix(1);
  return parse_query(hash);
}

Result<Value> validate_response(Host& host, const Value& base, const Value& options, const Value& response) {
  const Value received = or_null(response["state"]);
  auto transaction = take_transaction(host, base, response.find("state") ? display(response["state"]) : "undefined");
  if (!transaction) return transaction;
  const Value expected = first_truthy(options["state"], (*transaction)["state"]);
  // WA-070, WA-071 · Auth0: __enableIdPInitiatedLogin
  const bool initiated_by_authority =
      is_truthy(options["__enableIdPInitiatedLogin"]) || is_truthy(options["__enableImpersonation"]);
  // WA-067, WA-068, WA-069 · RFC 6749 section 10.12
  const bool matches = !received.is_null() && expected == received;
  if (!matches && !(initiated_by_authority && received.is_null() && expected.is_null()))
    return peer_error("invalid_token", "`state` does not match.",
                      received.is_null()       ? "state_missing"
                      : transaction->is_null() ? "state_unknown"
                                               : "state_mismatch");

  Result<Value> claims = Value();
  if (is_truthy(response["id_token"])) {
    claims = validate_id_token(host, base, text_of(response["id_token"]),
                               {first_truthy(options["nonce"], (*transaction)["nonce"]), (*transaction)["maxAge"],
                                text_of((*transaction)["organization"]), text_of(response["access_token"])});
    if (!claims) return claims;
  }
  if (is_truthy((*transaction)["lastUsedConnection"])) {
    auto remembered = remember_connection(host, *transaction, *claims);
    if (!remembered) return std::move(remembered).error();
  }
  return build_result(response, first_truthy(options["state"], (*transaction)["appState"]), *std::move(claims));
}

Result<Value> read_response(const Value& base, const Value& options, const Value& response) {
  // WA-062 · RFC 6749 section 4.2.2.1
  if (const Value* error = response.find("error"))
    return peer_error(display(*error), text_of(response["error_description"]), "error_response");
  if (!response.find("access_token") && !response.find("id_token") && !response.find("refresh_token")) return Value();
  // WA-065 · RFC 6749 section 3.1.1
  const std::string asked = text_of(first_truthy(base["responseType"], options["responseType"]));
  auto came = check_came(asked, "token", "access_token", response);
  if (came) came = check_came(asked, "id_token", "id_token", response);
  if (!came) return std::move(came).error();
  return response;
}

Result<Value> parse_hash(Host& host, const Value& base, const Value& options, const Value& response) {
  auto read = read_response(base, options, response);
  if (!read || read->is_null()) return read;
  return validate_response(host, base, options, response);
}

// WA-206 · RFC 6749 section 5.2
Result<Value> read_answer(const HttpResponse& answer) {
  const bool is_json = answer.content_type.find("json") != std::string::npos;
  auto body = is_json ? json::parse(answer.body) : Result<Value>(Value());
  const bool good = answer.status >= 200 && answer.status <= 299;
  if (good && body) return is_json ? *std::move(body) : Value(answer.body);

  const Value source = body ? *std::move(body) : Value();
  const auto first = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (is_truthy(source[name])) return display(source[name]);
    return std::string();
  };
  Error error = peer_error(first({"code", "error", "error_code", "status"}),
                           first({"errorDescription", "error_description", "description", "error", "details", "err"}));
  error.status = answer.status;
#ifndef __wasm__
  if (is_text(source["mfa_token"])) error.mfa_token = source["mfa_token"].text();
  const std::string& finer = answer.failure_reason;
#else
  const std::string finer;
#endif
  error.reason = answer.status == 0 ? (finer.empty() ? "network_failed" : finer)
                 : good             ? "answer_malformed"
                                    : "error_answer";
  if (error.code.empty()) error.code = answer.status == 0 ? "request_error" : text::decimal(answer.status);
  if (error.description.empty())
    error.description =
        answer.status == 0 ? answer.failure : "The authority answered with HTTP status " + text::decimal(answer.status);
  return error;
}

}  // namespace ostia::auth0
