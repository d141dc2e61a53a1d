#include <memory>

#include "account.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

struct LoginOptions {
  AccountOptions account;
  AuthorizeOptions authorize;
  bool no_browser = false;
};

int login(LoginOptions o) {
  if (auto prepared = prepare_login(o.account); !prepared) return report(prepared.error(), o.account.json);
  if (const auto& uri = o.account.auth.redirect_uri; !uri.empty() && !uri.starts_with("http://"))
    return report(
        caller_error("invalid_option", "--redirect-uri \"" + uri + "\" is not an http URL of the loopback address"),
        o.account.json);
  // The address is shown as well: the browser may be on another screen, or there may be none.
  o.authorize.open_url = [&](const std::string& url) {
    if (o.account.json)
      tell_json(json::Value::object({{"log_in_at", url}}));
    else
      tell("Log in at: " + url);
    if (!o.no_browser)
      if (auto opened = system_browser()->open({url, {}, {}}); !opened)
        tell_beside("warning", "no browser could be started: open the address yourself, or use `ostia device`",
                    o.account.json);
    return true;
  };
  WebAuth auth(o.account.auth);
  const auto result = auth.authorize(o.authorize);
  if (!result) return report(result.error(), o.account.json);
  return finish_login(o.account, auth, *result);
}

}  // namespace

Run add_login(CLI::App& app) {
  auto o = std::make_shared<LoginOptions>();
  CLI::App* verb = app.add_subcommand("login", "Logs you in with the system's browser and shows your profile.");
  add_account_options(*verb, o->account);
  add_login_options(*verb, o->account);
  verb->add_option("--connection", o->authorize.connection, "The connection to use")->type_name("NAME");
  verb->add_option("--organization", o->authorize.organization, "The organization to log in to")->type_name("ORG");
  verb->add_option("--redirect-uri", o->account.auth.redirect_uri,
                   "Loopback redirect (http://127.0.0.1/callback, any free port)")
      ->type_name("URI");
  verb->add_option("--timeout", o->authorize.timeout_s, "Seconds to wait for you")
      ->type_name("S")
      ->capture_default_str();
  verb->add_flag("--no-browser", o->no_browser, "Only show the address");
  return [o] { return login(*o); };
}

}  // namespace ostia::cli
