// Ostia for C++ programs: login against any authority that speaks Auth0's API or OpenID Connect.
//
//   ostia::WebAuth auth({.domain = "login.example.com", .client_id = "…"});
//   auto result = auth.authorize();                    // system browser, loopback redirect, code + PKCE
//   if (!result) return complain(result.error());
//   auto user = auth.client().user_info(result->access_token);
//
// Every call that can fail returns ostia::Result<T>; nothing throws.
#pragma once

#include "ostia/authentication.hpp"  // the authentication API
#include "ostia/credentials.hpp"     // tokens that last
#include "ostia/device.hpp"          // login on another device
#include "ostia/environment.hpp"     // what is replaceable
#include "ostia/management.hpp"      // a user's own account
#include "ostia/mfa.hpp"             // a second factor
#include "ostia/options.hpp"         // what goes in, what comes out
#include "ostia/token_verifier.hpp"  // checking tokens, for servers
#include "ostia/web_auth.hpp"        // login
