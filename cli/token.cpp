#include <memory>

#include "account.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

struct TokenOptions {
  AccountOptions account;
  GetCredentialsOptions get;
};

// Tokens of the kept login, good for a while.
Result<AuthResult> fresh_tokens(AccountOptions& account, const GetCredentialsOptions& get) {
  if (auto completed = complete(account); !completed) return std::move(completed).error();
  const WebAuth auth(account.auth);
  auto credentials = credentials_of(account, auth);
  if (!credentials) return std::move(credentials).error();
  auto tokens = credentials->get(get);
  // These are good; only the next command will not find them.
  if (const auto kept = credentials->kept(); tokens && !kept)
    tell_beside("warning", "the renewed tokens are not kept: " + kept.error().description, account.json);
  return tokens;
}

int token(TokenOptions o) {
  const auto result = fresh_tokens(o.account, o.get);
  if (!result) return report(result.error(), o.account.json);
  if (o.account.json)
    say_json(json::Value::object({{"access_token", result->access_token},
                                  {"token_type", result->token_type},
                                  {"expires_in", result->expires_in},
                                  {"scope", result->scope}}));
  else
    say(result->access_token);
  return Exit::done;
}

int userinfo(AccountOptions o) {
  const auto tokens = fresh_tokens(o, {});
  if (!tokens) return report(tokens.error(), o.json);
  const auto user = Authentication(o.auth).user_info(tokens->access_token);
  if (!user) return report(user.error(), o.json);
  if (o.json)
    say_json(user->claims);
  else
    print_profile(*user);
  return Exit::done;
}

}  // namespace

Run add_token(CLI::App& app) {
  auto o = std::make_shared<TokenOptions>();
  CLI::App* verb = app.add_subcommand("token", "Prints an access token of your login, renewed if need be.");
  add_account_options(*verb, o->account);
  verb->add_option("--min-ttl", o->get.min_ttl_s, "Seconds for which the token must still be good")
      ->type_name("S")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->add_option("--scope", o->get.scope, "Scopes that it must have")->type_name("SCOPES");
  verb->add_flag("--refresh", o->get.force_refresh, "Renew it in any case");
  return [o] { return token(*o); };
}

Run add_userinfo(CLI::App& app) {
  auto o = std::make_shared<AccountOptions>();
  CLI::App* verb = app.add_subcommand("userinfo", "Shows your profile as the authority has it.");
  add_account_options(*verb, *o);
  return [o] { return userinfo(*o); };
}

}  // namespace ostia::cli
