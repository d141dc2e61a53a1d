#include "ostia/device.hpp"

#include "call.hpp"
#include "ostia/auth0/exchange.hpp"

namespace ostia {

using namespace sdk;

namespace {

constexpr std::int64_t slow_down_s = 5;  // RFC 8628 section 3.5
constexpr std::int64_t longest_interval_s = 60;

DeviceCode to_device_code(Value v) {
  return {.device_code = v["device_code"].text(),
          .user_code = v["user_code"].text(),
          .verification_uri = v["verification_uri"].text(),
          .verification_uri_complete = v["verification_uri_complete"].text(),
          .expires_in = v["expires_in"].as_int().value_or(0),
          .interval = std::clamp<std::int64_t>(v["interval"].as_int().value_or(5), 1, longest_interval_s)};
}

Result<AuthResult> ask(Call& host, const Value& base, const std::string& device_code) {
  auto answer = auth0::post_token(host, base,
                                  Value::object({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                                                 {"device_code", device_code},
                                                 {"client_id", base["clientID"]}}));
  if (!answer) return std::move(answer).error();
  return tokens(auth0::read_tokens(host, base, *answer, {}));
}

bool is_undecided(const Error& e) { return e.code == "authorization_pending" || e.code == "slow_down"; }
// The way to the authority failed, not the login.
bool is_passing(const Error& e) { return e.code == "request_error" || e.status >= 500; }

Error no_code() { return auth0::refuse("code.device_code is required"); }

}  // namespace

Task<DeviceCode> Device::async_start(DeviceOptions o, CallOptions call) const {
  return with_base<DeviceCode>(
      session_, std::move(call), [o = std::move(o)](Call& host, const Value& base) -> Result<DeviceCode> {
        Value body = Value::object({{"client_id", base["clientID"]}});
        const auto either = [&](const char* name, const std::string& given) {
          return given.empty() ? auth0::text_of(base[name]) : given;
        };
        const std::string scope = either("scope", o.scope);
        body.set("scope", scope.empty() ? "openid profile email" : scope);
        set_text(body, "audience", either("audience", o.audience));
        auto answer = auth0::post_form(host, base, "/oauth/device/code", std::move(body));
        if (!answer) return std::move(answer).error();
        for (const char* member : {"device_code", "user_code", "verification_uri"})
          if (!(*answer)[member].is_string())
            return peer_error("invalid_response", std::string("The authority answered without ") + member,
                              "answer_incomplete");
        return to_device_code(*std::move(answer));
      });
}

Task<AuthResult> Device::async_poll(DeviceCode code, CallOptions call) const {
  if (call.timeout.count() == 0) call.timeout = std::chrono::seconds(std::max<std::int64_t>(code.expires_in, 60) + 60);
  return with_base<AuthResult>(
      session_, std::move(call), [code = std::move(code)](Call& host, const Value& base) -> Result<AuthResult> {
        if (code.device_code.empty()) return no_code();
        std::int64_t interval = std::clamp<std::int64_t>(code.interval, 1, longest_interval_s);
        for (;;) {
          if (auto slept = host.sleep(std::chrono::seconds(interval)); !slept) return std::move(slept).error();
          auto result = ask(host, base, code.device_code);
          if (result || host.waits() || !(is_undecided(result.error()) || is_passing(result.error()))) return result;
          if (result.error().code == "slow_down") interval += slow_down_s;
        }
      });
}

Task<std::optional<AuthResult>> Device::async_poll_once(DeviceCode code, CallOptions call) const {
  return with_base<std::optional<AuthResult>>(
      session_, std::move(call),
      [code = std::move(code)](Call& host, const Value& base) -> Result<std::optional<AuthResult>> {
        if (code.device_code.empty()) return no_code();
        auto result = ask(host, base, code.device_code);
        if (result) return std::optional(*std::move(result));
        if (is_undecided(result.error()) && !host.waits()) return std::optional<AuthResult>();
        return std::move(result).error();
      });
}

Result<DeviceCode> Device::start(const DeviceOptions& options, const CallOptions& call) {
  return async_start(options, call).wait();
}
Result<AuthResult> Device::poll(const DeviceCode& code, const CallOptions& call) {
  return async_poll(code, call).wait();
}
Result<std::optional<AuthResult>> Device::poll_once(const DeviceCode& code, const CallOptions& call) {
  return async_poll_once(code, call).wait();
}

}  // namespace ostia
