// A device that asks for its tokens (RFC 8628 section 3.5).
#pragma once

#include <cstdint>
#include <string_view>

namespace ostia::authority::protocol {

enum class DeviceState : std::uint8_t { pending, approved, denied };

struct PollingDevice {
  bool is_known = false;  ///< there is such a code, and it is that client's
  DeviceState state = DeviceState::pending;
  std::int64_t expires_at = 0;  ///< seconds since 1970; it is good in that second still
  std::int64_t polled_at = 0;   ///< 0: not yet
  std::int64_t interval = 0;    ///< seconds between two questions
};

enum class PollStep : std::uint8_t {
  give,       ///< what was approved, once
  wait,       ///< `authorization_pending`
  slow_down,  ///< and ask five seconds less often from then on
  refuse,
};

struct PollNext {
  PollStep step;
  std::string_view code;  ///< of a refusal (RFC 8628 section 3.5)
};

PollNext judge_poll(const PollingDevice& device, std::int64_t now);

}  // namespace ostia::authority::protocol
