#include "wiring/serve.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "verbs.hpp"

namespace ostia::cli {
namespace {

// For a person at a terminal; a program reads the one line on standard output.
void show_banner(const authority::ServeOptions& o, const std::string& issuer) {
  if (!isatty(STDERR_FILENO)) return;
  std::fprintf(stderr, "\n  The authority answers at %s\n", issuer.c_str());
  if (o.dev && o.dev_http != "none")
    std::fprintf(stderr, "  and in plain HTTP at    http://%s/ (development)\n",
                 ("localhost" + o.dev_http.substr(o.dev_http.rfind(':'))).c_str());
  std::fprintf(stderr, "  It is managed at        %sdashboard\n", issuer.c_str());
  if (o.dev) std::fprintf(stderr, "  What it would send is at %s_dev/messages\n", issuer.c_str());
  if (!o.plain_http && o.tls_cert.empty())
    std::fprintf(stderr, "  Clients trust            %s/ca.pem\n", o.data.c_str());
  std::fprintf(stderr, "  Ctrl-C stops it.\n\n");
}

}  // namespace

Run add_serve(CLI::App& app) {
  auto options = std::make_shared<authority::ServeOptions>();
  CLI::App* verb = app.add_subcommand("serve", "Serves an authority: Universal Login, tokens, users.");
  verb->add_option("--config", options->config, "Tenant file (YAML of the Auth0 deploy CLI)")->type_name("FILE");
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
  verb->add_flag("--dev", options->dev,
                 "For development: the demo tenant, plain HTTP on loopback, hints on error pages");
  verb->add_flag("--dev-on-network", options->dev_on_network,
                 "Lets --dev listen on the network: everybody there reads all codes and links, is the published "
                 "administrator, and can reset everything");
  verb->add_option("--dev-http", options->dev_http, "Where --dev answers in plain HTTP; none turns it off")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  return [options] {
    auto served = authority::serve(*options, [&](const authority::Started& started) {
      show_banner(*options, started.issuer);
      if (!started.warning.empty()) std::fprintf(stderr, "\nWarning: %s\n\n", started.warning.c_str());
      if (!started.setup_link.empty())
        std::fprintf(stderr,
                     "\nThis authority has no administrator. The first one is made here, once, within a day:\n  %s\n\n",
                     started.setup_link.c_str());
      std::printf("ostia: ready at %s\n", started.issuer.c_str());
      std::fflush(stdout);
    });
    return served ? 0 : report(served.error());
  };
}

}  // namespace ostia::cli
