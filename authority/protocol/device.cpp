#include "protocol/device.hpp"

#include "protocol/age.hpp"

namespace ostia::authority::protocol {

PollNext judge_poll(const PollingDevice& device, std::int64_t now) {
  // AZ-621 · RFC 8628 section 3.5
  if (!device.is_known) return {PollStep::refuse, "invalid_grant"};
  // AZ-621 · RFC 8628 section 3.5
  if (device.expires_at < now) return {PollStep::refuse, "expired_token"};
  // AZ-621 · RFC 8628 section 3.5
  if (device.state == DeviceState::denied) return {PollStep::refuse, "access_denied"};
  // AZ-620 · RFC 8628 section 3.5
  if (device.state == DeviceState::approved) return {PollStep::give, {}};
  // AZ-620 · RFC 8628 section 3.5
  return {is_recent(device.polled_at, now, device.interval - 1) ? PollStep::slow_down : PollStep::wait, {}};
}

}  // namespace ostia::authority::protocol
