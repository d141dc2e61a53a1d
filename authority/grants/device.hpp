// Device authorization (RFC 8628): a device without a browser shows a code, and a person approves it elsewhere.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// What a device asks for, found by the code that a person typed.
struct DeviceRequest {
  std::string id, user_code, client_id, issuer, audience, scope;
};
/// What the device is given for it: its own secret, what it shows, and how long both work and how often it may ask, in
/// seconds.
struct DeviceCode {
  std::string device_code, user_code;
  std::int64_t expires_in, interval;
};
/// Keeps the request; `id` and `user_code` of it are made here.
Async<DeviceCode> ask_for_device(Authority& a, DeviceRequest request);
/// The request that waits under `user_code`, however it was typed; nothing if there is none.
Async<std::optional<DeviceRequest>> find_device_request(Authority& a, std::string user_code);

/// Lets the device have `grant`. False if the request does not wait any more.
Async<bool> approve_device(Authority& a, DeviceRequest request, Grant grant);
Async<bool> deny_device(Authority& a, DeviceRequest request);

/// The grant of an approved code, which is used up. Errors: `authorization_pending` 403, `slow_down` 429,
/// `expired_token` 403, `access_denied` 403, `invalid_grant` 403 (RFC 8628 section 3.5).
Async<Grant> poll_device_code(Authority& a, const Client& client, std::string device_code);

}  // namespace ostia::authority
