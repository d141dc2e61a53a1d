// Between the public structs and the core's values with the page's names.
#pragma once

#include "ostia/device.hpp"
#include "ostia/mfa.hpp"
#include "ostia/options.hpp"

namespace ostia::sdk {

using json::Value;

Value to_value(const WebAuthOptions& options);
Value to_value(const AuthorizeOptions& options);
Value to_value(const LoginOptions& options);
Value to_value(const SignupOptions& options);
Value to_value(const ChangePasswordOptions& options);
Value to_value(const PasswordlessStartOptions& options);
Value to_value(const PasswordlessLoginOptions& options);
Value to_value(const LogoutOptions& options);
Value to_value(const OauthTokenOptions& options);
Value to_value(const TokenExchangeOptions& options);

/// Sets `name` unless `text` is empty.
void set_text(Value& to, const char* name, const std::string& text);

AuthResult to_auth_result(const Value& value);
UserProfile to_profile(Value value);
SignupResult to_signup_result(Value value);

}  // namespace ostia::sdk
