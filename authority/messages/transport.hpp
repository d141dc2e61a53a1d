// How messages leave the machine, by libcurl: SMTP, and HTTP for text messages and back-channel logout. These calls
// wait for the answer: they belong on the outbox's threads. Errors have the reasons that `Sent` tells apart.
#pragma once

#include "http/egress.hpp"
#include "state/outbox.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// By `emailProvider`. TLS is required where a password is sent to another machine. `permanent`: the server refuses for
/// good (5xx).
void send_email(const SmtpSettings& settings, const Message& message, const Egress& egress, const Sent& done);

/// By the connection's provider.
Status send_sms(const SmsSettings& settings, const Message& message, const Egress& egress);

/// Posts `message.text` as `logout_token` to `message.to` (OpenID Connect Back-Channel Logout section 2.5).
Status send_backchannel_logout(const Message& message, const Egress& egress);

/// By channel, with the tenant's settings. With `dev`, a message for which there is no provider has arrived: it is in
/// `/_dev/messages`.
void send_message(const Tenant& tenant, const Message& message, bool dev, const Egress& egress, const Sent& done);

}  // namespace ostia::authority
