// Second factors of a person: what they are known by, sealed in the store.
#pragma once

#include "accounts/users.hpp"
#include "state/authority.hpp"

namespace ostia::authority {

struct Authenticator {
  std::string id, user_id;
  std::string type;  ///< `otp`, `email`, `sms`, `recovery-code`, `webauthn-roaming`, `webauthn-platform`, `passkey`
  bool confirmed = false;
  std::int64_t created_at = 0, used_at = 0;
  std::int64_t counter = -1;  ///< of a time-based code: the last step that was used; of WebAuthn: the signature counter
  json::Value body;           ///< `secret`; `address`; `credential`, `public_key`, `algorithm`, `name`; `with_another`

  /// A code is sent to its address.
  [[nodiscard]] bool is_out_of_band() const { return type == "sms" || type == "email"; }
  [[nodiscard]] bool is_webauthn() const { return type.starts_with("webauthn-"); }
};

/// In the order of their making.
Async<std::vector<Authenticator>> list_authenticators(Authority& a, std::string user_id);
Async<std::optional<Authenticator>> find_authenticator(Authority& a, std::string id);

/// A second factor of `type` for `user_id`, which is confirmed once it has been used.
Authenticator make_authenticator(const Authority& a, const std::string& user_id, const std::string& type,
                                 json::Value body);
/// The statement that forgets the passkeys of an account.
Statement forget_passkeys(const std::string& user_id);
/// The statement that keeps a new one.
Statement insert_authenticator(const Authority& a, const Authenticator& authenticator);
/// The statement that says that it was used just now, and confirms it. What was used before with that counter or a
/// higher one breaks the commit (`store_unmatched`).
Statement use_authenticator(const Authority& a, const Authenticator& authenticator, std::int64_t counter);
/// The same for one whose counter says nothing.
Statement use_authenticator(const Authority& a, const Authenticator& authenticator);
/// The statements that finish an enrolment: what else was begun, by whomever, is nothing from then on, and the recovery
/// code that was made with it counts.
std::vector<Statement> finish_enrolment(const Authority& a, const Authenticator& authenticator);
/// The statement that forgets what was begun and not finished.
Statement forget_begun(const std::string& user_id);

/// Takes it away and tells its owner by mail; false if there is none of that id and owner.
Async<bool> remove_authenticator(Authority& a, const Request& request, const User& owner, std::string id);

/// A recovery code, which is shown once. One that is `confirmed` replaces the one before; another counts with the
/// enrolment that it was made with.
struct NewRecoveryCode {
  std::string code;
  std::vector<Statement> keep;
};
NewRecoveryCode make_recovery_code(const Authority& a, const std::string& user_id, bool confirmed = true);

}  // namespace ostia::authority
