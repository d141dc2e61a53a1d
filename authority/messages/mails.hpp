// The wording of messages: the tenant's own templates where it has them, else ours in the person's language, as HTML
// and as text.
#pragma once

#include "pages/texts.hpp"
#include "state/outbox.hpp"
#include "tenant/tenant.hpp"

namespace ostia::authority {

/// What a message may speak of. What is empty is not there.
struct MessageValues {
  std::string link, code, address;  ///< `address`: of the machine that guessed passwords
  json::Value user;                 ///< `email`, `given_name`, …
  std::string client_id;
  std::string what;  ///< of an `account_notice`: what has happened; of an `async_approval`: what the application shows
};

/// A mail of `kind`: `verify_email`, `welcome_email`, `reset_email`, `blocked_account`, `account_notice`,
/// `async_approval`, `passwordless_code` or `passwordless_link`. `connection` may be null.
Message compose_mail(const Tenant& tenant, const Texts& texts, std::string kind, std::string to,
                     const Connection* connection, const MessageValues& values);

/// A text message with the code or the link.
Message compose_sms(const Tenant& tenant, const Texts& texts, std::string to, const Connection& connection,
                    const MessageValues& values);

}  // namespace ostia::authority
