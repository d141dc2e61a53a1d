// Login on another device, for programs without a browser (RFC 8628).
#pragma once

#include "ostia/options.hpp"
#include "ostia/task.hpp"

namespace ostia {

namespace sdk {
class Session;
}

/// What the person is told: open `verification_uri` and enter `user_code`.
struct DeviceCode {
  std::string device_code = {};  ///< a secret of the program
  std::string user_code = {};
  std::string verification_uri = {};
  std::string verification_uri_complete = {};  ///< with the code inside, for a link or a QR code
  std::int64_t expires_in = 0;                 ///< seconds
  std::int64_t interval = 5;                   ///< seconds between two questions
};

/// Options of `device().start`.
struct DeviceOptions {
  std::string scope = {};
  std::string audience = {};
};

class OSTIA_API Device {
 public:
  explicit Device(std::shared_ptr<sdk::Session> session) : session_(std::move(session)) {}

  /// Asks for a code. Errors: as `Authentication`.
  Result<DeviceCode> start(const DeviceOptions& options = {}, const CallOptions& call = {});
  Task<DeviceCode> async_start(DeviceOptions options = {}, CallOptions call = {}) const;

  /// Asks again and again, as often as the authority allows (`slow_down` adds 5 seconds each time), until the person
  /// has decided. What fails on the way is asked again. Errors: `access_denied`, `expired_token`; as `Authentication`.
  Result<AuthResult> poll(const DeviceCode& code, const CallOptions& call = {});
  Task<AuthResult> async_poll(DeviceCode code, CallOptions call = {}) const;

  /// Asks once; no value while the person has not decided. The caller waits between two questions.
  Result<std::optional<AuthResult>> poll_once(const DeviceCode& code, const CallOptions& call = {});
  Task<std::optional<AuthResult>> async_poll_once(DeviceCode code, CallOptions call = {}) const;

 private:
  std::shared_ptr<sdk::Session> session_;
};

}  // namespace ostia
