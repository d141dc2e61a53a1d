#include <cstdio>
#include <memory>

#include "loopback.hpp"
#include "ostia/ostia.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

struct LoginOptions {
  WebAuthOptions auth;
  AuthorizeOptions authorize;
  bool json = false;
  bool no_browser = false;
};

json::Value to_json(const AuthResult& r) {
  json::Value out = json::Value::object(
      {{"access_token", r.access_token}, {"token_type", r.token_type}, {"expires_in", r.expires_in}});
  for (const auto& [name, text] :
       {std::pair{"id_token", &r.id_token}, {"refresh_token", &r.refresh_token}, {"scope", &r.scope}})
    if (!text->empty()) out.set(name, *text);
  out.set("id_token_payload", r.id_token_payload);
  return out;
}

void print_profile(const UserProfile& user) {
  std::printf("Logged in as %s\n", (user.name.empty() ? user.sub : user.name).c_str());
  for (std::size_t i = 0; i < user.claims.size(); ++i)
    std::printf("  %-15s %s\n", user.claims.keys()[i].c_str(),
                user.claims.items()[i].is_string() ? user.claims.items()[i].text().c_str()
                                                   : json::write(user.claims.items()[i]).c_str());
}

int login(LoginOptions o) {
  // The address is shown as well: the browser may be on another screen, or there may be none.
  o.authorize.open_url = [&](const std::string& url) {
    std::fprintf(stderr, "Log in at: %s\n", url.c_str());
    if (!o.no_browser) sdk::open_system_browser(url);
    return true;
  };
  WebAuth auth(o.auth);
  const auto result = auth.authorize(o.authorize);
  if (!result) return report(result.error());
  if (o.json) return std::puts(json::write(to_json(*result)).c_str()), 0;
  const auto user = auth.client().user_info(result->access_token);
  if (!user) return report(user.error());
  print_profile(*user);
  return 0;
}

}  // namespace

Run add_login(CLI::App& app) {
  auto o = std::make_shared<LoginOptions>();
  CLI::App* verb = app.add_subcommand("login", "Logs you in with the system's browser and shows your profile.");
  verb->add_option("--domain", o->auth.domain, "The authority's host, or its origin with http:// or https://")
      ->required()
      ->type_name("D");
  verb->add_option("--client-id", o->auth.client_id, "The application to log in to")->required()->type_name("C");
  verb->add_option("--audience", o->auth.audience, "The API that the access token is for")->type_name("URI");
  verb->add_option("--scope", o->auth.scope, "Scopes to ask for (openid profile email)")->type_name("SCOPES");
  verb->add_option("--connection", o->authorize.connection, "The connection to use")->type_name("NAME");
  verb->add_option("--redirect-uri", o->auth.redirect_uri,
                   "Loopback redirect (http://127.0.0.1/callback, any free port)")
      ->type_name("URI");
  verb->add_option("--cacert", o->auth.ca_file, "Certificates to trust (PEM; SSL_CERT_FILE)")->type_name("FILE");
  verb->add_option("--timeout", o->authorize.timeout_s, "Seconds to wait for you")
      ->type_name("S")
      ->capture_default_str();
  verb->add_flag("--json", o->json, "Print the tokens as JSON instead of the profile");
  verb->add_flag("--no-browser", o->no_browser, "Only show the address");
  return [o] { return login(*o); };
}

}  // namespace ostia::cli
