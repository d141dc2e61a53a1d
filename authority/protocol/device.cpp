#include "protocol/device.hpp"

namespace ostia::authority::protocol {

PollNext judge_poll(const PollingDevice& device, std::int64_t now) {
  if (!device.is_known) return {PollStep::refuse, "invalid_grant"};
  if (device.expires_at < now) return {PollStep::refuse, "expired_token"};
  if (device.state == DeviceState::denied) return {PollStep::refuse, "access_denied"};
  if (device.state == DeviceState::approved) return {PollStep::give, {}};
  return {device.polled_at + device.interval > now ? PollStep::slow_down : PollStep::wait, {}};
}

}  // namespace ostia::authority::protocol
