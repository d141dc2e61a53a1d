#include "protocol/first_page.hpp"

namespace ostia::authority::protocol {

FirstPage first_page(const LoginRequest& r) {
  // AZ-1705 · Auth0: organization_require_behavior
  if (r.lacks_organization) return FirstPage::organization;
  // AZ-207 · OpenID Connect Core section 3.1.2.1
  if (r.chooses_account) return FirstPage::account;
  // AZ-1007 · Auth0: connection
  if (r.names_passwordless) return FirstPage::passwordless;
  // AZ-1003 · Auth0: screen_hint
  if (r.screen_hint == "signup") return FirstPage::signup;
  // AZ-1006 · Auth0: screen_hint
  if (r.screen_hint == "reset-password") return FirstPage::reset_password;
  // AZ-1007 · Auth0: enabled_clients
  if (!r.has_database && r.has_passwordless) return FirstPage::passwordless;
  return FirstPage::login;
}

}  // namespace ostia::authority::protocol
