#include "abi.hpp"

#include "ostia/auth0/endpoints.hpp"
#include "ostia/auth0/requests.hpp"
#include "ostia/auth0/response.hpp"
#include "ostia/auth0/transaction.hpp"
#include "replay.hpp"

namespace ostia::abi {
namespace {

Value failed(const Error& error) {
  return Value::object({{"error", error.code}, {"description", error.description}, {"reason", error.reason}});
}

Value outcome(const Result<Value>& result) {
  return result ? Value::object({{"value", *result}}) : failed(result.error());
}

Value text_outcome(Result<std::string> result) {
  return result ? Value::object({{"value", *std::move(result)}}) : failed(result.error());
}

// What needs nothing of the host.
Value call(const Value& name, const Value& base, const Value& options) {
  if (name.is("derive_base")) return outcome(auth0::derive_base(options));
  if (name.is("build_logout_url")) return text_outcome(auth0::build_logout_url(base, options));
  if (name.is("build_verify_url")) return text_outcome(auth0::build_verify_url(base, options));
  if (name.is("check")) {
    const auto checked = auth0::check_request(base.text(), options);
    return checked ? Value::object() : failed(checked.error());
  }
  if (name.is("parse_hash")) {
    const Value response = auth0::parse_fragment(auth0::text_of(options["hash"]));
    Value out = outcome(auth0::read_response(base, options, response));
    out.set("response", response);
    return out;
  }
  if (name.is("build_authorize_url")) {
    const auto built = auth0::build_authorize_url(base, options);
    if (!built) return failed(built.error());
    return Value::object({{"value", built->url}, {"warning", built->warning}});
  }
  return outcome(auth0::build_request(name.text(), base, options));
}

Result<Value> operate(Host& host, const Value& name, const Value& base, const Value& options, const Value& response) {
  if (name.is("validate_response")) return auth0::validate_response(host, base, options, response);
  if (name.is("validate_token")) return auth0::validate_id_token(host, base, options.text(), {response, {}, {}, {}});
  return auth0::start_transaction(host, base, options);
}

}  // namespace

std::string handle(std::string_view text) {
  auto message = json::parse(text);
  if (!message) return json::write(failed(message.error()));
  const Value& m = *message;
  const Value &base = m["base"], &options = m["options"];
  if (m.find("call")) return json::write(call(m["call"], base, options));

  Replay host(m["now"], m["answers"]);
  const auto result = operate(host, m["start"], base, options, m["response"]);
  Value out = host.waits() ? Value::object() : outcome(result);
  out.set("effects", host.asked());
  return json::write(out);
}

}  // namespace ostia::abi
