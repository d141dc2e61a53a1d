#include "wiring/serve.hpp"

#include <curl/curl.h>
#include <malloc.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/log.hpp"
#include "base/signals.hpp"
#include "dev/faults.hpp"
#include "flow/setup.hpp"
#include "http/server.hpp"
#include "logs/stream.hpp"
#include "management/call.hpp"
#include "messages/transport.hpp"
#include "operations/certificate.hpp"
#include "operations/last_run.hpp"
#include "operations/metrics.hpp"
#include "operations/proxy_notes.hpp"
#include "operations/service.hpp"
#include "ostia/text/ascii.hpp"
#include "ostia/text/base64url.hpp"
#include "ostia/url/url.hpp"
#include "state/authority.hpp"
#include "state/data.hpp"
#include "state/tenant_changes.hpp"
#include "tenant/administrators.hpp"
#include "tenant/documents.hpp"
#include "wiring/clockwork.hpp"
#include "wiring/routes.hpp"
#include "wiring/seed.hpp"

namespace ostia::authority {
namespace {

namespace fs = std::filesystem;

Status check(const ServeOptions& o) {
  if (!o.config.empty() && !fs::exists(o.config)) return invalid_option("--config: there is no file " + o.config);
  for (const auto& [name, file] : {std::pair{"--users", o.users},
                                   {"--mappings", o.mappings},
                                   {"--tls-cert", o.tls_cert},
                                   {"--tls-key", o.tls_key},
                                   {"--master-key", o.master_key}})
    if (!file.empty() && !fs::is_regular_file(file))
      return invalid_option(std::string(name) + ": there is no file " + file);
  if (o.tls_cert.empty() != o.tls_key.empty()) return invalid_option("--tls-cert and --tls-key belong together");
  if (o.plain_http && !o.tls_cert.empty()) return invalid_option("--plain-http and --tls-cert contradict each other");
  if (!o.issuer.empty()) {
    const auto url = url::parse(o.issuer);
    if (!url || url::origin_of(o.issuer).empty() || url->has_query || url->has_fragment ||
        (!url->path.empty() && url->path != "/"))
      return invalid_option("--issuer: \"" + o.issuer +
                            "\" is not an http or https URL without path, query and fragment");
  }
  if (auto good = check_database(o.database); !good) return good;
  return ok();
}

std::vector<std::string> this_machine() { return {"127.0.0.0/8", "::1"}; }

// Where plain HTTP is served, a proxy stands in front. Which one must be said, or whoever reaches the port could choose
// the address that its failures are counted for; on this machine nobody but the proxy is expected.
Result<Forwarding> forwarding_of(const ServeOptions& o) {
  Forwarding out;
  const std::string header = text::lower(o.forwarded_header);
  if (header == "forwarded")
    out.header = Forwarding::Header::forwarded;
  else if (header != "x-forwarded-for")
    return invalid_option("--forwarded-header: \"" + o.forwarded_header +
                          "\" is neither X-Forwarded-For nor Forwarded");
  if (o.trusted_proxies.empty() && !o.plain_http) return out;
  auto parsed = Networks::parse(o.trusted_proxies.empty() ? this_machine() : o.trusted_proxies);
  if (!parsed) return invalid_option("--trusted-proxy: " + parsed.error().description);
  out.proxies = *std::move(parsed);
  return out;
}

void tell_who_is_trusted(const ServeOptions& o, const Forwarding& forwarding) {
  if (forwarding.proxies.empty()) return;
  json::Value list = json::Value::array();
  for (const auto& one : o.trusted_proxies.empty() ? this_machine() : o.trusted_proxies) list.push_back(one);
  log_event("info", "proxies_trusted",
            {{"header", forwarding.header_name()},
             {"proxies", std::move(list)},
             {"what", o.trusted_proxies.empty()
                          ? "a proxy on this machine is believed whom it got a request from; name others with "
                            "--trusted-proxy"
                          : "they are believed whom they got a request from, nobody else is"}});
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "::1" || url::is_loopback_host(host);
}

// A browser that was told so refuses plain HTTP, and lets nobody click away a warning about a certificate: right for a
// site on the network with a certificate that browsers trust, wrong for development and for certificates of our own.
bool asks_for_https(const ServeOptions& o, const std::string& issuer) {
  const auto url = url::parse(issuer);
  const bool is_trusted_by_browsers = o.plain_http || !o.tls_cert.empty();
  return !o.dev && is_trusted_by_browsers && url && url->scheme == "https" && !is_this_machine(std::string(url->host));
}

Result<Networks> admin_networks(const ServeOptions& o) {
  auto parsed = Networks::parse(o.admin_networks);
  if (!parsed) return invalid_option("--admin-network: " + parsed.error().description);
  return parsed;
}

// The names that our own certificate is for.
std::vector<std::string> names_of(const ServeOptions& o, const std::string& host) {
  const auto url = url::parse(o.issuer);
  std::vector<std::string> out = {host};
  if (url && !url->host.empty()) out.emplace_back(url->host);
  return out;
}

// How long everything is still served once it was told to end, so that a proxy that asks sees `/health/ready` change.
std::chrono::seconds drain_of(const ServeOptions& o) {
  constexpr std::int64_t usual = 2;
  return std::chrono::seconds(o.drain.value_or(o.dev ? 0 : usual));
}

// A supervisor's usual patience knows nothing of `--drain`. What may come after that takes 32 seconds.
void tell_service_of_end(std::chrono::seconds drain) {
  const std::chrono::microseconds longest = drain + std::chrono::seconds(40);
  notify_service("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(longest.count()));
}

// What --dev opens is for who sits at this machine.
Status check_dev(const ServeOptions& o, const std::string& host) {
  if (o.dev_on_network && !o.dev) return invalid_option("--dev-on-network: it goes with --dev");
  if (!o.dev || o.dev_on_network || is_this_machine(host)) return ok();
  return invalid_option("--dev: " + host +
                        " is not a loopback address. Whoever reaches it could read every code and link that is sent "
                        "(/_dev/messages), sign in as the published administrator, set the clock and reset everything "
                        "(/_dev/reset). If that is meant, say --dev-on-network, too");
}

// A proxy that the environment names stands in nobody's way: it would go where the policy of calls cannot see.
void warn_of_proxy() {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    if (const char* value = std::getenv(name); value && *value)
      log_event("warning", "proxy_not_used",
                {{"what", std::string(name) + " is set: calls to other servers do not go through a proxy"}});
}

// Whether rules and actions run here, said before somebody logs in. Node is started only where there are some.
std::string warn_of_scripts(Authority& a, bool without_wall) {
  const Status held = a.tenant()->has_scripts() ? a.scripts.prepare() : ScriptProcess::check_kernel();
  if (held) return {};
  const bool has_gaps = held.error().reason == "script_wall_missing";
  const std::string what = without_wall && has_gaps
                               ? "rules and actions run without all of their wall (--scripts-without-wall): they may "
                                 "read what this program reads. " +
                                     held.error().description
                               : held.error().description;
  log_event("warning", without_wall && has_gaps ? "scripts_without_wall" : "scripts_do_not_run",
            {{"reason", held.error().reason}, {"what", what}});
  return has_gaps ? what : "";
}

std::string issuer_of(bool secure, std::string host, std::uint16_t port) {
  if (host == "0.0.0.0" || host == "::" || url::is_loopback_host(host) || host == "::1") host = "localhost";
  if (host.find(':') != host.npos) host = "[" + host + "]";
  const bool standard = port == (secure ? 443 : 80);
  return std::string(secure ? "https://" : "http://") + host + (standard ? "" : ":" + std::to_string(port)) + "/";
}

}  // namespace

Status serve(const ServeOptions& o, const Ready& ready) {
  Signals signals;
  if (auto checked = check(o); !checked) return checked;
  auto forwarding = forwarding_of(o);
  if (!forwarding) return std::move(forwarding).error();
  auto egress = Egress::parse(o.allowed_egress, o.dev);
  if (!egress) return invalid_option("--allow-egress: " + egress.error().description);
  auto administrators = admin_networks(o);
  if (!administrators) return std::move(administrators).error();
  const auto endpoint = parse_endpoint(o.listen);
  if (!endpoint) return invalid_option("--listen: " + endpoint.error().description);
  const bool with_dev_http = o.dev && o.dev_http != "none";
  const auto dev_endpoint = with_dev_http ? parse_endpoint(o.dev_http) : *endpoint;
  if (!dev_endpoint) return invalid_option("--dev-http: " + dev_endpoint.error().description);
  if (auto allowed = check_dev(o, endpoint->host); !allowed) return allowed;
  if (with_dev_http && !is_this_machine(dev_endpoint->host))
    return invalid_option("--dev-http: plain HTTP is for the loopback address only, not " + dev_endpoint->host);

  std::optional<Endpoint> metrics_endpoint;
  if (!o.metrics_listen.empty()) {
    auto parsed = parse_endpoint(o.metrics_listen);
    if (!parsed) return invalid_option("--metrics-listen: " + parsed.error().description);
    metrics_endpoint = *std::move(parsed);
  }

  if (!o.dev) forbid_core_dumps();
  mallopt(M_ARENA_MAX, 2);  // an arena a thread would cost more memory than the program
  curl_global_init(CURL_GLOBAL_DEFAULT);
  umask(0077);  // what is kept is its owner's business only
  if (sodium_init() < 0) return Error{"server_error", "libsodium cannot be used", "", 0, Fault::ours};
  if (auto made = make_data_folder(o.data); !made) return made;
  // The database comes first: a folder with a key, a certificate or the mark of a run has had one.
  if (auto good = check_beginning(o.data, o.database, o.new_database); !good) return good;
  auto store = open_database(o.data, o.database, o.database_connections);
  if (!store) return std::move(store).error();
  if (auto good = check_key(o.data, o.master_key, **store); !good) return good;
  const RunMark mark(o.data);
  const auto master = master_key(o.data, o.master_key);
  unsetenv("OSTIA_MASTER_KEY");  // no child of this program is to have it
  if (!master) return master.error();
  ServedCertificate certificate(o.data, o.tls_cert, o.tls_key, names_of(o, endpoint->host));
  TlsIdentity identity;
  if (!o.plain_http) {
    auto loaded = certificate.load();
    if (!loaded) return std::move(loaded).error();
    identity = *std::move(loaded);
  }

  Authority* authority = nullptr;  // set before the first request is let in
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  Server server(cores, [&](std::string_view target, std::string_view authorization) {
    return management::body_limit(*authority, target, authorization);
  });
  const Handler handler = [&](Request request) { return route(*authority, std::move(request)); };
  std::string issuer = o.issuer;
  const auto port = server.listen(*endpoint, o.plain_http ? nullptr : &identity, handler, [&](std::uint16_t bound) {
    if (issuer.empty()) issuer = issuer_of(!o.plain_http, endpoint->host, bound);
    if (!issuer.ends_with('/')) issuer += '/';
    return issuer;
  });
  if (!port) return port.error();
  if (with_dev_http) {
    const auto dev_port = server.listen(*dev_endpoint, nullptr, handler, [&](std::uint16_t bound) {
      return issuer_of(false, dev_endpoint->host, bound);
    });
    if (!dev_port) return dev_port.error();
  }

  if (metrics_endpoint) {
    const auto metrics_port = server.listen(
        *metrics_endpoint, nullptr, [&](Request request) { return answer_metrics(*authority, std::move(request)); },
        [](std::uint16_t) { return std::string(); });
    if (!metrics_port) return metrics_port.error();
  }

  const auto root = root_keys(**store, *master);
  if (!root) return root.error();
  Authority a(**store, *root, issuer, o.dev, cores, *std::move(egress), o.scripts_without_wall);
  auto objects = a.store.commit_now({{"SELECT count(*) FROM tenant_objects", {}}});
  if (!objects) return std::move(objects).error();
  const bool is_empty = int_at(objects->first(), 0) == 0;
  const auto seed = choose_seed(o, issuer, is_empty);
  if (!seed) return seed.error();
  if (auto imported = import_seed(a, *seed); !imported) return imported;
  if (!o.plain_http) certificate.know(a.tenant()->custom_domains, server);
  if (auto loaded = reload_keys(a); !loaded) return loaded;
  const auto administered = has_administrator(a.store);
  if (!administered) return administered.error();
  const bool needs_administrator = !*administered && !o.dev;
  tell_who_is_trusted(o, *forwarding);
  a.forwarding = *std::move(forwarding);
  server.trust(a.forwarding.proxies);
  a.proxy_notes = std::make_shared<ProxyNotes>(o.data, o.plain_http, a.forwarding);
  a.asks_for_https = asks_for_https(o, issuer);
  a.administrators = *std::move(administrators);
  a.outbox.start(
      [&a](const Message& message, const Sent& done) { send_message(*a.tenant(), message, a.dev, a.egress, done); },
      o.data + "/sent-messages");
  Clockwork clockwork(a, [&server] { return server.is_turning(); });
  a.store.on_change([&clockwork] { clockwork.follow(); });
  warn_of_proxy();
  const std::string script_warning = warn_of_scripts(a, o.scripts_without_wall);
  LogStreamer log_streamer(a.store, [&a] { return a.tenant(); }, a.egress);
  log_streamer.start();
  if (o.dev) {
    a.faults = std::make_shared<dev::Faults>();
    if (auto kept = a.store.take_snapshot(); !kept) return kept;
  }
  if (metrics_endpoint) a.metrics = make_metrics(a, server, o.plain_http ? nullptr : &certificate);
  a.logs_access = o.access_log;
  a.management_scopes = management::all_scopes();
  authority = &a;
  std::shared_ptr<void> listening;  // to signals
  server.run([&] {
    listening = signals.call({.end =
                                  [&] {
                                    a.leaving = true;
                                    tell_service_of_end(drain_of(o));
                                    log_event("info", "stopping", {{"drain_s", drain_of(o).count()}});
                                    server.stop(drain_of(o));
                                  },
                              .reload =
                                  [&] {
                                    reopen_log();
                                    if (!o.plain_http) certificate.reload(server);
                                  },
                              .turn =
                                  [&] {
                                    if (o.plain_http) return;
                                    certificate.know(a.tenant()->custom_domains, server);
                                    certificate.look_after(server);
                                  },
                              .before_end_at_once = note_end_at_once});
    notify_service("READY=1");
    ready({issuer, needs_administrator ? setup_link(a) : "", script_warning});
    give_back_memory();
  });
  a.store.on_change({});
  log_event("info", "stopped");
  return ok();
}

}  // namespace ostia::authority
