// A second factor, when a token request ends with `mfa_required`: the vendor's MFA API.
#pragma once

#include "ostia/options.hpp"
#include "ostia/task.hpp"

namespace ostia {

namespace sdk {
class Session;
}

/// Options of `mfa().associate`.
struct MfaAssociateOptions {
  std::string mfa_token = {};                         ///< `Error::mfa_token`
  std::vector<std::string> authenticator_types = {};  ///< `otp`, `oob`
  std::vector<std::string> oob_channels = {};         ///< with `oob`: `sms`, `voice`, `email`, `auth0`
  std::string phone_number = {};
  std::string email = {};
};

/// A factor that was just added. Show `barcode_uri` as a QR code, and `recovery_codes` once.
struct MfaAssociation {
  std::string authenticator_type = {}, secret = {}, barcode_uri = {}, oob_code = {}, oob_channel = {},
              binding_method = {};
  std::vector<std::string> recovery_codes = {};
};

/// Options of `mfa().challenge`.
struct MfaChallengeOptions {
  std::string mfa_token = {};
  std::string challenge_type = {};  ///< `otp`, `oob`, or both as words
  std::string authenticator_id = {};
};

/// What the person must answer.
struct MfaChallenge {
  std::string challenge_type = {}, oob_code = {}, binding_method = {};
};

/// Options of `mfa().verify`: exactly one of `otp`, `recovery_code` and `oob_code`.
struct MfaVerifyOptions {
  std::string mfa_token = {};
  std::string otp = {};
  std::string recovery_code = {};
  std::string oob_code = {};
  std::string binding_code = {};  ///< what the person was sent, with `oob_code`
};

/// What `mfa().verify` gives: tokens, and a new recovery code if one was used up.
struct MfaResult : AuthResult {
  std::string recovery_code = {};
};

/// A factor that a person has.
struct MfaAuthenticator {
  std::string id = {}, authenticator_type = {}, oob_channel = {}, name = {};
  bool active = false;
};

class OSTIA_API Mfa {
 public:
  explicit Mfa(std::shared_ptr<sdk::Session> session) : session_(std::move(session)) {}

  /// The person's factors. Errors: as `Authentication`; `expired_token`, `invalid_token` for the MFA token.
  Result<std::vector<MfaAuthenticator>> authenticators(const std::string& mfa_token, const CallOptions& call = {});
  Task<std::vector<MfaAuthenticator>> async_authenticators(std::string mfa_token, CallOptions call = {}) const;

  /// Adds a factor.
  Result<MfaAssociation> associate(const MfaAssociateOptions& options, const CallOptions& call = {});
  Task<MfaAssociation> async_associate(MfaAssociateOptions options, CallOptions call = {}) const;

  /// Asks the person for one.
  Result<MfaChallenge> challenge(const MfaChallengeOptions& options, const CallOptions& call = {});
  Task<MfaChallenge> async_challenge(MfaChallengeOptions options, CallOptions call = {}) const;

  /// Ends the login with the person's answer. With an out-of-band factor that needs no code of the person,
  /// `authorization_pending` means to ask again later.
  Result<MfaResult> verify(const MfaVerifyOptions& options, const CallOptions& call = {});
  Task<MfaResult> async_verify(MfaVerifyOptions options, CallOptions call = {}) const;

  /// Removes a factor.
  Status remove(const std::string& mfa_token, const std::string& authenticator_id, const CallOptions& call = {});
  Task<Unit> async_remove(std::string mfa_token, std::string authenticator_id, CallOptions call = {}) const;

 private:
  std::shared_ptr<sdk::Session> session_;
};

}  // namespace ostia
