// The account of this person at one application: what the client verbs share. `login` and `device` remember which, so
// that the others need no options; tokens are in `Credentials`.
#pragma once

#include <CLI/CLI.hpp>

#include "ostia/ostia.hpp"

namespace ostia::cli {

struct AccountOptions {
  WebAuthOptions auth;
  std::string profile = "default";
  std::string storage = "auto";  ///< auto, desktop, file, none
  bool json = false;
};

/// `--domain`, `--client-id`, `--cacert`, `--profile`, `--storage`, `--json`.
void add_account_options(CLI::App& verb, AccountOptions& options);

/// `--audience`, `--scope`.
void add_login_options(CLI::App& verb, AccountOptions& options);

/// What a login needs to be told, and the scopes that it asks for when it is not told. Error: `--domain` or
/// `--client-id` is missing.
Status prepare_login(AccountOptions& options);

/// Takes what the options lack from the profile that a login left. Error: nobody logged in, and `--domain` or
/// `--client-id` is missing.
Status complete(AccountOptions& options);
/// Remembers the options as the profile.
Status remember(const AccountOptions& options);
Status forget(const AccountOptions& options);

/// Where tokens are kept; null for `none`.
Result<std::shared_ptr<Storage>> storage_of(const AccountOptions& options);
/// The kept tokens.
Result<Credentials> credentials_of(const AccountOptions& options, const WebAuth& auth);

/// Keeps a login, and shows it: the profile, or the tokens with `--json`. The exit code.
int finish_login(const AccountOptions& options, WebAuth& auth, const AuthResult& result);

json::Value to_json(const AuthResult& result);
void print_profile(const UserProfile& user);

}  // namespace ostia::cli
