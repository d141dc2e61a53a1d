#include "protocol/first_page.hpp"

namespace ostia::authority::protocol {

FirstPage first_page(const LoginRequest& r) {
  if (r.lacks_organization) return FirstPage::organization;
  if (r.chooses_account) return FirstPage::account;
  if (r.names_passwordless) return FirstPage::passwordless;
  if (r.screen_hint == "signup") return FirstPage::signup;
  if (r.screen_hint == "reset-password") return FirstPage::reset_password;
  if (!r.has_database && r.has_passwordless) return FirstPage::passwordless;
  return FirstPage::login;
}

}  // namespace ostia::authority::protocol
