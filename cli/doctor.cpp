// `ostia doctor`: looks for the usual faults, and says what to do about each.
#include "doctor/doctor.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "ostia/url/url.hpp"
#include "state/data.hpp"
#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

using authority::doctor::Finding;
using authority::doctor::Findings;

struct Options {
  authority::doctor::Options examined;
  bool as_json = false;
};

void add(Findings& to, Findings from) { std::move(from.begin(), from.end(), std::back_inserter(to)); }

// What the store holds, if there is one that opens.
Findings examine_store(const authority::doctor::Options& o) {
  auto opened = authority::open_data(o.data, o.database, authority::Purpose::look, o.master_key);
  if (!opened) return {authority::doctor::fault("database", opened.error().description, "see `ostia verify`")};
  const auto tenant = load_tenant(*opened->store, opened->secrets);
  if (!tenant) return {authority::doctor::fault("tenant", tenant.error().description, "see `ostia verify`")};
  Findings findings = examine_tenant(**tenant, o, o.domain);
  add(findings, examine_egress(o, tenant->get()));
  return findings;
}

const char* name_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::fine: return "ok";
    case Finding::Level::warning: return "warning";
    default: return "fault";
  }
}

void show(const Findings& findings) {
  const auto colour = [](Finding::Level level) {
    return level == Finding::Level::fine      ? Colour::green
           : level == Finding::Level::warning ? Colour::yellow
                                              : Colour::red;
  };
  for (const auto& f : findings) {
    say_marked(colour(f.level), padded(name_of(f.level), 8), padded(f.subject, 14) + " " + f.what);
    if (!f.remedy.empty()) say(padded("", 23) + "→ " + f.remedy);
  }
}

json::Value to_json(const Findings& findings) {
  json::Value out = json::Value::array();
  for (const auto& f : findings)
    out.push_back(json::Value::object(
        {{"level", name_of(f.level)}, {"subject", f.subject}, {"what", f.what}, {"remedy", f.remedy}}));
  return out;
}

int doctor(const Options& options) {
  const auto& o = options.examined;
  if ((!o.callback.empty() || !o.origin.empty()) && o.client_id.empty())
    return report({"invalid_request", "--callback and --origin belong to an application: name it with --client-id",
                   "invalid_option", 0, Fault::caller},
                  options.as_json);
  Findings findings;
  add(findings, examine_machine(o));
  add(findings, examine_data(o));
  const bool is_there = authority::has_master_key(o.data) || !o.database.empty() || !o.master_key.empty();
  add(findings, is_there ? examine_store(o) : examine_egress(o, nullptr));
  if (!o.domain.empty()) add(findings, examine_service(o));
  if (options.as_json)
    say_json(to_json(findings));
  else
    show(findings);
  const bool is_ill =
      std::any_of(findings.begin(), findings.end(), [](const auto& f) { return f.level == Finding::Level::fault; });
  return is_ill ? Exit::failed : Exit::done;
}

}  // namespace

Run add_doctor(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto& e = o->examined;
  CLI::App* verb = app.add_subcommand("doctor", "Finds the usual faults of an installation, and says what to do.");
  verb->add_option("--data", e.data, "Folder of the authority")->type_name("DIR")->capture_default_str();
  verb->add_option("--database", e.database, "Where state lives (sqlite:DATA/ostia.db)")->type_name("URL");
  verb->add_option("--master-key", e.master_key, "The key (DATA/master.key)")->type_name("FILE");
  verb->add_option("--listen", e.listen, "Address that it is to serve at")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  auto* cert = verb->add_option("--tls-cert", e.tls_cert, "Certificate chain (PEM)")->type_name("FILE");
  auto* key = verb->add_option("--tls-key", e.tls_key, "Its private key (PEM)")->type_name("FILE");
  cert->needs(key);
  verb->add_option("--domain,--issuer", e.domain, "An authority that runs: asks it, too")->type_name("URL");
  verb->add_option("--ca", e.ca, "What its certificate is trusted by (DATA/ca.pem)")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  verb->add_option("--client-id", e.client_id, "An application to look at")->type_name("ID");
  verb->add_option("--callback", e.callback, "Whether its login may come back to here")->type_name("URL");
  verb->add_option("--origin", e.origin, "Whether its page may be here")->type_name("ORIGIN");
  verb->add_option("--allow-egress", e.allowed_egress, "What it is served with: where its calls may go, too")
      ->type_name("NETWORK|HOST");
  verb->add_flag("--dev", e.dev, "It is served with --dev");
  verb->add_flag("--json", o->as_json, "Prints JSON");
  return [o] { return doctor(*o); };
}

}  // namespace ostia::cli
