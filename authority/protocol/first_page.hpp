// The page that a login begins with.
#pragma once

#include <cstdint>
#include <string_view>

namespace ostia::authority::protocol {

struct LoginRequest {
  bool lacks_organization = false;  ///< the application takes logins to an organization only, and none is named
  bool chooses_account = false;     ///< `prompt=select_account`, somebody is signed in and has not been picked yet
  bool names_passwordless = false;  ///< `connection` is one of codes
  std::string_view screen_hint;     ///< `signup`, `reset-password`
  bool has_database = false;        ///< that the application admits
  bool has_passwordless = false;
};

enum class FirstPage : std::uint8_t { organization, account, passwordless, signup, reset_password, login };

FirstPage first_page(const LoginRequest& request);

}  // namespace ostia::authority::protocol
