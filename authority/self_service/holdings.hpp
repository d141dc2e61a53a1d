// What a person has open here: sessions, second factors, and applications that act in their name.
#pragma once

#include <map>

#include "accounts/users.hpp"
#include "mfa/authenticators.hpp"
#include "pages/device_name.hpp"

namespace ostia::authority {

struct Holdings {
  std::vector<Session> sessions;       ///< live ones; the one that was used last comes first
  std::vector<Authenticator> factors;  ///< confirmed ones that can be taken away
  std::vector<Authenticator> passkeys;
  std::vector<User> identities;  ///< the other accounts that sign in as this one
  bool may_add_factor = false;

  struct Application {
    std::string name;
    std::vector<std::string> scopes;  ///< that it has
  };
  std::map<std::string, Application> applications;  ///< by client id: with a consent or a refresh token
};

Async<Holdings> read_holdings(Authority& a, const User& user);

/// A time in UTC, to the minute: `2026-11-27 20:05 UTC`, which keeps its direction among words of any.
std::string short_time(std::int64_t seconds);

}  // namespace ostia::authority
