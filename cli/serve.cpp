#include "wiring/serve.hpp"

#include <unistd.h>

#include <memory>
#include <string>

#include "base/log.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

// For a person at a terminal; a program reads the one line on standard output.
void show_banner(const authority::ServeOptions& o, const std::string& issuer) {
  if (!isatty(STDERR_FILENO)) return;
  std::string text = "\n  The authority answers at " + issuer + "\n";
  if (o.dev && o.dev_http != "none")
    text +=
        "  and in plain HTTP at    http://localhost" + o.dev_http.substr(o.dev_http.rfind(':')) + "/ (development)\n";
  text += "  It is managed at        " + issuer + "dashboard\n";
  if (o.dev) text += "  What it would send is at " + issuer + "_dev/messages\n";
  if (!o.plain_http && o.tls_cert.empty()) text += "  Clients trust            " + o.data + "/ca.pem\n";
  authority::tell_person(text + "  Ctrl-C stops it.\n\n");
}

}  // namespace

Run add_serve(CLI::App& app) {
  auto options = std::make_shared<authority::ServeOptions>();
  CLI::App* verb = app.add_subcommand("serve", "Serves an authority: Universal Login, tokens, users.");
  verb->add_option("--config", options->config, "Tenant file or folder of the Auth0 deploy CLI")->type_name("FILE");
  verb->add_option("--mappings", options->mappings, "JSON of what @@markers@@ and ##markers## in it stand for")
      ->type_name("FILE");
  verb->add_option("--users", options->users, "Users file (bulk-import JSON)")->type_name("FILE");
  verb->add_option("--database", options->database, "Where state lives (sqlite:DATA/ostia.db)")->type_name("URL");
  verb->add_option("--database-connections", options->database_connections, "Connections to PostgreSQL")
      ->type_name("N")
      ->check(CLI::Range(6, 1000))
      ->capture_default_str();
  verb->add_flag("--new-database", options->new_database,
                 "Begins a new, empty authority in a folder whose database is gone");
  verb->add_option("--master-key", options->master_key, "The key of all that is sealed (DATA/master.key)")
      ->type_name("FILE");
  verb->add_option("--data", options->data, "Folder for the database, keys and certificate")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_option("--listen", options->listen, "Address to serve at")->type_name("HOST:PORT")->capture_default_str();
  verb->add_option("--issuer", options->issuer, "The address that the world knows")->type_name("URL");
  verb->add_option("--tls-cert", options->tls_cert, "Certificate chain (PEM)")->type_name("FILE");
  verb->add_option("--tls-key", options->tls_key, "Its private key (PEM)")->type_name("FILE");
  verb->add_flag("--plain-http", options->plain_http, "No TLS here: a proxy in front does it");
  verb->add_option("--trusted-proxy", options->trusted_proxies,
                   "Who is believed whom a request is of (with --plain-http: this machine's own addresses)")
      ->type_name("NETWORK");
  verb->add_option("--allow-egress", options->allowed_egress,
                   "What calls to other servers may reach although it is no public address; repeatable")
      ->type_name("NETWORK|HOST");
  verb->add_flag("--scripts-without-wall", options->scripts_without_wall,
                 "Runs rules and actions also where Landlock, seccomp or node's permissions are missing: they may then "
                 "read what this program reads");
  verb->add_option("--forwarded-header", options->forwarded_header,
                   "Where trusted proxies write it: X-Forwarded-For or Forwarded; the other is not read")
      ->type_name("NAME")
      ->capture_default_str();
  verb->add_option("--admin-network", options->admin_networks,
                   "Where the dashboard, /setup and the Management API may be asked from (everywhere)")
      ->type_name("NETWORK");
  verb->add_option("--metrics-listen", options->metrics_listen, "Where Prometheus reads /metrics")
      ->type_name("HOST:PORT");
  verb->add_flag("--access-log", options->access_log, "Logs a line for each request");
  verb->add_option("--drain", options->drain,
                   "How long it goes on when it is told to end, with /health/ready at 503 (2; with --dev 0)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 600));
  verb->add_flag("--dev", options->dev,
                 "For development: the demo tenant, plain HTTP on loopback, hints on error pages");
  verb->add_flag("--dev-on-network", options->dev_on_network,
                 "Lets --dev listen on the network: everybody there reads all codes and links, is the published "
                 "administrator, and can reset everything");
  verb->add_option("--dev-http", options->dev_http, "Where --dev answers in plain HTTP; none turns it off")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  return [options] {
    const authority::LogQueue queue;
    auto served = authority::serve(*options, [&](const authority::Started& started) {
      show_banner(*options, started.issuer);
      if (!started.warning.empty()) authority::tell_person("\nWarning: " + started.warning + "\n\n");
      if (!started.setup_link.empty())
        authority::tell_person(
            "\nThis authority has no administrator. The first one is made here, once, within a day:\n  " +
            started.setup_link + "\n\n");
      authority::tell_program("ostia: ready at " + started.issuer + "\n");
    });
    if (served) return 0;
    authority::tell_person(sentence_of(served.error()));
    return exit_of(served.error());
  };
}

}  // namespace ostia::cli
