// Who may add a way in (a second factor, a passkey), and what an enrolment that was begun is worth.
#pragma once

#include <cstdint>
#include <optional>

namespace ostia::authority::protocol {

/// How old a login may be that adds a way in, in seconds: what `/account` asks for, too.
inline constexpr std::int64_t enrolment_login_age = 900;
/// How long an enrolment may take, in seconds. One that was not finished by then proves nothing and is nothing.
inline constexpr std::int64_t enrolment_lifetime = 900;

struct EnrolmentRequest {
  std::int64_t logged_in_at = 0;  ///< seconds since 1970
  bool has_factor = false;        ///< the person has one that works
  bool has_shown_factor = false;  ///< in this session
};

enum class EnrolmentStep : std::uint8_t {
  enrol,
  log_in,       ///< first: an old session may be in somebody else's hands
  show_factor,  ///< first: a password alone opens no further way in
};

EnrolmentStep judge_enrolment(const EnrolmentRequest& request, std::int64_t now);

/// A factor that is about to prove something.
struct PresentedFactor {
  bool is_turned_on = false;  ///< in the tenant, now
  bool is_confirmed = false;  ///< it has proven something before
  std::int64_t created_at = 0;
  bool may_confirm = false;         ///< the request finishes an enrolment by it
  bool begun_with_another = false;  ///< by somebody who had shown a factor that works
  bool has_confirmed_one = false;   ///< the person has another one that works
};

/// Whether it may: a confirmed one always; one that was only begun while it is young, and, beside another that works,
/// only if that had been shown: so nobody with a password alone plants one for later.
bool may_prove(const PresentedFactor& factor, std::int64_t now);

}  // namespace ostia::authority::protocol
