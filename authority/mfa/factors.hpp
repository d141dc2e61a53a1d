// Proving a second time who one is: what a person can do it by, and whether it was right. The pages and the MFA API
// stand on the same few calls.
#pragma once

#include "accounts/users.hpp"
#include "mfa/authenticators.hpp"

namespace ostia::authority {

/// The value of `acr_values`, `acr` and, in short, `amr` that asks for a second factor (OpenID PAPE).
inline constexpr std::string_view multi_factor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// What somebody has of what the tenant has turned on, and administrators of an app for codes.
struct Factors {
  std::vector<Authenticator> usable;    ///< confirmed; the one that was used last comes first
  std::vector<Authenticator> begun;     ///< enrolments that have not been finished
  std::vector<std::string> enrollable;  ///< types
  bool has_recovery_code = false;

  [[nodiscard]] const Authenticator* find(std::string_view id) const;
  /// Whether a begun one may prove something now, and so be finished (`protocol/enrolment.hpp`).
  [[nodiscard]] bool may_finish(const Authenticator& begun, std::int64_t now) const;
};
/// A verified e-mail address counts as one by itself, beside others or where there are no others to be had.
Async<Factors> factors_of(Authority& a, const User& user);

/// The one of that id, if it is the user's and may prove something: also one that was begun, and their own address.
Async<std::optional<Authenticator>> challenged(Authority& a, const User& user, std::string id);

/// The codes, checked. A right one is marked used and works once; a wrong one is counted, and many of them block the
/// person's second factor from that address (`too_many_attempts`). One that finishes an enrolment (`confirms`: may do
/// so) is told by mail. Errors: 403 `access_denied` with the reasons
/// `wrong_code` and `code_over`.
Async<Unit> prove_by_otp(Authority& a, const Request& request, const User& user, std::string code, bool confirms);
Async<Unit> prove_by_recovery_code(Authority& a, const Request& request, const User& user, std::string code);
/// Of the code that was sent for `authenticator`.
Async<Unit> prove_by_message(Authority& a, const Request& request, const User& user, Authenticator authenticator,
                             std::string code, std::string client_id);

/// Sends a code to the address of `authenticator`.
Async<Unit> send_code(Authority& a, const Request& request, const User& user, const Authenticator& authenticator,
                      std::string client_id);

/// An address as others may see it: `+*********56`, `a**@example.com`.
std::string masked(std::string_view address);

}  // namespace ostia::authority
