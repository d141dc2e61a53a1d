#include <memory>

#include "account.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

struct LogoutVerb {
  AccountOptions account;
  LogoutOptions logout;
  bool no_browser = false;
};

int logout(LogoutVerb o) {
  if (auto completed = complete(o.account); !completed) return report(completed.error(), o.account.json);
  WebAuth auth(o.account.auth);
  auto credentials = credentials_of(o.account, auth);
  if (!credentials) return report(credentials.error(), o.account.json);
  const auto cleared = credentials->clear();
  if (auto forgotten = forget(o.account); !forgotten) return report(forgotten.error(), o.account.json);
  if (!cleared) return report(cleared.error(), o.account.json);  // forgotten here, perhaps not there
  if (!o.no_browser)
    if (auto shown = auth.logout(o.logout); !shown) return report(shown.error(), o.account.json);
  if (o.account.json)
    say_json(json::Value::object({{"logged_out", true}}));
  else
    say("Logged out");
  return Exit::done;
}

}  // namespace

Run add_logout(CLI::App& app) {
  auto o = std::make_shared<LogoutVerb>();
  CLI::App* verb =
      app.add_subcommand("logout", "Forgets your tokens, revokes them, and ends the session in the browser.");
  add_account_options(*verb, o->account);
  verb->add_option("--return-to", o->logout.return_to, "Where the browser goes afterwards")->type_name("URL");
  verb->add_flag("--federated", o->logout.federated, "Also log out of the upstream provider");
  verb->add_flag("--no-browser", o->no_browser, "Leave the session in the browser alone");
  return [o] { return logout(*o); };
}

}  // namespace ostia::cli
