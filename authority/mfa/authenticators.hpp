// Second factors of a person: what they are known by, sealed in the store.
#pragma once

#include "authority.hpp"

namespace ostia::authority {

struct Authenticator {
  std::string id, user_id;
  std::string type;  ///< `otp`, `email`, `sms`, `recovery-code`, `webauthn-roaming`, `webauthn-platform`
  bool confirmed = false;
  std::int64_t created_at = 0, used_at = 0;
  std::int64_t counter = -1;  ///< of a time-based code: the last step that was used; of WebAuthn: the signature counter
  json::Value body;           ///< secret, address, public key
};

/// In the order of their making.
Async<std::vector<Authenticator>> list_authenticators(Authority& a, std::string user_id);

/// The statement that keeps a new one.
Statement insert_authenticator(const Authority& a, const Authenticator& authenticator);

/// A recovery code, which replaces the one before; it is shown once.
struct NewRecoveryCode {
  std::string code;
  std::vector<Statement> keep;
};
NewRecoveryCode make_recovery_code(const Authority& a, const std::string& user_id);

}  // namespace ostia::authority
