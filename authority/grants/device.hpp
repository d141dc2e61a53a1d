// Device authorization (RFC 8628): a device without a browser shows a code, and a person approves it elsewhere. And
// backchannel authentication (OpenID CIBA): an application asks one person, who gets a link and approves there.
#pragma once

#include "grants/grant.hpp"

namespace ostia::authority {

/// What a device asks for, found by the code that a person typed, or by the name in a link.
struct DeviceRequest {
  std::string id, user_code, client_id, issuer, audience, scope;
  std::string user_id = {}, binding_message = {},
              acr_values = {};  ///< of a backchannel request: who is asked, and what is shown
};
/// What the device is given for it: its own secret, what it shows, and how long both work and how often it may ask, in
/// seconds.
struct DeviceCode {
  std::string device_code, user_code;
  std::int64_t expires_in, interval;
};
/// Keeps the request; `id` and `user_code` of it are made here.
Async<DeviceCode> ask_for_device(Authority& a, DeviceRequest request);
/// The same for a backchannel request: `device_code` is its `auth_req_id`, and `user_code` the name that the link to
/// its page has.
Async<DeviceCode> ask_for_approval(Authority& a, DeviceRequest request, std::int64_t lifetime);
/// Whether it is such a name, and no code that somebody types.
inline bool is_of_link(std::string_view user_code) { return user_code.size() > 20; }

/// The request that waits under `user_code`, however it was typed; nothing if there is none.
Async<std::optional<DeviceRequest>> find_device_request(Authority& a, std::string user_code);

/// Lets the device have `grant`. False if the request does not wait any more.
Async<bool> approve_device(Authority& a, DeviceRequest request, Grant grant);
Async<bool> deny_device(Authority& a, DeviceRequest request);

/// The grant of an approved code, which is used up. Errors: `authorization_pending` 403, `slow_down` 429,
/// `expired_token` 403, `access_denied` 403, `invalid_grant` 403 (RFC 8628 section 3.5).
Async<Grant> poll_device_code(Authority& a, const Client& client, std::string device_code);
/// The same of a backchannel request (OpenID CIBA Core section 11): its errors are 400.
Async<Grant> poll_auth_req_id(Authority& a, const Client& client, std::string auth_req_id);

}  // namespace ostia::authority
